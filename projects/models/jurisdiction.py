"""管辖属地: proposed from the address, confirmed by an officer in time, asked for, moved (P4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scoping import ScopedModel
from core.triggers import append_only
from organizations.enums import AUTHORITIES
from organizations.models import Region
from projects.enums import JurisdictionAct, RequestState
from projects.models.merging import Stays
from projects.models.project import Project


class AmongOffices(ScopedModel):
    """What offices write to each other about a project: contractors and banks do not read it."""

    scope_through = "project"

    class Meta:
        abstract = True

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) if user.role in AUTHORITIES else Q(pk__in=())


class JurisdictionEntry(AmongOffices):
    """One step of the way to a jurisdiction, never rewritten."""

    on_merge = Stays("how one project came under its office is not the other's")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="jurisdiction_entries")
    act = models.CharField("事项", max_length=20, choices=JurisdictionAct)
    region = models.ForeignKey(Region, verbose_name="管辖属地", null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField("延至", null=True)
    reason = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "管辖记录"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.project_id}"

    @property
    def tone(self) -> str:
        return JurisdictionAct(self.act).tone


class JurisdictionRequest(AmongOffices):
    """An office asks the one above: for more time (the province answers), or for another jurisdiction (the lowest
    office over both places answers)."""

    on_merge = Stays("what was asked about one project is not asked about the other")

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期确认"
        TRANSFER = "transfer", "变更管辖"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="jurisdiction_requests")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    to_region = models.ForeignKey(
        Region, verbose_name="变更为", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateField("延至", null=True, blank=True)
    reason = models.CharField("理由", max_length=500)
    answering = models.ForeignKey(Region, verbose_name="答复单位所在地", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=RequestState, default=RequestState.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复意见", max_length=500, blank=True)

    class Meta:
        verbose_name = "管辖申请"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["answering"], condition=Q(state=RequestState.WAITING), name="jurisdiction_waiting")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=Q(state=RequestState.WAITING),
                name="jurisdiction_asked_once",
                violation_error_message="该项目已有待答复的同类申请。",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.WAITING, answered_at__isnull=True)
                | (~Q(state=RequestState.WAITING) & Q(answered_at__isnull=False)),
                name="jurisdiction_answered_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(kind="transfer", until__isnull=True)
                | Q(kind="extension", until__isnull=False, to_region__isnull=True),
                name="jurisdiction_request_says_what_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.project_id}"

    @property
    def is_extension(self) -> bool:
        return self.kind == self.Kind.EXTENSION

    @property
    def is_waiting(self) -> bool:
        return self.state == RequestState.WAITING
