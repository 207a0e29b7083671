"""What a rule is. How to add one: docs/adding-a-rule.md.

A rule says in SQL what is wrong, for all projects at once. It reads the projects it is asked about from the temporary
table `swept(project_id)`, so that the same query serves the nightly sweep and three projects that just changed. It
never reads the clock: `today` is handed in.

`find` selects `project_id`, `subject_key` (tells findings of one project apart: a month, an account) and the facts
of the message. Facts decide whether a finding is still the same one, so they name days, never "days since". A column
`severity` (1–3) lifts a warning above the level of its setting, for rules that grow graver with age. A column `shown`
stands for what the evidence shows and the facts do not say: it changes when that changes. Other facts are another
finding (they bring back what was released with evidence); another `shown` only has the evidence taken anew.

`evidence` selects `project_id`, `subject_key` and the columns shown, joined to `fresh(project_id, subject_key,
facts)`: the findings that are new or have changed, so that no finding costs a query of its own. The engine keeps the
first rows of each finding and counts and sums all of them. A column `link_id` leads to the record (see `link`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Literal

from alerts.enums import Level, Subject
from projects.enums import Status

_registry: dict[str, type["Rule"]] = {}

Facts = SimpleNamespace
EVIDENCE_ROWS = 50


def rules() -> list[type["Rule"]]:
    """Every rule, in the order they run: those that read warnings after those that raise them."""
    return sorted(_registry.values(), key=lambda rule: (rule.reads_warnings, rule.code))


def rule_of(code: str) -> type["Rule"] | None:
    """None: a rule that is gone; its warnings and settings outlive it."""
    return next((rule for rule in rules() if rule.code == code), None)


def rule_title(code: str) -> str:
    """Code and title; of a rule that is gone the code."""
    rule = rule_of(code)
    return f"{code} {rule.title}" if rule else code


@dataclass(frozen=True)
class Sql:
    text: str
    params: Any = None  # a dict for %(name)s, a list for %s


@dataclass(frozen=True)
class Column:
    """A column of the evidence. The kinds id and card are ciphertext in the query and masked before they are kept;
    `total` sums all rows, also those not shown."""

    key: str
    label: str
    kind: Literal["text", "money", "day", "month", "number", "id", "card", "choice"] = "text"
    total: bool = False
    choices: Any = None


@dataclass
class Parameter:
    """A threshold that a setting can change without a release. Its type is that of its default: int or Decimal.
    `stricter`: which way it finds more, or graver. None: no such way, or national law fixes it; only the province
    changes it."""

    default: int | Decimal
    label: str
    unit: str = ""
    stricter: Literal["less", "more"] | None = None
    name: str = field(default="", init=False)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, rule: "Rule | None", owner: type) -> Any:
        return self if rule is None else rule.values.get(self.name, self.default)

    def parse(self, value: Any) -> int | Decimal:
        return type(self.default)(str(value))

    def text(self, value: Any) -> str:
        value = self.parse(value)
        return f"{value:,} {self.unit}".strip()

    def loosened(self, value: Any, held: Iterable[Any]) -> str:
        """What a local setting may not do with it, of all that is held where it would count; empty: it may."""
        known = {self.parse(one) for one in held}
        if self.stricter is None:
            told = "、".join(self.text(one) for one in sorted(known))
            return "" if known == {value} else f"由省级统一设置，本地不能变更（现行为 {told}）。"
        strictest = min(known) if self.stricter == "less" else max(known)
        if self.stricter == "less" and value > strictest:
            return f"本地设置只能更严，不能大于现行的 {self.text(strictest)}。"
        if self.stricter == "more" and value < strictest:
            return f"本地设置只能更严，不能小于现行的 {self.text(strictest)}。"
        return ""


class Rule:
    code: str
    title: str
    subject: Subject
    level: Level
    basis: str  # national law and departmental rules: what a warning and an order may name
    source = ""  # documents of other provinces and indicators the terms are taken from; never on an order
    release_when: str
    remedy: str  # what is to be done, in one sentence: a correction order proposes it
    disposal_days = 30
    # The rule looks at projects in these statuses.
    statuses: tuple[str, ...] = tuple(status for status in Status.values if status != Status.COMPLETED)
    # Leaving them answers a complaint about the running site, but never one about money that is owed or gone.
    ends_with_status = True
    # The level of an open warning rises with what is found; here it also falls again. `shown` has to change with it.
    level_follows = False
    reads_warnings = False  # such rules run after those that raise them
    above_home = 0  # levels above the jurisdiction at which the warning is handled: 2 = the next office up

    columns: tuple[Column, ...] = ()
    evidence_order = "project_id"
    # What the column `link_id` of the evidence leads to: see alerts.evidence.
    link = ""

    parameters: dict[str, Parameter] = {}
    # Names of thresholds whose values may not fall from one to the next: 橙色 comes no later than 红色.
    ascending: tuple[tuple[str, ...], ...] = ()

    def __init_subclass__(cls, register: bool = True, **kwargs):
        super().__init_subclass__(**kwargs)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Parameter)}
        cls.parameters = cls.parameters | own
        if not register:
            return
        if cls.code in _registry:
            raise ValueError(f"Two rules are called {cls.code}.")
        _registry[cls.code] = cls

    def __init__(self, values: dict[str, Any] | None = None):
        known = {name: value for name, value in (values or {}).items() if name in self.parameters}
        self.values = {name: self.parameters[name].parse(value) for name, value in known.items()}

    @classmethod
    def defaults(cls) -> dict[str, int | Decimal]:
        return {name: parameter.default for name, parameter in cls.parameters.items()}

    @property
    def sentence(self) -> str:
        """The docstring with this setting's thresholds in it."""
        current = {name: f"{getattr(self, name):,}" for name in self.parameters}
        return re.sub(r"\s*\n\s*", "", (self.__doc__ or "").strip()).format(**current)

    def contradictions(self) -> dict[str, str]:
        """Thresholds above one that must not be lower, by name."""
        pairs = [pair for names in self.ascending for pair in pairwise(names)]
        return {low: self._above(high) for low, high in pairs if getattr(self, low) > getattr(self, high)}

    def _above(self, high: str) -> str:
        parameter = self.parameters[high]
        return f"不能大于“{parameter.label}”（{parameter.text(getattr(self, high))}）。"

    @classmethod
    def make_tables(cls, cursor) -> None:
        """Temporary tables of the session that `find` fills before it answers."""

    def find(self, today: date) -> Sql:
        raise NotImplementedError

    def message(self, facts: Facts) -> str:
        raise NotImplementedError

    def evidence(self, today: date) -> Sql | Iterable[dict]:
        """A query, or the ready rows where SQL cannot say it."""
        return ()

    def sql(self, text: str, today: date, **params: Any) -> Sql:
        """Named parameters: `today`, the rule's own parameters, and whatever else the query needs."""
        own = {name: getattr(self, name) for name in self.parameters}
        return Sql(text, {"today": today} | own | params)


def month_text(month: str | date) -> str:
    year, number = str(month)[:7].split("-")
    return f"{year}年{int(number)}月"


def yuan(amount: Decimal | int) -> str:
    return f"{Decimal(amount):,.2f} 元"


def people(names: list[str], count: int) -> str:
    """甲、乙、丙等 12 人."""
    listed = "、".join(names[:3])
    return f"{listed}等 {count} 人" if count > len(names[:3]) else listed
