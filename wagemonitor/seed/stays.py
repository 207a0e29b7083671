"""Who has left and what they are owed, whose teams they are, contracts in every state. Set-based SQL; a hash of the
key chooses, so that the same province comes out each time."""

from datetime import date

from projects.enums import Status
from wagemonitor.seed.copying import execute
from wagemonitor.seed.fill import Made

# Every twentieth leaves, of the demo clerk's sites every eighth. The teams' leaders stay, and the first of a site, on
# whom faults are planted.
LEAVERS = """
UPDATE workers_engagement e SET exited_on = %(today)s::date - (6 + abs(hashint8(e.id * 31)) %% 70)
FROM (SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY entered_on, id) AS place
      FROM workers_engagement WHERE project_id = ANY(%(projects)s)) p
WHERE p.id = e.id AND p.place > 6 AND NOT e.is_team_leader AND e.entered_on < %(today)s::date - 100
    AND abs(hashint8(e.id)) %% CASE WHEN e.project_id = ANY(%(own)s) THEN 8 ELSE 20 END = 3
"""
# What is owed is due a month after the exit; of what was due, two in three have been paid.
DEPARTURES = """
INSERT INTO workers_departure (project_id, engagement_id, entered_on, exited_on, settlement, owed_amount, owed_due_on,
    paid_on, note, registered_at)
SELECT e.project_id, e.id, e.entered_on, e.exited_on, CASE WHEN owed THEN 'owed' ELSE 'settled' END,
    CASE WHEN owed THEN 800 + chance %% 53 * 100 END, CASE WHEN owed THEN e.exited_on + 30 END,
    CASE WHEN owed AND chance %% 7 > 2 AND e.exited_on + 32 < %(today)s THEN e.exited_on + 29 END,
    CASE WHEN owed THEN '劳务费结算后补付' ELSE '' END, e.exited_on + time '17:30'
FROM workers_engagement e
CROSS JOIN LATERAL (SELECT abs(hashint8(e.id * 17)) AS chance) c
CROSS JOIN LATERAL (SELECT c.chance %% 3 = 0 AS owed) o
WHERE e.exited_on IS NOT NULL
"""
# A stay before this one: came back after three weeks away.
EARLIER_STAYS = """
INSERT INTO workers_departure (project_id, engagement_id, entered_on, exited_on, settlement, note, registered_at)
SELECT project_id, id, entered_on - 60, entered_on - 21, 'settled', '春节返乡', entered_on - 21 + time '17:30'
FROM workers_engagement WHERE abs(hashint8(id * 13)) %% 60 = 0
"""
END_WITH_EXIT = """
UPDATE workers_labourcontract c SET ended_on = e.exited_on, end_reason = 'exit' FROM workers_engagement e
WHERE e.id = c.engagement_id AND e.exited_on >= c.starts_on AND c.ended_on IS NULL
"""
EMPLOYERS = """
UPDATE workers_team t SET employer_id = u.id, entered_on = e.entered_on
FROM (SELECT project_id, array_agg(id ORDER BY id) AS units FROM projects_participation
      WHERE participant_type = '006' AND status = 'entered' GROUP BY project_id) p
CROSS JOIN LATERAL unnest(p.units) WITH ORDINALITY AS u(id, place)
JOIN workers_team x ON x.project_id = p.project_id
CROSS JOIN LATERAL (SELECT min(entered_on) AS entered_on FROM workers_engagement g WHERE g.team_id = x.id) e
WHERE t.id = x.id AND u.place = 1 + t.id %% cardinality(p.units)
"""
# Piece work by the square metre and wages by the month; the payrolls of the past are what they were.
TERMS = """
UPDATE workers_labourcontract SET
    wage_method = CASE WHEN chance %% 12 = 0 THEN 'month' ELSE 'piece' END,
    wage_unit = CASE WHEN chance %% 12 = 0 THEN '' ELSE (ARRAY['80', '81', '82'])[1 + chance %% 3] END,
    wage_rate = CASE WHEN chance %% 12 = 0 THEN 6000 + chance %% 8 * 500 ELSE 12 + chance %% 90 * 0.5 END
FROM (SELECT id AS contract, abs(hashint8(id * 7)) AS chance FROM workers_labourcontract) c
WHERE contract = id AND chance %% 12 IN (0, 1)
"""
# Fixed terms that end soon or have ended, and some that were signed a month after the entry.
DATES = """
UPDATE workers_labourcontract l SET
    kind = CASE WHEN chance IN (2, 3) THEN '0' ELSE l.kind END,
    ends_on = CASE chance WHEN 2 THEN greatest(l.starts_on, %(today)s::date + (c.spread %% 29)::int)
        WHEN 3 THEN greatest(l.starts_on, %(today)s::date - (1 + c.spread %% 20)::int) ELSE l.ends_on END,
    signed_on = CASE WHEN chance = 4 AND l.signed_on + 28 < %(today)s THEN l.signed_on + 28 ELSE l.signed_on END
FROM (SELECT id AS contract, abs(hashint8(id * 3)) %% 40 AS chance, abs(hashint8(id * 5)) AS spread
      FROM workers_labourcontract WHERE ended_on IS NULL) c
WHERE contract = l.id AND chance IN (2, 3, 4)
"""
RENEWED = """
WITH ended AS (
    UPDATE workers_labourcontract SET ended_on = %(today)s::date - 40, end_reason = 'renewed'
    WHERE ended_on IS NULL AND starts_on < %(today)s::date - 90 AND ends_on > %(today)s
        AND abs(hashint8(id * 11)) %% 50 = 0
    RETURNING *
)
INSERT INTO workers_labourcontract (project_id, engagement_id, signed_on, kind, starts_on, ends_on, wage_method,
    wage_rate, wage_unit, pay_day, created_at)
SELECT project_id, engagement_id, ended_on - 3, '0', ended_on + 1, ended_on + 366, wage_method, wage_rate, wage_unit,
    pay_day, ended_on - 3 + time '10:00'
FROM ended
"""


def leave(made: list[Made], today: date) -> None:
    """Before the months are filled: nobody works after the exit."""
    healthy = [item.id for item in made if item.site.status == Status.IN_PROGRESS and not item.site.faults]
    own = [item.id for item in made if item.site.status == Status.IN_PROGRESS and item.site.is_own]
    execute(LEAVERS, {"projects": [*healthy, *own], "own": own, "today": today})


def papers(today: date) -> None:
    """After them: records of exits, employers of teams, contracts as they stand by now."""
    facts = {"today": today}
    for statement in (DEPARTURES, EARLIER_STAYS, END_WITH_EXIT, EMPLOYERS, TERMS, DATES):
        execute(statement, facts)
    execute(RENEWED, facts)
