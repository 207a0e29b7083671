"""Objects for tests; every argument has a plain default."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.db import connection, transaction
from django.db.models import Sum

from accounts import (
    services,
)
from accounts.enums import (
    AccountAct,
    AdvanceCause,
    AdvanceMeans,
    MovementDirection,
    MovementKind,
    NoticeSheet,
    SheetState,
    TermBasis,
)
from accounts.models import (
    AccountProject,
    AccountReport,
    Advance,
    BankAgreement,
    ClosingNotice,
    Forecast,
    ForecastError,
    LabourCostTerm,
    LedgerEntry,
    MeasuredValue,
    Payout,
    Payroll,
    PayrollLine,
    PayrollSheet,
    PublicNotice,
    SpecialAccount,
    TripartiteAgreement,
    WageAdvance,
)
from core.months import next_month
from organizations.models import Organization
from projects.models import Project
from tests.organizations.factories import bank as make_bank
from tests.organizations.factories import organization as make_unit
from tests.workers.factories import id_number
from workers.models import Engagement

_serial = count(1)


def special_account(of: Project, *, bank: Organization | None = None, **fields) -> SpecialAccount:
    number = fields.pop("number", None) or f"25103285591959{next(_serial):05d}"
    defaults = {
        "holder": of.general_contractor,
        "name": f"{of.general_contractor}{of}农民工工资专用账户",
        "bank": bank or make_bank(),
        "bank_name": "中国工商银行临沧分行",
        "opened_on": date(2026, 7, 25),
    }
    account = SpecialAccount.objects.create(number=number, number_last4=number[-4:], **(defaults | fields))
    AccountProject.objects.create(account=account, project=of, since=account.opened_on)
    return account


def entry(account: SpecialAccount, amount, kind=MovementKind.LABOUR_COST, *, booked_on=date(2026, 10, 8), **fields):
    """The next entry of the chain; a negative amount goes out."""
    amount = Decimal(amount)
    last = account.entries.order_by("-sequence").first()
    defaults = {
        "serial": f"S{next(_serial):08d}",
        "project": fields.get("project") or account.project_links.get().project,
        "direction": MovementDirection.IN if amount > 0 else MovementDirection.OUT,
        "sequence": last.sequence + 1 if last else 1,
        "balance": (last.balance if last else 0) + amount,
    }
    return LedgerEntry.objects.create(
        account=account, bank=account.bank, kind=kind, amount=abs(amount), booked_on=booked_on, **(defaults | fields)
    )


def payroll(of: Project, month: date = date(2026, 9, 1), **fields) -> Payroll:
    return Payroll.objects.get_or_create(project=of, month=month, defaults=fields)[0]


def payroll_sheet(of: Payroll, team=None, **fields) -> PayrollSheet:
    """The draft of a team."""
    known = PayrollSheet.objects.filter(payroll=of, team=team, state=SheetState.DRAFT, **fields).first()
    return known or PayrollSheet.objects.create(payroll=of, project_id=of.project_id, team=team, **fields)


def payroll_line(of: Payroll, due="6000.00", *, engagement: Engagement | None = None, **fields) -> PayrollLine:
    due, deducted = Decimal(due), Decimal(fields.pop("deducted", "0.00"))
    person = engagement.worker if engagement else None
    defaults = {
        "name": person.name if person else "张三",
        "id_number": person.id_number if person else id_number(),
        "net": due - deducted,
        "sheet": fields.get("sheet") or payroll_sheet(of, fields.get("team")),
    }
    paid = fields.pop("paid", 0)
    line = PayrollLine.objects.create(
        payroll=of,
        project_id=of.project_id,
        month=of.month,
        engagement=engagement,
        due=due,
        deducted=deducted,
        **(defaults | fields),
    )
    return set_paid(line, paid) if paid else line


def _agree_in_the_end() -> None:
    """A line and its payouts, once both are written."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@transaction.atomic
def set_paid(line: PayrollLine, amount) -> PayrollLine:
    """As if so much had been paid out, by an account that nobody asks about."""
    amount = Decimal(amount)
    _agree_in_the_end()
    Payout.objects.filter(line=line, entry=None).delete()
    kept = Payout.objects.filter(line=line, returned=None).aggregate(sum=Sum("amount"))["sum"] or 0
    if amount < kept:
        Payout.objects.filter(line=line).delete()
        kept = 0
    if amount > kept:
        number = f"25103285591959{next(_serial):05d}"
        facts = {"holder": make_unit(), "name": "旁户", "number_last4": number[-4:], "bank": make_bank()}
        Payout.objects.create(
            project_id=line.project_id,
            account=SpecialAccount.objects.create(number=number, **facts),
            serial=f"P{next(_serial):08d}",
            line=line,
            month=line.month,
            amount=amount - kept,
            paid_on=date(2026, 10, 15),
        )
    line.paid = amount
    line.save(update_fields=["paid"])
    return line


def wage_advance(engagement: Engagement, amount="500.00", **fields) -> WageAdvance:
    defaults = {"project": engagement.project, "paid_on": engagement.entered_on, "note": "家中急用"}
    return WageAdvance.objects.create(engagement=engagement, amount=Decimal(amount), **(defaults | fields))


@transaction.atomic
def payout(line: PayrollLine, account: SpecialAccount, **fields) -> Payout:
    """The line paid in full through the ledger."""
    movement = entry(account, -line.net, MovementKind.WAGE, booked_on=fields.pop("paid_on", date(2026, 10, 15)))
    _agree_in_the_end()
    line.paid = line.net
    line.save(update_fields=["paid"])
    return Payout.objects.create(
        project_id=line.project_id,
        account=account,
        serial=movement.serial,
        entry=movement,
        line=line,
        month=line.month,
        amount=line.net,
        paid_on=movement.booked_on,
        **fields,
    )


def public_notice(of: Project, month: date = date(2026, 9, 1), *sheets: str, **fields) -> PublicNotice:
    defaults = {"posted_on": next_month(month).replace(day=4), "place": "生活区宣传栏"}
    return PublicNotice.objects.create(
        project=of, month=month, sheets=list(sheets or NoticeSheet.values), **(defaults | fields)
    )


def advance(of: Project, *lines: PayrollLine, payer=None, debtor=None, by=None, **fields) -> Advance:
    """What the lines are owed, advanced in cash by the general contractor for the project's subcontractor."""
    payer = payer or of.general_contractor
    facts = {"cause": AdvanceCause.SUBCONTRACTOR, "means": AdvanceMeans.CASH, "on": date(2026, 10, 20)} | fields
    amounts = facts.pop("amounts", None) or {line.pk: line.net - line.paid for line in lines}
    facts.setdefault("proofs", [("签收单.pdf", b"%PDF-1.7\n")])
    debtor = debtor or services.debtors_of(of, payer)[0][0]
    return services.record_advance(of, payer=payer, debtor=debtor, amounts=amounts, by=by, **facts)


def shared(account: SpecialAccount, *others: Project) -> SpecialAccount:
    for other in others:
        AccountProject.objects.create(account=account, project=other, since=account.opened_on)
    return account


def closing_notice(account: SpecialAccount, begins_on: date = date(2026, 9, 1), **fields) -> ClosingNotice:
    facts = {"ends_on": begins_on + timedelta(days=30), "place": "项目部", "surplus_to": "总承包单位 尾号1234"}
    return ClosingNotice.objects.create(account=account, begins_on=begins_on, **(facts | fields))


def account_report(account: SpecialAccount, **fields) -> AccountReport:
    facts = {"act": AccountAct.OPENED, "happened_on": date(2026, 7, 25), "due_on": date(2026, 7, 29)}
    return AccountReport.objects.create(account=account, **(facts | fields))


def tripartite_agreement(account: SpecialAccount, of: Project, **fields) -> TripartiteAgreement:
    signed = dict.fromkeys(("construction_signatory", "contractor_signatory", "bank_signatory"), "王五")
    facts = {"number": f"XY{next(_serial)}", "signed_on": date(2026, 7, 20), "construction_unit": "建设单位"}
    return TripartiteAgreement.objects.create(account=account, project=of, **(facts | signed | fields))


def labour_cost_term(of: Project, **fields) -> LabourCostTerm:
    """100,000 a month, due by the 10th of the next."""
    facts = {"first_month": date(2026, 8, 1), "basis": TermBasis.AMOUNT, "pay_day": 10}
    if facts["basis"] == fields.get("basis", TermBasis.AMOUNT):
        facts["amount"] = Decimal(100000)
    return LabourCostTerm.objects.create(project=of, **(facts | fields))


def forecast(of: Project, month: date = date(2026, 10, 1), shortfall="12000.00", **fields) -> Forecast:
    """As a night saw it: nothing on the account, and so much to pay."""
    facts = dict.fromkeys(("balance", "accrued", "to_come", "inflow"), Decimal(0))
    facts |= {"pay_on": date(2026, 11, 25), "made_on": date(2026, 11, 20), "owed": Decimal(shortfall)}
    return Forecast.objects.create(project=of, month=month, shortfall=Decimal(shortfall), **(facts | fields))


def forecast_error(of: Project, month: date = date(2026, 9, 1), lead: int = 10, **fields) -> ForecastError:
    facts = {"pay_on": next_month(month).replace(day=15), "wages": 10000, "forecast": -500, "baseline": 3000}
    return ForecastError.objects.create(project=of, month=month, lead=lead, **({"actual": 300} | facts | fields))


def measured_value(of: Project, month: date = date(2026, 9, 1), amount="500000", **fields) -> MeasuredValue:
    return MeasuredValue.objects.create(project=of, month=month, amount=Decimal(amount), **fields)


def bank_agreement(bank: Organization, office: Organization, **fields) -> BankAgreement:
    facts = {"number": f"YH{next(_serial)}", "valid_from": date(2026, 1, 1), "valid_to": date(2027, 12, 31)}
    facts |= {"contact_name": "赵六", "contact_phone": "0883-2123456"}
    return BankAgreement.objects.create(bank=bank, office=office, **(facts | fields))
