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
    _refuse_empty(units, reason)
    problem = why_no_attendance(engagement.entered_on, engagement.exited_on, day, today or timezone.localdate())
    if problem:
        raise ValidationError({"day": f"{problem}，不能登记考勤。"})
    made = _correct(engagement.project_id, [engagement.pk], day, units, reason, by)
    if made:
        audit.record("attendance.correct", by=by, target=engagement, day=day.isoformat(), units=str(units))
    return made[0] if made else None


@transaction.atomic
def correct_team_day(
    project: Project, people: Iterable[int], *, day: date, units: Decimal, reason: str, by, today: date | None = None
) -> int:
    """The same day of many people for one reason (a power failure at the gate); answers for how many it was new.

    Refused as a whole: a completed project, no reason, nobody, people of another project, a day on which one of them
    was not on site, a future day."""
    lock_open(project)
    _refuse_empty(units, reason)
    chosen, today = set(people), today or timezone.localdate()
    if day > today:
        raise ValidationError({"day": "日期晚于今天，不能登记考勤。"})
    on_site = Engagement.objects.unscoped("the caller's project").filter(project=project).on_site(day)
    own = list(on_site.filter(pk__in=chosen).order_by("pk").values_list("pk", flat=True))
    if not chosen or len(own) < len(chosen):
        raise ValidationError("请选择当日在场的人员。", code="not_on_site")
    made = _correct(project.pk, own, day, units, reason, by)
    if made:
        audit.record(
            "attendance.correct", by=by, target=project, day=day.isoformat(), units=str(units), days=len(made)
        )
    return len(made)


def _refuse_empty(units: Decimal, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "请填写更正原因。"})
    if units not in UNITS:
        raise ValidationError({"units": "出勤只能是 1、0.5 或 0 天。"})


def _correct(
    project: int, people: list[int], day: date, units: Decimal, reason: str, by
) -> list[AttendanceCorrection]:
    """One correction for each of them whose day did not stand so by hand already."""
    days = AttendanceDay.objects.unscoped("the caller's project").filter(engagement__in=people, day=day)
    known = {pk: (stood, source) for pk, stood, source in days.values_list("engagement_id", "units", "source")}
    wanted = [pk for pk in people if known.get(pk) != (units, AttendanceSource.MANUAL)]
    made = AttendanceCorrection.objects.bulk_create(
        AttendanceCorrection(
            project_id=project,
            engagement_id=pk,
            day=day,
            old_units=known[pk][0] if pk in known else None,
            new_units=units,
            reason=reason.strip(),
            by=by,
        )
        for pk in wanted
    )
    write_days([DayRow(pk, day, units) for pk in wanted], source=AttendanceSource.MANUAL)
    return made
