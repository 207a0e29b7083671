"""Two months in the life of the warnings: raised, accepted, released, handed over, overdue."""

from datetime import date
from random import Random

from wagemonitor.seed.units import Units


def make(random: Random, today: date, units: Units) -> None:
    pass
