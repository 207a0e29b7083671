from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import NoticeSheet
from core.scoping import ScopedModel
from projects.models import Project


class PublicNotice(ScopedModel):
    """A posting of a month's sheets where the workers live; its photos are attachments. What is wrong is withdrawn,
    never changed or deleted.

    `figures` are those of the sheets on the day they were posted: what was changed later shows.
    """

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="public_notices")
    month = models.DateField("工资所属年月", help_text="当月 1 日")
    sheets = ArrayField(models.CharField(max_length=10, choices=NoticeSheet), verbose_name="公示内容")
    posted_on = models.DateField("公示日期")
    place = models.CharField("张贴地点", max_length=100)
    figures = models.JSONField("公示时的数字", default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT)
    at = models.DateTimeField("登记时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "公示"
        verbose_name_plural = verbose_name
        ordering = ["-month", "-posted_on", "-id"]
        indexes = [models.Index(fields=["project", "month"])]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="public_notice_month_is_a_first"),
            models.CheckConstraint(condition=Q(sheets__len__gt=0), name="public_notice_has_a_sheet"),
            models.CheckConstraint(
                condition=Q(sheets__contained_by=NoticeSheet.values), name="public_notice_sheets_are_known"
            ),
            models.CheckConstraint(condition=Q(posted_on__gte=F("month")), name="public_notice_not_before_its_month"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
                name="public_notice_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y年%m月} {self.sheets_text}"

    @property
    def sheets_text(self) -> str:
        return "、".join(NoticeSheet(sheet).label for sheet in NoticeSheet.values if sheet in self.sheets)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def withdraw_id(self) -> str:
        """Of the dialog, and of its form's fields."""
        return f"withdraw-{self.pk}"
