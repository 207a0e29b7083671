"""Use and refund of a deposit: proposed, approved by another, done by the keeper; and their papers."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions
from accounts.enums import InstrumentState, RefundState, UseState
from accounts.forms import (
    OpinionForm,
    PaymentForm,
    ReasonForm,
    RefillForm,
    RefundDoneForm,
    RefundForm,
    UseForm,
)
from accounts.models import DepositMovement, DepositRefund, DepositUse, DepositUseLine
from accounts.permissions import DEPOSIT_READERS, KEEPER_ROLES
from accounts.selectors.deposits import payable_lines
from accounts.services import deposit_refunds, deposit_uses
from accounts.views.deposits import deposit_form_page, deposit_in_scope, refuse_act
from core import attachments
from core.access import access, read_or_write
from core.forms import PortalForm
from organizations.enums import Role
from projects.pages import dialog_answer

LINES = 300  # of one proposal


# --- use -------------------------------------------------------------------------------------------------------------


@read_or_write
@access(Role.OFFICER)
def use_propose(request, pk):
    deposit = deposit_in_scope(request, pk)
    refuse_act(permissions.can_propose_use(request.user, deposit))
    lines = list(payable_lines(deposit).select_related("team")[: LINES + 1])
    more, lines = len(lines) > LINES, lines[:LINES]
    form = UseForm(request.POST or None, request.FILES or None, lines=lines)

    def save():
        use = deposit_uses.propose_use(deposit, by=request.user, amounts=form.amounts(), **form.facts())
        messages.success(request, "动用意见已提交，待本单位另一名工作人员审批。")
        return use

    instrument = deposit.instruments.filter(state=InstrumentState.IN_FORCE).first()
    context = {"balance": instrument.balance if instrument else 0, "more": more, "most": LINES}
    template = "accounts/deposit_use_propose.html"
    return deposit_form_page(request, form, save, deposit, title="提出动用", template=template, **context)


def _use(request, pk) -> DepositUse:
    rows = DepositUse.objects.visible_to(request.user).select_related(
        "deposit__project__jurisdiction", "deposit__payer", "instrument__keeper", "office", "payment"
    )
    return get_object_or_404(rows.select_related("proposed_by", "approved_by", "refused_by"), pk=pk)


@require_GET
@access(*DEPOSIT_READERS)
def use_detail(request, pk):
    use, user = _use(request, pk), request.user
    can_decide = permissions.can_decide_use(user, use)
    context = {
        "use": use,
        "deposit": use.deposit,
        "lines": DepositUseLine.objects.visible_to(user).filter(use=use).select_related("payroll_line"),
        "files": attachments.of(use),
        "refills": DepositMovement.objects.visible_to(user).filter(use=use, kind="refill").order_by("id"),
        "left": deposit_uses.left_to_refill(use) if use.state == UseState.PAID else None,
        "is_late": use.is_late(timezone.localdate()),
        "can_decide": can_decide,
        "can_approve": can_decide and user.pk != use.proposed_by_id,
        "can_pay": permissions.can_pay(user, use),
        "can_refill": permissions.can_refill(user, use),
        "refuse_form": ReasonForm(prefix="refuse"),
        "payment_form": PaymentForm(prefix="payment"),
        "refill_form": RefillForm(prefix="refill"),
    }
    return render(request, "accounts/deposit_use.html", context)


@require_GET
@access(*DEPOSIT_READERS)
def use_notice(request, pk):
    """支付通知书, once it is approved."""
    use = _use(request, pk)
    lines = DepositUseLine.objects.visible_to(request.user).filter(use=use).select_related("payroll_line")
    context = {"use": use, "deposit": use.deposit, "lines": lines, "is_issued": bool(use.notice_number)}
    return render(request, "accounts/deposit_use_notice.html", context)


@require_POST
@access(Role.OFFICER)
def use_approve(request, pk):
    use = _use(request, pk)
    refuse_act(permissions.can_decide_use(request.user, use))
    return _answer(request, use, None, deposit_uses.approve_use, "已批准，支付通知书已生成。")


@require_POST
@access(Role.OFFICER)
def use_refuse(request, pk):
    use = _use(request, pk)
    refuse_act(permissions.can_decide_use(request.user, use))
    form = ReasonForm(request.POST, prefix="refuse")
    return _answer(request, use, form, deposit_uses.refuse_use, "已登记不予批准。")


@require_POST
@access(*KEEPER_ROLES)
def use_pay(request, pk):
    use = _use(request, pk)
    refuse_act(permissions.can_pay(request.user, use))
    form = PaymentForm(request.POST, request.FILES, prefix="payment")
    return _answer(request, use, form, deposit_uses.confirm_payment, "已登记支付，工人名单的工资由工资保证金付清。")


@require_POST
@access(*KEEPER_ROLES)
def use_refill(request, pk):
    use = _use(request, pk)
    refuse_act(permissions.can_refill(request.user, use))
    form = RefillForm(request.POST, prefix="refill")
    return _answer(request, use, form, deposit_uses.confirm_refill, "已登记补足。")


def _answer(request, decision, form: PortalForm | None, service, done: str):
    def act():
        service(decision, by=request.user, **(form.cleaned_data if form else {}))

    return dialog_answer(request, decision, form, act, done)


# --- refund ----------------------------------------------------------------------------------------------------------


@read_or_write
@access(Role.CLERK)
def refund_apply(request, pk):
    deposit = deposit_in_scope(request, pk)
    refuse_act(permissions.can_ask_back(request.user, deposit))
    form = RefundForm(request.POST or None, request.FILES or None)

    def save():
        refund = deposit_refunds.apply_refund(deposit, by=request.user, **form.cleaned_data)
        messages.success(request, f"退还申请已提交，人社部门应于 {refund.decide_by:%Y-%m-%d} 前作出决定。")
        return refund

    return deposit_form_page(request, form, save, deposit, title="申请退还", submit="提交申请")


def _refund(request, pk) -> DepositRefund:
    rows = DepositRefund.objects.visible_to(request.user).select_related(
        "deposit__project__jurisdiction", "deposit__payer", "instrument__keeper", "office", "payment"
    )
    people = ("proposed_by", "approved_by", "refused_by", "applied_by")
    return get_object_or_404(rows.select_related(*people), pk=pk)


@require_GET
@access(*DEPOSIT_READERS)
def refund_detail(request, pk):
    refund, user = _refund(request, pk), request.user
    can_decide = permissions.can_decide_refund(user, refund)
    context = {
        "refund": refund,
        "deposit": refund.deposit,
        "files": attachments.of(refund),
        "is_late": refund.is_late(timezone.localdate()),
        "can_propose": permissions.can_propose_refund(user, refund),
        "can_approve": can_decide and user.pk != refund.proposed_by_id,
        "can_decide": can_decide,
        "can_refuse": permissions.can_refuse_refund(user, refund),
        "can_refund": permissions.can_refund(user, refund),
        "opinion_form": OpinionForm(prefix="opinion", initial=_office(user)),
        "refuse_form": ReasonForm(prefix="refuse"),
        "done_form": RefundDoneForm(prefix="done"),
    }
    return render(request, "accounts/deposit_refund.html", context)


def _office(user) -> dict:
    return {"office_uscc": user.organization.uscc if user.role == Role.OFFICER else ""}


@require_GET
@access(*DEPOSIT_READERS)
def refund_notice(request, pk):
    refund = _refund(request, pk)
    is_issued = refund.state in (RefundState.APPROVED, RefundState.DONE)
    context = {"refund": refund, "deposit": refund.deposit, "is_issued": is_issued}
    return render(request, "accounts/deposit_refund_notice.html", context)


@require_POST
@access(Role.OFFICER)
def refund_propose(request, pk):
    refund = _refund(request, pk)
    refuse_act(permissions.can_propose_refund(request.user, refund))
    form = OpinionForm(request.POST, prefix="opinion")
    return _answer(request, refund, form, deposit_refunds.propose_refund, "已提交，待本单位另一名工作人员审批。")


@require_POST
@access(Role.OFFICER)
def refund_approve(request, pk):
    refund = _refund(request, pk)
    refuse_act(permissions.can_decide_refund(request.user, refund))
    return _answer(request, refund, None, deposit_refunds.approve_refund, "已批准，退还通知书已生成。")


@require_POST
@access(Role.OFFICER)
def refund_refuse(request, pk):
    refund = _refund(request, pk)
    refuse_act(permissions.can_refuse_refund(request.user, refund))
    form = ReasonForm(request.POST, prefix="refuse")
    return _answer(request, refund, form, deposit_refunds.refuse_refund, "已登记不予退还。")


@require_POST
@access(*KEEPER_ROLES)
def refund_done(request, pk):
    refund = _refund(request, pk)
    refuse_act(permissions.can_refund(request.user, refund))
    form = RefundDoneForm(request.POST, prefix="done")
    return _answer(request, refund, form, deposit_refunds.confirm_refund, "已登记退还。")
