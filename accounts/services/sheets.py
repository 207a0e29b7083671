"""A team's wage sheet: made, changed while it is a draft, and moved step by step (条例 art. 31). What may follow what
is said by the database (`accounts.models.sheet_triggers`); its refusals are handed on in its own words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.enums import RESULTS, Answer, SheetKind, SheetState, StepMeans
from accounts.models import LineAnswer, Payroll, PayrollLine, PayrollSheet, PayrollStep
from accounts.services import expected_wages
from accounts.services.expected_wages import EXPECTED
from core import attachments, audit
from projects.models import Project
from projects.services import lock, lock_open, mark_changed
from workers.selectors.logins import issue_shortly_before

MINE = "of a sheet in the caller's scope"
_REFUSED = re.compile(r"refused: (?P<why>[^\n]+)")
CLASHES = {
    "payroll_line_once_a": "该人已在本月工资表中，同一人同月只能有一行。",
    "payout_serial_unique": "流水号已用于另一笔发放，请核对。",
}


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the database refuses on purpose, as a ValidationError in its words; anything else goes on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if found := _REFUSED.search(str(error)):
            raise ValidationError(f"{found['why']}。") from error
        known = (told for name, told in CLASHES.items() if name in str(error))
        if told := next(known, ""):
            raise ValidationError(told) from error
        raise


# --- made ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    payroll: Payroll
    created: int
    followed: int
    sheets: int


# Whoever worked in the month and is on none of its ordinary lines. Advances still outstanding are taken back.
_WANTED = f"""
WITH {EXPECTED}
SELECT x.*, w.name, w.id_number, w.id_number_index, c.number, c.number_index, c.last4, c.bank_name,
       coalesce(x.due, 0) AS amount, least(greatest(a.outstanding, 0), coalesce(x.due, 0)) AS taken
FROM expected x
JOIN workers_worker w ON w.id = x.worker_id
LEFT JOIN workers_bankcard c ON c.worker_id = w.id AND c.is_current
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT sum(amount) FROM accounts_wageadvance v WHERE v.engagement_id = x.engagement_id), 0)
         - coalesce((SELECT sum(advance_deducted) FROM accounts_payrollline p
                     WHERE p.engagement_id = x.engagement_id AND p.advance_deducted > 0), 0) AS outstanding
) a
WHERE x.days > 0 AND (%(teams)s::bigint[] IS NULL OR coalesce(x.team_id, 0) = ANY(%(teams)s))
  AND NOT EXISTS (
      SELECT 1 FROM accounts_payrollline l
      WHERE l.payroll_id = %(payroll)s AND NOT l.is_back_pay
        AND (l.engagement_id = x.engagement_id OR l.id_number_index = w.id_number_index)
  )
"""
_SHEETS = """
INSERT INTO accounts_payrollsheet (payroll_id, project_id, team_id, kind, state, reason, created_by_id, created_at)
SELECT DISTINCT %(payroll)s, %(project)s, w.team_id, 'ordinary', 'draft', '', %(by)s::bigint, now() FROM {rows} w
ON CONFLICT (payroll_id, team_id) WHERE kind = 'ordinary' AND state = 'draft' DO NOTHING
"""
_LINES = """
INSERT INTO accounts_payrollline (
    payroll_id, sheet_id, project_id, month, engagement_id, team_id, name, id_number, id_number_index, card_number,
    card_number_index, card_last4, bank_name, days, attended_days, rate, wage_method, unit, due, expected_due,
    deducted, advance_deducted, deduction_reason, net, paid, remark
)
SELECT s.payroll_id, s.id, s.project_id, %(month)s, w.engagement_id, w.team_id, w.name, w.id_number, w.id_number_index,
       w.number, w.number_index, coalesce(w.last4, ''), coalesce(w.bank_name, ''), w.days, w.days, w.wage_rate,
       coalesce(w.wage_method, ''), coalesce(w.wage_unit, ''), w.amount, w.due, w.taken, w.taken,
       CASE WHEN w.taken > 0 THEN '扣回预支工资' ELSE '' END, w.amount - w.taken, 0, ''
FROM wanted w
JOIN accounts_payrollsheet s ON s.payroll_id = %(payroll)s AND s.team_id IS NOT DISTINCT FROM w.team_id
    AND s.state = 'draft' AND s.kind = 'ordinary'
ORDER BY w.team_id, w.engagement_id
"""


# Advances given since: taken back by drafted lines that nobody has put a deduction on.
_TAKE_BACK = """
WITH outstanding AS (
    SELECT v.engagement_id, sum(v.amount) - coalesce((
        SELECT sum(p.advance_deducted) FROM accounts_payrollline p
        WHERE p.engagement_id = v.engagement_id AND p.advance_deducted > 0), 0) AS amount
    FROM accounts_wageadvance v WHERE v.project_id = %(project)s GROUP BY v.engagement_id
)
UPDATE accounts_payrollline l
SET advance_deducted = least(o.amount, l.due), deducted = least(o.amount, l.due), net = l.due - least(o.amount, l.due),
    deduction_reason = '扣回预支工资'
FROM outstanding o, accounts_payrollsheet s
WHERE l.payroll_id = %(payroll)s AND o.engagement_id = l.engagement_id AND o.amount > 0 AND l.due > 0
  AND l.deducted = 0 AND l.paid = 0 AND s.id = l.sheet_id AND s.state = 'draft' AND s.kind = 'ordinary'
"""


@transaction.atomic
def make_sheets(project: Project, month: date, *, by, teams: Sequence[int] | None = None) -> Made:
    """Draft sheets, one a team, of whoever worked in the month and is on no line of it yet; drafted lines that nobody
    changed follow attendance and contracts. `teams`: their keys, 0 for people without a team; None for all."""
    lock_open(project)
    _refuse_future(month)
    payroll = payroll_of(project, month, by=by)
    asked = expected_wages.parameters(project, month) | {"payroll": payroll.pk, "by": by.pk if by else None}
    asked["teams"] = None if teams is None else list(teams)
    followed = expected_wages.follow(project, month, payroll.pk)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.wanted")
        cursor.execute(f"CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS {_WANTED}", asked)
        cursor.execute(_SHEETS.format(rows="wanted"), asked)
        sheets = cursor.rowcount
        cursor.execute(_LINES, asked)
        created = cursor.rowcount
        cursor.execute(_TAKE_BACK, asked)
        followed += cursor.rowcount
    if not created and not followed and not payroll.lines.exists():
        raise ValidationError("所选班组当月没有考勤，没有可编制的工资。")
    if created or followed:
        audit.record("payroll.make", by=by, target=payroll, created=created, updated=followed)
        mark_changed([project.pk])
    return Made(payroll, created, followed, sheets)


def payroll_of(project: Project, month: date, *, by, pay_on: date | None = None) -> Payroll:
    """The month's payroll, locked: sheets of two teams made or uploaded at once follow each other."""
    payrolls = Payroll.objects.unscoped("the caller's project")
    payrolls.bulk_create([Payroll(project=project, month=month, pay_on=pay_on, created_by=by)], ignore_conflicts=True)
    payroll = payrolls.select_for_update().get(project=project, month=month)
    if pay_on and payroll.pay_on != pay_on:
        payroll.pay_on = pay_on
        payroll.save(update_fields=["pay_on"])
    return payroll


def draft_sheets(payroll: Payroll, rows: str, *, by) -> None:
    """A draft for every team in the temporary table `rows` that has none."""
    asked = {"payroll": payroll.pk, "project": payroll.project_id, "by": by.pk if by else None}
    with connection.cursor() as cursor:
        cursor.execute(_SHEETS.format(rows=rows), asked)


@transaction.atomic
def start_back_pay(project: Project, month: date, *, by, reason: str, team=None) -> PayrollSheet:
    """An empty sheet for what an older month still owes (补发); people are added one by one."""
    lock_open(project)
    if month >= timezone.localdate().replace(day=1):
        raise ValidationError({"month": "补发只用于以前的月份；当月工资请直接编制。"})
    payroll = payroll_of(project, month, by=by)
    sheet = PayrollSheet.objects.create(
        payroll=payroll, project=project, team=team, kind=SheetKind.BACK_PAY, reason=reason, created_by=by
    )
    audit.record("payroll.back_pay", by=by, target=sheet, month=f"{month:%Y-%m}", reason=reason)
    return sheet


def _refuse_future(month: date) -> None:
    if month > timezone.localdate():
        raise ValidationError("工资所属月份晚于本月。")


# --- changed while a draft -----------------------------------------------------------------------------------------


@transaction.atomic
def save_line(line: PayrollLine, *, by) -> PayrollLine:
    """A new line of a draft, or a changed one; `net` follows. Raises ValidationError where an amount cannot be."""
    project = lock_open(line.sheet.project)
    line.net = line.due - line.deducted
    if line.net < 0:
        raise ValidationError({"deducted": "扣款不能超过应发工资。"})
    if line.deducted and not line.deduction_reason:
        raise ValidationError({"deduction_reason": "请填写扣款原因。"})
    if line.advance_deducted > line.deducted:
        raise ValidationError({"advance_deducted": "扣回预支是扣款的一部分，不能超过扣款合计。"})
    with refusals_told():
        line.save()
        check_now()
    expected_wages.compare(project, line.month, line.payroll_id)
    audit.record("payroll.line", by=by, target=line, month=f"{line.month:%Y-%m}")
    mark_changed([project.pk])
    return line


def check_now() -> None:
    """What the database would only say at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@transaction.atomic
def remove_line(line: PayrollLine, *, by) -> None:
    lock_open(line.sheet.project)
    with refusals_told():
        audit.record("payroll.line_out", by=by, target=line, month=f"{line.month:%Y-%m}")
        line.delete()
    mark_changed([line.project_id])


def unexplained(sheet: PayrollSheet) -> QuerySet[PayrollLine]:
    """Lines of a draft that differ from attendance or contract and do not say why."""
    return differing(PayrollLine.objects.unscoped(MINE).filter(sheet=sheet, paid=0)).filter(difference_reason="")


def differing(lines: QuerySet[PayrollLine]) -> QuerySet[PayrollLine]:
    """As the trigger of the submission counts them."""
    days = Q(days__isnull=False) & ~Q(days=Coalesce(F("attended_days"), Value(Decimal(0))))
    return lines.filter(days | Q(expected_due__isnull=True) | ~Q(due=F("expected_due")))


@transaction.atomic
def explain(sheet: PayrollSheet, *, by, reason: str, lines: Iterable[int] | None = None) -> int:
    """One reason for every unexplained difference, or for these lines of them."""
    lock_open(sheet.project)
    chosen = unexplained(sheet)
    if lines is not None:
        chosen = chosen.filter(pk__in=list(lines))
    with refusals_told():
        count = chosen.update(difference_reason=reason)
    if not count:
        raise ValidationError("没有需要说明的差异。")
    audit.record("payroll.explain", by=by, target=sheet, reason=reason, people=count)
    return count


# --- step by step --------------------------------------------------------------------------------------------------


@transaction.atomic
def take_step(
    sheet: PayrollSheet,
    to: SheetState,
    *,
    by,
    text: str = "",
    means: StepMeans = StepMeans.PORTAL,
    files: Sequence[tuple[str, bytes]] = (),
    seen: str = "",
) -> PayrollStep:
    """Move a sheet on, or back to the draft with a reason. `seen`: the state in which the person saw it; two at once
    find only the first one served."""
    project = lock(sheet.project) if to in RESULTS else lock_open(sheet.project)  # the bank also ends what was begun
    sheet = PayrollSheet.objects.unscoped(MINE).select_related("payroll", "team").get(pk=sheet.pk)
    if to == SheetState.CONFIRMING:
        expected_wages.compare(project, sheet.payroll.month, sheet.payroll_id)
    totals = PayrollLine.objects.unscoped(MINE).filter(sheet=sheet).aggregate(people=Count("pk"), net=Sum("net"))
    with refusals_told():
        step = PayrollStep.objects.create(
            sheet=sheet,
            project=project,
            from_state=seen or sheet.state,
            to_state=to,
            means=means,
            scans=len(files),
            text=text,
            by=by,
            people=totals["people"],
            net=totals["net"] or 0,
        )
    attachments.store_all(files, by=by, owner=step)
    states = {"before": step.get_from_state_display(), "after": step.get_to_state_display()}
    audit.record("payroll.step", by=by, target=sheet, people=step.people, **states)
    mark_changed([project.pk])
    return step


@transaction.atomic
def answer_line(line: PayrollLine, answer: Answer, *, by, net: Decimal, text: str = "") -> LineAnswer:
    """A worker's word on the own line, to the amount they saw. The last confirmation moves the sheet on."""
    lock_open(line.project)
    with refusals_told():
        given = LineAnswer.objects.create(
            line=line,
            project_id=line.project_id,
            answer=answer,
            net=net,
            text=text,
            by=by,
            issue=issue_shortly_before(by),
        )
    audit.record("payroll.answer", by=by, target=line, state=given.get_answer_display())
    sheet = PayrollSheet.objects.unscoped(MINE).get(pk=line.sheet_id)
    waiting = PayrollLine.objects.unscoped(MINE).filter(sheet=sheet).exclude(answer=Answer.CONFIRMED)
    if not waiting.exists():
        take_step(sheet, SheetState.CONFIRMED, by=by, text="全部工人已在手机上确认")
    return given
