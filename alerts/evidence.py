"""A warning's kept evidence as it is shown: values formatted by kind, rows that lead to the record."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import NoReverseMatch, resolve, reverse

from alerts import selectors
from alerts.models import Warning
from core import formats
from core.access import access

# What a rule's `link` leads to; the row's number is the address's argument. A row of another kind says its own in
# `link_id`: worker/12.
ADDRESSES = {
    "project": "projects:project_detail",
    "worker": "workers:worker_detail",
    "account": "accounts:ledger",
    "deposit": "deposits:deposit_detail",
    "labour_cost": "accounts:labour_cost",
    "warning": "alerts:warning_detail",
    "case": "alerts:case_lead_detail",
    "strays": "workers:stray_list",
}
NUMERIC = {"money", "number"}


@dataclass(frozen=True)
class Shown:
    label: str
    text: str
    numeric: bool
    code: bool = False


@dataclass(frozen=True)
class Row:
    cells: list[Shown]
    url: str


@dataclass(frozen=True)
class Evidence:
    columns: list[Shown]
    rows: list[Row]
    total: int
    sums: list[str]  # one text a column, empty where nothing is summed

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


def evidence_of(warning: Warning, user) -> Evidence | None:
    kept = warning.evidence
    if not kept.get("rows"):
        return None
    columns = kept["columns"]
    rows = [
        Row([_cell(column, value) for column, value in zip(columns, values, strict=True)], _url(kept, link, user))
        for values, link in zip(kept["rows"], kept["links"], strict=True)
    ]
    sums = [kept["sums"].get(column["key"]) for column in columns]
    return Evidence(
        columns=[Shown(column["label"], "", column["kind"] in NUMERIC) for column in columns],
        rows=rows,
        total=kept["total"],
        sums=["" if value is None else formats.money(value) for value in sums] if any(sums) else [],
    )


def parameters_of(warning: Warning) -> list[tuple[str, str]]:
    """The thresholds of the version that raised it."""
    return selectors.parameters_told(warning.rule_code, warning.setting.params)


def _cell(column: dict, value) -> Shown:
    kind = column["kind"]
    return Shown(column["label"], _text(kind, value), kind in NUMERIC, kind in {"id", "card"})


def _text(kind: str, value) -> str:
    if value is None or value == "":
        return formats.BLANK
    match kind:
        case "money":
            return formats.money(value)
        case "month":
            return formats.month(date.fromisoformat(value))
        case "number":
            return f"{Decimal(str(value)).normalize():,f}"
    return str(value)


def _url(kept: dict, link: int | str | None, user) -> str:
    """The record's page, if there is one and this role may open it. Evidence is about the warning's own project."""
    kind, number = link.split("/") if isinstance(link, str) else (kept["link"], link)
    name = ADDRESSES.get(kind)
    if name is None or number is None:
        return ""
    try:
        address = reverse(name, args=[number])
    except NoReverseMatch:
        return ""
    return address if access.allows(access.of(resolve(address).func), user) else ""
