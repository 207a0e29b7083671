"""One rule's part in a sweep, and what all parts of a sweep share."""

import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog
from django.db import DatabaseError

from alerts.models import RuleRun, RuleSetting
from alerts.rules import Rule

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweep:
    today: date
    project_ids: list[int] | None  # None: all
    at: datetime  # written on what is raised and released
    number: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass
class Turn:
    """One rule's part in a sweep."""

    rule: type[Rule]
    settings: list[RuleSetting]
    run: RuleRun
    seconds: float = 0

    @property
    def enabled(self) -> list[RuleSetting]:
        return [setting for setting in self.settings if setting.enabled]

    @contextmanager
    def by_itself(self) -> Iterator[None]:
        """What crashes in it is written on the run."""
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.crashed(error)
        self.seconds += time.perf_counter() - started

    def crashed(self, error: Exception) -> None:
        self.run.found = self.run.opened = self.run.released = 0
        self.run.error = _told(error)
        log.error("rule_failed", rule=self.rule.code, error=self.run.error)


def _told(error: Exception) -> str:
    """Where it broke and how. A database error is named only: its text quotes values, which may be personal."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    name = f"{type(error).__name__} ({type(cause).__name__})" if cause else f"{type(error).__name__}: {error}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "alerts" in frame.filename.split("site-packages")[-1]
    ]
    return "\n".join([name, *(f"{frame.name}, line {frame.lineno}" for frame in frames)])[:2000]


def sound(turns: list[Turn]) -> list[Turn]:
    """Of a rule that crashed nothing is touched."""
    return [turn for turn in turns if not turn.run.error]
