"""Closing a special account: notice, what stands against it, the last movements, cancellation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, selectors, services
from accounts.forms import CancelForm, ClosingForm, SurplusForm, WithdrawForm
from accounts.models import ClosingNotice, SpecialAccount
from core import attachments
from core.access import access, read_or_write
from organizations.enums import Role
from projects.pages import dialog_answer, form_page
from projects.permissions import READERS


def _found(request, pk) -> SpecialAccount:
    accounts = SpecialAccount.objects.visible_to(request.user).select_related("holder", "bank")
    return get_object_or_404(selectors.with_balance(accounts), pk=pk)


@require_GET
@access(*READERS)
def closing(request, pk):
    account, today = _found(request, pk), timezone.localdate()
    user, notice = request.user, services.standing_notice(account)
    obstacles = [] if account.is_cancelled else services.obstacles(account)
    unused, may = account.balance is None, permissions.can_begin_closing(user, account)
    has_ended = notice is not None and notice.has_ended(today)
    blocked = [obstacle for obstacle in obstacles if obstacle.stops_notice]
    notices = ClosingNotice.objects.visible_to(user).filter(account=account).select_related("by")
    context = {
        "account": account,
        "notice": notice,
        "has_ended": has_ended,
        "days_left": (notice.ends_on - today).days + 1 if notice else 0,
        "notices": attachments.with_files(notices),
        "obstacles": obstacles,
        "unused": unused,
        "may_begin": may and not (unused or notice or blocked),
        "may_withdraw": may and notice is not None,
        "may_transfer": has_ended and bool(account.balance) and permissions.can_transfer_surplus(user, account),
        "may_cancel": permissions.can_cancel_account(user, account) and (unused or (has_ended and not obstacles)),
        "withdraw_form": WithdrawForm(auto_id="withdraw-%s"),
        "surplus_form": SurplusForm(auto_id="surplus-%s", initial={"on": today}),
        "cancel_form": CancelForm(auto_id="cancel-%s", initial={"on": today}),
    }
    return render(request, "accounts/closing.html", context)


@read_or_write
@access(Role.CLERK, Role.BANK)
def closing_begin(request, pk):
    account = _allowed(request, pk, permissions.can_begin_closing)
    form = ClosingForm(request.POST or None, request.FILES or None)
    back = reverse("accounts:closing", args=[account.pk])

    def save():
        notice = services.begin_closing(account, by=request.user, **form.cleaned_data)
        messages.success(request, f"注销公示已登记，至 {notice.ends_on:%Y-%m-%d} 期满。")
        return back

    trail = [("专户", account.get_absolute_url()), ("注销", back)]
    return form_page(request, form, save, title="登记注销公示", back=back, trail=trail)


@require_POST
@access(Role.CLERK, Role.BANK)
def closing_withdraw(request, pk):
    account = _allowed(request, pk, permissions.can_begin_closing)
    form = WithdrawForm(request.POST)
    back = reverse("accounts:closing", args=[account.pk])
    return dialog_answer(
        request,
        back,
        form,
        lambda: services.withdraw_closing(account, by=request.user, **form.cleaned_data),
        "注销公示已撤回。",
    )


@require_POST
@access(Role.BANK)
def closing_surplus(request, pk):
    account = _allowed(request, pk, permissions.can_transfer_surplus)
    form = SurplusForm(request.POST)
    back = reverse("accounts:closing", args=[account.pk])

    def act():
        facts = form.cleaned_data | {"interest": form.cleaned_data["interest"] or 0}
        services.transfer_surplus(account, by=request.user, **facts)

    return dialog_answer(request, back, form, act, "结余划转已入账，账户余额为零。")


@require_POST
@access(Role.CLERK, Role.BANK)
def account_cancel(request, pk):
    account = _allowed(request, pk, permissions.can_cancel_account)
    form = CancelForm(request.POST)
    back = reverse("accounts:closing", args=[account.pk])
    return dialog_answer(
        request,
        back,
        form,
        lambda: services.cancel_account(account, by=request.user, on=form.cleaned_data["on"]),
        "专户已注销，不再接收流水。",
    )


def _allowed(request, pk, may) -> SpecialAccount:
    account = _found(request, pk)
    if not may(request.user, account):
        raise PermissionDenied
    return account
