"""What becomes of findings: warnings are opened, refreshed when something changed, released when the data answers."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection, transaction

from alerts import findings
from alerts.enums import OPEN_STATES, Act, Level, ReleaseKind, WarningState
from alerts.findings import Finding
from alerts.models import Disposal, RuleSetting, Warning
from alerts.rules import Rule, rule_of
from alerts.turns import Sweep, Turn, sound
from organizations.enums import RegionLevel

SEEN = """
UPDATE alerts_warning w SET seen_at = %(at)s
FROM found f
WHERE w.rule_code = f.rule_code AND w.project_id = f.project_id AND w.subject_key = f.subject_key
  AND w.rule_code = ANY(%(codes)s) AND w.state = ANY(%(open)s)
"""

# One statement: pghistory, where it listens, does not understand executemany.
REFRESH = """
UPDATE alerts_warning w
SET message = n.message, evidence = n.evidence, fingerprint = n.fingerprint, shown = n.shown, level = n.level
FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[], %s::text[])
     AS n(id, message, evidence, fingerprint, shown, level)
WHERE w.id = n.id AND w.state = ANY(%s)
"""

# Only what this run has covered: a project it did not look at keeps its warnings.
RELEASE = """
WITH answered AS (
    SELECT w.id, w.rule_code, w.state
    FROM alerts_warning w
    JOIN covered c ON c.rule_code = w.rule_code AND c.project_id = w.project_id AND c.releases
    WHERE w.rule_code = ANY(%(codes)s) AND w.state = ANY(%(open)s) AND NOT EXISTS (
        SELECT 1 FROM found f
        WHERE f.rule_code = w.rule_code AND f.project_id = w.project_id AND f.subject_key = w.subject_key
    )
    FOR UPDATE OF w
), released AS (
    UPDATE alerts_warning w
    SET state = %(released)s, release_kind = %(by_data)s, released_at = %(at)s, seen_at = %(at)s
    FROM answered WHERE w.id = answered.id
), told AS (
    INSERT INTO alerts_disposal (warning_id, act, from_state, to_state, text, at)
    SELECT id, %(act)s, state, %(released)s, %(text)s, %(at)s FROM answered
)
SELECT rule_code, count(*) FROM answered GROUP BY rule_code
"""
ANSWERED = "按最新数据和现行规则，不再符合预警条件。"


def write(cursor, turns: list[Turn], course: Sweep) -> None:
    told = findings.news(cursor)
    drafts: list[tuple[Finding, Warning]] = []
    for turn in sound(turns):
        if settings := [setting for setting in turn.enabled if setting.pk in told]:
            with turn.by_itself(), transaction.atomic():
                drafts += [pair for setting in settings for pair in _drafts(cursor, turn, setting, told, course)]
    opened = _open([draft for finding, draft in drafts if not finding.warning_id], course.at)
    for turn in turns:
        turn.run.opened = opened[turn.rule.code]
    _refresh(cursor, [(finding, draft) for finding, draft in drafts if finding.warning_id], course.at)
    cursor.execute(
        SEEN, {"at": course.at, "codes": [turn.rule.code for turn in sound(turns)], "open": list(OPEN_STATES)}
    )


def _drafts(
    cursor, turn: Turn, setting: RuleSetting, told: dict[int, list[Finding]], course: Sweep
) -> list[tuple[Finding, Warning]]:
    rule = turn.rule(setting.params)
    proofs = findings.evidence(cursor, rule, setting, course.today)
    return [(item, _draft(rule, setting, item, proofs.get(item.key, {}), course)) for item in told[setting.pk]]


def _draft(rule: Rule, setting: RuleSetting, finding: Finding, evidence: dict, course: Sweep) -> Warning:
    home = max(finding.home_level - rule.above_home, RegionLevel.PROVINCE)
    return Warning(
        project_id=finding.project_id,
        rule_code=rule.code,
        subject_key=finding.subject_key,
        subject=rule.subject,
        title=rule.title,
        level=Level.of_severity(max(finding.severity, Level(setting.level).severity)),
        basis=rule.basis,
        message=rule.message(finding.facts)[:500],
        evidence=evidence,
        fingerprint=finding.fingerprint,
        shown=finding.shown,
        release_when=rule.release_when,
        follows_id=finding.follows_id,
        setting=setting,
        raised_at=course.at,
        seen_at=course.at,
        due_on=course.today + timedelta(days=setting.disposal_days),
        office_level=home,
        home_level=home,
    )


def _open(drafts: list[Warning], at: datetime) -> Counter[str]:
    """How many of each rule."""
    warnings = Warning.objects.bulk_create(drafts, batch_size=500)
    Disposal.objects.bulk_create([_first_act(warning, at) for warning in warnings], batch_size=500)
    return Counter(warning.rule_code for warning in warnings)


def _first_act(warning: Warning, at: datetime) -> Disposal:
    act = Act.REOPENED if warning.follows_id else Act.RAISED
    text = f"第 {warning.follows_id} 号预警解除后再次触发。" if warning.follows_id else ""
    return Disposal(warning=warning, act=act, to_state=WarningState.NEW, text=text, at=at)


def _refresh(cursor, news: list[tuple[Finding, Warning]], at: datetime) -> None:
    """The version that raised a warning stays; it only grows graver, but for rules whose level follows what is found.
    A change is told in its thread."""
    if not news:
        return
    before = Warning.objects.only("level", "state").in_bulk([finding.warning_id for finding, _ in news])
    rows, notes = [], []
    for finding, draft in news:
        old = before[finding.warning_id]
        level = _level_now(Level(old.level), finding, draft)
        if level != old.level:
            risen = "升" if level.severity > Level(old.level).severity else "降"
            text = f"预警级别由{Level(old.level).label}{risen}为{level.label}。"
            state = old.state
            notes.append(Disposal(warning=old, act=Act.NOTED, from_state=state, to_state=state, text=text, at=at))
        evidence = Warning._meta.get_field("evidence").get_db_prep_value(draft.evidence, connection)
        rows.append([old.pk, draft.message, evidence, draft.fingerprint, draft.shown, str(level)])
    cursor.execute(REFRESH, [*map(list, zip(*rows, strict=True)), list(OPEN_STATES)])
    Disposal.objects.bulk_create(notes, batch_size=500)


def _level_now(level: Level, finding: Finding, draft: Warning) -> Level:
    if getattr(rule_of(draft.rule_code), "level_follows", False):
        return Level(draft.level)
    return Level.of_severity(max(finding.severity, level.severity))


def release(cursor, turns: list[Turn], course: Sweep) -> None:
    cursor.execute(
        RELEASE,
        {
            "codes": [turn.rule.code for turn in sound(turns)],
            "at": course.at,
            "open": list(OPEN_STATES),
            "released": WarningState.RELEASED,
            "by_data": ReleaseKind.DATA,
            "act": Act.RELEASED_BY_DATA,
            "text": ANSWERED,
        },
    )
    released = dict(cursor.fetchall())
    for turn in turns:
        turn.run.released = released.get(turn.rule.code, 0)
