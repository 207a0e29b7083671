"""Wages owed for a long time, what a contractor paid for its subcontractor of them, and how exits were reckoned."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts import services
from accounts.enums import AdvanceCause, AdvanceMeans
from accounts.models import PayrollLine
from accounts.selectors.advances import open_lines
from core import attachments
from core.months import shifted
from projects.enums import Status
from projects.models import Project
from wagemonitor.seed.copying import execute
from wagemonitor.seed.fill import Made
from wagemonitor.seed.units import Units
from workers.models import Departure

ADVANCED, LINES = 6, 6  # projects, and lines of each
SIGNED = 1_000  # a province's worth of sheets would only fill the disk
PROOF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"

# Where wages are not paid they were not paid in spring either: a dozen people, three months.
OLD_PAYROLLS = """
INSERT INTO accounts_payroll (project_id, month, pay_on, created_at)
SELECT s.project_id, %(month)s, %(month)s::date + interval '1 month 14 days',
       %(month)s::date + interval '1 month 9 days'
FROM sites s JOIN projects_project p ON p.id = s.project_id
WHERE ('unpaid' = ANY(s.faults) OR p.id = %(own)s) AND p.actual_start_on <= %(month)s
"""
OLD_LINES = """
WITH sheets AS (
    INSERT INTO accounts_payrollsheet (payroll_id, project_id, kind, state, reason, created_at)
    SELECT p.id, p.project_id, 'ordinary', 'draft', '', p.created_at FROM accounts_payroll p
    WHERE p.month = %(month)s AND NOT EXISTS (SELECT 1 FROM accounts_payrollsheet s WHERE s.payroll_id = p.id)
    RETURNING id, payroll_id
)
INSERT INTO accounts_payrollline (payroll_id, sheet_id, project_id, month, engagement_id, team_id, name, id_number,
    id_number_index, card_number, card_number_index, card_last4, bank_name, days, rate, due, deducted, net, paid,
    remark)
SELECT p.id, s.id, p.project_id, p.month, e.id, e.team_id, w.name, w.id_number, w.id_number_index, c.number,
       c.number_index, c.last4, c.bank_name, 20, 240, 4800, 0, 4800, 0, ''
FROM accounts_payroll p
JOIN sheets s ON s.payroll_id = p.id
JOIN ranked r ON r.project_id = p.project_id AND r.place <= CASE WHEN p.project_id = %(own)s THEN 2 ELSE 12 END
JOIN workers_engagement e ON e.id = r.id AND e.entered_on <= p.month
JOIN workers_worker w ON w.id = r.worker_id
JOIN workers_bankcard c ON c.worker_id = w.id AND c.is_current
WHERE p.month = %(month)s
"""
# What the lists had paid by the exit, and what they came to; of some the clerk put down less.
RECKONED = """
UPDATE workers_departure d SET
    paid_before = (SELECT coalesce(sum(l.paid), 0) FROM accounts_payrollline l
                   WHERE l.engagement_id = d.engagement_id AND l.month <= d.exited_on),
    proposed_amount = coalesce(d.owed_amount, 0) + CASE WHEN chance = 1 THEN 300 ELSE 0 END,
    note = CASE WHEN chance = 1 THEN '已预支生活费 300 元' ELSE d.note END,
    owed_due_on = CASE WHEN d.owed_due_on IS NOT NULL AND chance < 3 THEN d.exited_on + 5 ELSE d.owed_due_on END,
    paid_by_wages = d.paid_on IS NOT NULL AND chance < 5
FROM (SELECT id AS departure, abs(hashint8(id * 19)) %% 8 AS chance FROM workers_departure WHERE settlement <> '') c
WHERE departure = d.id AND d.settlement <> ''
"""


def owe(today: date, made: list[Made]) -> None:
    """Before the months are filled, whose wages follow on these. Of the demo clerk's oldest site two people, whose
    wages the contractor then advances."""
    own = [item.id for item in made if item.site.is_own and item.site.status == Status.IN_PROGRESS]
    for back in (7, 6, 5):
        facts = {"month": shifted(today, -back), "own": min(own, default=None)}
        execute(OLD_PAYROLLS, facts)
        execute(OLD_LINES, facts)


def reckon() -> None:
    """Of who left with something owing, five in six signed a settlement sheet."""
    execute(RECKONED)
    owing = Departure.objects.filter(proposed_amount__gt=0, paid_by_wages=False)
    for departure in owing.order_by("id")[:SIGNED]:
        if departure.pk % 6:
            attachments.store(PROOF, "退场工资结算单.pdf", by=departure.by, owner=departure)


def advance(today: date, units: Units) -> None:
    """Of the oldest wages a few were paid by the contractor, and half of it is back; one was entered by mistake."""
    owing = PayrollLine.objects.filter(paid=0, net__gt=0, month__lt=shifted(today, -1)).values("project")
    projects = Project.objects.filter(pk__in=owing).prefetch_related("participations__organization").order_by("id")
    projects = sorted(projects, key=lambda one: one.general_contractor.pk != units.own)[:ADVANCED]
    for number, project in enumerate(projects):
        payer = project.general_contractor
        clerk = units.users["clerk"] if payer.pk == units.own else None
        if debtors := services.debtors_of(project, payer):
            _advance(project, payer, debtors[0][0], clerk, today, number)


def _advance(project, payer, debtor, clerk, today: date, number: int) -> None:
    lines = [line for line in open_lines(project) if services.may_be_for(line, debtor)][:LINES]
    if not lines:
        return
    made = services.record_advance(
        project,
        payer=payer,
        debtor=debtor,
        cause=AdvanceCause.SUBCONTRACTOR,
        means=AdvanceMeans.TRANSFER,
        on=shifted(today, -1),
        amounts={line.pk: line.net - line.paid for line in lines},
        proofs=[("转账回单.pdf", PROOF)],
        note="分包单位拖欠，先行清偿",
        by=clerk,
    )
    part = (made.amount / 2).quantize(Decimal("0.01"))
    back = services.recover_advance(made, on=timezone.localdate(), amount=part, note="从劳务费结算款中扣回", by=clerk)
    if number == 1:
        services.undo_recovery(back, reason="金额录入有误", by=clerk)
