"""垫付: wages one unit pays for another, and recovers in parts. Nothing is rewritten; what is wrong is reversed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import AdvanceCause, AdvanceMeans, AdvanceStep
from accounts.models import Advance, AdvanceItem, AdvanceMovement, PayoutOrder, PayrollLine
from accounts.services.settling import settle_sheets
from core import attachments, audit
from core.attachments import Files
from core.formats import money
from organizations.models import Organization
from projects.enums import SUBCONTRACTORS, ParticipantType
from projects.models import Project
from projects.services import lock_open, mark_changed

IN_SCOPE = "the project is in scope and held"

# Whose wages are paid: one payout a line, and the line is paid by as much, in one statement. A line takes no more than
# it is owed (payroll_line_paid_up_to_net).
_PAY = """
WITH made AS (
    INSERT INTO accounts_payout (project_id, advance_item_id, serial, line_id, month, amount, paid_on, method)
    SELECT i.project_id, i.id, '垫付-' || i.id, i.line_id, l.month, i.amount, %(on)s, 'advance'
    FROM accounts_advanceitem i JOIN accounts_payrollline l ON l.id = i.line_id
    WHERE i.advance_id = %(advance)s
    RETURNING line_id, amount
)
UPDATE accounts_payrollline l SET paid = l.paid + made.amount FROM made WHERE l.id = made.line_id
"""
_TAKE_BACK = """
WITH taken AS (
    DELETE FROM accounts_payout p USING accounts_advanceitem i
    WHERE i.advance_id = %(advance)s AND p.advance_item_id = i.id
    RETURNING p.line_id, p.amount
)
UPDATE accounts_payrollline l SET paid = l.paid - taken.amount FROM taken WHERE l.id = taken.line_id
"""


def debtors_of(project: Project, payer: Organization) -> list[tuple[Organization, str]]:
    """Whom this unit may have paid for at this project, with the part it plays: subcontractors; the construction unit
    for the contractor, and the contractor for the construction unit."""
    parts = (*SUBCONTRACTORS, ParticipantType.CONSTRUCTION_UNIT, ParticipantType.GENERAL_CONTRACTOR)
    parties = project.participations.filter(participant_type__in=parts).exclude(organization=payer)
    parties = parties.select_related("organization").order_by("participant_type", "id")
    return [(party.organization, party.get_participant_type_display()) for party in parties]


@transaction.atomic
def record_advance(
    project: Project,
    *,
    payer: Organization,
    debtor: Organization,
    cause: str,
    means: str,
    on: date,
    amounts: Mapping[int, Decimal],
    proofs: Files,
    note: str = "",
    by,
) -> Advance:
    """`amounts`: payroll line → what is advanced of it. Paid to the workers directly, the lines are settled at once.

    Refused: a completed project, a day in the future, no line, more than a line is owed, a line of a team that another
    unit employs, no proof of money that did not go through the account.
    """
    lock_open(project)
    lines = _held(project, amounts)
    _check(project, payer, debtor, cause, means, on, amounts, lines, proofs)
    with connection.cursor() as cursor:  # the sum of the lines is asked for when they are all there
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    facts = {"payer": payer, "debtor": debtor, "cause": cause, "means": means, "on": on, "note": note.strip()}
    advance = Advance.objects.create(project=project, amount=sum(amounts.values()), by=by, **facts)
    AdvanceItem.objects.bulk_create(
        AdvanceItem(project=project, advance=advance, line=lines[pk], amount=amount) for pk, amount in amounts.items()
    )
    if advance.pays_workers:
        _execute(_PAY, advance)
        settle_sheets(project, by=by)
    attachments.store_all(proofs, by=by, owner=advance)
    audit.record("advance.record", by=by, target=advance, amount=str(advance.amount), people=len(amounts))
    mark_changed([project.pk])
    return advance


def _held(project: Project, amounts: Mapping[int, Decimal]) -> dict[int, PayrollLine]:
    lines = PayrollLine.objects.unscoped(IN_SCOPE).filter(project=project, pk__in=list(amounts)).order_by("pk")
    lines = lines.select_related("team__employer", "engagement__team__employer").defer("id_number", "card_number")
    return {line.pk: line for line in lines.select_for_update(of=("self",))}


def _check(project, payer, debtor, cause, means, on, amounts, lines, proofs) -> None:
    if on > timezone.localdate():
        raise ValidationError({"on": "垫付日期不能晚于今天。"})
    if debtor not in [unit for unit, _ in debtors_of(project, payer)]:
        raise ValidationError({"debtor": "被垫付单位应为本项目的其他参建单位。"})
    if not amounts:
        raise ValidationError("请勾选垫付的工资并填写金额。")
    if means != AdvanceMeans.ACCOUNT and not proofs:
        raise ValidationError({"proofs": "直接支付给工人的，请上传转账回单或工人签收单。"})
    if PayoutOrder.objects.unscoped(IN_SCOPE).waiting().filter(line__in=list(lines)).exists():
        raise ValidationError("所选工资正由银行办理代发，请待办结后再登记垫付。")
    problems = [_why_not(lines.get(pk), amount, debtor, cause, on) for pk, amount in amounts.items()]
    if found := [problem for problem in problems if problem]:
        raise ValidationError(found)


def _why_not(line: PayrollLine | None, amount: Decimal, debtor: Organization, cause: str, on: date) -> str:
    if line is None:
        return "所选工资不在本项目的工资表中，请刷新后重选。"
    who = f"{line.name} {line.month:%Y年%m月}"
    if amount <= 0:
        return f"{who}：垫付金额应大于零。"
    if amount > line.net - line.paid:
        return f"{who}：尚欠 {money(line.net - line.paid)} 元，垫付金额不能更多。"
    if line.month >= timezone.localdate().replace(day=1):
        return f"{who}：当月工资还没有到发放日，不能登记垫付。"
    if on < line.month:
        return f"{who}：垫付日期早于工资所属月份。"
    if cause == AdvanceCause.SUBCONTRACTOR and not may_be_for(line, debtor):
        return f"{who}：所在班组不属于{debtor}。"
    return ""


def may_be_for(line: PayrollLine, debtor: Organization) -> bool:
    """Unless the person's team says that another unit employs it."""
    team = line.team or (line.engagement and line.engagement.team)
    return not (team and team.employer) or team.employer.organization_id == debtor.pk


@transaction.atomic
def recover_advance(
    advance: Advance, *, on: date, amount: Decimal, by, note: str = "", proofs: Files = ()
) -> AdvanceMovement:
    """A part, or all, came back from the debtor. Refused: more than is outstanding, before the advance, to come."""
    lock_open(advance.project)
    advance = _as_it_is(advance)
    if not advance.on <= on <= timezone.localdate():
        raise ValidationError({"on": f"追回日期应在垫付日期 {advance.on} 之后，且不晚于今天。"})
    if amount <= 0:
        raise ValidationError({"amount": "追回金额应大于零。"})
    if amount > advance.outstanding:
        raise ValidationError({"amount": f"尚未追回 {money(advance.outstanding)} 元，追回金额不能更多。"})
    movement = _move(advance, AdvanceStep.RECOVERED, on, amount, note, by)
    attachments.store_all(proofs, by=by, owner=movement)
    audit.record("advance.recover", by=by, target=advance, amount=str(amount))
    return movement


@transaction.atomic
def undo_recovery(movement: AdvanceMovement, *, reason: str, by) -> AdvanceMovement:
    """A recovery entered by mistake is answered by an entry of the same amount."""
    lock_open(movement.project)
    advance = _as_it_is(movement.advance)
    if movement.step != AdvanceStep.RECOVERED or any(m.reverses_id == movement.pk for m in advance.movements.all()):
        raise ValidationError("这笔追回已经冲销。")
    entry = _move(
        advance, AdvanceStep.RECOVERY_UNDONE, timezone.localdate(), movement.amount, reason, by, reverses=movement
    )
    audit.record("advance.undo", by=by, target=advance, amount=str(movement.amount), reason=reason)
    return entry


@transaction.atomic
def undo_advance(advance: Advance, *, reason: str, by) -> AdvanceMovement:
    """An advance entered by mistake: the lines it settled are owed again. Refused while anything is recovered."""
    lock_open(advance.project)
    advance = _as_it_is(advance)
    if advance.is_undone:
        raise ValidationError("这笔垫付已经冲销。")
    if advance.recovered:
        raise ValidationError("已有追回记录，请先冲销追回再冲销垫付。")
    entry = _move(advance, AdvanceStep.UNDONE, timezone.localdate(), advance.amount, reason, by)
    _execute(_TAKE_BACK, advance)
    settle_sheets(advance.project, by=by)
    audit.record("advance.undo", by=by, target=advance, amount=str(advance.amount), reason=reason)
    mark_changed([advance.project_id])
    return entry


def _as_it_is(advance: Advance) -> Advance:
    return Advance._base_manager.prefetch_related("movements").select_related("project").get(pk=advance.pk)


def _move(advance: Advance, step: AdvanceStep, on: date, amount: Decimal, note: str, by, **more) -> AdvanceMovement:
    return AdvanceMovement.objects.create(
        project=advance.project, advance=advance, step=step, on=on, amount=amount, note=note.strip(), by=by, **more
    )


def _execute(sql: str, advance: Advance) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"advance": advance.pk, "on": advance.on})
