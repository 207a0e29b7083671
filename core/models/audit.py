from django.apps import apps
from django.conf import settings
from django.db import models

from core.acts import ACTS
from core.triggers import append_only


class AuditEntry(models.Model):
    """An act that must be answered for: login, reveal, export, decision. Append-only, chained by HMAC-SM3."""

    shared_because = "read by the audit administrator's page, which asks the role; of one account, by who manages it"

    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField("操作人姓名", max_length=100, blank=True)
    action = models.CharField("行为", max_length=50)
    object_type = models.CharField("对象类型", max_length=100, blank=True)
    object_id = models.CharField("对象编号", max_length=64, blank=True)
    detail = models.JSONField("内容", default=dict)
    ip_address = models.GenericIPAddressField("来源地址", null=True)
    previous_hash = models.BinaryField()
    hash = models.BinaryField(unique=True)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["action", "-id"]), models.Index(fields=["object_type", "object_id"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action_text}"

    @property
    def action_text(self) -> str:
        return ACTS.get(self.action, self.action)

    @property
    def object_text(self) -> str:
        """What kind of record, and its number."""
        try:
            kind = apps.get_model(self.object_type)._meta.verbose_name if self.object_type else ""
        except LookupError:  # a model of an older version
            kind = self.object_type
        return f"{kind} {self.object_id}".strip()


class AuditHead(models.Model):
    """One row: the end of the chain. Locked while an entry is appended, so that the chain never forks."""

    shared_because = "holds one hash"

    id = models.PositiveSmallIntegerField(primary_key=True)
    hash = models.BinaryField()

    class Meta:
        verbose_name = "审计链末端"
        verbose_name_plural = verbose_name
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one_row")]

    def __str__(self) -> str:
        return bytes(self.hash).hex()
