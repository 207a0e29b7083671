"""垫付: one unit pays wages that another owes, and takes them back from it (条例 29, 30)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import After, Before, Deferred, Insert, Trigger

from accounts.enums import AdvanceCause, AdvanceMeans, AdvanceStep
from core.fields import MoneyField
from core.scoping import ScopedModel
from organizations.models import Organization
from projects.models import Project
from projects.models.merging import append_only_but_for_merges

# At the end of the transaction: the sum of the lines is the advance. Of the row itself, so that no statement escapes.
_ITEMS_MAKE_IT = """
IF (SELECT a.amount FROM accounts_advance a WHERE a.id = NEW.{advance})
   IS DISTINCT FROM (SELECT sum(i.amount) FROM accounts_advanceitem i WHERE i.advance_id = NEW.{advance}) THEN
    RAISE EXCEPTION 'advance %: its lines do not come to its amount', NEW.{advance} USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def _items_make_it(column: str) -> Trigger:
    return Trigger(
        name="items_make_it",
        when=After,
        operation=Insert,
        timing=Deferred,
        func=_ITEMS_MAKE_IT.format(advance=column),
    )


# Movements of one advance come one after the other: the advance's row is held while they are added up.
_WITHIN_THE_ADVANCE = """
SELECT a.amount INTO given FROM accounts_advance a WHERE a.id = NEW.advance_id FOR NO KEY UPDATE;
SELECT coalesce(sum(CASE m.step WHEN 'recovered' THEN m.amount WHEN 'recovery_undone' THEN -m.amount ELSE 0 END), 0),
       coalesce(bool_or(m.step = 'undone'), false)
INTO back, over FROM accounts_advancemovement m WHERE m.advance_id = NEW.advance_id;
IF over THEN
    RAISE EXCEPTION 'advance % has been undone', NEW.advance_id USING ERRCODE = 'check_violation';
END IF;
IF NEW.step = 'undone' AND (back <> 0 OR NEW.amount <> given) THEN
    RAISE EXCEPTION 'advance %: undone only as a whole and with nothing recovered', NEW.advance_id
        USING ERRCODE = 'check_violation';
END IF;
IF NEW.step = 'recovered' AND back + NEW.amount > given THEN
    RAISE EXCEPTION 'advance %: more recovered than advanced', NEW.advance_id USING ERRCODE = 'check_violation';
END IF;
IF NEW.step = 'recovery_undone' AND NOT EXISTS (
    SELECT 1 FROM accounts_advancemovement m WHERE m.id = NEW.reverses_id AND m.advance_id = NEW.advance_id
        AND m.step = 'recovered' AND m.amount = NEW.amount
) THEN
    RAISE EXCEPTION 'advance %: undoes no recovery of the same amount', NEW.advance_id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class Advance(ScopedModel):
    """One act of paying wages for another unit. What is recovered of it, or that it was entered wrongly, comes as
    `AdvanceMovement`s; its proof is attached."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="advances")
    payer = models.ForeignKey(
        Organization, verbose_name="垫付单位", on_delete=models.PROTECT, related_name="advances_paid"
    )
    debtor = models.ForeignKey(
        Organization, verbose_name="被垫付单位", on_delete=models.PROTECT, related_name="advances_owed"
    )
    cause = models.CharField("垫付事由", max_length=13, choices=AdvanceCause)
    means = models.CharField("垫付方式", max_length=8, choices=AdvanceMeans)
    on = models.DateField("垫付日期")
    amount = MoneyField("垫付金额")
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "垫付"
        verbose_name_plural = verbose_name
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["project", "payer", "debtor"], name="advance_by_pair")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="advance_amount_positive"),
            models.CheckConstraint(condition=~Q(payer=F("debtor")), name="advance_for_another_unit"),
        ]
        triggers = [*append_only_but_for_merges(), _items_make_it("id")]

    def __str__(self) -> str:
        return f"{self.payer}垫付 {self.amount:,.2f} 元"

    def get_absolute_url(self) -> str:
        return reverse("accounts:advance", args=[self.pk])

    @property
    def pays_workers(self) -> bool:
        """Directly; what goes into the special account is paid out by the bank."""
        return self.means != AdvanceMeans.ACCOUNT

    @property
    def is_undone(self) -> bool:
        return any(movement.step == AdvanceStep.UNDONE for movement in self.movements.all())

    @property
    def recovered(self) -> Decimal:
        signs = {AdvanceStep.RECOVERED: 1, AdvanceStep.RECOVERY_UNDONE: -1, AdvanceStep.UNDONE: 0}
        return sum((signs[move.step] * move.amount for move in self.movements.all()), Decimal(0))

    @property
    def outstanding(self) -> Decimal:
        return Decimal(0) if self.is_undone else self.amount - self.recovered


class AdvanceItem(ScopedModel):
    """Whose wages of which month were advanced. Paid directly, each is a `Payout` of its line."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    advance = models.ForeignKey(Advance, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey("PayrollLine", on_delete=models.PROTECT, related_name="advance_items")
    amount = MoneyField("垫付金额")

    class Meta:
        verbose_name = "垫付明细"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="advance_item_amount_positive"),
        ]
        triggers = [*append_only_but_for_merges("line_id"), _items_make_it("advance_id")]

    def __str__(self) -> str:
        return f"{self.line} {self.amount}"


class AdvanceMovement(ScopedModel):
    """What came after an advance: recovered in parts, or undone by an entry that reverses another."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    advance = models.ForeignKey(Advance, on_delete=models.PROTECT, related_name="movements")
    step = models.CharField("事项", max_length=15, choices=AdvanceStep)
    on = models.DateField("日期")
    amount = MoneyField("金额")
    reverses = models.OneToOneField(
        "self", verbose_name="冲销", null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "垫付追偿"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="advance_movement_amount_positive"),
            models.CheckConstraint(
                condition=Q(step=AdvanceStep.RECOVERY_UNDONE, reverses__isnull=False)
                | ~Q(step=AdvanceStep.RECOVERY_UNDONE) & Q(reverses__isnull=True),
                name="advance_movement_reverses_a_recovery",
            ),
        ]
        triggers = [
            *append_only_but_for_merges(),
            Trigger(
                name="within_the_advance",
                when=Before,
                operation=Insert,
                declare=[("given", "NUMERIC"), ("back", "NUMERIC"), ("over", "BOOLEAN")],
                func=_WITHIN_THE_ADVANCE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.amount}"

    @property
    def dialog_id(self) -> str:
        """Of the dialog that undoes it, and of its form's fields."""
        return f"undo-{self.pk}"
