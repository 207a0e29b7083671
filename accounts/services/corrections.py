"""Corrections of an append-only ledger: a reversing entry takes a movement back, a reclassification says anew what it
was for. Both are the bank's that keeps the account, or the officer's of the jurisdiction; never the contractor's."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import MovementDirection, MovementKind
from accounts.models import LedgerEntry, Payout, Reclassification, SpecialAccount
from accounts.services.ledger import Movement, append_to
from accounts.services.matching import match_payouts
from core import audit
from projects.models import Project
from projects.services import lock, mark_changed

IN_SCOPE = "the caller has found it in its user's scope"


@transaction.atomic
def reverse_entry(entry: LedgerEntry, *, by, on: date, reason: str, serial: str = "") -> LedgerEntry:
    """冲正. Without the bank's serial the entry was never the bank's: recorded by mistake. A payout it made is taken
    back, one it returned is paid again."""
    project, account, entry = _held(entry)
    if entry.reverses_id or hasattr(entry, "reversal"):
        raise ValidationError("该笔流水已经冲正，或者本身就是冲正。")
    if not entry.booked_on <= on <= timezone.localdate():
        raise ValidationError({"on": "冲正日期应在原流水日期之后，且不晚于今天。"})
    serial = serial or f"冲正-{entry.serial}"[: LedgerEntry._meta.get_field("serial").max_length]
    append_to(account, project, [_mirror(entry, serial, on, reason)])
    made = LedgerEntry.objects.unscoped(IN_SCOPE).get(account=account, serial=serial)
    settle_reversed([entry.pk])
    audit.record("ledger.reverse", by=by, target=entry, serial=serial, reason=reason)
    mark_changed([project.pk])
    match_payouts(project, by=by)
    return made


def _mirror(entry: LedgerEntry, serial: str, on: date, reason: str) -> Movement:
    back = MovementDirection.OUT if entry.direction == MovementDirection.IN else MovementDirection.IN
    return Movement(
        serial,
        back,
        MovementKind.REVERSAL,
        entry.amount,
        on,
        summary=f"冲正 {entry.serial}：{reason}",
        counterparty_name=entry.counterparty_name,
        counterparty_number=entry.counterparty_number or "",
        counterparty_bank=entry.counterparty_bank,
        reverses=entry.pk,
    )


# A payout made by a reversed entry is taken back by the reversal; one that a reversed return had taken back stands.
_TAKE_BACK = """
WITH undone AS (
    UPDATE accounts_payout p SET returned_id = r.id
    FROM accounts_ledgerentry r
    WHERE r.reverses_id = p.entry_id AND p.entry_id = ANY(%(entries)s) AND p.returned_id IS NULL
    RETURNING p.line_id, -p.amount AS amount
), again AS (
    UPDATE accounts_payout p SET returned_id = NULL WHERE p.returned_id = ANY(%(entries)s)
    RETURNING p.line_id, p.amount
)
UPDATE accounts_payrollline l SET paid = l.paid + moved.amount
FROM (SELECT line_id, sum(amount) AS amount FROM (TABLE undone UNION ALL TABLE again) one GROUP BY line_id) moved
WHERE l.id = moved.line_id
"""


def settle_reversed(entries: list[int]) -> None:
    """Of entries that have just been reversed: what they paid is owed again, what they returned is paid again.
    Refuses where the line has been paid once more since."""
    again = Payout.objects.unscoped(IN_SCOPE).filter(returned__in=entries).select_related("line")
    if any(payout.line and payout.line.paid + payout.amount > payout.line.net for payout in again):
        raise ValidationError("退回的工资已经重新发放，不能再冲正这笔退汇。")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"entries": entries})


@transaction.atomic
def reclassify(entry: LedgerEntry, *, kind: str, reason: str, by) -> Reclassification:
    """What the movement was for, said anew. In force at once, for pages, matching, rules and reports."""
    project, account, entry = _held(entry)
    if problem := why_not_reclassified(entry):
        raise ValidationError(problem)
    if kind == entry.kind:
        raise ValidationError({"kind": "与现在的交易类型相同。"})
    if kind == MovementKind.SURPLUS and not _notice_had_ended(account, entry.booked_on):
        raise ValidationError({"kind": "注销公示期满后划出的款项才能记为结余划转。"})
    made = Reclassification(entry=entry, project=project, was=entry.kind, kind=kind, reason=reason, by=by)
    made.full_clean(exclude=["by"])
    made.save(force_insert=True)
    kinds = {"before": made.get_was_display(), "after": made.get_kind_display()}
    audit.record("ledger.reclassify", by=by, target=entry, reason=reason, **kinds)
    mark_changed([project.pk])
    match_payouts(project, by=by)
    return made


def why_not_reclassified(entry: LedgerEntry) -> str:
    """Empty when it may be; the database says the same (`Reclassification`)."""
    if entry.kind == MovementKind.OPENING:
        return "期初余额不是一笔收支，没有用途可改。"
    if entry.reverses_id or hasattr(entry, "reversal"):
        return "该笔流水已经冲正，或者本身就是冲正，交易类型不再更改。"
    payouts = Payout.objects.unscoped(IN_SCOPE)
    if payouts.filter(entry=entry, returned=None).exists() or payouts.filter(returned=entry).exists():
        return "该笔流水已对应工资明细，不能改为其他用途；如属错账，请冲正。"
    return ""


def _notice_had_ended(account: SpecialAccount, on: date) -> bool:
    return account.closing_notices.filter(withdrawn_at=None, ends_on__lt=on).exists()


def _held(entry: LedgerEntry) -> tuple[Project, SpecialAccount, LedgerEntry]:
    """Project first, then account: as every writer of its money. Also of a completed project: its ledger is corrected
    until the account is closed."""
    project = lock(entry.project)
    account = SpecialAccount.objects.unscoped(IN_SCOPE).select_for_update().get(pk=entry.account_id)
    if account.is_cancelled:
        raise ValidationError("该专户已注销，流水不再更改。")
    return project, account, LedgerEntry.objects.unscoped(IN_SCOPE).get(pk=entry.pk)
