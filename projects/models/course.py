"""A project's course beside its status: the days it stood still, and the milestones a department confirms."""

from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone

from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import Industry, Role
from projects.enums import MilestoneKind, MilestoneState, Status
from projects.models.merging import Stays, append_only_but_for_merges
from projects.models.project import Project, StatusChange


class DateRange(Func):
    """From a day on, up to another one that is not in it any more."""

    function = "daterange"
    output_field = DateRangeField()


@pghistory.track()
class Suspension(ScopedModel):
    """停工: from its first day up to the first day of work again. While it is open, `ended_on` is empty.

    Made by the acts 停工 and 复工 (or 完工); only a correction of its days is a write of its own.
    """

    scope_through = "project"
    on_merge = Stays("the days one site stood still are not the other's")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="suspensions")
    began_on = models.DateField("停工日期", help_text="停工的第一天")
    ended_on = models.DateField("复工日期", null=True, blank=True, help_text="恢复施工的第一天；尚未复工的留空")
    reason = models.CharField("停工原因", max_length=500, blank=True)
    begun = models.OneToOneField(StatusChange, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended = models.OneToOneField(StatusChange, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    correction = models.CharField("更正说明", max_length=500, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="更正人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    corrected_at = models.DateTimeField("更正时间", null=True, blank=True)

    class Meta:
        verbose_name = "停工期间"
        verbose_name_plural = verbose_name
        ordering = ["-began_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")),
                name="suspension_ends_after_it_began",
                violation_error_message="复工日期不能早于停工日期。",
            ),
            ExclusionConstraint(
                name="suspensions_never_overlap",
                expressions=[
                    (F("project"), RangeOperators.EQUAL),
                    (DateRange("began_on", "ended_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="与另一段停工期间重叠。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_on} 至 {self.ended_on or '今'}"

    @property
    def last_day(self) -> date | None:
        """The last day without work; None while it lasts, and for one that was taken back the same day."""
        return self.ended_on - timedelta(days=1) if self.ended_on and self.ended_on > self.began_on else None

    def covers(self, day: date) -> bool:
        return self.began_on <= day and (self.ended_on is None or day < self.ended_on)

    def days(self, today: date) -> int:
        return max(((self.ended_on or today + timedelta(days=1)) - self.began_on).days, 0)


class MilestoneQuerySet(ScopedQuerySet):
    def outstanding(self) -> "MilestoneQuerySet":
        """Not confirmed: not yet answered, or objected to."""
        return self.exclude(state=MilestoneState.CONFIRMED)

    def waiting_for(self, user) -> "MilestoneQuerySet":
        """Due, and this user's department's to answer; see `permissions.is_department`."""
        own = Industry.OTHER if user.role == Role.OFFICER else user.industry or None
        open_projects = self.exclude(project__status=Status.COMPLETED)
        return open_projects.filter(state=MilestoneState.DUE, project__industry=own)


@pghistory.track()
class Milestone(ScopedModel):
    """开工、复工、分部分项验收、竣工验收: a department confirms that the real-name records conform and wages are paid.

    云建宝 notice (临沧 2023), section 2: the department of the industry does so. A start and a resumption become
    due by themselves; an acceptance is asked for by the site.
    """

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField("节点", max_length=6, choices=MilestoneKind)
    on = models.DateField("节点日期")
    part = models.CharField("分部分项名称", max_length=100, blank=True)
    state = models.CharField("确认状态", max_length=9, choices=MilestoneState, default=MilestoneState.DUE)
    change = models.OneToOneField(StatusChange, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField("提出时间", default=timezone.now)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = "节点确认"
        verbose_name_plural = verbose_name
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["state", "on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=MilestoneKind.PART_ACCEPTANCE) | Q(part=""), name="milestone_part_only_of_a_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.part}）" if self.part else self.get_kind_display()

    def get_absolute_url(self) -> str:
        return reverse("projects:milestone_detail", args=[self.pk])

    @property
    def is_confirmed(self) -> bool:
        return self.state == MilestoneState.CONFIRMED

    @property
    def state_tone(self) -> str:
        return {MilestoneState.CONFIRMED: "green", MilestoneState.OBJECTED: "red"}.get(self.state, "orange")


class MilestoneAnswer(ScopedModel):
    """What a department answered, and what the records said at that moment. Never rewritten: another may follow."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="answers")
    real_name_conforms = models.BooleanField("实名制管理符合要求")
    wages_paid = models.BooleanField("工资已按时发放完毕")
    note = models.CharField("说明", max_length=1000, blank=True)
    standing = models.JSONField("当时的数据", default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField("确认时间", default=timezone.now)

    class Meta:
        verbose_name = "节点确认意见"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        triggers = append_only_but_for_merges()
        constraints = [
            models.CheckConstraint(
                condition=Q(real_name_conforms=True, wages_paid=True) | ~Q(note=""),
                name="milestone_objection_says_why",
            ),
        ]

    def __str__(self) -> str:
        return "予以确认" if self.confirms else "不予确认"

    def may_open_files(self, user) -> bool:
        return user.role != Role.BANK

    @property
    def confirms(self) -> bool:
        return self.real_name_conforms and self.wages_paid
