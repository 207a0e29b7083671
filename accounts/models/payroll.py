import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Answer, PayMethod
from accounts.models import paid_triggers, sheet_triggers
from accounts.models.ledger import LedgerEntry
from accounts.models.settling import settles_departures
from accounts.models.special_account import SpecialAccount, kept_by
from core.fields import BlindIndexField, EncryptedField, MoneyField
from core.scoping import ScopedModel
from projects.models import ImportBatch, Project
from projects.models.merging import Fold
from workers.enums import WageMethod, WageUnit
from workers.models import Engagement, OwnRows, Team


@pghistory.track()
class Payroll(ScopedModel):
    """工资表 of a project's month. Sheets of several teams fill the same payroll."""

    scope_through = "project"
    on_merge = {"payroll_once_a_month": Fold({"pay_on": "coalesce(t.pay_on, s.pay_on)"})}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payrolls")
    month = models.DateField("工资所属年月", help_text="当月 1 日")
    pay_on = models.DateField("发放日期", null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("编制时间", default=timezone.now)

    class Meta:
        verbose_name = "工资表"
        verbose_name_plural = verbose_name
        ordering = ["-month", "-id"]
        indexes = [models.Index(fields=["-month", "-id"], name="payroll_by_month")]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="payroll_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="payroll_month_is_a_first"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y年%m月}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:payroll", args=[self.pk])


def _of_the_owed(column: str) -> str:
    """The card on which wages are still to be paid."""
    return f"CASE WHEN s.paid < s.net THEN s.{column} ELSE t.{column} END"


_UNDER_WAY = (
    "EXISTS (SELECT 1 FROM accounts_payrollsheet h WHERE h.id IN (s.sheet_id, t.sheet_id)"
    " AND h.state NOT IN ('draft', 'paid'))"
)


class PayrollLine(OwnRows, ScopedModel):
    """One person's wages of one month. `engagement` stays empty for someone the register does not know: the money is
    real all the same, and a rule reports it."""

    scope_through = "project"
    on_merge = {
        "payroll_line_once_a_person": Fold(
            {name: f"t.{name} + s.{name}" for name in ("due", "deducted", "net", "paid")}
            | {name: _of_the_owed(name) for name in ("card_number", "card_number_index", "card_last4", "bank_name")}
            | {"days": "CASE WHEN s.days IS NULL THEN t.days ELSE coalesce(t.days, 0) + s.days END"},
            # The bank pays each sheet's wages by itself: owed as one sum they would match no payment. And what the
            # workers have been asked to confirm is no longer added to.
            refuse_when=f"s.paid < s.net AND t.paid < t.net OR {_UNDER_WAY}",
            is_exact=True,
            message="同一人同一月份在两个项目的工资表中都有未发放的工资，或其工资表正在办理，"
            "请先完成其中一个项目的代发，再办理合并",
        ),
        "payroll_line_once_a_back_pay": Fold(),
    }

    payroll = models.ForeignKey(Payroll, on_delete=models.PROTECT, related_name="lines")
    sheet = models.ForeignKey("accounts.PayrollSheet", on_delete=models.PROTECT, related_name="lines")
    is_back_pay = models.BooleanField("补发", default=False, db_default=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payroll_lines")
    month = models.DateField("工资所属年月")
    engagement = models.ForeignKey(Engagement, null=True, on_delete=models.PROTECT, related_name="payroll_lines")
    team = models.ForeignKey(Team, verbose_name="班组", null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=50)
    id_number = EncryptedField("公民身份号码")
    id_number_index = BlindIndexField("id_number")
    card_number = EncryptedField("银行卡号", null=True)
    card_number_index = BlindIndexField("card_number", null=True)
    card_last4 = models.CharField("卡号后四位", max_length=4, blank=True)
    bank_name = models.CharField("开户银行", max_length=100, blank=True)
    days = models.DecimalField("工作天数", max_digits=4, decimal_places=1, null=True)
    rate = MoneyField("工资标准", null=True)
    wage_method = models.CharField("工资计算方式", max_length=5, choices=WageMethod, blank=True, db_default="")
    quantity = models.DecimalField("完成工程量", max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField("计量单位", max_length=2, choices=WageUnit, blank=True, db_default="")
    due = MoneyField("当月应发工资")
    deducted = MoneyField("当月扣发工资", default=0)
    deduction_reason = models.CharField("扣款原因", max_length=200, blank=True, db_default="")
    advance_deducted = MoneyField("其中扣回预支", default=0, db_default=0)
    net = MoneyField("当月实发工资")
    paid = MoneyField("已代发", default=0)
    attended_days = models.DecimalField(
        "考勤天数", max_digits=4, decimal_places=1, null=True, help_text="编制或提交时的考勤"
    )
    expected_due = MoneyField("按考勤和合同应发", null=True)
    difference_reason = models.CharField("差异原因", max_length=200, blank=True, db_default="")
    answer = models.CharField("工人确认", max_length=9, choices=Answer, blank=True, db_default="")
    answered_at = models.DateTimeField("确认时间", null=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "工资明细"
        verbose_name_plural = verbose_name
        ordering = ["payroll", "id"]
        indexes = [
            models.Index(fields=["project", "month"]),
            models.Index(fields=["project"], condition=Q(paid__lt=F("net")), name="payroll_line_unpaid"),
            models.Index(fields=["card_number_index"]),
            models.Index(
                fields=["month"], include=["project", "engagement", "net", "paid"], name="payroll_line_of_month"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payroll", "id_number_index"],
                condition=Q(is_back_pay=False),
                name="payroll_line_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["sheet", "id_number_index"],
                condition=Q(is_back_pay=True),
                name="payroll_line_once_a_back_pay",
            ),
            models.CheckConstraint(
                condition=Q(advance_deducted__gte=0) & Q(advance_deducted__lte=F("deducted")),
                name="payroll_line_advance_is_part_of_deducted",
            ),
            models.CheckConstraint(
                condition=Q(net=F("due") - F("deducted")), name="payroll_line_net_is_due_less_deducted"
            ),
            models.CheckConstraint(
                condition=Q(due__gte=0) & Q(deducted__gte=0) & Q(net__gte=0), name="payroll_line_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0) & Q(paid__lte=F("net")), name="payroll_line_paid_up_to_net"
            ),
        ]
        triggers = [*sheet_triggers.of_lines(), *paid_triggers.of_lines(), settles_departures()]

    def __str__(self) -> str:
        return f"{self.name} {self.month:%Y-%m}"

    @property
    def is_paid(self) -> bool:
        return self.paid >= self.net


class Payout(OwnRows, ScopedModel):
    """工资发放明细: one payment to a worker, for the payroll line it pays: by the bank out of the special account,
    then tied to the ledger by its serial; by whoever advanced the wages; or out of the deposit.

    One that came back (退汇) pays nothing: its line is owed again.
    """

    scope_through = "project"
    own_path = "line__engagement"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payouts")
    account = models.ForeignKey(SpecialAccount, null=True, on_delete=models.PROTECT, related_name="payouts")
    advance_item = models.OneToOneField(
        "AdvanceItem", verbose_name="垫付", null=True, on_delete=models.PROTECT, related_name="payout"
    )
    deposit_line = models.OneToOneField(
        "DepositUseLine", verbose_name="保证金支付", null=True, on_delete=models.PROTECT, related_name="payout"
    )
    serial = models.CharField("工资发放流水号", max_length=64)
    entry = models.OneToOneField(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="payout")
    line = models.ForeignKey(PayrollLine, null=True, on_delete=models.PROTECT, related_name="payouts")
    returned = models.OneToOneField(
        LedgerEntry, verbose_name="退汇", null=True, on_delete=models.PROTECT, related_name="returned_payout"
    )
    order = models.OneToOneField(
        "accounts.PayoutOrder", verbose_name="代发明细", null=True, on_delete=models.PROTECT, related_name="payout"
    )
    month = models.DateField("工资所属年月", null=True)
    amount = MoneyField("发放金额")
    paid_on = models.DateField("发放日期")
    method = models.CharField("工资支付方式", max_length=10, choices=PayMethod, default=PayMethod.BANK)

    class Meta:
        verbose_name = "工资发放"
        verbose_name_plural = verbose_name
        ordering = ["-paid_on", "-id"]
        indexes = [
            models.Index(fields=["project", "month"]),
            models.Index(
                fields=["month", "paid_on"],
                include=["project", "line"],
                condition=Q(returned__isnull=True),
                name="payout_of_month_by_day",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "serial"], name="payout_serial_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(
                condition=Q(account__isnull=False, advance_item__isnull=True, deposit_line__isnull=True)
                & ~Q(method__in=(PayMethod.ADVANCE, PayMethod.DEPOSIT))
                | Q(account__isnull=True, entry__isnull=True)
                & (
                    Q(advance_item__isnull=False, deposit_line__isnull=True, method=PayMethod.ADVANCE)
                    | Q(advance_item__isnull=True, deposit_line__isnull=False, method=PayMethod.DEPOSIT)
                ),
                name="payout_from_one_source",
            ),
        ]
        triggers = paid_triggers.of_payouts()

    def __str__(self) -> str:
        return self.serial

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) & kept_by(user)
