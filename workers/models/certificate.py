import re
from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import BlindIndexField, EncryptedField
from core.scoping import ScopedModel, ScopedQuerySet
from workers.enums import SPECIAL_TRADES, CertificateKind, CertificateStatus, Trade
from workers.models.worker import PAPER_READERS, Worker

SOON = timedelta(days=30)
_ID_WITHIN = re.compile(r"\d{14}(?=\d{3}[\dXx])")


class CertificateQuerySet(ScopedQuerySet):
    def in_force(self, day: date) -> "CertificateQuerySet":
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=day), status=CertificateStatus.VALID)

    def expiring(self, day: date) -> "CertificateQuerySet":
        """Still in force, for 30 days at most."""
        return self.in_force(day).filter(expires_on__lte=day + SOON)


@pghistory.track()
class Certificate(ScopedModel):
    """证书 of a person, whatever site they are on; the scan hangs on it. The number of some is the ID number with a
    letter before it (应急管理部门's 特种作业操作证), so it is kept as one."""

    scope_through = "worker"

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField("证书种类", max_length=10, choices=CertificateKind)
    title = models.CharField("证书名称", max_length=100, blank=True, help_text="如 建筑架子工（普通脚手架）")
    trade = models.CharField("对应工种", max_length=3, choices=Trade, blank=True)
    number = EncryptedField("证书编号")
    number_index = BlindIndexField("number")
    issuer = models.CharField("发证机关", max_length=100, blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    status = models.CharField("证书状态", max_length=1, choices=CertificateStatus, default=CertificateStatus.VALID)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "人员证书"
        verbose_name_plural = verbose_name
        ordering = ["kind", "-expires_on", "id"]
        indexes = [
            models.Index(
                fields=["worker", "trade"], condition=Q(kind=CertificateKind.SPECIAL), name="special_by_worker"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "kind", "number_index"],
                name="certificate_once_a_person",
                violation_error_message="该人员的这一证书已登记。",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")),
                name="certificate_expires_after_issue",
                violation_error_message="有效期不能早于发证日期。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CertificateKind.SPECIAL)
                | Q(trade__in=[str(trade) for trade in SPECIAL_TRADES], expires_on__isnull=False),
                name="special_certificate_names_trade_and_expiry",
                violation_error_message="特种作业操作证应填写对应工种和有效期。",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()

    def may_open_files(self, user) -> bool:
        return user.role in PAPER_READERS

    def may_reveal(self, user) -> bool:
        return self.worker.may_reveal(user)

    @property
    def shown_number(self) -> str:
        """In full, unless it is an ID number with a letter before it."""
        return _ID_WITHIN.sub("*" * 14, self.number)

    @property
    def state(self) -> tuple[str, str]:
        """(label, tone) today."""
        today = timezone.localdate()
        if self.status != CertificateStatus.VALID:
            return self.get_status_display(), "red"
        if self.expires_on and self.expires_on < today:
            return "过期", "red"
        if self.expires_on and self.expires_on <= today + SOON:
            return f"{(self.expires_on - today).days} 天后到期", "orange"
        return "有效", "green"
