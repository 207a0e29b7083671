"""Runs the rules and brings the open warnings in line with what they find.

The nightly sweep runs each rule in a transaction of its own. What has just changed is asked of all rules in one: the
tables, the locks, the meeting with the open warnings are paid once, not once a rule. Either way a rule holds a lock
(two sweeps at once wait for each other instead of meeting in the same rows) and works in a savepoint, so that its
crash changes nothing and stops no other rule.
"""

import time
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from accounts.services import refresh_forecasts
from alerts import findings, outcomes
from alerts.models import RuleRun, RuleSetting
from alerts.rules import Rule, rules
from alerts.services import sync_settings
from alerts.turns import Sweep, Turn, sound
from core import prepared
from projects.models import ChangedProject

BATCH = 200  # marks taken at once

MEMORY = (
    "SET LOCAL work_mem = '128MB'"  # of one rule at a time, over everything: its sorts and hashes stay off the disk
)
LOCKS = "SELECT pg_advisory_xact_lock(hashtext('alerts.rule'), hashtext(code)) FROM unnest(%s::text[]) code"


def sweep(
    today: date,
    project_ids: Iterable[int] | None = None,
    *,
    only: list[type[Rule]] | None = None,
    at: datetime | None = None,
) -> list[RuleRun]:
    """Run the rules over these projects, or over all. `at` is the moment written on what is raised and released."""
    chosen = rules() if only is None else only
    asked = None if project_ids is None else sorted(set(project_ids))
    sync_settings(chosen)
    settings = findings.settings_in_force([rule.code for rule in chosen], today)
    course = Sweep(today, asked, at or timezone.now())
    return [run for group in _groups(chosen, few=asked is not None) for run in _run(group, settings, course)]


def _groups(chosen: list[type[Rule]], *, few: bool) -> list[list[type[Rule]]]:
    """Rules that share a transaction; those that read warnings come after those that raise them."""
    if not few:
        return [[rule] for rule in chosen]
    return [
        group
        for group in ([r for r in chosen if not r.reads_warnings], [r for r in chosen if r.reads_warnings])
        if group
    ]


@transaction.atomic
def check_changed(today: date, *, batch: int = BATCH) -> int:
    """Run the rules for projects that carry a mark and take the marks away; returns how many marks were taken.

    Marks are rows, one a write: those taken here were committed before the rules read, those written meanwhile stay
    for the next round. When this transaction fails, its marks are there again.
    """
    marks = ChangedProject.objects.order_by("id").select_for_update(skip_locked=True)
    taken = dict(marks.values_list("pk", "project_id")[:batch])
    if taken:
        refresh_forecasts(today, set(taken.values()))
        sweep(today, taken.values())
        ChangedProject.objects.filter(pk__in=list(taken)).delete()
    return len(taken)


def _run(group: list[type[Rule]], settings: dict[str, list[RuleSetting]], course: Sweep) -> list[RuleRun]:
    started = time.perf_counter()
    asked = None if course.project_ids is None else len(course.project_ids)
    turns = [
        Turn(rule, settings[rule.code], RuleRun(rule_code=rule.code, sweep=course.number, projects=asked))
        for rule in group
    ]
    try:
        with transaction.atomic():
            _reconcile(turns, course)
    except Exception as error:
        for turn in turns:
            turn.crashed(error)
    shared = (time.perf_counter() - started - sum(turn.seconds for turn in turns)) / len(turns)
    for turn in turns:
        turn.run.milliseconds = round((turn.seconds + shared) * 1000)
    return RuleRun.objects.bulk_create(turn.run for turn in turns)


def _reconcile(turns: list[Turn], course: Sweep) -> None:
    """Open what is new, refresh what changed, release what the data has answered."""
    with connection.cursor() as cursor:
        cursor.execute(LOCKS, [[turn.rule.code for turn in turns]])
        if course.project_ids is None:
            cursor.execute(MEMORY)
        findings.make_tables(cursor, few=course.project_ids is not None)
        _find(cursor, turns, course)
        if any(turn.run.found for turn in turns):
            outcomes.write(cursor, turns, course)
        outcomes.release(cursor, turns, course)


def _find(cursor, turns: list[Turn], course: Sweep) -> None:
    settings = {turn.rule.code: turn.settings for turn in turns}
    findings.cover(cursor, [turn.rule for turn in turns], settings, course.project_ids)
    asked, swept = findings.to_ask(cursor), None
    few = course.project_ids is not None and len(course.project_ids) <= findings.FEW
    if few:
        cursor.execute(prepared.ONE_PLAN)
    for turn in turns:
        for setting in turn.enabled:
            if not (projects := asked.get(setting.pk)) or turn.run.error:
                continue
            if projects != swept:
                findings.ask_about(cursor, projects)
                swept = projects
            with turn.by_itself():
                findings.find(cursor, turn.rule(setting.params), setting, course.today, planned=few)
    found = findings.count(cursor)
    for turn in sound(turns):
        turn.run.found = found.get(turn.rule.code, 0)
