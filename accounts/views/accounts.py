"""Special accounts and their ledgers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, selectors, services
from accounts.enums import MovementKind
from accounts.filters import AccountFilters, LedgerFilters
from accounts.forms import AccountForm, BankAccountForm, CancelForm
from accounts.models import LedgerEntry, SpecialAccount
from accounts.tables import (
    AccountTable,
    LedgerTable,
)
from core.access import access, read_or_write
from core.pagination import capped_count
from organizations.enums import Role
from projects.models import Project
from projects.pages import bare_project, refuse_unless
from projects.permissions import READERS
from projects.services import CLOSED


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
            return redirect(account)
    return render(request, "accounts/account_edit.html", {"form": form, "cancel": cancel} | context)


@require_POST
@access(Role.CLERK, Role.BANK)
def account_cancel(request, pk):
    account = get_object_or_404(SpecialAccount.objects.visible_to(request.user), pk=pk)
    if not permissions.can_cancel_account(request.user, account):
        raise PermissionDenied
    form = CancelForm(request.POST)
    try:
        if form.is_valid():
            services.cancel_account(account, by=request.user, on=form.cleaned_data["on"])
            messages.success(request, "专户已注销，不再接收流水。")
        else:
            messages.error(request, "；".join(str(error) for error in form.error_list()))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect(account)


@require_GET
@access(*READERS)
def ledger(request, pk):
    accounts = SpecialAccount.objects.visible_to(request.user).select_related("holder", "bank")
    account = get_object_or_404(selectors.with_balance(accounts), pk=pk)
    filters = LedgerFilters(request.GET)
    entries = filters.apply(LedgerEntry.objects.visible_to(request.user).filter(account=account))
    came, went = selectors.in_and_out(entries)
    can_edit = permissions.can_edit_account(request.user, account)
    context = {
        "account": account,
        "projects": Project.objects.visible_to(request.user).filter(account_links__account=account),
        "filters": filters,
        "table": LedgerTable(entries, request),
        "lines": capped_count(entries.exclude(kind=MovementKind.OPENING)),
        "noun": "笔流水＋期初" if entries.filter(kind=MovementKind.OPENING).exists() else "笔流水",
        "came": came,
        "went": went,
        "can_edit": can_edit,
        "edit_url": reverse("accounts:account_edit", args=[account.pk]) if can_edit else "",
        "can_cancel": permissions.can_cancel_account(request.user, account),
        "cancel_form": CancelForm(),
    }
    return render(request, "accounts/ledger.html", context)
