"""What the rules found, in temporary tables that live as long as the transaction.

`covered` every project of this run with each rule's setting in force for it; `swept` those a rule is asked about now;
`found` the findings; `news` those that are new or have changed; `fresh` the news of the rule whose evidence is taken.
They are analysed before they are joined: a single statement that upserts and closes gets a hundred times slower when
the planner guesses wrong.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import DatabaseError, connection

from alerts.enums import OPEN_STATES, ReleaseKind, WarningState
from alerts.models import CaseLead, RuleSetting
from alerts.models.rule import Part
from alerts.rules.base import EVIDENCE_ROWS, Column, Facts, Rule, Sql
from core import crypto, formats, prepared

FEW = 5  # projects up to which the rules are asked by plans that are kept: for fifty these are not the right ones

TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS covered (
    rule_code text, project_id bigint, setting_id bigint, raises boolean, releases boolean,
    PRIMARY KEY (rule_code, project_id)
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS swept (project_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS found (
    rule_code text, project_id bigint, subject_key text, setting_id bigint, severity smallint, facts jsonb,
    fingerprint text, shown text, PRIMARY KEY (rule_code, project_id, subject_key)
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS news (
    setting_id bigint, project_id bigint, subject_key text, severity smallint, facts jsonb, fingerprint text,
    shown text, warning_id bigint, follows_id bigint, home_level smallint
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS fresh (project_id bigint, subject_key text, facts jsonb) ON COMMIT DELETE ROWS;
"""
# Emptied for each run: a few rows are quicker deleted than their files made anew.
EMPTY = "TRUNCATE covered, swept, found, news, fresh"
EMPTY_FEW = "".join(f"DELETE FROM {table};" for table in ("covered", "swept", "found", "news", "fresh"))

# Of a rule's settings the most specific comes first and takes its projects; a later one takes what is left.
COVER = """
INSERT INTO covered (rule_code, project_id, setting_id, raises, releases)
SELECT DISTINCT ON (s.rule_code, p.id) s.rule_code, p.id, s.id, s.enabled AND p.status = ANY(s.statuses),
       s.enabled AND (s.ends_with_status OR p.status = ANY(s.statuses))
FROM jsonb_to_recordset(%(settings)s::jsonb) AS s(
    place int, id bigint, rule_code text, enabled boolean, region text, industry text, statuses text[],
    ends_with_status boolean
)
JOIN projects_project p ON left(p.jurisdiction_id, length(s.region)) = s.region AND s.industry IN ('', p.industry)
WHERE p.merged_into_id IS NULL {narrowed}
ORDER BY s.rule_code, p.id, s.place
"""
ASKED = "SELECT setting_id, array_agg(project_id ORDER BY project_id) FROM covered WHERE raises GROUP BY setting_id"

INTO_FOUND = """
INSERT INTO found (rule_code, project_id, subject_key, setting_id, severity, facts, fingerprint, shown)
SELECT '{code}', f.project_id, f.subject_key, {setting}, coalesce((j.found->>'severity')::smallint, 0),
       j.facts, md5(j.facts::text), md5(coalesce(j.found->>'shown', ''))
FROM ({find}) f
JOIN swept s ON s.project_id = f.project_id
CROSS JOIN LATERAL (
    SELECT to_jsonb(f) AS found, to_jsonb(f) - '{{project_id,subject_key,severity,shown}}'::text[] AS facts
) j
"""
# With its savepoint in one journey to the database.
FIND = f"SAVEPOINT rule; {INTO_FOUND}; RELEASE SAVEPOINT rule"

OF_PROJECT = """
SELECT f.subject_key, (to_jsonb(f) - '{{project_id,subject_key,severity,shown}}'::text[])::text
FROM ({find}) f WHERE f.project_id = {project}
"""

# An open warning is refreshed when its facts or what its evidence shows changed, or it grew graver. What an officer
# released with evidence, or handed over as a case lead, comes back only with other facts, and not while the case is
# being dealt with. What the data had released comes back as soon as the data says so again.
NEWS = """
INSERT INTO news (setting_id, project_id, subject_key, severity, facts, fingerprint, shown,
                  warning_id, follows_id, home_level)
SELECT f.setting_id, f.project_id, f.subject_key, f.severity, f.facts, f.fingerprint, f.shown,
       w.id, earlier.id, r.level
FROM found f
JOIN projects_project p ON p.id = f.project_id
JOIN organizations_region r ON r.code = p.jurisdiction_id
LEFT JOIN alerts_warning w ON w.rule_code = f.rule_code AND w.project_id = f.project_id
    AND w.subject_key = f.subject_key AND w.state = ANY(%(open)s)
LEFT JOIN LATERAL (
    SELECT e.id, e.state, e.release_kind, e.fingerprint FROM alerts_warning e
    WHERE e.rule_code = f.rule_code AND e.project_id = f.project_id AND e.subject_key = f.subject_key
    ORDER BY e.id DESC LIMIT 1
) earlier ON w.id IS NULL
LEFT JOIN alerts_caselead l ON l.warning_id = earlier.id
WHERE CASE
    WHEN w.id IS NOT NULL THEN w.fingerprint <> f.fingerprint OR w.shown <> f.shown OR w.severity < f.severity
    WHEN earlier.state = %(transferred)s THEN l.state = %(closed)s AND earlier.fingerprint <> f.fingerprint
    WHEN earlier.release_kind = %(evidence)s THEN earlier.fingerprint <> f.fingerprint
    ELSE true
END
"""
FRESH = """
DELETE FROM fresh;
INSERT INTO fresh SELECT project_id, subject_key, facts FROM news WHERE setting_id = %s;
ANALYZE fresh
"""

EVIDENCE = """
SELECT * FROM (
    SELECT e.*, row_number() OVER (PARTITION BY project_id, subject_key ORDER BY {order}) AS row_number,
           count(*) OVER own AS row_count {sums}
    FROM ({evidence}) e
    WINDOW own AS (PARTITION BY project_id, subject_key)
) rows
WHERE row_number <= {limit}
ORDER BY project_id, subject_key, row_number
"""


@dataclass(frozen=True)
class Finding:
    """A fresh finding: `warning_id` is the open warning it belongs to, `follows_id` the closed one it comes after."""

    setting_id: int
    project_id: int
    subject_key: str
    severity: int
    facts: Facts
    fingerprint: str
    shown: str
    warning_id: int | None
    follows_id: int | None
    home_level: int

    @property
    def key(self) -> tuple[int, str]:
        return self.project_id, self.subject_key


def settings_in_force(codes: Iterable[str], today: date) -> dict[str, list[RuleSetting]]:
    """By rule, the newest first."""
    wanted = RuleSetting.objects.filter(RuleSetting.in_force_q(today), rule_code__in=list(codes))
    found = defaultdict(list)
    for setting in wanted.order_by("-version"):
        found[setting.rule_code].append(setting)
    return found


def parts_of(settings: Iterable[RuleSetting]) -> list[tuple[Part, RuleSetting]]:
    """Where they take hold, the most specific first: by depth of the region, then by industry, then the newest
    version."""
    parts = [(part, setting) for setting in settings for part in setting.parts]
    return sorted(parts, key=lambda held: (held[0].rank, -held[1].version))


def make_tables(cursor, *, few: bool) -> None:
    cursor.execute(f"{TABLES}{EMPTY_FEW if few else EMPTY}")


def cover(
    cursor, rules: list[type[Rule]], settings: dict[str, list[RuleSetting]], project_ids: list[int] | None
) -> None:
    reach = [_reach(rule, place, *held) for rule in rules for place, held in enumerate(parts_of(settings[rule.code]))]
    narrowed = "" if project_ids is None else "AND p.id = ANY(%(projects)s)"
    cursor.execute(COVER.format(narrowed=narrowed), {"settings": json.dumps(reach), "projects": project_ids})
    cursor.execute("ANALYZE covered")


def _reach(rule: type[Rule], place: int, part: Part, setting: RuleSetting) -> dict:
    return {
        "place": place,
        "id": setting.pk,
        "rule_code": rule.code,
        "enabled": setting.enabled,
        "region": part.prefix,
        "industry": part.industry,
        "statuses": rule.statuses,
        "ends_with_status": rule.ends_with_status,
    }


def to_ask(cursor) -> dict[int, list[int]]:
    """The projects each setting is to be asked about, by the setting's id."""
    cursor.execute(ASKED)
    return dict(cursor.fetchall())


def ask_about(cursor, project_ids: list[int]) -> None:
    """Of few projects the planner is told once how few they are, and keeps its plans (`core.prepared`)."""
    cursor.execute("DELETE FROM swept; INSERT INTO swept SELECT unnest(%s::bigint[])", [project_ids])
    if len(project_ids) <= FEW:
        cursor.execute("SELECT reltuples BETWEEN 1 AND %s FROM pg_class WHERE oid = 'pg_temp.swept'::regclass", [FEW])
        if cursor.fetchone()[0]:
            return
    cursor.execute("ANALYZE swept")


def find(cursor, rule: Rule, setting: RuleSetting, today: date, *, planned: bool = False) -> None:
    """Of the projects asked about. A crash changes nothing. `planned`: by the plan of the last time; of a changed
    project most rules find nothing, in less time than a plan takes."""
    query = rule.find(today)
    parts = {"code": rule.code, "setting": int(setting.pk), "find": query.text}
    try:
        if planned:
            cursor.execute("SAVEPOINT rule")
            prepared.execute(INTO_FOUND.format(**parts), query.params)
            cursor.execute("RELEASE SAVEPOINT rule")
        else:
            cursor.execute(FIND.format(**parts), query.params)
    except DatabaseError:
        cursor.execute("ROLLBACK TO SAVEPOINT rule")
        raise


def count(cursor) -> dict[str, int]:
    """Findings by rule."""
    cursor.execute("SELECT rule_code, count(*) FROM found GROUP BY rule_code")
    return dict(cursor.fetchall())


def of_project(cursor, rule: Rule, project_id: int, today: date) -> dict[str, Facts]:
    """What the rule finds of one project now, by subject. Nothing but the table of what is asked about is written."""
    cursor.execute(TABLES)
    ask_about(cursor, [project_id])
    query = rule.find(today)
    cursor.execute(OF_PROJECT.format(project=int(project_id), find=query.text), query.params)
    return {subject: read_facts(facts) for subject, facts in cursor.fetchall()}


def news(cursor) -> dict[int, list[Finding]]:
    """What is new or has changed, by the setting's id."""
    parameters = {
        "open": list(OPEN_STATES),
        "transferred": WarningState.TRANSFERRED,
        "closed": CaseLead.State.CLOSED,
        "evidence": ReleaseKind.EVIDENCE,
    }
    cursor.execute(f"ANALYZE found; {NEWS}", parameters)
    cursor.execute("SELECT * FROM news ORDER BY setting_id, project_id, subject_key")
    told = defaultdict(list)
    for row in cursor.fetchall():
        told[row[0]].append(Finding(*row[:4], read_facts(row[4]), *row[5:]))
    return told


def read_facts(text: str) -> Facts:
    """Amounts stay exact."""
    return Facts(**json.loads(text, parse_float=Decimal))


def evidence(cursor, rule: Rule, setting: RuleSetting, today: date) -> dict[tuple[int, str], dict]:
    """For all news under this setting what is shown as their proof, in one query."""
    cursor.execute(FRESH, [setting.pk])
    asked = rule.evidence(today)
    rows = _query(rule, asked) if isinstance(asked, Sql) else _cut(asked)
    kept: dict[tuple[int, str], dict] = {}
    for row in rows:
        key = row["project_id"], row["subject_key"]
        shown = kept.setdefault(key, _head(rule, row))
        shown["rows"].append([_cell(column, row[column.key]) for column in rule.columns])
        shown["links"].append(row.get("link_id"))
    return kept


def _query(rule: Rule, asked: Sql) -> Iterator[dict]:
    sums = "".join(f", sum({c.key}) OVER own AS sum_{c.key}" for c in rule.columns if c.total)
    text = EVIDENCE.format(order=rule.evidence_order, sums=sums, evidence=asked.text, limit=EVIDENCE_ROWS)
    with connection.cursor() as cursor:
        cursor.execute(text, asked.params)
        names = [column.name for column in cursor.description]
        yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _cut(rows: Iterable[dict]) -> Iterator[dict]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["project_id"], row["subject_key"]].append(row)
    for own in grouped.values():
        yield from (row | {"row_count": len(own)} for row in own[:EVIDENCE_ROWS])


def _head(rule: Rule, row: dict) -> dict:
    return {
        "columns": [{"key": c.key, "label": c.label, "kind": c.kind} for c in rule.columns],
        "rows": [],
        "link": rule.link,
        "links": [],
        "total": row["row_count"],
        "sums": {c.key: row.get(f"sum_{c.key}") for c in rule.columns if c.total},
    }


def _cell(column: Column, value):
    """IDs and cards leave the engine masked, choices as words."""
    if value is None:
        return None
    match column.kind:
        case "id":
            return formats.masked_id(crypto.decrypt(value))
        case "card":
            return formats.masked_card(crypto.decrypt(value))
        case "choice":
            return dict(column.choices).get(value, value)
    return value
