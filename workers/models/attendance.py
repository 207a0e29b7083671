"""Attendance: by far the largest tables. `AttendanceDay` and `Punch` are partitioned by month, see
`workers.partitions`; `AttendanceMonth` is the roll-up that rules and statistics read, kept by whoever writes days.

The partitioned tables carry no foreign keys: every row is written by a join with the engagement, no engagement is
ever deleted, and thirty million deferred checks would not fit in memory."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scoping import ScopedModel
from projects.models import Project
from projects.models.merging import Fold
from workers.enums import AttendanceSource, Direction, PunchMeans
from workers.models.engagement import Engagement
from workers.models.own import OwnRows

# The days attended as the bits of a number: the 1st is bit 0. `month_bits` of the database says the same of a span.
DAY_BITS = "coalesce(bit_or(1 << (extract(day FROM day)::int - 1)) FILTER (WHERE units > 0), 0)"

# When engagements have become one, or two again.
ROLL_UP = f"""
INSERT INTO workers_attendancemonth AS m (engagement_id, project_id, month, days, first_day, last_day, day_bits)
SELECT engagement_id, project_id, date_trunc('month', day)::date, sum(units),
    min(day) FILTER (WHERE units > 0), max(day) FILTER (WHERE units > 0), {DAY_BITS}
FROM workers_attendanceday
WHERE engagement_id = ANY(%(rows)s)
GROUP BY 1, 2, 3
ON CONFLICT (engagement_id, month) DO UPDATE SET
    project_id = excluded.project_id, days = excluded.days, first_day = excluded.first_day,
    last_day = excluded.last_day, day_bits = excluded.day_bits
WHERE (m.project_id, m.days, m.first_day, m.last_day, m.day_bits)
    IS DISTINCT FROM (excluded.project_id, excluded.days, excluded.first_day, excluded.last_day, excluded.day_bits)
"""


class AttendanceDay(OwnRows, ScopedModel):
    """One person's day at one project. `units` is 1, 0.5 or 0 (a rest day that was marked as such)."""

    scope_through = "project"
    on_merge = {
        "pk": Fold(
            {
                "units": "least(1, t.units + s.units)",
                "first_in": "least(t.first_in, s.first_in)",
                "last_out": "greatest(t.last_out, s.last_out)",
            }
        )
    }

    pk = models.CompositePrimaryKey("engagement", "day")
    engagement = models.ForeignKey(
        Engagement, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    day = models.DateField("日期")
    project = models.ForeignKey(
        Project, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    units = models.DecimalField("出勤", max_digits=2, decimal_places=1)
    first_in = models.TimeField("首次入场", null=True)
    last_out = models.TimeField("末次出场", null=True)
    source = models.CharField("来源", max_length=6, choices=AttendanceSource)

    class Meta:
        verbose_name = "考勤日"
        verbose_name_plural = verbose_name
        ordering = ["day", "engagement"]
        indexes = [models.Index(fields=["project", "day"], name="attendance_project_day")]
        constraints = [
            models.CheckConstraint(condition=Q(units__in=["0", "0.5", "1"]), name="attendance_units_are_half_days")
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.day} {self.units}"


class AttendanceMonth(OwnRows, ScopedModel):
    """Roll-up of a person's month at a project: the 2 attendance indicators of the annex."""

    scope_through = "project"
    on_merge = {"attendance_month_once": Fold(rebuild=ROLL_UP, of="engagement")}

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="attendance_months")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    month = models.DateField("考勤所属年月", help_text="当月 1 日")
    days = models.DecimalField("考勤天数", max_digits=3, decimal_places=1)
    first_day = models.DateField("首个出勤日", null=True)
    last_day = models.DateField("末个出勤日", null=True)
    day_bits = models.IntegerField(
        default=0, db_default=0, editable=False, help_text="the days attended; bit 0: the 1st"
    )

    class Meta:
        verbose_name = "月考勤"
        verbose_name_plural = verbose_name
        ordering = ["-month", "engagement"]
        indexes = [
            models.Index(fields=["project", "month"]),
            models.Index(fields=["month", "project"], include=["engagement", "days"], name="attendance_of_month"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "month"], name="attendance_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="attendance_month_is_a_first"),
            models.CheckConstraint(condition=Q(days__gte=0) & Q(days__lte=31), name="attendance_month_days_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.month:%Y-%m} {self.days}"


class Punch(OwnRows, ScopedModel):
    """One clocking. Days are derived from punches."""

    scope_through = "project"
    on_merge = {"pk": Fold()}

    pk = models.CompositePrimaryKey("engagement", "at")
    engagement = models.ForeignKey(
        Engagement, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField("刷卡时间")
    project = models.ForeignKey(
        Project, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    direction = models.CharField("方向", max_length=2, choices=Direction, blank=True)
    means = models.CharField("通行方式", max_length=3, choices=PunchMeans, blank=True)
    device = models.ForeignKey(
        "Device", null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = "打卡记录"
        verbose_name_plural = verbose_name
        ordering = ["at", "engagement"]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.at}"


class AttendanceCorrection(OwnRows, ScopedModel):
    """A day entered or changed by hand: what stood there, what stands now, and why. Never changed or deleted."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="attendance_corrections")
    day = models.DateField("日期")
    old_units = models.DecimalField("原出勤", max_digits=2, decimal_places=1, null=True)
    new_units = models.DecimalField("现出勤", max_digits=2, decimal_places=1)
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="操作人", on_delete=models.PROTECT)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "考勤补录"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="attendance_correction_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.day} {self.new_units}"
