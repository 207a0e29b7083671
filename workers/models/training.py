import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.scoping import ScopedModel
from projects.models import Project
from projects.models.merging import Fold
from workers.enums import TrainingKind
from workers.models.engagement import Engagement
from workers.models.worker import PAPER_READERS


@pghistory.track()
class Training(ScopedModel):
    """培训 held at a project (national standard, ProjectTraining); sign-in sheets and photos hang on it."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="trainings")
    kind = models.CharField("培训类型", max_length=6, choices=TrainingKind, default=TrainingKind.ENTRY)
    name = models.CharField("培训名称", max_length=100)
    held_on = models.DateField("培训日期", default=timezone.localdate)
    hours = models.DecimalField("培训学时", max_digits=5, decimal_places=1)
    trainer = models.CharField("培训人", max_length=50, blank=True)
    organization = models.CharField("培训机构", max_length=100, blank=True)
    place = models.CharField("培训地点", max_length=200, blank=True)
    description = models.CharField("培训内容", max_length=500, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "培训"
        verbose_name_plural = verbose_name
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=0) & Q(hours__lte=200),
                name="training_hours_sensible",
                violation_error_message="培训学时应大于 0，且不超过 200。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workers:training_detail", args=[self.pk])

    def may_open_files(self, user) -> bool:
        return user.role in PAPER_READERS


@pghistory.track()
class TrainingRecord(ScopedModel):
    """One person's part in a training."""

    scope_through = "project"
    on_merge = {"training_once_a_person": Fold()}

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="records")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="training_records")
    passed = models.BooleanField("合格", default=True)
    score = models.DecimalField(
        "成绩",
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    class Meta:
        verbose_name = "培训记录"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        indexes = [models.Index(fields=["engagement"], condition=Q(passed=True), name="training_passed_by")]
        constraints = [
            models.UniqueConstraint(fields=["training", "engagement"], name="training_once_a_person"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 100)), name="training_score_of_a_hundred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement.worker} · {self.training}"
