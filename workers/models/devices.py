"""Clocking devices, what they last said of everybody, and what they said of people nobody knows."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import BlindIndexField, EncryptedField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import Industry
from organizations.models import Region
from projects.models import Project
from projects.models.merging import Fold
from workers.enums import DeviceKind, Direction, IdType, PunchMeans, biometric
from workers.models.engagement import Engagement

SILENT = timedelta(days=3)


class Device(ScopedModel):
    """考勤设备 at a gate of the site."""

    scope_through = "project"
    on_merge = {"device_once_a_project": Fold({"installed_on": "least(t.installed_on, s.installed_on)"})}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="devices")
    serial_number = models.CharField("设备序列号", max_length=50)
    place = models.CharField("安装位置", max_length=100, help_text="如：1 号门、生活区通道")
    kind = models.CharField("设备类型", max_length=10, choices=DeviceKind, default=DeviceKind.GATE)
    means = models.CharField(
        "通行方式", max_length=3, choices=PunchMeans, default=PunchMeans.FACE, help_text="打卡记录未注明方式时以此为准"
    )
    installed_on = models.DateField("启用日期", default=timezone.localdate)
    removed_on = models.DateField("停用日期", null=True, blank=True)
    last_seen_at = models.DateTimeField("最近打卡", null=True, editable=False)

    class Meta:
        verbose_name = "考勤设备"
        verbose_name_plural = verbose_name
        ordering = ["removed_on", "place", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "serial_number"],
                name="device_once_a_project",
                violation_error_message="本项目已登记该序列号的设备。",
            ),
            models.CheckConstraint(
                condition=Q(removed_on__isnull=True) | Q(removed_on__gte=F("installed_on")),
                name="device_removed_after_installed",
                violation_error_message="停用日期不能早于启用日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.serial_number}"

    def is_silent(self, now) -> bool:
        """In use, and nobody clocked there for three days."""
        return self.removed_on is None and (self.last_seen_at is None or self.last_seen_at < now - SILENT)


def _of_the_later(column: str) -> str:
    return f"CASE WHEN s.last_at > t.last_at THEN s.{column} ELSE t.{column} END"


# An exit within this time after an entry of the day before closes a night shift: it belongs to that day.
LONGEST_SHIFT = timedelta(hours=16)


class PresenceQuerySet(ScopedQuerySet):
    def of_today(self, now) -> "PresenceQuerySet":
        """Whoever clocked today, and whoever came on a night shift and has not left."""
        today = timezone.localdate(now)
        night_shift = Q(day=today - timedelta(1), inside=True, last_at__gte=now - LONGEST_SHIFT)
        return self.filter(Q(day=today) | night_shift)


class Presence(ScopedModel):
    """Where somebody's latest clocking leaves them: one row an engagement, so that who is on site now is counted
    without reading the punches. Kept by whoever writes punches."""

    scope_through = "project"
    on_merge = {
        "engagement": Fold(
            {name: _of_the_later(name) for name in ("day", "inside", "means", "last_at")}
            | {
                "first_in": "CASE WHEN s.day = t.day THEN least(s.first_in, t.first_in)"
                " WHEN s.last_at > t.last_at THEN s.first_in ELSE t.first_in END"
            }
        )
    }

    engagement = models.OneToOneField(
        Engagement, primary_key=True, on_delete=models.CASCADE, related_name="presence", db_constraint=False
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField("日期", help_text="最近一次打卡当日")
    inside = models.BooleanField("在场内")
    first_in = models.DateTimeField("首次入场", null=True)
    last_at = models.DateTimeField("最近打卡")
    means = models.CharField("通行方式", max_length=3, choices=PunchMeans, blank=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = "现场状态"
        verbose_name_plural = verbose_name
        ordering = ["first_in", "engagement"]
        indexes = [models.Index(fields=["day", "project"], include=["inside", "last_at"], name="presence_of_day")]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.day}"

    def is_of_today(self, now) -> bool:
        """As `of_today` asks."""
        today = timezone.localdate(now)
        night_shift = self.day == today - timedelta(1) and self.inside and self.last_at >= now - LONGEST_SHIFT
        return self.day == today or night_shift


class StrayPunch(ScopedModel):
    """A clocking of somebody who was not in the register for that day: kept until they are."""

    scope_through = "project"
    on_merge = {"stray_punch_once": Fold()}

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    id_type = models.CharField("证件类型", max_length=2, choices=IdType, default=IdType.RESIDENT)
    id_number = EncryptedField("公民身份号码")
    id_number_index = BlindIndexField("id_number")
    id_last4 = models.CharField("证件号后四位", max_length=4)
    name = models.CharField("姓名", max_length=50)
    team = models.CharField("班组", max_length=100, blank=True)
    at = models.DateTimeField("刷卡时间")
    direction = models.CharField("方向", max_length=2, choices=Direction, blank=True)
    means = models.CharField("通行方式", max_length=3, choices=PunchMeans, blank=True)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField("收到时间", default=timezone.now)

    class Meta:
        verbose_name = "未登记人员打卡"
        verbose_name_plural = verbose_name
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "id_number_index", "at"], name="stray_punch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


# Where no version holds. Two clockings and four hours between the first and the last (吉林省 2023 年建筑工人实名制
# 考勤规定; other provinces differ). Between two and four hours it is half a day: no rule prescribes it, but the
# employer bears the burden of proof (《保障农民工工资支付条例》第五十条) and the worker was there.
MIN_PUNCHES = 2
FULL_HOURS = Decimal("4")
HALF_HOURS = Decimal("2")


def standard_defaults() -> dict:
    return {
        "min_punches": MIN_PUNCHES,
        "full_hours": FULL_HOURS,
        "half_hours": HALF_HOURS,
        "manager_means": biometric(),
    }


class AttendanceStandard(models.Model):
    """What makes a day of attendance, from a day on, for everyone or for a region and industry. Never edited: a change
    is a new row. Without any row `standard_defaults` hold."""

    shared_because = "the standards are published"

    version = models.PositiveIntegerField("版本", unique=True)
    min_punches = models.PositiveSmallIntegerField("至少打卡次数")
    full_hours = models.DecimalField("满一天的时长（小时）", max_digits=3, decimal_places=1)
    half_hours = models.DecimalField("满半天的时长（小时）", max_digits=3, decimal_places=1)
    manager_means = ArrayField(
        models.CharField(max_length=3, choices=PunchMeans), verbose_name="管理人员的有效通行方式", default=biometric
    )
    region = models.ForeignKey(
        Region, verbose_name="适用地区", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    industry = models.CharField("适用行业", max_length=10, choices=Industry, blank=True)
    valid_from = models.DateField("生效日期")
    reason = models.CharField("变更说明", max_length=500)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "考勤认定标准"
        verbose_name_plural = verbose_name
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(half_hours__gte=0) & Q(half_hours__lte=F("full_hours")) & Q(full_hours__lte=24),
                name="attendance_standard_hours_in_order",
                violation_error_message="满半天的时长不能多于满一天的时长。",
            ),
            models.CheckConstraint(condition=Q(min_punches__gte=1), name="attendance_standard_has_punches"),
        ]

    def __str__(self) -> str:
        return f"第{self.version}版"
