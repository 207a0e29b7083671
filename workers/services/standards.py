"""What makes a day of attendance: parameters, dated, by place and industry; a change is a new version."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from core import audit
from organizations.models import Region
from workers.models import AttendanceStandard
from workers.permissions import can_change_standards

FIRST_DAY = date(2020, 5, 1)  # 《保障农民工工资支付条例》 came into force


# The standard of each project and day of `asked(project_id, day)`: the most specific place, then industry, then the
# newest version in force on that day. For a WITH clause.
STANDARDS = """standards AS MATERIALIZED (
    SELECT asked.project_id, asked.day, coalesce(v.min_punches, %(min_punches)s) AS min_punches,
        coalesce(v.full_hours, %(full_hours)s) * interval '1 hour' AS full_span,
        coalesce(v.half_hours, %(half_hours)s) * interval '1 hour' AS half_span,
        coalesce(v.manager_means, %(manager_means)s::varchar[]) AS manager_means
    FROM asked
    JOIN projects_project AS p ON p.id = asked.project_id
    LEFT JOIN LATERAL (
        SELECT s.* FROM workers_attendancestandard AS s LEFT JOIN organizations_region AS r ON r.code = s.region_id
        WHERE s.valid_from <= asked.day AND s.industry IN ('', p.industry)
            AND left(p.jurisdiction_id, coalesce(r.level, 0)) = left(coalesce(s.region_id, ''), coalesce(r.level, 0))
        ORDER BY coalesce(r.level, 0) DESC, s.industry = '', s.version DESC LIMIT 1
    ) AS v ON true
)"""


@transaction.atomic
def change_standard(
    *,
    by,
    valid_from: date,
    min_punches: int,
    full_hours: Decimal,
    half_hours: Decimal,
    manager_means: list[str],
    reason: str,
    region: Region | None = None,
    industry: str = "",
) -> AttendanceStandard:
    """The next version. It may hold from a day in the past: days already derived stay until their month is recomputed.

    Refused: who may not, no means for managers, hours out of order, a day before the law."""
    if not can_change_standards(by):
        raise PermissionDenied
    if valid_from < FIRST_DAY:
        raise ValidationError({"valid_from": f"生效日期不能早于 {FIRST_DAY}（条例施行之日）。"})
    if not manager_means:
        raise ValidationError({"manager_means": "请至少选择一种通行方式。"})
    list(AttendanceStandard.objects.order_by("pk").select_for_update())  # changes come one after the other
    standard = AttendanceStandard(
        version=(AttendanceStandard.objects.aggregate(last=Max("version"))["last"] or 0) + 1,
        min_punches=min_punches,
        full_hours=full_hours,
        half_hours=half_hours,
        manager_means=sorted(manager_means),
        region=region,
        industry=industry,
        valid_from=valid_from,
        reason=reason.strip(),
        created_by=by,
    )
    standard.full_clean()
    standard.save()
    audit.record("attendance.standard", by=by, target=standard, version=standard.version)
    return standard
