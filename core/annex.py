"""The annex of 湘人社规〔2024〕13号 as published: its 144 data indicators, transcribed in `annex.csv`.

What the portal serves is said by the groups of `core.indicators`; a test holds the two against each other.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core import indicators


@dataclass(frozen=True)
class Line:
    number: int
    category: str
    group: str
    name: str
    collected_when: str  # "always", or the token of a condition


@cache
def lines() -> tuple[Line, ...]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8") as file:
        return tuple(
            Line(int(row["no"]), row["class"], row["group"], row["indicator"], row["collected_when"])
            for row in csv.DictReader(file)
        )


def served() -> frozenset[int]:
    """The numbers that some group serves so far."""
    return frozenset(item.number for group in indicators.groups() for item in group.indicators)


def served_by_category() -> dict[str, tuple[int, int]]:
    """Class of the annex → (served, published)."""
    numbers = served()
    figures: dict[str, tuple[int, int]] = {}
    for line in lines():
        done, total = figures.get(line.category, (0, 0))
        figures[line.category] = (done + (line.number in numbers), total + 1)
    return figures
