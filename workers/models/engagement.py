import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from core.fields import BlindIndexField, EncryptedField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import IDENTITY_CHECKERS
from projects.models import Participation, Project
from projects.models.merging import Fold, filled
from workers.enums import Post, Trade, WorkRole
from workers.models.own import OwnRows
from workers.models.worker import BankCard, Worker


@pghistory.track()
class Team(ScopedModel):
    """班组; its name is unique within a project (national standard, TeamMaster)."""

    scope_through = "project"
    on_merge = {
        "team_name_unique_in_project": Fold(
            filled("leader_name", "leader_phone", "remark")
            | {
                "entered_on": "least(t.entered_on, s.entered_on)",
                "exited_on": "CASE WHEN t.exited_on IS NOT NULL AND s.exited_on IS NOT NULL"
                " THEN greatest(t.exited_on, s.exited_on) END",
            }
        )
    }

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField("班组名称", max_length=100)
    employer = models.ForeignKey(
        Participation, verbose_name="所属单位", null=True, blank=True, on_delete=models.PROTECT, related_name="teams"
    )
    leader_name = models.CharField("班组长", max_length=50, blank=True)
    leader_phone = models.CharField("班组长电话", max_length=20, blank=True)
    leader_id_number = EncryptedField("班组长公民身份号码", null=True, blank=True)
    leader_id_index = BlindIndexField("leader_id_number", null=True)
    leader_id_last4 = models.CharField("班组长证件号后四位", max_length=4, blank=True, default="", db_default="")
    entered_on = models.DateField("班组进场日期", null=True, blank=True)
    exited_on = models.DateField("班组退场日期", null=True, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "班组"
        verbose_name_plural = verbose_name
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="team_name_unique_in_project",
                violation_error_message="本项目已有同名班组。",
            ),
            models.CheckConstraint(
                condition=Q(exited_on__isnull=True) | Q(entered_on__isnull=True) | Q(exited_on__gte=F("entered_on")),
                name="team_exit_after_entry",
                violation_error_message="班组退场日期不能早于进场日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workers:team_detail", args=[self.pk])

    def may_reveal(self, user) -> bool:
        return user.role in IDENTITY_CHECKERS


class EngagementQuerySet(ScopedQuerySet):
    def on_site(self, day) -> "EngagementQuerySet":
        """Those entered and not yet left on this day."""
        return self.filter(Q(exited_on__isnull=True) | Q(exited_on__gte=day), entered_on__lte=day)

    def standing(self) -> "EngagementQuerySet":
        """Without what stayed behind at a merged project: the same stay goes on at the project it became."""
        return self.filter(project__merged_into__isnull=True)

    def within(self, first, last) -> "EngagementQuerySet":
        """Those on site on any day of this span."""
        return self.filter(Q(exited_on__isnull=True) | Q(exited_on__gte=first), entered_on__lte=last)

    def without_contract(self) -> "EngagementQuerySet":
        return self.filter(~Exists(self._contracts()))

    def with_wage_method(self, method: str) -> "EngagementQuerySet":
        return self.filter(Exists(self._contracts().filter(wage_method=method)))

    def with_contract(self) -> "EngagementQuerySet":
        """`contract_pk`, `contract_until` of the latest contract, `contract_first_signed` of the first."""
        contracts = self._contracts()
        latest = contracts.order_by("-starts_on", "-pk").annotate(until=Coalesce("ended_on", "ends_on"))
        return self.annotate(
            contract_pk=Subquery(latest.values("pk")[:1]),
            contract_until=Subquery(latest.values("until")[:1]),
            contract_first_signed=Subquery(contracts.order_by("signed_on").values("signed_on")[:1]),
        )

    @staticmethod
    def _contracts():
        contracts = Engagement._meta.get_field("contracts").related_model.objects
        return contracts.unscoped("of engagements in scope").filter(engagement=OuterRef("pk"))

    def without_card(self) -> "EngagementQuerySet":
        return self.exclude(Exists(BankCard._base_manager.filter(worker=OuterRef("worker"), is_current=True)))


@pghistory.track(exclude=["has_left"])
class Engagement(OwnRows, ScopedModel):
    """A worker at a project: one row, with the dates of the latest stay; earlier stays are `Departure`s."""

    scope_through = "project"
    own_path = "pk"
    on_merge = {
        "engagement_once_a_project": Fold(
            filled("trade")
            | {
                "entered_on": "least(t.entered_on, s.entered_on)",
                "exited_on": "CASE WHEN t.exited_on IS NOT NULL AND s.exited_on IS NOT NULL"
                " THEN greatest(t.exited_on, s.exited_on) END",
            }
        )
    }

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="engagements")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="engagements")
    team = models.ForeignKey(
        Team, verbose_name="班组", null=True, on_delete=models.PROTECT, related_name="engagements"
    )
    trade = models.CharField("从事工种", max_length=3, choices=Trade, blank=True)
    work_role = models.CharField("工人类型", max_length=2, choices=WorkRole, default=WorkRole.WORKER)
    post = models.CharField("管理岗位", max_length=2, choices=Post, blank=True, default="", db_default="")
    is_team_leader = models.BooleanField("班组长", default=False)
    entered_on = models.DateField("进场日期")
    exited_on = models.DateField("退场日期", null=True, blank=True)
    has_left = models.GeneratedField(
        verbose_name="已退场",
        expression=Q(exited_on__isnull=False),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    registered_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = "在册人员"
        verbose_name_plural = verbose_name
        ordering = ["team__name", "id"]
        indexes = [models.Index(fields=["entered_on", "id"], name="engagement_by_entry")]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "worker"],
                name="engagement_once_a_project",
                violation_error_message="该人员已在本项目登记。",
            ),
            models.CheckConstraint(
                condition=Q(exited_on__isnull=True) | Q(exited_on__gte=F("entered_on")),
                name="engagement_exit_after_entry",
                violation_error_message="退场日期不能早于进场日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} @ {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("workers:worker_detail", args=[self.worker_id])

    @property
    def latest_contract(self):
        """Of prefetched `contracts`, which come the latest first."""
        return next(iter(self.contracts.all()), None)
