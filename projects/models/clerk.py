import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone

from core.fields import BlindIndexField, EncryptedField
from core.models.attachments import Attachment
from core.scoping import ScopedModel
from organizations.enums import AUTHORITIES, IDENTITY_CHECKERS, Role
from projects.models.project import Project


@pghistory.track()
class WageClerk(ScopedModel):
    """劳资专管员 of a project (条例 art. 28): registered within 30 days of the start."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="wage_clerks")
    name = models.CharField("劳资专管员姓名", max_length=50)
    id_number = EncryptedField("劳资专管员公民身份号码", null=True, blank=True)
    id_number_index = BlindIndexField("id_number", null=True)
    phone = models.CharField("劳资专管员电话", max_length=20, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登录账号",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    registered_on = models.DateField("登记日期", default=timezone.localdate)
    left_on = models.DateField("离任日期", null=True, blank=True)
    photo = models.ForeignKey(
        Attachment, verbose_name="照片", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "劳资专管员"
        verbose_name_plural = verbose_name
        ordering = ["left_on", "-registered_on", "id"]

    def __str__(self) -> str:
        return self.name

    def may_reveal(self, user) -> bool:
        return user.role in IDENTITY_CHECKERS

    def may_open_files(self, user) -> bool:
        """Photo, certificate, letter of appointment."""
        return user.role in (*AUTHORITIES, Role.CLERK)
