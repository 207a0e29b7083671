"""A chart and its table made from the same rows, so that they cannot disagree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Chart:
    """`option` is ECharts' option; `head` and `rows` are the table shown beside it."""

    id: str
    title: str
    option: dict[str, Any]
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    height: str = "medium"  # short, medium, tall
    note: str = ""
    links: Sequence[str] = field(default_factory=tuple)  # one address per row: bars and rows lead to it


def _figure(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _series(kind: str, names: Sequence[str], rows: Sequence[Sequence[Any]], **common: Any) -> list[dict]:
    columns = zip(*(row[1:] for row in rows), strict=True) if rows else ([] for _ in names)
    return [
        {"name": name, "type": kind, "data": [_figure(value) for value in column], **common}
        for name, column in zip(names, columns, strict=False)
    ]


def _axis(unit: str) -> dict:
    """Of figures, with what they are counted in."""
    return {"type": "value", "name": unit, "nameTextStyle": {"align": "right"}} if unit else {"type": "value"}


def _chart(id: str, title: str, head: Sequence[str], rows: Sequence, option: dict, **extra: Any) -> Chart:
    is_headed = len(head) > 2 or "name" in option["yAxis"]
    common = {
        "legend": {"show": len(head) > 2, "top": 0, "right": 0},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "grid": {"left": 8, "right": 16, "top": 36 if is_headed else 12, "bottom": 4, "containLabel": True},
    }
    return Chart(id, title, common | option, head, rows, **extra)


def line_chart(
    id: str, title: str, head: Sequence[str], rows: Sequence[Sequence[Any]], *, unit: str = "", **extra: Any
) -> Chart:
    """Rows are (label, figure, figure, …); `head` names the label and each series; `unit` stands at the axis."""
    option = {
        "xAxis": {"type": "category", "data": [str(row[0]) for row in rows], "boundaryGap": False},
        "yAxis": _axis(unit) | {"minInterval": 1},
        "series": _series("line", head[1:], rows, showSymbol=True, symbolSize=6),
    }
    return _chart(id, title, head, rows, option, **extra)


def bar_chart(
    id: str,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    stacked: bool = False,
    unit: str = "",
    **extra: Any,
) -> Chart:
    """Upright bars, for few labels in a natural order (months, age classes)."""
    option = {
        "xAxis": {"type": "category", "data": [str(row[0]) for row in rows]},
        "yAxis": _axis(unit),
        "series": _series("bar", head[1:], rows, barMaxWidth=28, **({"stack": "all"} if stacked else {})),
    }
    return _chart(id, title, head, rows, option, **extra)


def rank_chart(
    id: str, title: str, head: Sequence[str], rows: Sequence[Sequence[Any]], *, stacked: bool = False, **extra: Any
) -> Chart:
    """Lying bars in the order of the rows, the first on top: places or enterprises ranked."""
    option = {
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": [str(row[0]) for row in rows], "inverse": True},
        "series": _series("bar", head[1:], rows, barMaxWidth=18, **({"stack": "all"} if stacked else {})),
    }
    return _chart(id, title, head, rows, option, **extra)
