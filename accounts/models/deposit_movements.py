"""Every movement of a deposit."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from pgtrigger import Before, Insert, Trigger

from accounts.enums import DepositMovementKind
from accounts.models.deposit_decisions import DepositRefund, DepositUse, person
from accounts.models.deposits import DepositInstrument, kept_by
from core.fields import MoneyField
from core.scoping import ScopedModel
from core.triggers import append_only

# The balance goes with the movement, or the movement is not. What leaves for wages or to the contractor leaves by a
# decision of two people, as a whole and once.
_MOVE = """
IF NEW.kind = 'use' AND NOT EXISTS (
    SELECT 1 FROM accounts_deposituse u
    WHERE u.id = NEW.use_id AND u.instrument_id = NEW.instrument_id AND u.state = 'approved'
        AND u.amount = NEW.amount AND u.approved_by_id <> u.proposed_by_id
        AND u.amount = (SELECT sum(l.amount) FROM accounts_deposituseline l WHERE l.use_id = u.id)
) THEN
    RAISE EXCEPTION 'a deposit pays by an approved decision only' USING ERRCODE = 'check_violation';
END IF;
IF NEW.kind = 'refund' AND NOT EXISTS (
    SELECT 1 FROM accounts_depositrefund r
    WHERE r.id = NEW.refund_id AND r.instrument_id = NEW.instrument_id AND r.state = 'approved'
        AND r.amount = NEW.amount AND r.approved_by_id <> r.proposed_by_id
) THEN
    RAISE EXCEPTION 'a deposit is refunded by an approved decision only' USING ERRCODE = 'check_violation';
END IF;
IF NEW.kind = 'replace' AND NOT EXISTS (
    SELECT 1 FROM accounts_depositinstrument gone
    JOIN accounts_depositinstrument fresh ON fresh.deposit_id = gone.deposit_id AND fresh.state = 'offered'
    JOIN accounts_deposit d ON d.id = gone.deposit_id AND fresh.amount >= d.differential_amount
    WHERE gone.id = NEW.instrument_id AND gone.balance = NEW.amount
) THEN
    RAISE EXCEPTION 'a deposit goes whole, and only for another' USING ERRCODE = 'check_violation';
END IF;
UPDATE accounts_depositinstrument
SET balance = balance + CASE WHEN NEW.kind IN ('collect', 'refill') THEN NEW.amount ELSE -NEW.amount END
WHERE id = NEW.instrument_id AND state = 'in_force'
RETURNING balance INTO NEW.balance;
IF NOT FOUND THEN
    RAISE EXCEPTION 'nothing moves on an instrument that is not in force' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class DepositMovement(ScopedModel):
    """收支 of a deposit: append-only, numbered. `balance` is what is left after it, written by the database."""

    scope_through = "instrument"

    instrument = models.ForeignKey(DepositInstrument, on_delete=models.PROTECT, related_name="movements")
    number = models.CharField("工资保证金账户收支编号", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=10, choices=DepositMovementKind)
    amount = MoneyField("金额")
    moved_on = models.DateField("收支时间")
    balance = MoneyField("余额", default=0)
    reference = models.CharField("银行或保险公司业务编号", max_length=64, blank=True)
    use = models.ForeignKey(DepositUse, null=True, blank=True, on_delete=models.PROTECT, related_name="movements")
    refund = models.OneToOneField(DepositRefund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = person("登记人")
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "工资保证金收支"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_movement_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=DepositMovementKind.values), name="deposit_movement_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(use__isnull=False, kind__in=(DepositMovementKind.USE, DepositMovementKind.REFILL))
                | (Q(use__isnull=True) & ~Q(kind__in=(DepositMovementKind.USE, DepositMovementKind.REFILL))),
                name="deposit_movement_use_is_paid_or_refilled",
            ),
            models.CheckConstraint(
                condition=Q(refund__isnull=False, kind=DepositMovementKind.REFUND)
                | (Q(refund__isnull=True) & ~Q(kind=DepositMovementKind.REFUND)),
                name="deposit_movement_refund_is_refunded",
            ),
            models.UniqueConstraint(
                fields=["use"], condition=Q(kind=DepositMovementKind.USE), name="deposit_use_paid_once"
            ),
            models.UniqueConstraint(
                fields=["instrument"], condition=Q(kind=DepositMovementKind.COLLECT), name="deposit_collected_once"
            ),
        ]
        triggers = [*append_only(), Trigger(name="move", when=Before, operation=Insert, func=_MOVE)]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) & kept_by(user, "instrument__keeper")

    @property
    def comes_in(self) -> bool:
        return self.kind in (DepositMovementKind.COLLECT, DepositMovementKind.REFILL)

    @property
    def signed_amount(self):
        return self.amount if self.comes_in else -self.amount


class DepositSerial(models.Model):
    """The last number given out of a series."""

    shared_because = "counters without content"

    series = models.CharField("序列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("末号")

    class Meta:
        verbose_name = "工资保证金编号"
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return f"{self.series}{self.last}"
