"""A month's wages into the payroll: new lines written, unpaid ones brought up to date, paid ones left alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Payroll
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
    "remark": "text",
}
# Ciphertexts differ each time: the same number is told by its index.
_COMPARED = (
    *("name", "engagement_id", "team_id", "card_number_index", "bank_name"),
    *("days", "rate", "due", "deducted", "net", "remark"),
)
_WRITTEN = [name for name in _COLUMNS if name != "n"]
_REPLACED = [name for name in _WRITTEN if name not in ("id_number", "id_number_index")]

_UPSERT = f"""
WITH written AS (
    INSERT INTO accounts_payrollline AS l (payroll_id, project_id, month, batch_id, paid, {", ".join(_WRITTEN)})
    SELECT %(payroll)s, %(project)s, %(month)s, %(batch)s, 0, {", ".join(_WRITTEN)}
    FROM (SELECT DISTINCT ON (id_number_index) * FROM wage_stage ORDER BY id_number_index, n) s ORDER BY n
    ON CONFLICT (payroll_id, id_number_index) DO UPDATE
    SET batch_id = excluded.batch_id, {", ".join(f"{name} = excluded.{name}" for name in _REPLACED)}
    WHERE l.paid = 0 AND ({", ".join(f"l.{name}" for name in _COMPARED)})
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
    """Upsert by person. A line that has been paid in part or in full stays as it is, whatever the sheet says."""
    lock_open(project)
    if month > timezone.localdate():
        raise ValidationError("工资所属月份晚于本月。")
    payroll = _payroll(project, month, pay_on, by)
    wages = list(wages)
    stage("wage_stage", _COLUMNS, (_staged(n, wage) for n, wage in enumerate(wages)))
    parameters = {
        "payroll": payroll.pk,
        "project": project.pk,
        "month": month,
        "batch": batch.pk if batch else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, parameters)
        created, updated = cursor.fetchone()
        cursor.execute(_LINK, parameters)
        updated += cursor.rowcount
    if created or updated:
        audit.record("payroll.record", by=by, target=payroll, created=created, updated=updated)
        mark_changed([project.pk])
    return Recorded(payroll, created, updated, len(wages) - created - updated)


def _payroll(project: Project, month: date, pay_on: date | None, by) -> Payroll:
    """The month's payroll, locked: sheets of two teams uploaded at once follow each other."""
    payrolls = Payroll.objects.unscoped("the caller's project")
    payrolls.bulk_create([Payroll(project=project, month=month, pay_on=pay_on, created_by=by)], ignore_conflicts=True)
    payroll = payrolls.select_for_update().get(project=project, month=month)
    if pay_on and payroll.pay_on != pay_on:
        payroll.pay_on = pay_on
        payroll.save(update_fields=["pay_on"])
    return payroll


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
        wage.remark[:200],
    )
