"""A proposed setting tried on the real data (A10): what the engine would do with it, and does with the one in force.

For today both run as the next sweep would: what it would open, and which open warnings it would release. For past
month ends only what the rule finds is compared: the rule is asked with the day of then, the data are those of now.
Everything happens in temporary tables of a transaction that PostgreSQL itself keeps read-only; only when it is over
are the counts by place and the rows of the lists written.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from alerts import findings
from alerts.enums import OPEN_STATES, Change, Level
from alerts.models import (
    RuleProposal,
    RuleSetting,
    RuleTrial,
    TrialFigure,
    TrialFinding,
    TrialRegrading,
    TrialStanding,
)
from alerts.rules import Rule, rule_of
from core.jobs import Progress, job

TRIAL = "rule_trial"
MONTH_ENDS = 3
LISTED = 5_000  # rows of one list, of one day; taken from all places in turn
HELD, TRIED = "held", "tried"
PROPOSED = 0  # stands for the id of the setting that is not one yet

# `reach`: the projects the proposed setting would take hold of; elsewhere nothing changes. `outcome`: of each side
# what is found and, today, what is open without being found, one row each, `grade` its level as a number; `changed`:
# the two sides together.
TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS reach (project_id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS outcome (
    side text, standing text, is_found boolean, project_id bigint, subject_key text, setting_id bigint,
    severity smallint, grade smallint, facts jsonb, warning_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS changed (
    change text, by_held boolean, by_tried boolean, standing text, project_id bigint, subject_key text,
    setting_id bigint, severity smallint, facts jsonb, warning_id bigint, grade_held smallint, grade smallint
) ON COMMIT DELETE ROWS;
"""
EMPTY = "DELETE FROM reach; DELETE FROM outcome; DELETE FROM changed"
READ_ONLY = "SET TRANSACTION READ ONLY"

# A project that was not yet supervised on that day could not have had a warning.
REACH = """
INSERT INTO reach
SELECT c.project_id FROM covered c JOIN projects_project p ON p.id = c.project_id
WHERE c.setting_id = %(proposed)s AND (%(is_today)s OR p.supervised_from <= %(day)s)
"""
NARROW = "DELETE FROM covered c WHERE NOT EXISTS (SELECT 1 FROM reach r WHERE r.project_id = c.project_id)"

# Of a day gone by it is only known what the rule finds.
FOUND = """
INSERT INTO outcome (side, standing, is_found, project_id, subject_key, setting_id, severity, grade, facts)
SELECT %(side)s, '', true, project_id, subject_key, setting_id, severity,
       greatest(severity, (%(grades)s::jsonb ->> setting_id::text)::smallint), facts
FROM found
"""
# Today the engine says the rest: what it would open is in its news, what it would not has a warning that ended. An
# open warning keeps its level but where the news lifts it, or the rule lets it follow (`outcomes._level_now`).
STANDS = """
INSERT INTO outcome (side, standing, is_found, project_id, subject_key, setting_id, severity, grade, facts, warning_id)
SELECT %(side)s, stands.standing, true, f.project_id, f.subject_key, f.setting_id, f.severity,
       CASE
           WHEN stands.standing = 'next' OR n.warning_id IS NOT NULL AND %(level_follows)s
           THEN greatest(f.severity, (%(grades)s::jsonb ->> f.setting_id::text)::smallint)
           WHEN n.warning_id IS NOT NULL THEN greatest(f.severity, w.severity)
           ELSE w.severity
       END, f.facts,
       CASE WHEN stands.standing <> 'next' THEN coalesce(w.id, earlier.id) END
FROM found f
LEFT JOIN news n ON n.project_id = f.project_id AND n.subject_key = f.subject_key
LEFT JOIN alerts_warning w ON w.rule_code = f.rule_code AND w.project_id = f.project_id
    AND w.subject_key = f.subject_key AND w.state = ANY(%(open)s)
LEFT JOIN LATERAL (
    SELECT e.id, e.state FROM alerts_warning e
    WHERE e.rule_code = f.rule_code AND e.project_id = f.project_id AND e.subject_key = f.subject_key
    ORDER BY e.id DESC LIMIT 1
) earlier ON w.id IS NULL
CROSS JOIN LATERAL (
    SELECT CASE WHEN w.id IS NOT NULL THEN 'open' WHEN n.project_id IS NOT NULL THEN 'next'
                WHEN earlier.state = 'transferred' THEN 'case' ELSE 'settled' END AS standing
) stands
"""
# As the engine releases: covered, switched on, and not found. The rest stays open.
UNFOUND = """
INSERT INTO outcome (side, standing, is_found, project_id, subject_key, warning_id)
SELECT %(side)s, CASE WHEN c.releases THEN 'ends' ELSE 'stays' END, false, w.project_id, w.subject_key, w.id
FROM alerts_warning w
JOIN covered c ON c.project_id = w.project_id
WHERE w.rule_code = %(code)s AND w.state = ANY(%(open)s)
  AND NOT EXISTS (SELECT 1 FROM found f WHERE f.project_id = w.project_id AND f.subject_key = w.subject_key)
"""
# Today a warning more is one the engine opens, a warning less one it releases; of a day gone by, a finding.
CHANGED = """
INSERT INTO changed
SELECT CASE
           WHEN t.standing IN ('next', '') AND h.standing IS DISTINCT FROM t.standing THEN 'raised'
           WHEN t.standing = 'ends' AND h.standing IS DISTINCT FROM 'ends' THEN 'released'
           WHEN h.standing = '' AND t.standing IS NULL THEN 'released'
           WHEN h.is_found AND t.is_found AND h.grade <> t.grade THEN 'regraded'
           WHEN h.is_found AND t.is_found THEN 'kept'
           ELSE 'other'
       END,
       coalesce(h.is_found, false), coalesce(t.is_found, false), coalesce(t.standing, h.standing), project_id,
       subject_key, CASE WHEN t.is_found THEN t.setting_id ELSE h.setting_id END,
       CASE WHEN t.is_found THEN t.severity ELSE h.severity END, CASE WHEN t.is_found THEN t.facts ELSE h.facts END,
       coalesce(t.warning_id, h.warning_id), h.grade, t.grade
FROM (SELECT * FROM outcome WHERE side = 'held') h
FULL JOIN (SELECT * FROM outcome WHERE side = 'tried') t USING (project_id, subject_key)
"""
FIGURES = """
SELECT p.jurisdiction_id, count(*) FILTER (WHERE c.by_held), count(*) FILTER (WHERE c.by_tried),
       count(*) FILTER (WHERE c.change = 'raised'), count(*) FILTER (WHERE c.change = 'released'),
       count(*) FILTER (WHERE c.change = 'regraded'), count(*) FILTER (WHERE c.change = 'kept')
FROM changed c
JOIN projects_project p ON p.id = c.project_id
GROUP BY p.jurisdiction_id
"""
REGRADINGS = """
SELECT p.jurisdiction_id, c.grade_held, c.grade, count(*)
FROM changed c
JOIN projects_project p ON p.id = c.project_id
WHERE c.change = 'regraded'
GROUP BY p.jurisdiction_id, c.grade_held, c.grade
"""
STANDINGS = """
SELECT p.jurisdiction_id, o.standing, count(*) FILTER (WHERE o.side = 'held'), count(*) FILTER (WHERE o.side = 'tried')
FROM outcome o
JOIN projects_project p ON p.id = o.project_id
GROUP BY p.jurisdiction_id, o.standing
"""
# Every place has its first ones before any has its second: whoever reads, for whichever place, finds rows.
LIST = """
SELECT project_id, by_held, by_tried, standing, setting_id, severity, facts, warning_id, level, message, grade_held,
       grade
FROM (
    SELECT c.*, w.level, w.message, p.jurisdiction_id,
           row_number() OVER (PARTITION BY p.jurisdiction_id ORDER BY c.project_id, c.subject_key) AS turn
    FROM changed c
    JOIN projects_project p ON p.id = c.project_id
    LEFT JOIN alerts_warning w ON w.id = c.warning_id
    WHERE c.change = %(change)s
) one
ORDER BY turn, jurisdiction_id
LIMIT %(limit)s
"""


@dataclass
class Result:
    days: list[date]
    projects: int = 0
    figures: list[TrialFigure] = field(default_factory=list)
    regradings: list[TrialRegrading] = field(default_factory=list)
    standings: list[TrialStanding] = field(default_factory=list)
    findings: list[TrialFinding] = field(default_factory=list)


def trial_days(today: date) -> list[date]:
    """Today and the last month ends."""
    days = [today]
    for _ in range(MONTH_ENDS):
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days


@job(TRIAL, "规则试算")
def run_trial(progress: Progress, *, proposal_id: int) -> None:
    """In a transaction of its own for what is read, and one for what is written."""
    proposals = RuleProposal.objects.unscoped("the worker tries proposals of all offices")
    proposal = proposals.get(pk=proposal_id)
    started, today = time.perf_counter(), timezone.localdate()
    result = compute(proposal, today, progress)
    keep(proposal, today, result, milliseconds=round((time.perf_counter() - started) * 1000))
    progress.last_word = f"{result.projects:,} 个项目，{len(result.days)} 个核对日。"


@transaction.atomic
def keep(proposal: RuleProposal, today: date, result: Result, *, milliseconds: int) -> RuleTrial:
    """In place of the trial before. What a decision was taken on stays."""
    own = RuleProposal.objects.unscoped("the worker tries proposals of all offices").select_for_update()
    if not own.get(pk=proposal.pk).is_open:
        raise ValidationError("提议已经办结，试算结果不再更新。")
    RuleTrial.objects.unscoped("the worker").filter(proposal=proposal).delete()
    days = [str(day) for day in result.days]
    trial = RuleTrial.objects.create(
        proposal=proposal, day=today, days=days, milliseconds=milliseconds, projects=result.projects
    )
    for row in (*result.figures, *result.regradings, *result.standings, *result.findings):
        row.trial = trial
    TrialStanding.objects.bulk_create(result.standings, batch_size=1000)
    TrialRegrading.objects.bulk_create(result.regradings, batch_size=1000)
    TrialFigure.objects.bulk_create(result.figures, batch_size=1000)
    TrialFinding.objects.bulk_create(result.findings, batch_size=1000)
    return trial


def compute(proposal: RuleProposal, today: date, progress=lambda *args: None) -> Result:
    """A transaction a day; progress is written between them."""
    result, comparison = Result(days=trial_days(today)), Comparison(proposal, today)
    for number, day in enumerate(result.days):
        progress(number, len(result.days), f"核对日 {day}")
        with transaction.atomic(), connection.cursor() as cursor:
            findings.make_tables(cursor, few=True)
            cursor.execute(TABLES)
            cursor.execute(EMPTY)
            comparison.rule.make_tables(cursor)
            cursor.execute(READ_ONLY)
            comparison.run(cursor, day, result)
    return result


class Comparison:
    """The settings in force and the same with the proposed one among them."""

    def __init__(self, proposal: RuleProposal, today: date):
        self.today = today
        self.rule: type[Rule] = rule_of(proposal.rule_code)
        held = findings.settings_in_force([proposal.rule_code], today)[proposal.rule_code]
        tried = [*held, as_setting(proposal)]
        self.sides = {HELD: held, TRIED: tried}
        self.settings: dict[int, RuleSetting] = {setting.pk: setting for setting in tried}
        self.grades = json.dumps({pk: Level(setting.level).severity for pk, setting in self.settings.items()})

    def run(self, cursor, day: date, result: Result) -> None:
        self.cursor, is_today = cursor, day == self.today
        self._cover(TRIED)
        self.cursor.execute(REACH, {"proposed": PROPOSED, "is_today": is_today, "day": day})
        result.projects = max(result.projects, self.cursor.rowcount)
        self.cursor.execute("ANALYZE reach")
        for side in self.sides:
            self._side(side, day, as_engine=is_today)
        self.cursor.execute("ANALYZE outcome")
        self.cursor.execute(CHANGED)
        result.figures += self._figures(day)
        result.regradings += self._regradings(day)
        if is_today:
            result.standings += self._standings()
        result.findings += [row for change in Change for row in self._list(day, change)]

    def _side(self, side: str, day: date, *, as_engine: bool) -> None:
        self.cursor.execute(findings.EMPTY_FEW)
        self._cover(side)
        self.cursor.execute(NARROW)
        asked = findings.to_ask(self.cursor)
        for setting in self.sides[side]:
            if setting.enabled and setting.pk in asked:
                findings.ask_about(self.cursor, asked[setting.pk])
                findings.find(self.cursor, self.rule(setting.params), setting, day)
        if as_engine:
            findings.news(self.cursor)
            asked = {"side": side, "code": self.rule.code, "open": list(OPEN_STATES), "grades": self.grades}
            for statement in (STANDS, UNFOUND):
                self.cursor.execute(statement, asked | {"level_follows": self.rule.level_follows})
        else:
            self.cursor.execute(FOUND, {"side": side, "grades": self.grades})

    def _cover(self, side: str) -> None:
        findings.cover(self.cursor, [self.rule], {self.rule.code: self.sides[side]}, None)

    def _figures(self, day: date) -> list[TrialFigure]:
        self.cursor.execute(FIGURES)
        return [
            TrialFigure(day=day, jurisdiction_id=place, **dict(zip(TrialFigure.COUNTS, figures, strict=True)))
            for place, *figures in self.cursor.fetchall()
        ]

    def _regradings(self, day: date) -> list[TrialRegrading]:
        self.cursor.execute(REGRADINGS)
        return [
            TrialRegrading(
                day=day,
                jurisdiction_id=place,
                before=Level.of_severity(before),
                after=Level.of_severity(after),
                number=number,
            )
            for place, before, after, number in self.cursor.fetchall()
        ]

    def _standings(self) -> list[TrialStanding]:
        self.cursor.execute(STANDINGS)
        return [
            TrialStanding(jurisdiction_id=place, standing=standing, held=held, tried=tried)
            for place, standing, held, tried in self.cursor.fetchall()
        ]

    def _list(self, day: date, change: Change) -> list[TrialFinding]:
        self.cursor.execute(LIST, {"change": change, "limit": LISTED})
        return [self._finding(day, change, *row) for row in self.cursor.fetchall()]

    def _finding(
        self,
        day,
        change,
        project,
        by_held,
        by_tried,
        standing,
        setting_id,
        severity,
        facts,
        warning,
        level,
        message,
        grade_held,
        grade,
    ) -> TrialFinding:
        row = TrialFinding(day=day, change=change, project_id=project, warning_id=warning)
        row.by_held, row.by_tried, row.standing = by_held, by_tried, standing
        if warning:
            row.level, row.message = level, message
        else:
            setting = self.settings[setting_id]
            row.level = Level.of_severity(max(severity, Level(setting.level).severity))
            row.message = self.rule(setting.params).message(findings.read_facts(facts))[:500]
        if change == Change.REGRADED:
            row.level, row.level_before = Level.of_severity(grade), Level.of_severity(grade_held)
        return row


def as_setting(proposal: RuleProposal) -> RuleSetting:
    """As it would be in force, not saved."""
    newest = max((s.version for s in RuleSetting.objects.filter(rule_code=proposal.rule_code)), default=0)
    return RuleSetting(pk=PROPOSED, version=newest + 1, **content_of(proposal))


def content_of(proposal: RuleProposal) -> dict:
    """What the setting made of a proposal takes over."""
    names = (
        "rule_code",
        "enabled",
        "level",
        "disposal_days",
        "params",
        "regions",
        "industries",
        "valid_from",
        "valid_to",
    )
    return {name: getattr(proposal, name) for name in names}
