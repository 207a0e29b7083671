"""工资保证金: what a contractor has to store for a project, and the account, letter or policy by which it does."""

from datetime import date, timedelta
from decimal import Decimal

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import Before, Condition, Insert, Trigger, Update

from accounts.enums import DepositForm, DepositState, InstrumentState
from accounts.models.deposit_standards import DepositStandard
from core.fields import BlindIndexField, EncryptedField, MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from core.triggers import append_only
from organizations.enums import Role
from organizations.models import Organization
from projects.models import Project
from projects.models.merging import Change

KEEPERS = (Role.BANK, Role.INSURER)
EXPIRES_SOON = 30  # days ahead in which a letter or policy is to be renewed (人社部发〔2021〕65号)


def kept_by(user, path: str = "keeper") -> Q:
    """Narrows what hangs on an instrument to the user's own bank or insurer, if the user works for one."""
    return Q(**{path: user.organization}) if user.role in KEEPERS else Q()


class DepositQuerySet(ScopedQuerySet):
    def open(self) -> "DepositQuerySet":
        return self.exclude(state=DepositState.RELEASED)

    def stored_late(self, today: date) -> "DepositQuerySet":
        """Not stored, and the term is over."""
        return self.filter(state__in=(DepositState.APPLIED, DepositState.ASSESSED), due_on__lt=today)

    def expiring(self, today: date) -> "DepositQuerySet":
        """Its letter or policy ends within a month, or has ended, and nothing has taken its place."""
        last = today + timedelta(days=EXPIRES_SOON)
        rows = DepositInstrument._base_manager.filter(state=InstrumentState.IN_FORCE, ends_on__lte=last)
        return self.filter(state=DepositState.HELD, pk__in=rows.values("deposit"))

    def short(self) -> "DepositQuerySet":
        """What is left is less than what is to be stored: it has been used and is not refilled."""
        rows = DepositInstrument._base_manager.filter(
            state=InstrumentState.IN_FORCE, balance__lt=F("deposit__differential_amount")
        )
        return self.filter(state=DepositState.HELD, pk__in=rows.values("deposit"))


@pghistory.track()
class Deposit(ScopedModel):
    """工资保证金 of a project: the 5 indicators of its assessment."""

    on_merge = {"deposit_open_once_a_project": Change({"came_by_merge": "true"})}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deposits")
    payer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="deposits", verbose_name="缴纳主体")
    payer_name = models.CharField("缴纳主体名称", max_length=200)
    payer_uscc = models.CharField("缴纳主体统一社会信用代码", max_length=18)
    form = models.CharField("收支方式", max_length=10, choices=DepositForm)
    due_amount = MoneyField("应缴金额", null=True, blank=True)
    differential_amount = MoneyField("差异化缴存金额", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=DepositState, default=DepositState.APPLIED)
    months = models.PositiveSmallIntegerField("合同工期（月）", null=True, blank=True)
    is_key = models.BooleanField("重点交通、铁路等工程", default=False)
    begins_with = models.CharField("存储期限起算于", max_length=20, blank=True)
    begins_on = models.DateField("起算日期", null=True, blank=True)
    due_on = models.DateField("存储期限", null=True, blank=True)
    is_provisional = models.BooleanField("期限暂定", default=False)
    stored_on = models.DateField("存储日期", null=True, blank=True)
    came_by_merge = models.BooleanField("随项目合并转入", default=False)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    applied_at = models.DateTimeField("申报时间", default=timezone.now)

    objects = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = "工资保证金"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "due_on"]), models.Index(fields=["payer"])]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=~Q(state=DepositState.RELEASED) & Q(came_by_merge=False),
                name="deposit_open_once_a_project",
                violation_error_message="本项目的工资保证金已经申报。",
            ),
            models.CheckConstraint(
                condition=Q(due_amount__isnull=True, differential_amount__isnull=True)
                | Q(due_amount__gte=0, differential_amount__gte=0),
                name="deposit_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state=DepositState.APPLIED) | Q(differential_amount__isnull=False),
                name="deposit_assessed_before_it_is_stored",
            ),
            models.CheckConstraint(
                condition=~Q(state=DepositState.EXEMPT) | Q(differential_amount=0), name="deposit_exempt_is_nothing"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(DepositState.ASSESSED, DepositState.HELD)) | Q(differential_amount__gt=0),
                name="deposit_to_store_is_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} 工资保证金"

    @classmethod
    def scope_q(cls, user) -> Q:
        """A bank or insurer: what it keeps, has kept or is asked to keep. Authorities and contractors: by the project.
        The project itself stays closed to the keeper; its basic facts are told by the deposit."""
        if user.role in KEEPERS:
            own = DepositInstrument._base_manager.filter(keeper=user.organization)
            return Q(pk__in=own.values("deposit"))
        if user.role not in (Role.OFFICER, Role.INDUSTRY, Role.CLERK):
            return Q(pk__in=[])
        return Q(project__in=Project._base_manager.filter(Project.scope_q(user)).values("pk"))

    def get_absolute_url(self) -> str:
        return reverse("deposits:deposit_detail", args=[self.pk])

    def may_open_files(self, user) -> bool:
        """Proofs of exemption are between contractor and authorities."""
        return user.role not in KEEPERS

    @property
    def state_tone(self) -> str:
        return DepositState(self.state).tone

    @property
    def is_stored(self) -> bool:
        return self.state in (DepositState.HELD, DepositState.RELEASED)

    def days_late(self, today: date) -> int:
        """After the term of storing, as long as nothing is stored; then as many as it was late."""
        if self.due_on is None or self.state == DepositState.EXEMPT:
            return 0
        return max(0, ((self.stored_on or today) - self.due_on).days)


class DepositAssessment(ScopedModel):
    """How an amount came about: the facts, the version of the standard, each step. Never changed: a new one follows.

    `derived` are the facts as the portal's own data tell them; where `facts` differ, `reason` says why.
    """

    scope_through = "deposit"

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="assessments")
    standard = models.ForeignKey(DepositStandard, on_delete=models.PROTECT, related_name="assessments")
    facts = models.JSONField("核定依据")
    derived = models.JSONField("平台数据")
    steps = models.JSONField("计算步骤")
    due_amount = MoneyField("应缴金额")
    differential_amount = MoneyField("差异化缴存金额")
    reason = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("核定时间", default=timezone.now)

    class Meta:
        verbose_name = "工资保证金核定"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(facts=F("derived")) | ~Q(reason=""), name="deposit_assessment_deviates_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(due_amount__gte=0, differential_amount__gte=0), name="deposit_assessment_not_negative"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.deposit} {self.differential_amount}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """How a contractor pays its people is no business of the keeper's."""
        return Q(pk__in=[]) if user.role in KEEPERS else super().scope_q(user)


# `balance` is the movements' to change; see DepositMovement.
_BALANCE = """
IF pg_trigger_depth() < 2 OR TG_OP = 'INSERT' THEN
    RAISE EXCEPTION 'the balance of a deposit changes by its movements only' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


@pghistory.track()
class DepositInstrument(ScopedModel):
    """The account, letter of guarantee or policy by which a deposit is stored. One is in force at a time; a renewal or
    a change of form is a new one, which ends the one before. `balance`: what of `amount` may still be called upon."""

    scope_through = "deposit"

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="instruments")
    form = models.CharField("收支方式", max_length=10, choices=DepositForm)
    keeper = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="deposit_instruments", verbose_name="银行或保险公司"
    )
    keeper_name = models.CharField("经办机构名称", max_length=200)
    account_number = EncryptedField("工资保证金银行账号", null=True, blank=True)
    account_number_index = BlindIndexField("account_number", null=True, blank=True)
    account_last4 = models.CharField("账号后四位", max_length=4, blank=True)
    has_special_mark = models.BooleanField("账户是否设置特殊标识", null=True, blank=True)
    document_number = models.CharField("保函函号或保险单号", max_length=60, blank=True)
    amount = MoneyField("金额")
    starts_on = models.DateField("缴存起始时间")
    ends_on = models.DateField("有效期终止日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=InstrumentState, default=InstrumentState.OFFERED)
    balance = MoneyField("余额", default=0, editable=False)
    refused_reason = models.CharField("不予确认的原因", max_length=200, blank=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField("申报时间", default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "工资保证金凭证"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["ends_on"], condition=Q(state="in_force"), name="deposit_instrument_ends")]
        constraints = [
            models.UniqueConstraint(
                fields=["deposit"], condition=Q(state=InstrumentState.IN_FORCE), name="deposit_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["deposit"],
                condition=Q(state=InstrumentState.OFFERED),
                name="deposit_one_offered",
                violation_error_message="已有一份待银行或保险公司确认，请等待其确认后再办理。",
            ),
            models.UniqueConstraint(
                fields=["keeper", "document_number"],
                condition=~Q(document_number="") & ~Q(state=InstrumentState.REFUSED),
                name="deposit_document_once",
                violation_error_message="该机构的同一函号（保单号）已经登记。",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_instrument_amount_positive"),
            models.CheckConstraint(
                condition=Q(balance__gte=0) & Q(balance__lte=F("amount")), name="deposit_balance_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(InstrumentState.IN_FORCE, InstrumentState.ENDED)) | Q(balance=0),
                name="deposit_balance_only_once_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state=InstrumentState.ENDED) | Q(balance=0), name="deposit_ended_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(form=DepositForm.BANK, account_number__isnull=False, ends_on__isnull=True)
                | (Q(ends_on__isnull=False, account_number__isnull=True) & ~Q(form=DepositForm.BANK)),
                name="deposit_instrument_is_of_its_form",
                violation_error_message="账户须填账号，保函、保单须填有效期终止日期。",
            ),
            models.CheckConstraint(
                condition=Q(form=DepositForm.BANK) | ~Q(document_number=""),
                name="deposit_letter_has_its_number",
                violation_error_message="请填写保函函号或保险单号。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="deposit_instrument_ends_after_it_starts",
                violation_error_message="终止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state=InstrumentState.IN_FORCE)
                | ~Q(form=DepositForm.BANK)
                | Q(has_special_mark__isnull=False),
                name="deposit_account_says_whether_marked",
            ),
        ]
        triggers = [
            Trigger(
                name="balance_by_movement",
                when=Before,
                operation=Update,
                func=_BALANCE,
                condition=Condition("NEW.balance IS DISTINCT FROM OLD.balance"),
            ),
            Trigger(
                name="begins_empty",
                when=Before,
                operation=Insert,
                func=_BALANCE,
                condition=Condition("NEW.balance <> 0"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.keeper_name}"

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) & kept_by(user)

    def may_reveal(self, user) -> bool:
        return user.role in (Role.OFFICER, Role.CLERK, Role.BANK)

    @property
    def state_tone(self) -> str:
        return InstrumentState(self.state).tone

    @property
    def is_account(self) -> bool:
        return self.form == DepositForm.BANK

    @property
    def number_text(self) -> str:
        return f"尾号{self.account_last4}" if self.is_account else self.document_number

    @property
    def missing(self) -> Decimal:
        """What is to be refilled."""
        return self.amount - self.balance

    def days_left(self, today: date) -> int | None:
        return None if self.ends_on is None else (self.ends_on - today).days

    def is_expiring(self, today: date) -> bool:
        left = self.days_left(today)
        return self.state == InstrumentState.IN_FORCE and left is not None and left <= EXPIRES_SOON
