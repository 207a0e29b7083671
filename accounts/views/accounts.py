"""Special accounts and their ledgers."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import permissions, selectors, services
from accounts.enums import MovementKind
from accounts.filters import AccountFilters, LedgerFilters
from accounts.forms import AccountForm, AgreementForm, BankAccountForm
from accounts.models import AccountReport, LedgerEntry, SpecialAccount, TripartiteAgreement
from accounts.tables import (
    AccountTable,
    LedgerTable,
)
from accounts.views import forecast
from core import attachments
from core.access import access, read_or_write
from core.pagination import capped_count
from organizations.enums import Role
from projects.models import Project
from projects.pages import bare_project, form_page, project_in_scope, refuse_unless
from projects.permissions import READERS
from projects.services import CLOSED

OPEN_WITHIN = 30  # days after the contract was signed (专户办法 art. 6)


@require_GET
@access(*READERS)
def account_list(request):
    filters = AccountFilters(request.GET)
    accounts = selectors.with_projects(SpecialAccount.objects.visible_to(request.user), request.user)
    table = AccountTable(filters.apply(selectors.with_balance(accounts)), request)
    return render(request, "accounts/account_list.html", {"filters": filters, "table": table})


@read_or_write
@access(Role.CLERK, Role.BANK)
def account_add(request, project_pk):
    """By somebody who sees the project."""
    project = bare_project(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_record_account(request.user, project)):
        return refused
    form = AccountForm(request.POST or None, user=request.user, project=project)

    def save():
        return services.open_account(project, by=request.user, **form.facts())

    return _save_account(request, form, reverse("accounts:project_money", args=[project.pk]), save)


@read_or_write
@access(Role.BANK)
def account_record(request):
    """By the bank, before it sees the project."""
    form = BankAccountForm(request.POST or None, user=request.user)

    def save():
        return services.open_account(form.project, by=request.user, **form.facts())

    return _save_account(request, form, reverse("accounts:account_list"), save)


@read_or_write
@access(Role.CLERK, Role.BANK)
def account_edit(request, pk):
    account = get_object_or_404(SpecialAccount.objects.visible_to(request.user), pk=pk)
    if not permissions.can_edit_account(request.user, account):
        raise PermissionDenied
    if not services.serves_an_open_project(account):
        messages.error(request, CLOSED)
        return redirect(account)
    form = AccountForm(request.POST or None, user=request.user, account=account)

    def save():
        return services.update_account(account, by=request.user, **form.facts())

    return _save_account(request, form, account.get_absolute_url(), save, account=account)


def _save_account(request, form, cancel, save, **context):
    if request.method == "POST" and form.is_valid():
        try:
            account = save()
        except ValidationError as error:
            form.add_error(None, error)
        else:
            shared = form.cleaned_data.get("share")
            messages.success(request, "同一专户已用于本项目，开户信息以原登记为准。" if shared else "专户信息已保存。")
            if not selectors.is_agreement_bank(account.bank, timezone.localdate()):
                messages.info(request, "开户银行不是协议银行：可以开户，已注明；对账单由银行另行报送或者导入。")
            return redirect(account)
    return render(request, "accounts/account_edit.html", {"form": form, "cancel": cancel} | context)


@read_or_write
@access(Role.CLERK, Role.BANK)
def agreement_add(request, pk, project_pk):
    """The tripartite agreement about one project's money on the account."""
    account = get_object_or_404(SpecialAccount.objects.visible_to(request.user), pk=pk)
    project = project_in_scope(request, project_pk)
    if not account.project_links.filter(project=project).exists():
        raise Http404
    allowed = permissions.can_sign_agreement(request.user, account, project)
    if refused := refuse_unless(request, project, allowed):
        return refused
    agreement = TripartiteAgreement(account=account, project=project)
    form = AgreementForm(request.POST or None, request.FILES or None, instance=agreement, project=project)
    back = account.get_absolute_url()

    def save():
        services.save_agreement(agreement, by=request.user, **form.cleaned_data)
        messages.success(request, "三方协议已登记。")
        return back

    return form_page(request, form, save, title="登记三方协议", project=project, back=back, trail=[("专户", back)])


@require_GET
@access(*READERS)
def ledger(request, pk):
    accounts = SpecialAccount.objects.visible_to(request.user).select_related("holder", "bank")
    account = get_object_or_404(selectors.with_balance(accounts), pk=pk)
    shared = account.serves is not None and account.serves > 1
    overdrawn = selectors.overdrawn(account) if shared else {}
    filters = LedgerFilters(request.GET, overdrawn=overdrawn)
    entries = filters.apply(LedgerEntry.objects.visible_to(request.user).filter(account=account))
    came, went = selectors.in_and_out(entries)
    context = {
        "account": account,
        "filters": filters,
        "table": LedgerTable(selectors.with_marks(entries), request, shared=shared, overdrawn=overdrawn),
        "lines": capped_count(entries.exclude(kind=MovementKind.OPENING)),
        "noun": "笔流水＋期初" if entries.filter(kind=MovementKind.OPENING).exists() else "笔流水",
        "came": came,
        "went": went,
        "overdrawn": len(overdrawn),
    }
    papers = _papers(request.user, account)
    context |= papers | forecast.of_account(request, [each["project"] for each in papers["projects"]])
    return render(request, "accounts/ledger.html", context)


def _papers(user, account: SpecialAccount) -> dict:
    """What stands beside the ledger: projects with their parts, agreements, reports, the closing."""
    can_edit = permissions.can_edit_account(user, account)
    projects = Project.objects.visible_to(user).filter(account_links__account=account).order_by("pk")
    parts = selectors.parts_of(account)
    agreements = TripartiteAgreement.objects.visible_to(user).filter(account=account).select_related("project")
    today = timezone.localdate()
    return {
        "projects": [
            {
                "project": project,
                "own": parts.get(project.pk, 0),
                "is_short": parts.get(project.pk, 0) < 0,
                "due_on": project.contract_signed_on and project.contract_signed_on + timedelta(days=OPEN_WITHIN),
                "can_sign": permissions.can_sign_agreement(user, account, project),
            }
            for project in projects
        ],
        "agreements": attachments.with_files(agreements),
        "reports": AccountReport.objects.visible_to(user).filter(account=account).select_related("by"),
        "notice": services.standing_notice(account),
        "is_agreement_bank": selectors.is_agreement_bank(account.bank, today),
        "can_edit": can_edit,
        "edit_url": reverse("accounts:account_edit", args=[account.pk]) if can_edit else "",
        "can_close": permissions.can_begin_closing(user, account),
    }
