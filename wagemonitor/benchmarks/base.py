"""A row of the benchmark: who takes part, how often, what is promised."""

import gc
import pkgutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from statistics import median
from typing import ClassVar, NamedTuple

OURS, PEER, LIMIT = "ours", "peer", "limit"
Act = Callable[[], object]


class Scale(NamedTuple):
    """The province of a run and the sizes of its rows; `peer` bounds what is given to those who go row by row. One
    that has to have lived is seeded at a part of the size and copied so often."""

    name: str
    workers: int
    projects: int
    roster: int
    days: int
    table: int
    peer: int
    copies: int = 1


SCALES = {
    "tiny": Scale("tiny", workers=600, projects=12, roster=40, days=400, table=60, peer=20),  # for tests
    "small": Scale("small", workers=50_000, projects=470, roster=5_000, days=100_000, table=10_000, peer=500),
    "province": Scale(
        "province", 500_000, 4_704, roster=100_000, days=1_000_000, table=100_000, peer=1_000, copies=10
    ),
}


@dataclass
class Contestant:
    """`size` units of work in one go; others than ours may be given fewer, which is then told as a rate."""

    key: str
    label: str
    kind: str
    size: int
    run: Act = field(repr=False)
    clean: Act = field(default=lambda: None, repr=False)  # after each run, untimed
    before: Act = field(default=lambda: None, repr=False)  # likewise
    runs: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return median(self.runs)

    @property
    def per_unit(self) -> float:
        return self.seconds / self.size

    def facts(self) -> dict:
        return {
            "key": self.key, "label": self.label, "kind": self.kind, "size": self.size,
            "seconds": round(self.seconds, 6), "runs": [round(run, 6) for run in self.runs],
        }  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A number with what is promised of it; without a promise it only informs."""

    label: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    of: str = ""  # keys of the contestants it compares, or the one it times
    against: str = ""

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    @property
    def met(self) -> bool | None:
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    def facts(self) -> dict:
        return asdict(self) | {"value": round(self.value, 4), "target": self.target, "met": self.met}


@dataclass(frozen=True)
class Ratio:
    """How many times as fast as `against` we are, unit by unit; against a limit, a fraction of 1."""

    against: str
    at_least: float | None = None
    of: str = "ours"

    def figure(self, by_key: dict[str, Contestant]) -> Figure:
        ours, other = by_key[self.of], by_key[self.against]
        value, label = other.per_unit / ours.per_unit, f"{ours.label} × {other.label}"
        return Figure(label, value, "×", at_least=self.at_least, of=self.of, against=self.against)


@dataclass(frozen=True)
class Cost:
    """How many times the time of `against` we take."""

    against: str
    at_most: float
    of: str = "ours"

    def figure(self, by_key: dict[str, Contestant]) -> Figure:
        ours, other = by_key[self.of], by_key[self.against]
        value, label = ours.per_unit / other.per_unit, f"{ours.label} ÷ {other.label}"
        return Figure(label, value, "÷", at_most=self.at_most, of=self.of, against=self.against)


@dataclass(frozen=True)
class Within:
    """Seconds of one go."""

    at_most: float
    of: str = "ours"

    def figure(self, by_key: dict[str, Contestant]) -> Figure:
        return Figure(by_key[self.of].label, by_key[self.of].seconds, "s", at_most=self.at_most, of=self.of)


@dataclass
class Result:
    row: str
    title: str
    unit: str
    contestants: list[Contestant]
    figures: list[Figure]
    notes: tuple[str, ...] = ()

    def facts(self) -> dict:
        return {
            "row": self.row,
            "title": self.title,
            "unit": self.unit,
            "contestants": [one.facts() for one in self.contestants],
            "figures": [figure.facts() for figure in self.figures],
            "notes": list(self.notes),
        }


class Benchmark:
    """
    class Roster(Benchmark):
        name, title, unit = "roster", "Roster from .xlsx to committed rows", "rows"
        promises = (Ratio("copy", at_least=0.15), …)

        def prepare(self): …        # untimed
        def contestants(self): …    # ours first
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    unit: ClassVar[str] = "rows"
    order: ClassVar[int] = 100
    promises: ClassVar[tuple] = ()
    notes: ClassVar[tuple[str, ...]] = ()
    in_province: ClassVar[bool] = True  # False: it makes a database of its own kind

    known: ClassVar[dict[str, type["Benchmark"]]] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.name in Benchmark.known:
            raise ValueError(f"Two rows are called {cls.name}.")
        Benchmark.known[cls.name] = cls

    def __init__(self, scale: Scale, province):
        self.scale, self.province = scale, province

    def prepare(self) -> None:
        """Files, rows and statistics that the contestants share."""

    def contestants(self) -> list[Contestant]:
        raise NotImplementedError

    def more_figures(self, by_key: dict[str, Contestant]) -> list[Figure]:
        """What no clock around a contestant tells, such as memory; after the contest."""
        return []

    def tidy(self) -> None:
        """Leave the province as it was found."""

    def measure(self, repeat: int) -> Result:
        self.prepare()
        try:
            found = alternate(self.contestants(), repeat)
            by_key = {one.key: one for one in found}
            figures = [promise.figure(by_key) for promise in self.promises]
            return Result(self.name, self.title, self.unit, found, figures + self.more_figures(by_key), self.notes)
        finally:
            self.tidy()


def alternate(contestants: list[Contestant], repeat: int) -> list[Contestant]:
    """Everybody in turn, beginning each round with another, so that what else the machine does meets all alike."""
    for turn in range(repeat):
        start = turn % len(contestants)
        for one in (*contestants[start:], *contestants[:start]):
            one.before()
            gc.collect()
            began = time.perf_counter()
            one.run()
            one.runs.append(time.perf_counter() - began)
            one.clean()
    return contestants


def rows() -> dict[str, type[Benchmark]]:
    """Every row there is, by `order`: the classes of the modules beside this one."""
    package = import_module("wagemonitor.benchmarks")
    for module in _modules(package):
        import_module(module)
    return dict(sorted(Benchmark.known.items(), key=lambda item: (item[1].order, item[0])))


def _modules(package) -> Iterator[str]:
    return (f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__))
