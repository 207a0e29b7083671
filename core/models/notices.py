from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scoping import ScopedModel


class Notice(ScopedModel):
    """A line to one user: what happened, and where to look. `key` tells what it is about: nobody is told twice.

    `sms` is how far its text message is; blank where none is meant."""

    class Sms(models.TextChoices):
        WAITING = "waiting", "待发送"
        TAKEN = "taken", "已提交"  # before it goes out: after a crash it is not sent again
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField("事由", max_length=80)
    text = models.CharField("内容", max_length=200)
    url = models.CharField("地址", max_length=300)
    at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True)
    sms = models.CharField("短信", max_length=10, choices=Sms, blank=True)

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["id"], condition=Q(sms="waiting"), name="notice_sms_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(sms__in=["", "waiting", "taken", "sent", "failed"]), name="notice_sms_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def scope_q(cls, user) -> Q:
        return Q(user=user)
