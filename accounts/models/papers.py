"""What is signed, reported and posted about a special account; the documents hang on the rows as attachments."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import AccountAct
from accounts.models.special_account import SpecialAccount, kept_by
from core.scoping import ScopedModel
from core.triggers import append_only
from projects.models import Project
from projects.models.merging import Change

NOTICE_DAYS = 30


class TripartiteAgreement(ScopedModel):
    """三方协议 of construction unit, general contractor and bank about a project's money on an account; an amended
    one is a row of its own."""

    scope_through = "project"
    on_merge = {"tripartite_agreement_number_once": Change({"number": "left(s.number, 54) || '（重复）'"})}

    account = models.ForeignKey(SpecialAccount, on_delete=models.PROTECT, related_name="agreements")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tripartite_agreements")
    number = models.CharField("协议编号", max_length=60)
    signed_on = models.DateField("签订日期")
    construction_unit = models.CharField("建设单位", max_length=200)
    construction_signatory = models.CharField("建设单位签署人", max_length=50)
    contractor_signatory = models.CharField("总承包单位签署人", max_length=50)
    bank_signatory = models.CharField("银行签署人", max_length=50)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "三方协议"
        verbose_name_plural = verbose_name
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "project", "number"],
                name="tripartite_agreement_number_once",
                violation_error_message="该专户已登记同一编号的三方协议。",
            )
        ]

    def __str__(self) -> str:
        return f"三方协议 {self.number}"

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) & kept_by(user)


class AccountReport(ScopedModel):
    """That an account was opened, changed or cancelled, and when the platform was told: within 3 working days."""

    scope_through = "account"

    account = models.ForeignKey(SpecialAccount, on_delete=models.PROTECT, related_name="reports")
    act = models.CharField("事项", max_length=10, choices=AccountAct)
    happened_on = models.DateField("发生日期")
    due_on = models.DateField("报送期限")
    reported_on = models.DateField("报送日期", default=timezone.localdate)
    what = models.CharField("内容", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "专户信息报送"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("happened_on")), name="account_report_due_afterwards"),
            models.CheckConstraint(
                condition=Q(reported_on__gte=F("happened_on")), name="account_report_after_what_it_tells"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.happened_on}"

    @property
    def days_late(self) -> int:
        return max((self.reported_on - self.due_on).days, 0)


class ClosingNotice(ScopedModel):
    """The 30 days in which an account's closing is posted, with the promise that nobody is owed wages (条例第二十七条;
    专户办法). What was posted by mistake is withdrawn; the promise letter and photos are attachments."""

    scope_through = "account"

    account = models.ForeignKey(SpecialAccount, on_delete=models.PROTECT, related_name="closing_notices")
    begins_on = models.DateField("公示开始日期")
    ends_on = models.DateField("公示截止日期")
    place = models.CharField("公示地点", max_length=100)
    surplus_to = models.CharField("结余处置", max_length=200, help_text="注销后余额归总承包单位：收款户名及账号后四位")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, editable=False)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = "专户注销公示"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on") + NOTICE_DAYS), name="closing_notice_lasts_thirty_days"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
                name="closing_notice_withdrawn_with_reason",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(withdrawn_at__isnull=True),
                name="closing_notice_one_stands",
                violation_error_message="该专户的注销公示已经登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins_on:%Y-%m-%d} 至 {self.ends_on:%Y-%m-%d}"

    def has_ended(self, today: date) -> bool:
        return self.ends_on < today
