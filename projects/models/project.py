from collections.abc import Iterable
from datetime import timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from core.working_days import due_after
from organizations.enums import Industry, Role
from organizations.models import Organization, Region
from projects.enums import Category, ParticipantType, Status
from projects.models.merging import Stays

FILING_DAYS = 10  # working days after the permit within which its project is to be on the platform (P3)


class ProjectQuerySet(ScopedQuerySet):
    def in_progress(self) -> "ProjectQuerySet":
        return self.filter(status=Status.IN_PROGRESS)

    def under_supervision(self) -> "ProjectQuerySet":
        """Everything that is not completed."""
        return self.exclude(status=Status.COMPLETED)

    def within(self, region: Region) -> "ProjectQuerySet":
        """Projects under the jurisdiction of this region or of one below it."""
        return self.filter(jurisdiction__code__startswith=region.prefix)

    def with_filing_deadline(self) -> "ProjectQuerySet":
        """With `filing_due_on`, by when the project was to be on the platform (P3): 10 working days after its first
        permit; one that needs no permit, before the works began. Empty while neither is known."""
        permits = self.model._meta.get_field("permits").related_model._base_manager
        first = permits.filter(project=OuterRef("pk"), issued_on__isnull=False).order_by("issued_on")
        eve = Cast(F("actual_start_on") - timedelta(days=1), models.DateField())
        return self.annotate(permitted_on=Subquery(first.values("issued_on")[:1])).annotate(
            filing_due_on=Case(When(permit_exempt=True, then=eve), default=due_after("permitted_on", FILING_DAYS))
        )

    def filed_late(self) -> "ProjectQuerySet":
        return self.with_filing_deadline().filter(supervised_from__gt=F("filing_due_on"))

    def among(self, ids: Iterable[int]) -> "ProjectQuerySet":
        """As one array: `pk__in` writes each id into the statement, which with thousands costs more than the query."""
        return self.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(ids)]))


class ProjectManager(models.Manager.from_queryset(ProjectQuerySet)):
    """Without those merged into another: no list, count, rule or statistic knows them any more. Their codes are found
    by `Project.by_code`, their rows by `Project.every`."""

    def get_queryset(self) -> ProjectQuerySet:
        return super().get_queryset().filter(merged_into__isnull=True)


@pghistory.track()
class Project(ScopedModel):
    """A construction project under wage supervision; the root of every scope."""

    code = models.CharField("项目编码", max_length=32, unique=True)
    name = models.CharField("项目名称", max_length=200)
    category = models.CharField("项目种类", max_length=2, choices=Category)
    industry = models.CharField("行业", max_length=10, choices=Industry)
    region = models.ForeignKey(Region, verbose_name="项目所在地", on_delete=models.PROTECT, related_name="+")
    address = models.CharField("项目地址", max_length=200, blank=True)
    jurisdiction = models.ForeignKey(
        Region, verbose_name="管辖属地", on_delete=models.PROTECT, related_name="projects_under_jurisdiction"
    )
    jurisdiction_confirmed_on = models.DateField("管辖确定日期", null=True, blank=True)
    status = models.CharField("工程进度", max_length=3, choices=Status, default=Status.PREPARING)
    contract_start_on = models.DateField("合同开工日期", null=True, blank=True)
    actual_start_on = models.DateField("实际开工日期", null=True, blank=True)
    completed_on = models.DateField("项目竣工日期", null=True, blank=True)
    contract_signed_on = models.DateField("施工合同签订日期", null=True, blank=True)
    contract_amount = MoneyField("合同价款（元）", null=True, blank=True)
    labour_cost_amount = MoneyField("人工费总额（元）", null=True, blank=True)
    permit_exempt = models.BooleanField(
        "依法不需办理施工许可", default=False, db_default=False, help_text="也不需批复开工报告；须在实际开工前纳入监管"
    )
    approval_number = models.CharField("立项文号", max_length=50, blank=True, db_default="")
    building_area = models.DecimalField("总建筑面积（平方米）", max_digits=18, decimal_places=2, null=True, blank=True)
    contact = models.CharField("项目联系人", max_length=50, blank=True, db_default="")
    contact_phone = models.CharField("项目联系电话", max_length=20, blank=True, db_default="")
    wage_pay_day = models.PositiveSmallIntegerField("工资发放日（每月）", default=15)
    is_linear = models.BooleanField("线性工程", default=False, help_text="公路、铁路、管线、渠道等，考勤可分两批报送")
    supervised_from = models.DateField("纳入监管日期", default=timezone.localdate)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建档人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", verbose_name="已并入", null=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )
    created_at = models.DateTimeField("建档时间", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = ProjectManager()
    every = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "工程项目"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["jurisdiction", "status"], opclasses=["varchar_pattern_ops", ""], name="project_scope"
            ),
            models.Index(fields=["industry", "status"]),
            models.Index(
                fields=["jurisdiction"],
                condition=Q(jurisdiction_confirmed_on__isnull=True),
                name="project_unconfirmed",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(wage_pay_day__gte=1) & Q(wage_pay_day__lte=31), name="project_pay_day_is_a_day_of_month"
            ),
            models.CheckConstraint(
                condition=Q(contract_amount__isnull=True) | Q(contract_amount__gt=0),
                name="project_contract_amount_positive",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.COMPLETED) | Q(completed_on__isnull=False),
                name="project_completed_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_q(cls, user) -> Q:
        """Authority → region subtree (and industry), contractor → its projects, construction unit → those it owns,
        bank → its accounts' projects. Insurers and workers see no project: what they may see of one says so itself."""
        return Q(merged_into__isnull=True) & cls._own_q(user)

    @classmethod
    def _own_q(cls, user) -> Q:
        match user.role:
            case Role.OFFICER:
                return Q(jurisdiction__code__startswith=user.region.prefix)
            case Role.INDUSTRY:
                own = Q(industry=user.industry) if user.industry else Q()
                return own & Q(jurisdiction__code__startswith=user.region.prefix)
            case Role.CLERK:
                return cls._of_party(user.organization, ParticipantType.GENERAL_CONTRACTOR)
            case Role.CONSTRUCTION_UNIT:
                return cls._of_party(user.organization, ParticipantType.CONSTRUCTION_UNIT)
            case Role.BANK:
                own = cls._meta.get_field("account_links").related_model._base_manager
                return Q(pk__in=own.filter(account__bank=user.organization).values("project"))
        return Q(pk__in=[])

    @classmethod
    def _of_party(cls, unit: Organization, participant_type: str) -> Q:
        own = cls._meta.get_field("participations").related_model._base_manager
        return Q(pk__in=own.filter(organization=unit, participant_type=participant_type).values("project"))

    @classmethod
    def by_code(cls, code: str) -> "Project | None":
        """Of every project the portal has; a merged one's code leads to what it was merged into."""
        every = cls.every.unscoped("asked for by its exact code").select_related("merged_into")
        found = every.filter(code=code).first()
        return found and (found.merged_into or found)

    def get_absolute_url(self) -> str:
        return reverse("projects:project_detail", args=[self.pk])

    @property
    def status_tone(self) -> str:
        return {Status.IN_PROGRESS: "green", Status.SUSPENDED: "orange", Status.COMPLETED: "blue"}.get(
            self.status, "grey"
        )

    @property
    def is_open(self) -> bool:
        """Uploads are accepted until the regulator sets the project completed (P7) or merges it into another (P5)."""
        return self.status != Status.COMPLETED and self.merged_into_id is None

    def party(self, kind: ParticipantType) -> Organization | None:
        """The (leading) unit of this kind, None while it is unknown. Reads the prefetched participations."""
        own = [item for item in self.participations.all() if item.participant_type == kind]
        return max(own, key=lambda item: item.is_lead).organization if own else None

    @property
    def general_contractor(self) -> Organization | None:
        return self.party(ParticipantType.GENERAL_CONTRACTOR)

    @property
    def construction_unit(self) -> Organization | None:
        return self.party(ParticipantType.CONSTRUCTION_UNIT)


class StatusChange(ScopedModel):
    """The project's course, kept in step with reality: started, suspended, resumed, completed (P7)."""

    scope_through = "project"
    on_merge = Stays("the course of one site is not the other's")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField("工程进度", max_length=3, choices=Status)
    on = models.DateField("自何日起")
    reason = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT)
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "进度变更"
        verbose_name_plural = verbose_name
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_status_display()}"


class ChangedProject(ScopedModel):
    """A mark that supervised data of this project changed, left in the writer's own transaction.

    Append-only: a row per write, taken away by the rules' run that has seen the data. One row per project would make
    writers wait for the rules, or lose the mark of a write that the run did not see.
    """

    scope_through = "project"
    on_merge = Stays("the merge marks its target itself")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "变更标记"
        verbose_name_plural = verbose_name
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.project_id)
