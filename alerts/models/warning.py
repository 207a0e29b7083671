from datetime import date, timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from alerts.enums import (
    CONTRACTORS,
    OPEN_STATES,
    SEVERITY,
    Act,
    DemandKind,
    DemandState,
    Level,
    ReleaseKind,
    Subject,
    WarningState,
)
from alerts.models import warning_triggers
from alerts.models.rule import RuleSetting
from core.scoping import ScopedModel, ScopedQuerySet
from core.triggers import append_only
from organizations.enums import AUTHORITIES, RegionLevel, Role
from projects.models import Project
from projects.models.merging import Change

ACT_TONES = {
    Act.RAISED: "orange",
    Act.REOPENED: "orange",
    Act.ESCALATED: "red",
    Act.ACCEPTED: "blue",
    Act.VERIFYING: "blue",
    Act.RELEASE_ASKED: "blue",
    Act.RELEASE_REFUSED: "red",
    Act.RELEASED: "green",
    Act.RELEASED_BY_DATA: "green",
    Act.ORDERED: "orange",
    Act.NOT_MET: "red",
    Act.SUPERVISED: "red",
    Act.RETURNED: "orange",
    Act.EXTENSION_GRANTED: "green",
    Act.EXTENSION_REFUSED: "red",
    Act.WITHDRAWN: "orange",
}


class WarningQuerySet(ScopedQuerySet):
    def open(self) -> "WarningQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def closed(self) -> "WarningQuerySet":
        return self.exclude(state__in=OPEN_STATES)

    def overdue(self, today: date) -> "WarningQuerySet":
        return self.open().filter(due_on__lt=today)

    def due_soon(self, today: date, days: int) -> "WarningQuerySet":
        return self.open().filter(due_on__range=(today, today + timedelta(days=days)))

    def for_office(self, level: int) -> "WarningQuerySet":
        """Those an office of this level may dispose of (see `permissions.can_handle`)."""
        return self.open().filter(office_level__lte=level, home_level__gte=level)


class Warning(ScopedModel):
    """A finding of a rule about a project. Copies title, level, basis, message and evidence, so that it outlives
    the rule's class; `setting` is the version that raised it. `subject_key` tells findings of one rule in one
    project apart (a month, an account); at most one is open for each (`warning_open_once`).

    The office at `home_level` handles it; each time it stays overdue `office_level` goes up one level, and every
    office between the two may act."""

    scope_through = "project"
    on_merge = {
        "warning_open_once": Change({"state": "'released'", "release_kind": "'merged'", "released_at": "now()"})
    }

    project = models.ForeignKey(Project, verbose_name="项目", on_delete=models.PROTECT, related_name="warnings")
    rule_code = models.CharField("规则", max_length=20)
    subject_key = models.CharField("对象", max_length=64, blank=True)
    subject = models.CharField("类别", max_length=12, choices=Subject)
    title = models.CharField("预警名称", max_length=100)
    level = models.CharField("级别", max_length=6, choices=Level)
    severity = models.GeneratedField(
        expression=Case(*(When(level=level, then=Value(rank)) for level, rank in SEVERITY.items()), default=Value(0)),
        output_field=models.PositiveSmallIntegerField("严重程度"),
        db_persist=True,
    )
    basis = models.CharField("依据", max_length=300)
    message = models.CharField("预警内容", max_length=500)
    evidence = models.JSONField("证据", default=dict, encoder=DjangoJSONEncoder, help_text="columns、rows，号码已脱敏")
    fingerprint = models.CharField(
        max_length=32, blank=True, help_text="of the finding's facts; unchanged facts, same value"
    )
    shown = models.CharField(
        max_length=32,
        blank=True,
        help_text="digest of what the evidence shows beside the facts; other value, new evidence",
    )
    release_when = models.CharField("解除条件", max_length=300)
    follows = models.ForeignKey(
        "self", verbose_name="再次触发自", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    setting = models.ForeignKey(
        RuleSetting, verbose_name="规则版本", on_delete=models.PROTECT, related_name="warnings"
    )
    state = models.CharField("状态", max_length=12, choices=WarningState, default=WarningState.NEW)
    release_kind = models.CharField("解除方式", max_length=10, choices=ReleaseKind, blank=True)
    raised_at = models.DateTimeField("产生时间", default=timezone.now)
    seen_at = models.DateTimeField("最近核对时间", default=timezone.now)
    due_on = models.DateField("处置期限")
    released_at = models.DateTimeField("解除时间", null=True)
    still_found = models.BooleanField(
        "解除时数据仍符合预警条件", null=True, help_text="of a release by hand: whether the rule found it even then"
    )
    office_level = models.PositiveSmallIntegerField(
        "处置层级", choices=RegionLevel, default=RegionLevel.COUNTY, help_text="逾期上报一级"
    )
    home_level = models.PositiveSmallIntegerField("属地层级", choices=RegionLevel, default=RegionLevel.COUNTY)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = WarningQuerySet.as_manager()

    class Meta:
        verbose_name = "预警"
        verbose_name_plural = verbose_name
        ordering = ["-raised_at", "-id"]
        indexes = [
            models.Index(fields=["project", "state"]),
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["-raised_at", "-id"]),
            models.Index(fields=["rule_code", "state"]),
            models.Index(fields=["project", "rule_code", "subject_key", "-id"], name="warning_history"),
            models.Index(fields=["-severity", "-id"], name="warning_severity"),
            models.Index(fields=["due_on", "id"], condition=Q(state__in=OPEN_STATES), name="warning_open_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_code", "project", "subject_key"],
                condition=Q(state__in=OPEN_STATES),
                name="warning_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=WarningState.RELEASED) | (~Q(release_kind="") & Q(released_at__isnull=False)),
                name="warning_released_says_how",
            ),
            models.CheckConstraint(condition=Q(state__in=WarningState.values), name="warning_state_is_known"),
        ]
        triggers = [*warning_triggers.TRIGGERS]

    def __str__(self) -> str:
        return f"{self.title}：{self.project}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """What is handled above the project's own office is about that office, not about the project's people."""
        reached = super().scope_q(user)
        own = Q(home_level__gte=F("project__jurisdiction__level"))
        return reached if user.role in AUTHORITIES else reached & own

    def get_absolute_url(self) -> str:
        return reverse("alerts:warning_detail", args=[self.pk])

    @property
    def number_text(self) -> str:
        return f"第 {self.pk} 号预警"

    @property
    def is_about_office(self) -> bool:
        """What the project's own office left undone, as in `scope_q`: no unit reads it, none can mend it."""
        return self.home_level < self.project.jurisdiction.level

    @property
    def named(self) -> str:
        """Project and rule, for a line that tells of it."""
        return f"{Truncator(self.project.name).chars(24)}“{self.title}”"

    @property
    def release_asked(self):
        """The request to release it that waits for a second officer."""
        return (
            self.demands.filter(kind=DemandKind.RELEASE, state=DemandState.OPEN)
            .select_related("of", "asked_by")
            .first()
        )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on < today

    def age_days(self, today: date) -> int:
        return (today - timezone.localdate(self.raised_at)).days


class Disposal(ScopedModel):
    """One act in a warning's thread: who, when, what, from which state to which. Append-only; evidence hangs on it.

    What officers write and upload is theirs: contractors and banks see only what the system itself did, contractors
    also what they replied."""

    scope_through = "warning"

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="disposals")
    act = models.CharField("行为", max_length=20, choices=Act)
    from_state = models.CharField("原状态", max_length=12, choices=WarningState, blank=True)
    to_state = models.CharField("现状态", max_length=12, choices=WarningState)
    demand = models.ForeignKey("alerts.Demand", null=True, on_delete=models.PROTECT, related_name="disposals")
    text = models.CharField("说明", max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "处置记录"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def tone(self) -> str:
        return ACT_TONES.get(self.act, "grey")

    @property
    def by_kind(self) -> str:
        """Who acted, for readers who need no name."""
        if self.act in CONTRACTORS:
            return "施工单位"
        if self.act == Act.OPINION_GIVEN:
            return "行业主管部门"
        return "人社部门" if self.by_id else "系统"

    @classmethod
    def scope_q(cls, user) -> Q:
        reached = super().scope_q(user)
        if user.role in AUTHORITIES:
            return reached
        own = Q(by__isnull=True)
        if user.role == Role.CLERK:
            own |= Q(act__in=CONTRACTORS)
        if user.role == Role.CONSTRUCTION_UNIT:
            own |= Q(act__in=CONTRACTORS, by__organization=user.organization_id)
        return reached & own
