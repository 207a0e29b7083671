from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from pgtrigger import After, Before, Insert, Trigger

from accounts.enums import KINDS_IN, KINDS_OUT, MovementKind
from accounts.models.ledger import LedgerEntry
from core.scoping import ScopedModel
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import append_only_but_for_merges


def _words(kinds) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


# What may be reclassified, and as what; the row of the entry is held, so that two at once follow each other.
ADMITTED = f"""
SELECT * INTO entry FROM accounts_ledgerentry WHERE id = NEW.entry_id FOR NO KEY UPDATE;
IF NEW.project_id IS DISTINCT FROM entry.project_id OR NEW.was IS DISTINCT FROM entry.kind THEN
    RAISE EXCEPTION 'reclassification: not of this entry as it stands' USING ERRCODE = 'check_violation';
END IF;
IF (entry.direction = 'in' AND NEW.kind NOT IN ({_words(KINDS_IN)}))
   OR (entry.direction = 'out' AND NEW.kind NOT IN ({_words(KINDS_OUT)})) THEN
    RAISE EXCEPTION 'reclassification: the kind does not go that way' USING ERRCODE = 'check_violation';
END IF;
IF entry.kind = 'opening' OR entry.reverses_id IS NOT NULL
   OR EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = entry.id) THEN
    RAISE EXCEPTION 'reclassification: an opening or a reversed entry keeps its kind'
        USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (SELECT 1 FROM accounts_payout p
           WHERE (p.entry_id = entry.id AND p.returned_id IS NULL) OR p.returned_id = entry.id) THEN
    RAISE EXCEPTION 'reclassification: the entry pays wages or returns them' USING ERRCODE = 'check_violation';
END IF;
IF NEW.kind = 'surplus' AND NOT EXISTS (
    SELECT 1 FROM accounts_closingnotice c
    WHERE c.account_id = entry.account_id AND c.withdrawn_at IS NULL AND c.ends_on < entry.booked_on
) THEN
    RAISE EXCEPTION 'reclassification: no surplus before the closing notice has ended'
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
IN_FORCE = "UPDATE accounts_ledgerentry SET kind = NEW.kind WHERE id = NEW.entry_id; RETURN NULL;"


class Reclassification(ScopedModel):
    """What a movement was for, said again, by the bank that keeps the account or by the officer of the jurisdiction,
    never by the contractor. Append-only; the latest is in force, and stands on the entry as its `kind`, written there
    by the trigger: whoever reads the ledger reads one column."""

    scope_through = "project"

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="reclassifications")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    was = models.CharField("原交易类型", max_length=12, choices=MovementKind)
    kind = models.CharField("交易类型", max_length=12, choices=MovementKind)
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("操作时间", default=timezone.now)

    class Meta:
        verbose_name = "交易类型更正"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind=F("was")), name="reclassification_changes_the_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="reclassification_says_why"),
        ]
        triggers = [
            *append_only_but_for_merges(),
            Trigger(
                name="admitted",
                when=Before,
                operation=Insert,
                declare=[("entry", "accounts_ledgerentry%ROWTYPE")],
                func=ADMITTED,
            ),
            Trigger(name="in_force", when=After, operation=Insert, func=IN_FORCE),
        ]

    def __str__(self) -> str:
        return f"{self.get_was_display()} → {self.get_kind_display()}"

    @classmethod
    def scope_q(cls, user) -> Q:
        own = Q(entry__account__bank=user.organization) if user.role == Role.BANK else Q()
        return super().scope_q(user) & own
