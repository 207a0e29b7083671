"""Runs the rules and brings the open warnings in line with what they find.

Each rule runs by itself: under a lock of its own (two sweeps at once wait for each other instead of meeting in the
same rows), in a transaction or savepoint of its own, so that its crash changes nothing and stops no other rule.
"""

import time
import traceback
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alerts import findings
from alerts.enums import OPEN_STATES, Act, Level, ReleaseKind, WarningState
from alerts.findings import Finding
from alerts.models import Disposal, RuleRun, RuleSetting, Warning
from alerts.rules import Rule, rules
from alerts.services import sync_settings
from organizations.enums import RegionLevel
from projects.models import ChangedProject

log = structlog.get_logger(__name__)

BATCH = 200  # marks taken at once

LOCK = "SELECT pg_advisory_xact_lock(hashtext('alerts.rule'), hashtext(%s))"

SEEN = """
UPDATE alerts_warning w SET seen_at = %(at)s
FROM found f
WHERE w.rule_code = %(code)s AND w.project_id = f.project_id AND w.subject_key = f.subject_key
  AND w.state = ANY(%(open)s)
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
    SELECT w.id, w.state
    FROM alerts_warning w
    JOIN covered c ON c.project_id = w.project_id AND c.releases
    WHERE w.rule_code = %(code)s AND w.state = ANY(%(open)s)
      AND NOT EXISTS (SELECT 1 FROM found f WHERE f.project_id = w.project_id AND f.subject_key = w.subject_key)
    FOR UPDATE OF w
), released AS (
    UPDATE alerts_warning w
    SET state = %(released)s, release_kind = %(by_data)s, released_at = %(at)s, seen_at = %(at)s
    FROM answered WHERE w.id = answered.id
)
INSERT INTO alerts_disposal (warning_id, act, from_state, to_state, text, at)
SELECT id, %(act)s, state, %(released)s, %(text)s, %(at)s FROM answered
"""
ANSWERED = "按最新数据和现行规则，不再符合预警条件。"


@dataclass(frozen=True)
class Outcome:
    found: int = 0
    opened: int = 0
    released: int = 0


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
    number, moment = uuid.uuid4(), at or timezone.now()
    return [_run(rule, settings[rule.code], today, asked, number=number, at=moment) for rule in chosen]


@transaction.atomic
def check_changed(today: date, *, batch: int = BATCH) -> int:
    """Run the rules for projects that carry a mark and take the marks away; returns how many marks were taken.

    Marks are rows, one a write: those taken here were committed before the rules read, those written meanwhile stay
    for the next round. When this transaction fails, its marks are there again.
    """
    marks = ChangedProject.objects.order_by("id").select_for_update(skip_locked=True)
    taken = dict(marks.values_list("pk", "project_id")[:batch])
    if taken:
        sweep(today, taken.values())
        ChangedProject.objects.filter(pk__in=list(taken)).delete()
    return len(taken)


def _run(
    rule: type[Rule],
    settings: list[RuleSetting],
    today: date,
    project_ids: list[int] | None,
    *,
    number: uuid.UUID,
    at: datetime,
) -> RuleRun:
    started = time.perf_counter()
    entry = RuleRun(rule_code=rule.code, sweep=number, projects=None if project_ids is None else len(project_ids))
    try:
        with transaction.atomic():
            outcome = _reconcile(rule, settings, today, project_ids, at=at)
        entry.found, entry.opened, entry.released = outcome.found, outcome.opened, outcome.released
    except Exception as error:
        entry.error = _told(error)
        log.error("rule_failed", rule=rule.code, error=entry.error)
    entry.milliseconds = round((time.perf_counter() - started) * 1000)
    entry.save()
    return entry


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


def _reconcile(
    rule: type[Rule], settings: list[RuleSetting], today: date, project_ids: list[int] | None, *, at: datetime
) -> Outcome:
    """Open what is new, refresh what changed, release what the data has answered."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [rule.code])
        findings.make_tables(cursor, few=project_ids is not None)
        findings.cover(cursor, rule, settings, project_ids)
        enabled = [setting for setting in settings if setting.enabled]
        found = sum(findings.find(cursor, rule(setting.params), setting, today) for setting in enabled)
        opened = _write(cursor, rule, enabled, today, at) if found else 0
        return Outcome(found=found, opened=opened, released=_release(cursor, rule.code, at))


def _write(cursor, rule: type[Rule], settings: list[RuleSetting], today: date, at: datetime) -> int:
    fresh = findings.fresh(cursor, rule.code)
    news: list[tuple[Finding, Warning]] = []
    for setting in settings:
        own = [finding for finding in fresh if finding.setting_id == setting.pk]
        news += _drafts(rule(setting.params), setting, own, today, at) if own else []
    opened = _open([draft for finding, draft in news if not finding.warning_id], at)
    _refresh(cursor, [(finding, draft) for finding, draft in news if finding.warning_id], at)
    cursor.execute(SEEN, {"at": at, "code": rule.code, "open": list(OPEN_STATES)})
    return opened


def _drafts(
    rule: Rule, setting: RuleSetting, fresh: list[Finding], today: date, at: datetime
) -> list[tuple[Finding, Warning]]:
    proofs = findings.evidence(rule, today)
    return [(item, _draft(rule, setting, item, proofs.get(item.key, {}), today, at)) for item in fresh]


def _draft(rule: Rule, setting: RuleSetting, finding: Finding, evidence: dict, today: date, at: datetime) -> Warning:
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
        raised_at=at,
        seen_at=at,
        due_on=today + timedelta(days=setting.disposal_days),
        office_level=home,
        home_level=home,
    )


def _open(drafts: list[Warning], at: datetime) -> int:
    warnings = Warning.objects.bulk_create(drafts, batch_size=500)
    Disposal.objects.bulk_create([_first_act(warning, at) for warning in warnings], batch_size=500)
    return len(warnings)


def _first_act(warning: Warning, at: datetime) -> Disposal:
    act = Act.REOPENED if warning.follows_id else Act.RAISED
    text = f"第 {warning.follows_id} 号预警解除后再次触发。" if warning.follows_id else ""
    return Disposal(warning=warning, act=act, to_state=WarningState.NEW, text=text, at=at)


def _refresh(cursor, news: list[tuple[Finding, Warning]], at: datetime) -> None:
    """The version that raised a warning stays; it only grows graver, and says so in its thread."""
    before = Warning.objects.only("level", "state").in_bulk([finding.warning_id for finding, _ in news])
    rows, notes = [], []
    for finding, draft in news:
        old = before[finding.warning_id]
        level = Level(old.level)
        if finding.severity > level.severity:
            level = Level.of_severity(finding.severity)
            text = f"预警级别由{Level(old.level).label}升为{level.label}。"
            state = old.state
            notes.append(Disposal(warning=old, act=Act.NOTED, from_state=state, to_state=state, text=text, at=at))
        evidence = Warning._meta.get_field("evidence").get_db_prep_value(draft.evidence, connection)
        rows.append([old.pk, draft.message, evidence, draft.fingerprint, draft.shown, str(level)])
    if rows:
        cursor.execute(REFRESH, [*map(list, zip(*rows, strict=True)), list(OPEN_STATES)])
    Disposal.objects.bulk_create(notes, batch_size=500)


def _release(cursor, code: str, at: datetime) -> int:
    cursor.execute(
        RELEASE,
        {
            "code": code,
            "at": at,
            "open": list(OPEN_STATES),
            "released": WarningState.RELEASED,
            "by_data": ReleaseKind.DATA,
            "act": Act.RELEASED_BY_DATA,
            "text": ANSWERED,
        },
    )
    return cursor.rowcount
