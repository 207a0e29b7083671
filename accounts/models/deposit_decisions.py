"""What is decided about a deposit. Money moves when two people of the office agree."""

from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import Before, Delete, Insert, Trigger, Update

from accounts.enums import DepositPayMethod, RefundState, UseState
from accounts.models.deposits import KEEPERS, Deposit, DepositInstrument
from accounts.models.payroll import PayrollLine
from core.fields import BlindIndexField, EncryptedField, MoneyField
from core.scoping import ScopedModel
from organizations.enums import IDENTITY_CHECKERS
from organizations.models import Organization
from projects.models.merging import Refuse

NOTICE_DAYS = 30  # of public notice before a refund
TWO_PEOPLE = "经办人与审批人不能是同一人，请由本单位另一名工作人员审批。"


def person(label: str, **options) -> models.ForeignKey:
    options = {"null": True, "blank": True, "on_delete": models.PROTECT, "related_name": "+"} | options
    return models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=label, **options)


class Decision(ScopedModel):
    """Proposed by one officer, approved by another of the same office."""

    scope_through = "instrument"

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="%(class)ss")
    instrument = models.ForeignKey(DepositInstrument, on_delete=models.PROTECT, related_name="%(class)ss")
    office = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_by = person("经办人")
    proposed_at = models.DateTimeField("提出时间", null=True, blank=True)
    opinion = models.CharField("经办意见", max_length=500, blank=True)
    payment = models.OneToOneField(
        "accounts.DepositMovement",
        verbose_name="收支",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_by = person("审批人")
    approved_at = models.DateTimeField("审批时间", null=True, blank=True)
    refused_by = person("不予批准人")
    refused_at = models.DateTimeField("不予批准时间", null=True, blank=True)
    refused_reason = models.CharField("不予批准的原因", max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


def two_people(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(approved_by__isnull=True) | (Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
        name=name,
        violation_error_message=TWO_PEOPLE,
    )


@pghistory.track()
class DepositUse(Decision):
    """动用: wages are overdue in spite of an order to pay; the keeper pays the workers within 5 working days of the
    支付通知书, the contractor refills within 10 working days of the payment."""

    OPEN = (UseState.PROPOSED, UseState.APPROVED)

    state = models.CharField("状态", max_length=10, choices=UseState, default=UseState.PROPOSED)
    order_number = models.CharField("责令支付文书号", max_length=60)
    ordered_on = models.DateField("责令支付日期")
    order_due_on = models.DateField("责令支付期限")
    amount = MoneyField("动用金额")
    notice_number = models.CharField("支付通知书文号", max_length=60, blank=True)
    pay_by = models.DateField("支付期限", null=True, blank=True)
    paid_on = models.DateField("支付日期", null=True, blank=True)
    refill_by = models.DateField("补足期限", null=True, blank=True)
    refilled_on = models.DateField("补足日期", null=True, blank=True)

    class Meta:
        verbose_name = "工资保证金动用"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            two_people("deposit_use_needs_two_people"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_use_amount_positive"),
            models.CheckConstraint(
                condition=Q(order_due_on__gte=F("ordered_on")),
                name="deposit_use_order_due_after_it",
                violation_error_message="责令支付期限不能早于责令支付日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(UseState.APPROVED, UseState.PAID))
                | (Q(approved_by__isnull=False, pay_by__isnull=False) & ~Q(notice_number="")),
                name="deposit_use_approved_has_its_notice",
            ),
            models.CheckConstraint(
                condition=~Q(state=UseState.PAID)
                | Q(payment__isnull=False, paid_on__isnull=False, refill_by__isnull=False),
                name="deposit_use_paid_has_its_movement",
            ),
            models.CheckConstraint(
                condition=~Q(state=UseState.REFUSED) | ~Q(refused_reason=""), name="deposit_use_refused_with_reason"
            ),
            models.UniqueConstraint(
                fields=["notice_number"], condition=~Q(notice_number=""), name="deposit_use_notice_number_once"
            ),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=Q(state__in=(UseState.PROPOSED, UseState.APPROVED)),
                name="deposit_one_use_at_a_time",
                violation_error_message="已有一笔动用尚未办结，请先办结。",
            ),
        ]

    def __str__(self) -> str:
        return self.notice_number or f"动用 {self.amount:,.2f} 元"

    def get_absolute_url(self) -> str:
        return reverse("deposits:use_detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return UseState(self.state).tone

    def is_late(self, today: date) -> bool:
        """The keeper has not paid in time, or the contractor not refilled."""
        unpaid = self.state == UseState.APPROVED and self.pay_by < today
        return unpaid or (self.state == UseState.PAID and self.refilled_on is None and self.refill_by < today)


# Lines are written with their proposal and stand from then on.
_WHILE_PROPOSED = """
IF NOT EXISTS (SELECT 1 FROM accounts_deposituse u WHERE u.id = NEW.use_id AND u.state = 'proposed') THEN
    RAISE EXCEPTION 'the lines of a decided use stand' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
# Never rewritten; but when two projects become one, and a person's wages of a month one line, they answer that line.
_STANDS = """
IF TG_OP = 'UPDATE' THEN
    as_it_was := NEW;
    as_it_was.payroll_line_id := OLD.payroll_line_id;
    IF as_it_was IS NOT DISTINCT FROM OLD AND EXISTS (
        SELECT 1 FROM accounts_payrollline a
        JOIN accounts_payrollline b ON b.id_number_index = a.id_number_index AND b.month = a.month
        WHERE a.id = OLD.payroll_line_id AND b.id = NEW.payroll_line_id
    ) THEN
        RETURN NEW;
    END IF;
END IF;
RAISE EXCEPTION 'append-only: cannot update or delete rows of %', TG_TABLE_NAME;
"""


class DepositUseLine(ScopedModel):
    """What of a deposit goes to one worker, for which line of which payroll."""

    scope_through = "use"
    on_merge = {"deposit_use_line_once": Refuse("同一笔动用已列有该工人同月的两行工资，不能合并")}

    use = models.ForeignKey(DepositUse, on_delete=models.PROTECT, related_name="lines")
    payroll_line = models.ForeignKey(PayrollLine, on_delete=models.PROTECT, related_name="deposit_lines")
    name = models.CharField("务工人员姓名", max_length=50)
    id_number = EncryptedField("务工人员公民身份号码")
    id_number_index = BlindIndexField("id_number")
    card_number = EncryptedField("银行卡号", null=True, blank=True)
    card_last4 = models.CharField("卡号后四位", max_length=4, blank=True)
    bank_name = models.CharField("开户银行", max_length=100, blank=True)
    amount = MoneyField("工资支付金额")
    method = models.CharField(
        "工资支付方式", max_length=10, choices=DepositPayMethod, default=DepositPayMethod.TRANSFER
    )

    class Meta:
        verbose_name = "工资保证金支付明细"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["use", "payroll_line"], name="deposit_use_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_use_line_amount_positive"),
        ]
        triggers = [
            Trigger(
                name="append_only",
                when=Before,
                operation=Update | Delete,
                declare=[("as_it_was", "RECORD")],
                func=_STANDS,
            ),
            Trigger(name="while_proposed", when=Before, operation=Insert, func=_WHILE_PROPOSED),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.amount:,.2f}"

    def may_reveal(self, user) -> bool:
        """Whom to pay, and where to, the keeper has to know."""
        return user.role in (*IDENTITY_CHECKERS, *KEEPERS)


@pghistory.track()
class DepositRefund(Decision):
    """退还: after completion, a written promise that no wages are owed, and 30 days of public notice. Decided within 5
    working days of the application, confirmed by the keeper within 3 of the decision."""

    OPEN = (RefundState.APPLIED, RefundState.PROPOSED, RefundState.APPROVED)

    state = models.CharField("状态", max_length=10, choices=RefundState, default=RefundState.APPLIED)
    promised_on = models.DateField("书面承诺日期")
    notice_from = models.DateField("公示开始日期")
    notice_until = models.DateField("公示截止日期")
    applied_by = person("申请人")
    applied_at = models.DateTimeField("申请时间", default=timezone.now)
    decide_by = models.DateField("办结期限")
    amount = MoneyField("退还金额")
    office_name = models.CharField("退还决定单位名称", max_length=200, blank=True)
    office_uscc = models.CharField("退还决定单位统一社会信用代码", max_length=18, blank=True)
    notice_number = models.CharField("退还通知书文号", max_length=60, blank=True)
    confirm_by = models.DateField("退还期限", null=True, blank=True)
    refunded_on = models.DateField("退还日期", null=True, blank=True)

    class Meta:
        verbose_name = "工资保证金退还"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            two_people("deposit_refund_needs_two_people"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(notice_until__gte=F("notice_from") + timedelta(days=NOTICE_DAYS)),
                name="deposit_refund_after_its_notice",
                violation_error_message=f"公示期不得少于 {NOTICE_DAYS} 日。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(RefundState.APPROVED, RefundState.DONE))
                | (
                    Q(approved_by__isnull=False, confirm_by__isnull=False)
                    & ~Q(notice_number="")
                    & ~Q(office_name="")
                    & ~Q(office_uscc="")
                ),
                name="deposit_refund_approved_has_its_notice",
            ),
            models.CheckConstraint(
                condition=~Q(state=RefundState.DONE) | Q(payment__isnull=False, refunded_on__isnull=False),
                name="deposit_refund_done_has_its_movement",
            ),
            models.CheckConstraint(
                condition=~Q(state=RefundState.REFUSED) | ~Q(refused_reason=""),
                name="deposit_refund_refused_with_reason",
            ),
            models.UniqueConstraint(
                fields=["notice_number"], condition=~Q(notice_number=""), name="deposit_refund_notice_number_once"
            ),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=Q(state__in=(RefundState.APPLIED, RefundState.PROPOSED, RefundState.APPROVED)),
                name="deposit_one_refund_at_a_time",
                violation_error_message="退还申请已经提交，请等待办理。",
            ),
        ]

    def __str__(self) -> str:
        return self.notice_number or f"退还 {self.amount:,.2f} 元"

    def get_absolute_url(self) -> str:
        return reverse("deposits:refund_detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return RefundState(self.state).tone

    def is_late(self, today: date) -> bool:
        undecided = self.state in (RefundState.APPLIED, RefundState.PROPOSED) and self.decide_by < today
        return undecided or (self.state == RefundState.APPROVED and self.confirm_by < today)
