"""Accounts, letters and policies of a deposit: offered by the contractor, answered by the keeper."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts import permissions
from accounts.enums import DepositForm, InstrumentState
from accounts.forms import ConfirmForm, InstrumentForm, ReasonForm
from accounts.models import Deposit, DepositInstrument
from accounts.permissions import KEEPER_ROLES
from accounts.services import deposit_instruments as services
from accounts.views.deposits import deposit_form_page, deposit_in_scope, refuse_act
from core.access import access, read_or_write
from organizations.enums import Role
from projects.pages import dialog_answer


@read_or_write
@access(Role.CLERK)
def instrument_offer(request, pk):
    """?form= says of which form; without it, the one that was declared."""
    deposit = deposit_in_scope(request, pk)
    refuse_act(permissions.can_offer(request.user, deposit))
    waits = DepositInstrument.objects.visible_to(request.user).filter(deposit=deposit, state=InstrumentState.OFFERED)
    return _form(request, deposit, _form_asked(request, deposit.form), waits.first())


@read_or_write
@access(Role.CLERK)
def instrument_edit(request, pk):
    instrument = _found(request, pk)
    refuse_act(permissions.can_offer(request.user, instrument.deposit))
    refuse_act(instrument.state == InstrumentState.OFFERED)
    return _form(request, instrument.deposit, _form_asked(request, instrument.form), instrument)


def _form_asked(request, default: str) -> DepositForm:
    asked = request.GET.get("form", "")
    return DepositForm(asked if asked in DepositForm.values else default)


def _found(request, pk) -> DepositInstrument:
    rows = DepositInstrument.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("deposit__project", "deposit__payer", "keeper"), pk=pk)


def _form(request, deposit: Deposit, kind: DepositForm, instrument: DepositInstrument | None):
    known = instrument if instrument and instrument.form == kind else None
    form = InstrumentForm(request.POST or None, request.FILES or None, deposit=deposit, form=kind, instrument=known)

    def save():
        facts = form.facts()
        services.offer_instrument(deposit, by=request.user, form=kind, instrument=instrument, **facts)
        messages.success(request, "已提交，待银行或保险公司确认。")
        return deposit

    context = {"kind": kind, "forms": DepositForm.choices, "facts": "accounts/_deposit_forms.html"}
    return deposit_form_page(request, form, save, deposit, title=f"申报{kind.label}", submit="提交", **context)


@read_or_write
@access(*KEEPER_ROLES)
def instrument_confirm(request, pk):
    instrument = _found(request, pk)
    refuse_act(permissions.can_confirm(request.user, instrument))
    form = ConfirmForm(request.POST or None, instrument=instrument)

    def save():
        movement = services.confirm_instrument(instrument, by=request.user, **form.cleaned_data)
        messages.success(request, f"已确认存储，收支编号 {movement.number}。")
        return instrument.deposit

    context = {"instrument": instrument, "facts": "accounts/_deposit_instrument_facts.html", "submit": "确认存储"}
    title = f"确认{instrument.get_form_display()}"
    return deposit_form_page(request, form, save, instrument.deposit, title=title, **context)


@require_POST
@access(*KEEPER_ROLES)
def instrument_refuse(request, pk):
    instrument = _found(request, pk)
    refuse_act(permissions.can_confirm(request.user, instrument))
    form = ReasonForm(request.POST, prefix="refuse")
    return dialog_answer(
        request,
        instrument.deposit,
        form,
        lambda: services.refuse_instrument(instrument, by=request.user, **form.cleaned_data),
        "已退回企业。",
    )
