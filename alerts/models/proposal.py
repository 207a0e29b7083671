"""A change of a rule before it is in force: proposed by one officer, tried on the real data, decided by another."""

from datetime import date

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import Delete, Protect, ReadOnly, Update
from pgtrigger import Q as RowQ

from alerts.enums import Change, Level, ProposalState, Standing
from alerts.models.rule import WithReach
from alerts.models.warning import Warning
from core.models import Job
from core.scoping import ScopedModel, ScopedQuerySet
from core.triggers import no_truncate
from organizations.enums import RegionLevel, Role
from organizations.models import Organization, Region
from projects.models import Project

TWO_PEOPLE = "提议人与审批人不能是同一人，请由省级另一名工作人员审批。"
ONE_AT_A_TIME = "同一规则、同一适用范围已有一份待审批的提议，请先办结。"
DECISION = ("state", "decided_by", "decided_at", "decision", "job")


def _enclosing(region: Region) -> list[str]:
    """The codes of the region and of those it lies in."""
    return [region.code[:level].ljust(6, "0") for level in RegionLevel.values if 0 < level <= region.level]


class ProposalQuerySet(ScopedQuerySet):
    def waiting(self) -> "ProposalQuerySet":
        return self.filter(state=ProposalState.PROPOSED)


class RuleProposal(WithReach, ScopedModel):
    """What is proposed stands as it was written; only its decision is added, once. Refused and withdrawn ones are
    kept. An approved one has become a `RuleSetting`, which alone the engine reads."""

    rule_code = models.CharField("规则", max_length=20)
    enabled = models.BooleanField("启用", default=True)
    level = models.CharField("预警级别", max_length=6, choices=Level)
    disposal_days = models.PositiveSmallIntegerField("处置期限（天）")
    params = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    reason = models.CharField("变更说明", max_length=500)
    replaces = models.ForeignKey(
        "alerts.RuleSetting", verbose_name="提议时的现行设置", null=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(Organization, verbose_name="提议单位", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提议人", on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("提议时间", default=timezone.now)
    job = models.ForeignKey(Job, verbose_name="试算", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("办理时间", null=True)
    decision = models.CharField("办理意见", max_length=500, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "规则变更提议"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="rule_proposal_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=ProposalState.PROPOSED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="rule_proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ProposalState.APPROVED, ProposalState.REFUSED))
                | ~Q(decided_by=F("proposed_by")),
                name="rule_proposal_needs_two_people",
                violation_error_message=TWO_PEOPLE,
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.REFUSED) | ~Q(decision=""), name="rule_proposal_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="rule_proposal_ends_after_its_start",
                violation_error_message="失效日期应晚于生效日期。",
            ),
            models.UniqueConstraint(
                fields=["rule_code", "regions", "industries"],
                condition=Q(state=ProposalState.PROPOSED),
                name="rule_proposal_one_at_a_time",
                violation_error_message=ONE_AT_A_TIME,
            ),
        ]
        triggers = [
            ReadOnly(name="stands_as_written", exclude=list(DECISION)),
            Protect(name="decided_once", operation=Update, condition=~RowQ(old__state="proposed")),
            Protect(name="kept", operation=Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code} 第{self.pk}号提议"

    @classmethod
    def scope_q(cls, user) -> Q:
        """Officers whose area it touches: what lies in it, and what it lies in."""
        if user.role != Role.OFFICER:
            return Q(pk__in=())
        within = Region.objects.within(user.region).order_by().values_list("code")
        return Q(regions=[]) | Q(regions__overlap=_enclosing(user.region)) | Q(regions__overlap=within)

    def get_absolute_url(self) -> str:
        return reverse("alerts:proposal_detail", args=[self.rule_code, self.pk])

    @property
    def state_tone(self) -> str:
        return ProposalState(self.state).tone

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.PROPOSED

    @property
    def by_prefecture(self) -> bool:
        """A local addition."""
        return self.office.region.level != RegionLevel.PROVINCE


class RuleTrial(ScopedModel):
    """What a proposal would do, by the data of the moment: today and the last month ends. The latest run only."""

    scope_through = "proposal"

    proposal = models.OneToOneField(RuleProposal, on_delete=models.PROTECT, related_name="trial")
    day = models.DateField("试算日期")
    days = models.JSONField("核对日期", default=list, encoder=DjangoJSONEncoder)
    made_at = models.DateTimeField("试算时间", default=timezone.now)
    milliseconds = models.PositiveIntegerField("用时（毫秒）")
    projects = models.PositiveIntegerField("项目数")

    class Meta:
        verbose_name = "规则试算"
        verbose_name_plural = verbose_name
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.day}"

    @property
    def checked_days(self) -> list[date]:
        """Today first."""
        return [date.fromisoformat(text) for text in self.days]


class TrialFigure(ScopedModel):
    """A day at one place. `held` and `tried`: findings under the setting in force and under the proposed one; `kept`:
    under both."""

    scope_through = "trial"
    COUNTS = ("held", "tried", "raised", "released", "regraded", "kept")

    trial = models.ForeignKey(RuleTrial, on_delete=models.CASCADE, related_name="figures")
    day = models.DateField("核对日期")
    jurisdiction = models.ForeignKey(Region, verbose_name="管辖属地", on_delete=models.PROTECT, related_name="+")
    held = models.PositiveIntegerField("现行设置命中", default=0)
    tried = models.PositiveIntegerField("拟议设置命中", default=0)
    raised = models.PositiveIntegerField("新增", default=0)
    released = models.PositiveIntegerField("减少", default=0)
    regraded = models.PositiveIntegerField("级别将改变", default=0)
    kept = models.PositiveIntegerField("不变", default=0)

    class Meta:
        verbose_name = "规则试算数"
        verbose_name_plural = verbose_name
        ordering = ["trial", "day", "jurisdiction"]
        constraints = [models.UniqueConstraint(fields=["trial", "day", "jurisdiction"], name="trial_figure_once")]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} {self.day}"


class TrialRegrading(ScopedModel):
    """A day at one place: how many change from which level to which."""

    scope_through = "trial"

    trial = models.ForeignKey(RuleTrial, on_delete=models.CASCADE, related_name="regradings")
    day = models.DateField("核对日期")
    jurisdiction = models.ForeignKey(Region, verbose_name="管辖属地", on_delete=models.PROTECT, related_name="+")
    before = models.CharField("现行级别", max_length=6, choices=Level)
    after = models.CharField("拟议级别", max_length=6, choices=Level)
    number = models.PositiveIntegerField("条数")

    class Meta:
        verbose_name = "级别变化数"
        verbose_name_plural = verbose_name
        ordering = ["trial", "day", "jurisdiction", "before", "after"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "day", "jurisdiction", "before", "after"], name="trial_regrading_once"
            ),
            models.CheckConstraint(condition=~Q(before=F("after")), name="trial_regrading_changes_the_level"),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} {self.before} {self.after}"


class TrialStanding(ScopedModel):
    """Today at one place: why findings and open warnings differ, under the setting in force and under the proposed
    one."""

    scope_through = "trial"

    trial = models.ForeignKey(RuleTrial, on_delete=models.CASCADE, related_name="standings")
    jurisdiction = models.ForeignKey(Region, verbose_name="管辖属地", on_delete=models.PROTECT, related_name="+")
    standing = models.CharField("情形", max_length=10, choices=Standing)
    held = models.PositiveIntegerField("现行设置", default=0)
    tried = models.PositiveIntegerField("拟议设置", default=0)

    class Meta:
        verbose_name = "命中与未办结对照"
        verbose_name_plural = verbose_name
        ordering = ["trial", "jurisdiction", "standing"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "jurisdiction", "standing"], name="trial_standing_once")
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} {self.standing}"


class TrialFinding(ScopedModel):
    """One finding, or one open warning that is not found, for the lists. `standing` and `warning` (the open one, or
    the one that ended and keeps it from coming back): today only."""

    trial = models.ForeignKey(RuleTrial, on_delete=models.CASCADE, related_name="findings")
    day = models.DateField("核对日期")
    change = models.CharField("变化", max_length=10, choices=Change)
    by_held = models.BooleanField("现行设置命中", default=False)
    by_tried = models.BooleanField("拟议设置命中", default=False)
    standing = models.CharField("情形", max_length=10, choices=Standing, blank=True)
    project = models.ForeignKey(Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+")
    level = models.CharField("级别", max_length=6, choices=Level)
    level_before = models.CharField(
        "原级别", max_length=6, choices=Level, blank=True, help_text="where the proposed setting changes it"
    )
    message = models.CharField("内容", max_length=500)
    warning = models.ForeignKey(Warning, verbose_name="预警", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "规则试算明细"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        indexes = [models.Index(fields=["trial", "day", "change", "id"], name="trial_finding_list")]

    def __str__(self) -> str:
        return self.message

    @classmethod
    def scope_q(cls, user) -> Q:
        """Who may read the proposal, of their own projects."""
        projects = Project.objects.visible_to(user).values("pk")
        return Q(project__in=projects) & Q(trial__in=RuleTrial.objects.visible_to(user).values("pk"))
