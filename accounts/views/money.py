"""A project's money on one page."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import permissions, selectors
from accounts.models import LedgerEntry, Payout, Payroll, PayrollLine, SpecialAccount
from accounts.tables import (
    DifferenceTable,
    ProjectAccountTable,
    ProjectPayrollTable,
    UnmatchedTable,
    UnpaidTable,
)
from accounts.views import forecast
from core.access import access
from core.charts import bar_chart
from core.money import CENT
from projects.pages import bare_project
from projects.permissions import READERS


@require_GET
@access(*READERS)
def project_money(request, project_pk):
    user = request.user
    project = bare_project(request, project_pk)
    accounts = list(_listed(user, SpecialAccount.objects.visible_to(user).filter(project_links__project=project)))
    parts = selectors.own_parts(project, accounts)
    for account in accounts:
        account.own = parts.get(account.pk, 0)
    entries = LedgerEntry.objects.visible_to(user).filter(project=project)
    lines = PayrollLine.objects.visible_to(user).filter(project=project)
    payouts = Payout.objects.visible_to(user).filter(project=project).select_related("order__batch")
    found = selectors.Differences.between(payouts, entries)
    came, went = selectors.in_and_out(entries)
    owed = selectors.wages_owed(project)
    context = {
        "project": project,
        "accounts": ProjectAccountTable(accounts, request),
        "chart": _movements_chart(entries),
        "payrolls": ProjectPayrollTable(
            list(selectors.with_totals(Payroll.objects.visible_to(user).filter(project=project))[:12]), request
        ),
        "reported": DifferenceTable(found.payouts, request),
        "counts": found.counts(),
        "unmatched": UnmatchedTable(selectors.with_reason(found.movements), request),
        "unpaid": UnpaidTable(selectors.unpaid_lines(lines).select_related("team"), request),
        "came": came,
        "went": went,
        "owed": owed,
        "owed_tone": "red" if owed else "",
        "balance": sum(account.balance or 0 for account in accounts),
        "shares": any(account.serves > 1 for account in accounts),
        "kept": sum(parts.values()),
        "gaps": [gap for gap in selectors.account_gaps_of(project) if gap.row],
        "can_make": permissions.can_make_sheets(user, project),
        "can_record": permissions.can_record_account(user, project),
        "can_import_statement": permissions.can_import_statement(user, project),
        "can_import_payroll": permissions.can_import_payroll(user, project),
    }
    return render(request, "accounts/project_money.html", context | forecast.of_project(request, project))


def _listed(user, accounts):
    return selectors.with_projects(selectors.with_balance(accounts), user).order_by("-id")


def _movements_chart(entries):
    rows = [
        (f"{month:%Y-%m}", *(amount.quantize(CENT) for amount in amounts))
        for month, *amounts in selectors.monthly_movements(entries)
    ]
    head = ["月份", "人工费拨付", "其他进账", "工资发放", "其他出账"]
    return bar_chart("movements", "每月进出账（元）", head, rows) if rows else None
