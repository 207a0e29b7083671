"""Entries and exits of one project from a sheet, in the order of their days."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from django.db import connection, transaction

from projects.models import Project
from projects.services import lock_open, mark_changed
from workers import selectors
from workers.enums import Movement
from workers.models import Departure, Engagement
from workers.services import contracts
from workers.services.dues import dues_of
from workers.services.roster import Written
from workers.services.stays import Settled, why_not_exit


class MovementEntry(NamedTuple):
    engagement_id: int
    movement: str
    on: date
    settled: Settled  # of an exit


def in_order(entry: MovementEntry) -> tuple:
    """Who comes and goes on one day comes first."""
    return entry.on, entry.movement == Movement.EXIT


@dataclass
class _Stay:
    engagement: Engagement
    past: list[Departure]  # every exit on record
    last_worked: date | None

    def departure_of(self, on: date) -> Departure | None:
        return next((departure for departure in self.past if departure.exited_on == on), None)


class StayBook:
    """The stays of these people, as they are and as the sheet would have them."""

    def __init__(self, project: Project, engagement_ids: Iterable[int], *, today: date, by=None):
        self.project, self.today, self.by = project, today, by
        self.moved: dict[int, Engagement] = {}
        self.left: list[Departure] = []
        self.answered: list[Departure] = []
        ids, past = list(engagement_ids), defaultdict(list)
        for departure in Departure.objects.unscoped("the project is in scope").filter(engagement__in=ids):
            past[departure.engagement_id].append(departure)
        worked = selectors.last_worked(ids)
        people = Engagement.objects.unscoped("the project is in scope").filter(project=project, pk__in=ids)
        self.stays = {one.pk: _Stay(one, past[one.pk], worked.get(one.pk)) for one in people}

    def place(self, entry: MovementEntry) -> tuple[dict[str, str], bool]:
        """Problems by field, or none and whether it changed anything."""
        stay = self.stays[entry.engagement_id]
        move = self._enter if entry.movement == Movement.ENTRY else self._exit
        return move(stay, entry)

    def _enter(self, stay: _Stay, entry: MovementEntry) -> tuple[dict[str, str], bool]:
        person, on = stay.engagement, entry.on
        if on in {person.entered_on, *(departure.entered_on for departure in stay.past)}:
            return {}, False
        if on > self.today:
            return {"on": "进场日期不能晚于今天。"}, False
        if person.exited_on is None:
            since = f"该人员自 {person.entered_on} 起在场，没有退场"
            return {"on": f"{since}；进场日期有误的，请在人员页“编辑人员”中更正。"}, False
        if on <= person.exited_on:
            return {"on": f"进场日期应晚于上次退场日期 {person.exited_on}。"}, False
        person.entered_on, person.exited_on = on, None
        self.moved[person.pk] = person
        return {}, True

    def _exit(self, stay: _Stay, entry: MovementEntry) -> tuple[dict[str, str], bool]:
        person, on = stay.engagement, entry.on
        if known := stay.departure_of(on):
            return {}, self._answer(known, entry.settled)
        if person.exited_on:
            return {"on": f"该人员已于 {person.exited_on} 退场，请核对。"}, False
        problem = why_not_exit(person.entered_on, on, stay.last_worked, self.today)
        if problems := ({"on": problem} if problem else {}) | entry.settled.problems(on):
            return problems, False
        facts = entry.settled.facts()
        departure = Departure(
            project=self.project,
            engagement=person,
            entered_on=person.entered_on,
            exited_on=on,
            by=self.by,
            **facts,
        )
        person.exited_on = on
        stay.past.append(departure)
        self.left.append(departure)
        self.moved[person.pk] = person
        return {}, True

    def _answer(self, departure: Departure, settled: Settled) -> bool:
        """An exit on record that nobody answered for gets the sheet's answer."""
        if departure.settlement or not settled.settlement or settled.problems(departure.exited_on):
            return False
        for name, value in settled.facts().items():
            setattr(departure, name, value)
        self.answered.append(departure)
        return True


@transaction.atomic
def write_movements(project: Project, entries: Iterable[MovementEntry], *, today: date, by=None) -> Written:
    """The movements that `StayBook.place` accepts, in order; refused ones are left out, as the check told."""
    lock_open(project)
    entries = sorted(entries, key=in_order)
    book = StayBook(project, {entry.engagement_id for entry in entries}, today=today, by=by)
    outcomes = [(entry, *book.place(entry)) for entry in entries]
    changed = [entry for entry, problems, moved in outcomes if moved]
    unchanged = sum(1 for _, problems, moved in outcomes if not problems and not moved)
    _reckon(project, [*book.left, *book.answered])
    Departure.objects.bulk_create(book.left, batch_size=2000)
    Departure._base_manager.bulk_update(book.answered, _ANSWER, batch_size=500)
    Engagement._base_manager.bulk_update(book.moved.values(), ["entered_on", "exited_on"], batch_size=500)
    by_day = defaultdict(list)
    for departure in book.left:
        by_day[departure.exited_on].append(departure.engagement_id)
    for day, people in by_day.items():
        contracts.end_with_exit(people, day)
    if changed:
        mark_changed([project.pk])
    return Written(len(book.left), len(changed) - len(book.left), unchanged)


_ANSWER = ["settlement", "owed_amount", "owed_due_on", "note", "is_signed", "proposed_amount", "paid_before"]


def _reckon(project: Project, departures: list[Departure]) -> None:
    """What was owed on the day, by the payrolls: a person's exits each by itself."""
    turns: dict[int, list[Departure]] = defaultdict(list)
    for departure in departures:
        turns[departure.engagement_id].append(departure)
    for turn in zip_longest(*turns.values()):
        left = {departure.engagement_id: departure for departure in turn if departure}
        dues = dues_of(project, {pk: departure.exited_on for pk, departure in left.items()})
        for pk, departure in left.items():
            for name, value in dues[pk].facts().items():
                setattr(departure, name, value)


_SYNC = """
UPDATE workers_departure AS d SET entered_on = e.entered_on FROM workers_engagement AS e
WHERE d.project_id = %s AND e.id = d.engagement_id AND e.exited_on = d.exited_on AND d.entered_on <> e.entered_on
"""


def sync_departures(project: Project) -> None:
    """A roster may correct the entry of somebody who has left: the record of that stay follows."""
    with connection.cursor() as cursor:
        cursor.execute(_SYNC, [project.pk])
