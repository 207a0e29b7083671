"""What is handed to the bank, and what it answers, payment by payment (F4, F5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import BankFile, BatchState, OrderState, Refusal
from accounts.models import payout_triggers
from accounts.models.payroll import PayrollLine
from accounts.models.special_account import SpecialAccount, kept_by
from core.fields import BlindIndexField, EncryptedField, MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import Refuse


class PayoutBatch(ScopedModel):
    """代发批次: payments out of one special account in one file. Number and totals are fixed when it is made."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payout_batches")
    account = models.ForeignKey(SpecialAccount, on_delete=models.PROTECT, related_name="payout_batches")
    number = models.CharField("批次号", max_length=30, unique=True)
    layout = models.CharField("文件格式", max_length=10, choices=BankFile)
    count = models.PositiveIntegerField("笔数")
    total = MoneyField("总金额")
    state = models.CharField("状态", max_length=5, choices=BatchState, default=BatchState.SENT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("提交时间", default=timezone.now)
    done_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "代发批次"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "state"])]
        constraints = [
            models.CheckConstraint(condition=Q(total__gte=0), name="payout_batch_total_not_negative"),
            models.CheckConstraint(
                condition=Q(state=BatchState.SENT, done_at__isnull=True)
                | Q(state=BatchState.DONE, done_at__isnull=False),
                name="payout_batch_done_has_its_time",
            ),
        ]
        triggers = payout_triggers.of_batches()

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("payouts:batch", args=[self.pk])

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) & kept_by(user)

    @property
    def is_done(self) -> bool:
        return self.state == BatchState.DONE

    @property
    def state_tone(self) -> str:
        return "green" if self.is_done else "blue"


class PayoutOrderQuerySet(ScopedQuerySet):
    def waiting(self) -> "PayoutOrderQuerySet":
        return self.filter(state=OrderState.WAITING)


class PayoutOrder(ScopedModel):
    """代发明细: one payment of a batch. What the comparison refused stands in the batch too, outside its totals, with
    the reason. Tried again, it is another order that leads back to the first one (`first`, `attempt`)."""

    scope_through = "project"
    on_merge = {"payout_order_one_under_way": Refuse("两个项目有同一笔工资正在银行办理，请待办结后再合并")}

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="orders")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(PayrollLine, on_delete=models.PROTECT, related_name="orders")
    number = models.PositiveIntegerField("序号")
    first = models.ForeignKey(
        "self", verbose_name="首次办理", null=True, on_delete=models.PROTECT, related_name="retries"
    )
    attempt = models.PositiveSmallIntegerField("第几次", default=1)
    name = models.CharField("收款人", max_length=50)
    card_number = EncryptedField("收款账号", null=True)
    card_number_index = BlindIndexField("card_number", null=True)
    card_last4 = models.CharField("卡号后四位", max_length=4, blank=True)
    bank_name = models.CharField("开户银行", max_length=100, blank=True)
    amount = MoneyField("金额")
    state = models.CharField("状态", max_length=7, choices=OrderState, default=OrderState.WAITING)
    refusal = models.CharField("退回类别", max_length=11, choices=Refusal, blank=True)
    reason = models.CharField("退回原因", max_length=200, blank=True)
    serial = models.CharField("发放流水号", max_length=64, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True)

    objects = PayoutOrderQuerySet.as_manager()

    class Meta:
        verbose_name = "代发明细"
        verbose_name_plural = verbose_name
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="payout_order_numbered_once"),
            models.UniqueConstraint(
                fields=["line"], condition=Q(state=OrderState.WAITING), name="payout_order_one_under_way"
            ),
            models.UniqueConstraint(fields=["first", "attempt"], name="payout_order_attempts_in_a_row"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_order_amount_positive"),
            models.CheckConstraint(
                condition=Q(state=OrderState.WAITING, settled_at__isnull=True, refusal="")
                | Q(state=OrderState.PAID, settled_at__isnull=False, refusal="") & ~Q(serial="")
                | Q(state=OrderState.REFUSED, settled_at__isnull=False) & ~Q(refusal="") & ~Q(reason=""),
                name="payout_order_says_how_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(first__isnull=True, attempt=1) | Q(first__isnull=False, attempt__gt=1),
                name="payout_order_retry_leads_back",
            ),
        ]
        triggers = payout_triggers.of_orders()

    def __str__(self) -> str:
        return f"{self.batch} 第 {self.number} 笔"

    @classmethod
    def scope_q(cls, user) -> Q:
        own = Q(batch__account__bank=user.organization) if user.role == Role.BANK else Q()
        return super().scope_q(user) & own

    def may_reveal(self, user) -> bool:
        return user.role in (Role.CLERK, Role.BANK)

    @property
    def was_compared_away(self) -> bool:
        return self.state == OrderState.REFUSED and self.refusal != Refusal.BANK
