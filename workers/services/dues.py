"""What is still owed to somebody on the day they leave. Wages are kept by an app above this one: it says so here."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils.module_loading import autodiscover_modules

from core import formats
from projects.models import Project
from workers.enums import Settlement


class Said(Protocol):
    """The clerk's answer about wages at an exit."""

    settlement: str
    owed_amount: Decimal | None
    note: str
    short_reason: str
    is_signed: bool


@dataclass(frozen=True)
class Due:
    """`listed`: unpaid on payrolls; `accrued`: worked, on none, by the contract; `paid`: of the stay's lines so far.
    `is_known`: whether there was anything to tell it from."""

    listed: Decimal = Decimal(0)
    accrued: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    is_known: bool = False

    @property
    def total(self) -> Decimal:
        return self.listed + self.accrued

    def differs(self, settlement: str, amount: Decimal | None) -> bool:
        said = (amount or 0) if settlement == Settlement.OWED else 0
        return self.is_known and said != self.total

    def why_not(self, said: "Said") -> dict[str, str]:
        """The figures speak against what the clerk says, and nothing speaks for it: of less, a reason of the list and
        the case itself, or the worker's signature; of more, a word."""
        if not self.differs(said.settlement, said.owed_amount):
            return {}
        figures, problems = f"系统核算应结 {formats.money(self.total)} 元，", {}
        is_less = said.settlement != Settlement.OWED or (said.owed_amount or 0) < self.total
        if is_less and said.is_signed:
            return {}
        if is_less and not said.short_reason:
            problems["short_reason"] = f"{figures}填报较少的请选择原因，或上传本人签字的结算单。"
        if not said.note.strip():
            problems["note"] = f"{figures}与填报不一致的请在说明中写明原因。"
        return problems

    def facts(self) -> dict:
        return {"proposed_amount": self.total if self.is_known else None, "paid_before": self.paid}


_books: list[type["WageBook"]] = []


class WageBook:
    """Who keeps the wages: defining a subclass in an app's `dues` module is enough."""

    def __init_subclass__(cls):
        _books.append(cls)

    @abstractmethod
    def dues(self, project: Project, leaving: Mapping[int, date]) -> dict[int, Due]:
        """By engagement, of the stay that ends on the day given."""


def dues_of(project: Project, leaving: Mapping[int, date]) -> dict[int, Due]:
    """Engagement → what is owed; everybody asked for is in the answer."""
    autodiscover_modules("dues")
    found = dict.fromkeys(leaving, Due())
    for book in _books:
        found |= book().dues(project, leaving)
    return found
