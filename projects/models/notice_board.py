from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scoping import ScopedModel
from projects.enums import BoardItem
from projects.models.project import Project


class NoticeBoard(ScopedModel):
    """维权信息告示牌 as it stood on a day (条例 art. 34); its photos are attachments. A change of the board is another
    row: what it showed before stays on record."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="notice_boards")
    checked_on = models.DateField("拍照日期")
    place = models.CharField("设置位置", max_length=100)
    items = ArrayField(models.CharField(max_length=10, choices=BoardItem), verbose_name="写明的内容")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "维权信息告示牌"
        verbose_name_plural = verbose_name
        ordering = ["-checked_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(items__len__gt=0), name="notice_board_shows_something"),
            models.CheckConstraint(condition=Q(items__contained_by=BoardItem.values), name="notice_board_items_known"),
        ]

    def __str__(self) -> str:
        return f"{self.checked_on} {self.place}"

    @property
    def items_text(self) -> str:
        return "、".join(BoardItem(item).label for item in BoardItem.values if item in self.items)

    @property
    def lacking_text(self) -> str:
        return "、".join(BoardItem(item).label for item in BoardItem.values if item not in self.items)
