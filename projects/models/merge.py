from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from core.scoping import ScopedModel
from core.triggers import append_only
from projects.models.merging import Stays
from projects.models.project import Project

UNDO_WITHIN = timedelta(hours=24)


class ProjectMerge(ScopedModel):
    """项目合并 (湘人社规〔2024〕13号): all of `source` went over to `target`. Undone, it is as if never made."""

    on_merge = Stays("says what was merged into what")

    source = models.ForeignKey(Project, verbose_name="并入项目", on_delete=models.PROTECT, related_name="merges_away")
    target = models.ForeignKey(Project, verbose_name="保留项目", on_delete=models.PROTECT, related_name="merges")
    reason = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("合并时间", default=timezone.now)
    last_ids = models.JSONField(default=dict, help_text="of each table when it was merged: what is above came later")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="撤销人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "项目合并"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at__isnull=True), name="project_is_merged_into_one"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="project_is_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source.code} → {self.target.code}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """Who sees the project that both have become, also when that was merged again."""
        visible = Project._base_manager.filter(Project.scope_q(user)).values("pk")
        return Q(target__in=visible) | Q(target__merged_into__in=visible)

    def get_absolute_url(self) -> str:
        return reverse("projects:merge_detail", args=[self.pk])

    @property
    def undo_until(self):
        return self.at + UNDO_WITHIN

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class MergeStep(ScopedModel):
    """What a merge did to the rows of one model, in the order it was done."""

    class Action(models.TextChoices):
        MOVED = "moved", "转入"
        FOLDED = "folded", "合为一条"
        FILLED = "filled", "补入保留项目的记录"

    scope_through = "merge"

    merge = models.ForeignKey(ProjectMerge, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField("次序")
    model = models.CharField("资料", max_length=100)
    action = models.CharField("处理", max_length=10, choices=Action)
    columns = models.JSONField("改动的列", default=list)
    rows = models.PositiveIntegerField("条数")

    class Meta:
        verbose_name = "合并步骤"
        verbose_name_plural = verbose_name
        ordering = ["merge", "number"]
        constraints = [models.UniqueConstraint(fields=["merge", "number"], name="merge_step_number_unique")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.model} {self.get_action_display()} {self.rows}"


class MergedRow(ScopedModel):
    """One row's change: by which key it is found since, what the changed columns held before and hold after.
    Of a folded row: its own key, and in `after` that of the target's row."""

    scope_through = "step"

    step = models.ForeignKey(MergeStep, on_delete=models.PROTECT, related_name="changes")
    key = models.JSONField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = "合并记录"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        triggers = append_only()

    def __str__(self) -> str:
        return str(self.key)
