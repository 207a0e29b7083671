"""A bank's statement into the chained, append-only ledger of a special account."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from django.db import connection, transaction

from accounts.enums import MovementDirection, MovementKind
from accounts.models import LedgerEntry, SpecialAccount
from accounts.services import Movement, record_movements
from core.triggers import without_triggers
from organizations.models import Organization
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Ratio
from wagemonitor.benchmarks.province import analyse
from wagemonitor.benchmarks.tables import copy_in, last_id, written_since

TABLE = "accounts_ledgerentry"
FACTS = (
    *("serial", "direction", "kind", "amount", "booked_on", "summary"),
    *("counterparty_name", "counterparty_number", "counterparty_bank"),
)


class Statement(Benchmark):
    name, order, unit = "statement", 60, "lines"
    title = "专户对账单逐笔入账，余额成链、只增不改"
    promises = (Ratio("copy", at_least=0.10), Ratio("orm", at_least=30))
    notes = ("极限是同样已算好余额和密文的行用 COPY 写进同一张表，链的触发器照旧。",)

    def prepare(self) -> None:
        self.project = self.province.of_a_roster
        holder = Organization.objects.filter(kind="enterprise").order_by("id").first()
        self.account = SpecialAccount.objects.create(
            holder=holder, name="测量专户", number="2502010010000000017", number_last4="0017"
        )
        analyse(TABLE)
        first = last_id(TABLE)
        self._run_ours()
        self.ready = written_since(TABLE, first)
        self._clean()

    def tidy(self) -> None:
        self._clean()
        self.account.delete()

    def contestants(self) -> list[Contestant]:
        size, few = self.scale.table, self.scale.peer
        return [
            Contestant("ours", "record_movements", OURS, size, self._run_ours, self._clean),
            Contestant("copy", "COPY", LIMIT, size, self._run_copy, self._clean),
            Contestant("orm", "逐笔 ORM", PEER, few, lambda: self._run_orm(few), self._clean),
        ]

    def _movements(self) -> Iterator[Movement]:
        """Every hundredth line is money in, enough for the wages that follow."""
        for order in range(self.scale.table):
            is_in = order % 100 == 0
            yield Movement(
                serial=f"LS{order:012d}",
                direction=MovementDirection.IN if is_in else MovementDirection.OUT,
                kind=MovementKind.LABOUR_COST if is_in else MovementKind.WAGE,
                amount=Decimal(500_000) if is_in else Decimal(4_000 + order % 900),
                booked_on=date(2024, 1, 1) + timedelta(days=order % 28),
                summary="拨付人工费" if is_in else "代发工资",
                counterparty_name="李建国",
                counterparty_number=f"622848{order:013d}",
                counterparty_bank="中国农业银行",
            )

    def _run_ours(self) -> None:
        written = record_movements(self.account, self.project, self._movements(), by=None)
        assert written.created == self.scale.table, written

    def _run_copy(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            copy_in(cursor, TABLE, *self.ready)

    def _run_orm(self, count: int) -> None:
        """One line after the other, each asking where the chain ends."""
        with transaction.atomic():
            for movement in islice(self._movements(), count):
                last = LedgerEntry.objects.filter(account=self.account).order_by("-sequence").first()
                LedgerEntry.objects.create(
                    account=self.account,
                    project=self.project,
                    sequence=last.sequence + 1 if last else 1,
                    balance=(last.balance if last else 0) + movement.signed,
                    **{name: getattr(movement, name) for name in FACTS},
                )

    def _clean(self) -> None:
        with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLE} CASCADE")
            cursor.execute("TRUNCATE projects_changedproject")
        analyse(TABLE)
