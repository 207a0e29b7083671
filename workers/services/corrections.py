"""Attendance that people answer for: recorded through another door than a sheet, or corrected by hand."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from projects.models import Project
from projects.services import lock_open
from workers.enums import AttendanceSource
from workers.models import AttendanceCorrection, AttendanceDay, Engagement
from workers.services.attendance import DayRow, WrittenDays, write_days

UNITS = (Decimal("0"), Decimal("0.5"), Decimal("1"))


def why_no_attendance(entered_on: date, exited_on: date | None, day: date, today: date) -> str:
    """Why nobody engaged from–to can have worked on this day; empty when they can."""
    if day > today:
        return "日期晚于今天"
    if day < entered_on:
        return f"早于进场日期 {entered_on}"
    if exited_on and day > exited_on:
        return f"晚于退场日期 {exited_on}"
    return ""


@transaction.atomic
def record_attendance(
    project: Project, rows: Iterable[DayRow], *, source: AttendanceSource, by, today: date | None = None
) -> WrittenDays:
    """Days of one project's people, from a device or a push. Refused as a whole: a completed project, people of
    another project, days outside entry and exit, future days."""
    lock_open(project)
    rows, today = list(rows), today or timezone.localdate()
    own = Engagement.objects.unscoped("the caller's project").filter(
        project=project, pk__in={row.engagement_id for row in rows}
    )
    terms = {pk: (entered, exited) for pk, entered, exited in own.values_list("pk", "entered_on", "exited_on")}
    for row in rows:
        if row.engagement_id not in terms:
            raise ValidationError("人员不在本项目花名册中。", code="not_engaged")
        if reason := why_no_attendance(*terms[row.engagement_id], row.day, today):
            raise ValidationError(f"{row.day} {reason}，不能登记考勤。", code="day")
    written = write_days(rows, source=source)
    if written.created or written.updated:
        audit.record("attendance.record", by=by, target=project, source=str(source), days=len(rows))
    return written


@transaction.atomic
def correct_attendance(
    engagement: Engagement, *, day: date, units: Decimal, reason: str, by, today: date | None = None
) -> AttendanceCorrection | None:
    """Enter or change a day by hand; what stood there is kept. None when it stood so already.

    Refused (ValidationError): a completed project, no reason, a day outside entry and exit, a future day.
    """
    lock_open(engagement.project)
    if not reason.strip():
        raise ValidationError({"reason": "请填写更正原因。"})
    if units not in UNITS:
        raise ValidationError({"units": "出勤只能是 1、0.5 或 0 天。"})
    problem = why_no_attendance(engagement.entered_on, engagement.exited_on, day, today or timezone.localdate())
    if problem:
        raise ValidationError({"day": f"{problem}，不能登记考勤。"})
    days = AttendanceDay.objects.unscoped("the engagement is in scope").filter(engagement=engagement, day=day)
    known = days.values_list("units", "source").first()
    if known == (units, AttendanceSource.MANUAL):
        return None
    correction = AttendanceCorrection.objects.create(
        project_id=engagement.project_id,
        engagement=engagement,
        day=day,
        old_units=known[0] if known else None,
        new_units=units,
        reason=reason.strip(),
        by=by,
    )
    write_days([DayRow(engagement.pk, day, units)], source=AttendanceSource.MANUAL)
    audit.record("attendance.correct", by=by, target=engagement, day=day.isoformat(), units=str(units))
    return correction
