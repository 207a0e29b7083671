import pghistory
from django.db import models
from django.db.models import F, Q

from core.fields import BlindIndexField, EncryptedField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import IDENTITY_CHECKERS
from organizations.models import Organization
from projects.enums import ParticipantType, ParticipationStatus
from projects.models.merging import Change, Fold, filled
from projects.models.project import Project


class ParticipationQuerySet(ScopedQuerySet):
    def on_site(self) -> "ParticipationQuerySet":
        return self.filter(status=ParticipationStatus.ENTERED)


@pghistory.track()
class Participation(ScopedModel):
    """参建单位: a unit in a project, from its entry to its exit."""

    scope_through = "project"
    on_merge = {
        "participation_unique": Fold(
            filled("manager", "manager_phone")
            | {
                "status": "CASE WHEN 'entered' IN (s.status, t.status) THEN 'entered' ELSE t.status END",
                "entered_on": "least(t.entered_on, s.entered_on)",
                "exited_on": "CASE WHEN 'entered' IN (s.status, t.status) THEN NULL"
                " ELSE greatest(t.exited_on, s.exited_on) END",
            }
        ),
        "project_has_one_construction_unit": Fold(),
        "project_has_one_leading_contractor": Change({"is_lead": "false"}),
    }

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="participations")
    organization = models.ForeignKey(
        Organization, verbose_name="单位", on_delete=models.PROTECT, related_name="participations"
    )
    participant_type = models.CharField("承建类型", max_length=3, choices=ParticipantType)
    is_lead = models.BooleanField("联合体牵头人", default=False)
    status = models.CharField(
        "单位承建状态", max_length=10, choices=ParticipationStatus, default=ParticipationStatus.ENTERED
    )
    entered_on = models.DateField("进场日期", null=True, blank=True)
    exited_on = models.DateField("退场日期", null=True, blank=True)
    manager = models.CharField("责任人姓名", max_length=50, blank=True)
    manager_id = EncryptedField("责任人公民身份号码", null=True, blank=True)
    manager_id_index = BlindIndexField("manager_id", null=True)
    manager_phone = models.CharField("责任人电话", max_length=20, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "参建单位"
        verbose_name_plural = verbose_name
        ordering = ["-participant_type", "-is_lead", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organization", "participant_type"],
                name="participation_unique",
                violation_error_message="该单位已以同一类型登记在本项目。",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(participant_type=ParticipantType.CONSTRUCTION_UNIT),
                name="project_has_one_construction_unit",
                violation_error_message="一个项目只有一个建设单位。",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(participant_type=ParticipantType.GENERAL_CONTRACTOR, is_lead=True),
                name="project_has_one_leading_contractor",
                violation_error_message="联合体只有一个牵头人。",
            ),
            models.CheckConstraint(
                condition=Q(exited_on__isnull=True) | Q(entered_on__isnull=True) | Q(exited_on__gte=F("entered_on")),
                name="participation_exit_after_entry",
                violation_error_message="退场日期不能早于进场日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}（{self.get_participant_type_display()}）"

    def may_reveal(self, user) -> bool:
        return user.role in IDENTITY_CHECKERS
