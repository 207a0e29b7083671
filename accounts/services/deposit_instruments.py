"""The account, letter or policy: offered by the contractor, confirmed by its keeper, renewed, exchanged."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.enums import DepositForm, DepositMovementKind, DepositState, InstrumentState, UseState
from accounts.models import Deposit, DepositInstrument, DepositMovement, DepositRefund, DepositUse
from accounts.services.deposit_numbers import movement_number
from accounts.services.deposits import lock_deposit
from core import attachments, audit
from core.attachments import Files
from organizations.models import Organization
from projects.services import lock, mark_changed

UNDECIDED = "有动用或退还尚未办结，请办结后再办理续保或置换。"
NOT_WAITING = "该凭证已经办理，请刷新页面。"


def lock_instrument(instrument: DepositInstrument) -> DepositInstrument:
    rows = DepositInstrument.objects.unscoped("the caller has found it in scope")
    return rows.select_for_update().get(pk=instrument.pk)


def held(deposit: Deposit) -> DepositInstrument | None:
    """The one in force, held until the transaction ends."""
    rows = DepositInstrument.objects.unscoped("of a deposit the caller has locked")
    return rows.select_for_update().filter(deposit=deposit, state=InstrumentState.IN_FORCE).first()


@transaction.atomic
def offer_instrument(
    deposit: Deposit,
    *,
    by,
    form: str,
    keeper: Organization,
    files: Files = (),
    instrument: DepositInstrument | None = None,
    **facts,
) -> DepositInstrument:
    """A first one, a renewal or one of another form (置换); `instrument` to correct one that waits for its keeper.

    Refused: a keeper of the wrong kind, less than is to be stored, a letter that has ended or does not go on."""
    project, deposit = lock(deposit.project), lock_deposit(deposit)
    if deposit.state not in (DepositState.ASSESSED, DepositState.HELD):
        raise ValidationError("存储金额尚未核定或已经办结，不能申报凭证。")
    made = lock_instrument(instrument) if instrument else DepositInstrument(deposit=deposit, offered_by=by)
    if made.state != InstrumentState.OFFERED:
        raise ValidationError(NOT_WAITING)
    made.form, made.keeper = form, keeper
    for name, value in facts.items():
        setattr(made, name, value)
    made.account_last4 = (made.account_number or "")[-4:]
    _check_offer(deposit, made)
    made.full_clean()
    made.save()
    attachments.store_all(files, by=by, owner=made)
    audit.record("deposit.offer", by=by, target=made, project=project.code, kind=made.get_form_display())
    mark_changed([project.pk])
    return made


def _check_offer(deposit: Deposit, made: DepositInstrument) -> None:
    if made.keeper.kind != DepositForm(made.form).keeper_kind:
        raise ValidationError({"keeper": "所选机构与收支方式不符：保单选保险公司，其余选银行。"})
    if made.amount < deposit.differential_amount:
        raise ValidationError({"amount": f"金额不得低于核定的 {deposit.differential_amount:,.2f} 元。"})
    if made.ends_on and made.ends_on < timezone.localdate():
        raise ValidationError({"ends_on": "有效期已经届满。"})
    before = held(deposit)
    if before is None and made.starts_on and made.starts_on > timezone.localdate():
        raise ValidationError({"starts_on": "第一份凭证的起始日期不能晚于今天。"})
    if before is None:
        return
    if before.ends_on and made.ends_on and made.ends_on <= before.ends_on:
        raise ValidationError({"ends_on": f"续保的终止日期应晚于现有凭证（{before.ends_on:%Y-%m-%d}）。"})
    if before.ends_on and made.starts_on > before.ends_on + timedelta(days=1):
        raise ValidationError({"starts_on": f"应与现有凭证（至 {before.ends_on:%Y-%m-%d}）衔接，不能中断。"})


@transaction.atomic
def confirm_instrument(
    instrument: DepositInstrument, *, by, moved_on: date, reference: str = "", has_special_mark: bool | None = None
) -> DepositMovement:
    """By the keeper: what was offered is stored. What was in force before goes, whole, in the same moment. Before its
    first day only a renewal that the letter before it covers until then."""
    project, deposit = lock(instrument.deposit.project), lock_deposit(instrument.deposit)
    made = lock_instrument(instrument)
    if made.state != InstrumentState.OFFERED:
        raise ValidationError(NOT_WAITING)
    if moved_on > timezone.localdate():
        raise ValidationError({"moved_on": "日期不能晚于今天。"})
    if made.form == DepositForm.BANK and has_special_mark is None:
        raise ValidationError({"has_special_mark": "请说明账户是否设置特殊标识。"})
    before = held(deposit)
    if made.starts_on > moved_on and not _covers_until(before, made.starts_on):
        raise ValidationError({"moved_on": f"该凭证自 {made.starts_on} 起有效，收支时间不能早于该日。"})
    if before:
        _end(before, moved_on, by)
    made.has_special_mark = has_special_mark if made.form == DepositForm.BANK else None
    made.state, made.answered_by, made.answered_at = InstrumentState.IN_FORCE, by, timezone.now()
    made.save()
    movement = move(made, DepositMovementKind.COLLECT, made.amount, by=by, moved_on=moved_on, reference=reference)
    deposit.form, deposit.state = made.form, DepositState.HELD
    deposit.stored_on = deposit.stored_on or moved_on
    deposit.save()
    audit.record("deposit.confirm", by=by, target=made, project=project.code, number=movement.number)
    mark_changed([project.pk])
    return movement


def _covers_until(before: DepositInstrument | None, day: date) -> bool:
    """A letter or policy up to the day before. Money goes back when it is exchanged: it covers nothing after that."""
    return before is not None and before.ends_on is not None and before.ends_on + timedelta(days=1) >= day


def _end(before: DepositInstrument, day: date, by) -> None:
    uses = DepositUse.objects.unscoped("of this instrument").filter(instrument=before)
    refunds = DepositRefund.objects.unscoped("of this instrument").filter(instrument=before)
    if uses.filter(state__in=DepositUse.OPEN).exists() or refunds.filter(state__in=DepositRefund.OPEN).exists():
        raise ValidationError(UNDECIDED)
    if before.balance:
        move(before, DepositMovementKind.REPLACE, before.balance, by=by, moved_on=day)
        before.refresh_from_db()
    uses.filter(state=UseState.PAID, refilled_on=None).update(refilled_on=day)  # the new one is whole
    before.state = InstrumentState.ENDED
    before.save()


@transaction.atomic
def refuse_instrument(instrument: DepositInstrument, *, by, reason: str) -> None:
    """By the keeper: it knows no such account, letter or policy."""
    project = lock(instrument.deposit.project)
    made = lock_instrument(instrument)
    if made.state != InstrumentState.OFFERED:
        raise ValidationError(NOT_WAITING)
    made.state, made.refused_reason = InstrumentState.REFUSED, reason.strip()
    made.answered_by, made.answered_at = by, timezone.now()
    made.save()
    audit.record("deposit.refuse", by=by, target=made, project=project.code, reason=reason)
    mark_changed([project.pk])


def move(
    instrument: DepositInstrument, kind: str, amount, *, by, moved_on: date, reference: str = "", use=None, refund=None
) -> DepositMovement:
    """Within the caller's transaction and locks; the database keeps the balance and refuses what would break it."""
    movement = DepositMovement(
        instrument=instrument,
        number=movement_number(instrument.deposit.project, moved_on),
        kind=kind,
        amount=amount,
        moved_on=moved_on,
        reference=reference,
        use=use,
        refund=refund,
        by=by,
    )
    movement.save(force_insert=True)
    movement.refresh_from_db(fields=["balance"])
    return movement
