from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import After, Insert, Referencing, Statement, Trigger

from accounts.enums import MovementDirection, MovementKind
from accounts.models.special_account import SpecialAccount, kept_by
from core.fields import BlindIndexField, EncryptedField, MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.models import Organization
from projects.models import ImportBatch, Project
from projects.models.merging import append_only_but_for_merges

# The class of a movement is what the latest reclassification says; nothing else of a row ever changes.
RECLASSED = """as_it_was := NEW;
    as_it_was.kind := OLD.kind;
    IF as_it_was IS NOT DISTINCT FROM OLD AND NEW.kind = (
        SELECT r.kind FROM accounts_reclassification r WHERE r.entry_id = OLD.id ORDER BY r.id DESC LIMIT 1
    ) THEN
        RETURN NEW;
    END IF;
    """

# A reversal mirrors one entry of its own account and project; a cancelled account takes nothing more.
MIRRORED = """
IF EXISTS (
    SELECT 1 FROM new_rows n
    LEFT JOIN accounts_ledgerentry o ON o.id = n.reverses_id
    WHERE n.reverses_id IS NOT NULL AND NOT coalesce(
        (o.account_id, o.project_id, o.amount) = (n.account_id, n.project_id, n.amount)
        AND o.direction <> n.direction AND o.reverses_id IS NULL AND o.sequence < n.sequence, false)
) THEN
    RAISE EXCEPTION 'ledger reversal does not mirror the entry it reverses' USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (
    SELECT 1 FROM accounts_specialaccount a
    WHERE a.status = 'cancelled' AND a.id IN (SELECT DISTINCT account_id FROM new_rows)
) THEN
    RAISE EXCEPTION 'ledger closed: a cancelled account takes no movements' USING ERRCODE = 'check_violation';
END IF;
"""

# Every new row continues its account's chain: sequence without gaps, balance = previous balance ± amount.
# Set-based, so that a statement of 100,000 lines by COPY pays for one pass.
CHAIN = """
IF EXISTS (
    SELECT 1
    FROM (
        SELECT n.account_id, n.sequence, n.balance,
               CASE n.direction WHEN 'in' THEN n.amount ELSE -n.amount END AS signed,
               lag(n.sequence) OVER own AS before_sequence, lag(n.balance) OVER own AS before_balance
        FROM new_rows n
        WINDOW own AS (PARTITION BY n.account_id ORDER BY n.sequence)
    ) c
    LEFT JOIN LATERAL (
        SELECT e.sequence, e.balance FROM accounts_ledgerentry e
        WHERE c.before_sequence IS NULL AND e.account_id = c.account_id AND e.sequence < c.sequence
        ORDER BY e.sequence DESC LIMIT 1
    ) p ON true
    WHERE c.sequence <> coalesce(c.before_sequence, p.sequence, 0) + 1
       OR c.balance <> coalesce(c.before_balance, p.balance, 0) + c.signed
) THEN
    RAISE EXCEPTION 'ledger chain broken: sequence or balance does not continue' USING ERRCODE = 'check_violation';
END IF;
"""


class LedgerEntryQuerySet(ScopedQuerySet):
    def standing(self) -> "LedgerEntryQuerySet":
        """Neither reversed nor itself a reversal: what was taken back never moved."""
        return self.filter(reverses__isnull=True, reversal__isnull=True)


class LedgerEntry(ScopedModel):
    """专户资金流水: append-only. `balance` is ours, computed along the chain; `stated_balance` is what the bank wrote;
    where the two part, a rule says so. Rows follow each other as they arrived (`sequence` from 1), not by clock.

    `kind` is the class in force: written by the import, and after that only by a `Reclassification`."""

    scope_through = "project"

    account = models.ForeignKey(SpecialAccount, on_delete=models.PROTECT, related_name="entries")
    sequence = models.PositiveIntegerField("序号")
    project = models.ForeignKey(Project, verbose_name="项目", on_delete=models.PROTECT, related_name="ledger_entries")
    bank = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField("专户银行流水号", max_length=64)
    direction = models.CharField("收支类型", max_length=3, choices=MovementDirection)
    kind = models.CharField("交易类型", max_length=12, choices=MovementKind)
    amount = MoneyField("收支金额")
    booked_on = models.DateField("收支日期")
    booked_time = models.TimeField("收支时间", null=True)
    balance = MoneyField("账户余额")
    stated_balance = MoneyField("银行所报余额", null=True)
    summary = models.CharField("摘要", max_length=200, blank=True)
    counterparty_name = models.CharField("对方户名", max_length=200, blank=True)
    counterparty_number = EncryptedField("对方账号", null=True)
    counterparty_number_index = BlindIndexField("counterparty_number", null=True)
    counterparty_bank = models.CharField("对方开户行", max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", verbose_name="冲正", null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("入库时间", default=timezone.now)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "专户流水"
        verbose_name_plural = verbose_name
        ordering = ["account", "sequence"]
        indexes = [
            models.Index(fields=["project", "booked_on"]),
            models.Index(
                fields=["booked_on"],
                include=["project", "amount", "direction"],
                condition=Q(kind=MovementKind.LABOUR_COST),
                name="ledger_labour_cost_by_day",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "sequence"], name="ledger_sequence_unique"),
            models.UniqueConstraint(fields=["bank", "serial"], name="ledger_serial_unique_per_bank"),
            models.UniqueConstraint(fields=["account", "serial"], name="ledger_serial_unique_per_account"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_positive"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | Q(kind=MovementKind.REVERSAL), name="ledger_reversal_is_one"
            ),
        ]
        triggers = [
            *append_only_but_for_merges(also=RECLASSED),
            Trigger(
                name="chain",
                level=Statement,
                when=After,
                operation=Insert,
                func=f"{CHAIN}{MIRRORED}RETURN NULL;",
                referencing=Referencing(new="new_rows"),
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    def get_absolute_url(self) -> str:
        return reverse("accounts:entry", args=[self.pk])

    @classmethod
    def scope_q(cls, user) -> Q:
        """A bank sees the accounts it keeps, not another bank's at the same project."""
        return super().scope_q(user) & kept_by(user)

    @property
    def stated_differs(self) -> bool:
        return self.stated_balance is not None and self.stated_balance != self.balance

    @property
    def signed_amount(self):
        return self.amount if self.direction == MovementDirection.IN else -self.amount
