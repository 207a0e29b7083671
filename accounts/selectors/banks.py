"""Agreement banks, and how well each bank pushes its accounts' data (湘人社规〔2024〕13号: the same day)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from accounts.models import BankAgreement, SpecialAccount
from core.months import next_month
from organizations.models import Organization

# Of a month's movements on the accounts in sight, each bank's. `on_time`: entered on the day they were booked;
# `delay`: days between, on average; `breaks`: where the bank's balance leaves the running one further than before;
# `unmatched`: wages out that pay no line; `corrections`: entries taken back or said anew in the month.
_QUALITY = """
WITH seen AS (
    SELECT id, bank_id FROM accounts_specialaccount WHERE bank_id IS NOT NULL AND id = ANY(%(accounts)s)
), moved AS (
    SELECT s.bank_id, e.id, e.account_id, e.sequence, e.kind, e.reverses_id, e.batch_id,
           greatest((e.created_at AT TIME ZONE %(zone)s)::date - e.booked_on, 0) AS delay,
           e.stated_balance - e.balance AS off
    FROM seen s JOIN accounts_ledgerentry e ON e.account_id = s.id
    WHERE e.booked_on >= %(first)s AND e.booked_on < %(after)s AND e.kind <> 'opening'
), broken AS (
    SELECT bank_id, count(*) AS breaks FROM (
        SELECT bank_id, off, lag(off, 1, 0) OVER (PARTITION BY account_id ORDER BY sequence) AS before
        FROM moved WHERE off IS NOT NULL
    ) o WHERE off <> 0 AND off <> before GROUP BY bank_id
), sent AS (
    SELECT m.bank_id, sum(b.accepted + b.refused) AS rows, sum(b.refused) AS refused
    FROM (SELECT DISTINCT bank_id, batch_id FROM moved WHERE batch_id IS NOT NULL) m
    JOIN projects_importbatch b ON b.id = m.batch_id
    GROUP BY m.bank_id
)
SELECT m.bank_id, count(*) AS movements, count(*) FILTER (WHERE m.delay = 0) AS on_time,
       round(avg(m.delay), 1) AS delay, coalesce(max(b.breaks), 0) AS breaks,
       coalesce(max(t.rows), 0)::int AS rows, coalesce(max(t.refused), 0)::int AS refused,
       count(*) FILTER (WHERE m.kind = 'wage') AS wages,
       count(*) FILTER (WHERE m.kind = 'wage' AND NOT EXISTS (
           SELECT 1 FROM accounts_payout p WHERE p.entry_id = m.id)) AS unmatched,
       count(*) FILTER (WHERE m.reverses_id IS NOT NULL)
           + count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM accounts_reclassification r WHERE r.entry_id = m.id)) AS corrections
FROM moved m
LEFT JOIN broken b USING (bank_id)
LEFT JOIN sent t USING (bank_id)
GROUP BY m.bank_id
"""
WEIGHTS = {"on_time": 40, "balance": 20, "refused": 15, "unmatched": 15, "corrections": 10}


@dataclass
class BankQuality:
    """A bank's month, in figures, and the score they make: each part its weight times the share that was right."""

    bank: Organization
    movements: int = 0
    on_time: int = 0
    delay: Decimal = Decimal(0)
    breaks: int = 0
    rows: int = 0
    refused: int = 0
    wages: int = 0
    unmatched: int = 0
    corrections: int = 0
    agreement: BankAgreement | None = None

    @property
    def parts(self) -> dict[str, Decimal]:
        return {
            "on_time": _points("on_time", self.on_time, self.movements),
            "balance": _points("balance", self.movements - self.breaks, self.movements),
            "refused": _points("refused", self.rows - self.refused, self.rows),
            "unmatched": _points("unmatched", self.wages - self.unmatched, self.wages),
            "corrections": _points("corrections", self.movements - self.corrections, self.movements),
        }

    @property
    def score(self) -> Decimal | None:
        """Out of 100; None for a month without movements."""
        return sum(self.parts.values()) if self.movements else None

    @property
    def tone(self) -> str:
        if self.score is None:
            return "grey"
        return "green" if self.score >= 90 else "orange" if self.score >= 70 else "red"


def _points(name: str, right: int, of: int) -> Decimal:
    """Where there was nothing to get wrong, nothing is lost."""
    share = Decimal(max(right, 0)) / of if of else Decimal(1)
    return (share * WEIGHTS[name]).quantize(Decimal("0.1"))


def bank_qualities(user, month: date, today: date) -> list[BankQuality]:
    """Of every bank that keeps an account in this user's scope or has an agreement in force there, best first."""
    accounts = SpecialAccount.objects.visible_to(user).filter(bank__isnull=False)
    parameters = {
        "accounts": list(accounts.values_list("pk", flat=True)),
        "first": month,
        "after": next_month(month),
        "zone": "Asia/Shanghai",
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUALITY, parameters)
        names = [column.name for column in cursor.description]
        figures = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in cursor.fetchall()}
    agreed = agreements_in_force(user, today)
    own = set(accounts.values_list("bank", flat=True)) | set(agreed)
    banks = Organization.objects.filter(pk__in=own).order_by("name", "pk")
    found = [BankQuality(bank, agreement=agreed.get(bank.pk), **figures.get(bank.pk, {})) for bank in banks]
    return sorted(found, key=lambda each: -(each.score if each.score is not None else -1))


def agreements_in_force(user, today: date) -> dict[int, BankAgreement]:
    """By bank."""
    rows = BankAgreement.objects.visible_to(user).filter(valid_from__lte=today, valid_to__gte=today)
    return {row.bank_id: row for row in rows}


def is_agreement_bank(bank: Organization | None, today: date) -> bool:
    """Whether any office of the province has an agreement in force with it."""
    rows = BankAgreement.objects.unscoped("only whether there is one: banks are chosen freely")
    return bank is not None and rows.filter(bank=bank, valid_from__lte=today, valid_to__gte=today).exists()
