"""A month's wages into the payroll: new lines written, unpaid ones brought up to date, paid ones left alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Payroll
from accounts.services import expected_wages
from accounts.services.sheets import draft_sheets, payroll_of
from core import audit, crypto
from core.staging import stage
from projects.models import ImportBatch, Project
from projects.services import lock_open, mark_changed


@dataclass(slots=True)
class Wage:
    """What one person is to be paid for a month; `engagement` is None for someone the register does not know."""

    name: str
    id_number: str
    due: Decimal
    deducted: Decimal
    net: Decimal
    engagement: int | None = None
    team: int | None = None
    card_number: str = ""
    bank_name: str = ""
    days: Decimal | None = None
    rate: Decimal | None = None
    deduction_reason: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Recorded:
    payroll: Payroll
    created: int
    updated: int
    unchanged: int


_COLUMNS = {
    "n": "int4",
    "name": "text",
    "id_number": "bytea",
    "id_number_index": "bytea",
    "engagement_id": "int8",
    "team_id": "int8",
    "card_number": "bytea",
    "card_number_index": "bytea",
    "card_last4": "text",
    "bank_name": "text",
    "days": "numeric",
    "rate": "numeric",
    "due": "numeric",
    "deducted": "numeric",
    "net": "numeric",
    "deduction_reason": "text",
    "remark": "text",
}
# Ciphertexts differ each time: the same number is told by its index.
_COMPARED = (
    *("name", "engagement_id", "team_id", "card_number_index", "bank_name"),
    *("days", "rate", "due", "deducted", "net", "deduction_reason", "remark"),
)
_WRITTEN = [name for name in _COLUMNS if name != "n"]
_REPLACED = [name for name in _WRITTEN if name not in ("id_number", "id_number_index")]

# A line that was submitted, or paid in part or in full, stays as it is.
_CLOSED = """
DELETE FROM wage_stage w USING accounts_payrollline l, accounts_payrollsheet s
WHERE l.payroll_id = %(payroll)s AND l.id_number_index = w.id_number_index AND NOT l.is_back_pay
  AND s.id = l.sheet_id AND (l.paid > 0 OR s.state <> 'draft')
"""

_NEWCOMERS = """(
    SELECT n.* FROM wage_stage n WHERE NOT EXISTS (
        SELECT 1 FROM accounts_payrollline l
        WHERE l.payroll_id = %(payroll)s AND l.id_number_index = n.id_number_index AND NOT l.is_back_pay
    )
)"""

_UPSERT = f"""
WITH written AS (
    INSERT INTO accounts_payrollline AS l (
        payroll_id, sheet_id, project_id, month, batch_id, paid, {", ".join(_WRITTEN)}
    )
    SELECT %(payroll)s, coalesce(known.sheet_id, d.id), %(project)s, %(month)s, %(batch)s, 0,
           {", ".join(f"s.{name}" for name in _WRITTEN)}
    FROM (SELECT DISTINCT ON (id_number_index) * FROM wage_stage ORDER BY id_number_index, n) s
    LEFT JOIN accounts_payrollline known ON known.payroll_id = %(payroll)s AND NOT known.is_back_pay
        AND known.id_number_index = s.id_number_index
    LEFT JOIN accounts_payrollsheet d ON d.payroll_id = %(payroll)s AND d.team_id IS NOT DISTINCT FROM s.team_id
        AND d.state = 'draft' AND d.kind = 'ordinary'
    ORDER BY n
    ON CONFLICT (payroll_id, id_number_index) WHERE NOT is_back_pay DO UPDATE
    SET batch_id = excluded.batch_id, {", ".join(f"{name} = excluded.{name}" for name in _REPLACED)}
    WHERE ({", ".join(f"l.{name}" for name in _COMPARED)})
          IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _COMPARED)})
    RETURNING xmax = 0 AS created
)
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written
"""

# Registered since the payroll came: the line finds its person, paid or not.
_LINK = """
UPDATE accounts_payrollline l SET engagement_id = s.engagement_id, team_id = coalesce(l.team_id, s.team_id)
FROM wage_stage s
WHERE l.payroll_id = %(payroll)s AND l.id_number_index = s.id_number_index
  AND l.engagement_id IS NULL AND s.engagement_id IS NOT NULL
"""


@transaction.atomic
def record_wages(
    project: Project,
    month: date,
    wages: Iterable[Wage],
    *,
    by,
    pay_on: date | None = None,
    batch: ImportBatch | None = None,
) -> Recorded:
    """Upsert by person into the teams' drafts. A line that was submitted, or paid in part or in full, stays as it is,
    whatever the sheet says."""
    lock_open(project)
    if month > timezone.localdate():
        raise ValidationError("工资所属月份晚于本月。")
    payroll = payroll_of(project, month, by=by, pay_on=pay_on)
    wages = list(wages)
    stage("wage_stage", _COLUMNS, (_staged(n, wage) for n, wage in enumerate(wages)))
    parameters = {
        "payroll": payroll.pk,
        "project": project.pk,
        "month": month,
        "batch": batch.pk if batch else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINK, parameters)
        linked = cursor.rowcount
        cursor.execute(_CLOSED, parameters)
        draft_sheets(payroll, _NEWCOMERS, by=by)
        cursor.execute(_UPSERT, parameters)
        created, updated = cursor.fetchone()
    expected_wages.compare(project, month, payroll.pk)
    updated += linked
    if created or updated:
        audit.record("payroll.record", by=by, target=payroll, created=created, updated=updated)
        mark_changed([project.pk])
    return Recorded(payroll, created, updated, len(wages) - created - updated)


def _staged(n: int, wage: Wage) -> tuple:
    card = wage.card_number
    return (
        n,
        wage.name[:50],
        crypto.encrypt(wage.id_number),
        crypto.blind_index(wage.id_number),
        wage.engagement,
        wage.team,
        crypto.encrypt(card) if card else None,
        crypto.blind_index(card) if card else None,
        card[-4:],
        wage.bank_name[:100],
        wage.days,
        wage.rate,
        wage.due,
        wage.deducted,
        wage.net,
        wage.deduction_reason[:200],
        wage.remark[:200],
    )
