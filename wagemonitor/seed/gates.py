"""The gates of the sites: devices, the punches of today and of the months before, strangers, corrections by hand.

`punch` is run again by every start of the demo, so that the live view lives on the day it is looked at."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings
from django.db import connection
from django.utils import timezone

from organizations.models import User
from projects.models import Project
from wagemonitor.seed import names, numbers
from wagemonitor.seed.copying import execute
from wagemonitor.seed.fill import moment
from workers.models import Device, Engagement, Team
from workers.services import PunchRow, StrayRow, change_standard, correct_team_day, keep_strays, write_punches

LONG_SILENT = timedelta(days=6)
POWER_FAILURE = "停电，闸机无法使用，按班组长签到表补录"


def install(random: Random, today: date, users: dict[str, User]) -> None:
    """Managers, devices, the first standard, and what went wrong at the gates of the demo clerk's sites."""
    execute(MANAGERS)
    seen = moment(today, 18) - timedelta(days=1)
    execute(DEVICES, {"today": today, "seen": seen, "silent": moment(today) - LONG_SILENT})
    change_standard(
        by=users["province"],
        valid_from=date(2023, 1, 1),
        min_punches=2,
        full_hours=Decimal(4),
        half_hours=Decimal(2),
        manager_means=["001", "002", "003", "004"],
        reason="按建筑工人实名制考勤规定设定：两次打卡、间隔四小时计一天；管理人员须用生物识别方式。",
    )
    execute(
        PUNCHES, {"zone": settings.TIME_ZONE, "first": today.replace(day=1), "clerk": users["clerk"].organization_id}
    )
    for project in _own(users["clerk"]):
        _strangers(random, project, today)
        _power_failure(project, today, users["clerk"])


def _own(clerk: User) -> list[Project]:
    found = Project.objects.filter(Project.scope_q(clerk), devices__isnull=False).distinct()
    return list(found.in_progress().order_by("pk"))[:4]


def _strangers(random: Random, project: Project, today: date) -> None:
    device = Device.objects.filter(project=project).order_by("pk").first()
    people = numbers.id_numbers(random, [project.jurisdiction_id], today)
    rows = []
    for _ in range(3):
        (number, _, _), name = next(people), names.person(random)
        for at, direction in ((moment(today, 7), "01"), (moment(today, 17), "02")):
            rows.append(StrayRow(number, name, at - timedelta(days=1), direction, "001", device.pk))
    keep_strays(project, rows)


def _power_failure(project: Project, today: date, by: User) -> None:
    day = today - timedelta(days=3)
    team = Team.objects.filter(project=project).order_by("pk").first()
    people = Engagement.objects.filter(project=project, team=team).on_site(day).values_list("pk", flat=True)
    if people and day.month == today.month:
        correct_team_day(project, list(people), day=day, units=Decimal(1), reason=POWER_FAILURE, by=by, today=today)


def punch(now: datetime) -> int:
    """What the devices have told today, and of yesterday's night shift, up to now; answers how many clockings."""
    rows = list(_told(now))
    write_punches(rows)
    return len(rows)


def _told(now: datetime) -> Iterator[PunchRow]:
    with connection.cursor() as cursor:
        cursor.execute(TODAY, {"day": timezone.localdate(now), "now": now, "zone": settings.TIME_ZONE})
        yield from (PunchRow(*row) for row in cursor)


MANAGERS = """
UPDATE workers_engagement SET work_role = '10', trade = '900'
WHERE id IN (SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY id DESC) AS place FROM workers_engagement
) AS ranked WHERE place <= 2)
"""

# Two gates at every site that works, at every seventh a third whose device fell silent.
DEVICES = """
INSERT INTO workers_device (project_id, serial_number, place, kind, means, installed_on, removed_on, last_seen_at)
SELECT p.id, 'KQ' || lpad(p.id::text, 6, '0') || '-' || gate.number, gate.place, gate.kind, gate.means,
    p.actual_start_on, NULL, CASE WHEN gate.number = 3 THEN %(silent)s ELSE %(seen)s::timestamptz END
FROM projects_project AS p
CROSS JOIN (VALUES
    (1, '1 号门', 'gate', '001'), (2, '2 号门（生活区）', 'gate', '001'), (3, '3 号门', 'terminal', '003')
) AS gate(number, place, kind, means)
WHERE p.status = '003' AND (gate.number < 3 OR p.id %% 7 = 0) AND EXISTS (
    SELECT FROM workers_attendancemonth AS m WHERE m.project_id = p.id AND m.last_day >= %(today)s::date - 10)
"""

# The punches behind this month's days of the demo clerk's sites, so that a day can be looked into and recomputed.
PUNCHES = """
INSERT INTO workers_punch (engagement_id, at, project_id, direction, means, device_id)
SELECT d.engagement_id, moment.at, d.project_id, moment.direction, v.means, v.id
FROM workers_attendanceday AS d
JOIN workers_device AS v ON v.project_id = d.project_id AND v.serial_number LIKE '%%-1'
CROSS JOIN LATERAL (VALUES
    ((d.day + d.first_in) AT TIME ZONE %(zone)s, '01'),
    (CASE WHEN d.units = 1 THEN (d.day + d.last_out) AT TIME ZONE %(zone)s
          ELSE (d.day + d.first_in + interval '3 hours') AT TIME ZONE %(zone)s END, '02')
) AS moment(at, direction)
WHERE d.day >= %(first)s AND d.source = 'device' AND d.project_id IN (
    SELECT project_id FROM projects_participation WHERE organization_id = %(clerk)s AND participant_type = '009')
ON CONFLICT DO NOTHING
"""

# In and out around noon; of forty one works at night; every third site lets its managers in by card.
TODAY = """
SELECT c.id, moment.at AT TIME ZONE %(zone)s, moment.direction,
    CASE WHEN c.work_role = '10' AND c.project_id %% 3 = 0 THEN '006' ELSE '' END, v.id
FROM (
    SELECT e.*, abs(hashint8(e.id * 4001 + (%(day)s::date - date '2020-01-01'))) %% 100 AS chance
    FROM workers_engagement AS e JOIN projects_project AS p ON p.id = e.project_id
    WHERE p.status = '003' AND e.entered_on < %(day)s AND (e.exited_on IS NULL OR e.exited_on >= %(day)s)
) AS c
JOIN workers_device AS v ON v.project_id = c.project_id AND v.serial_number LIKE '%%-' || (c.id %% 2 + 1)
CROSS JOIN LATERAL (
    SELECT %(day)s::date + time '06:50' + chance %% 40 * interval '1 minute' + c.id %% 50 * interval '1 second', '01'
    WHERE c.id %% 40 <> 7
    UNION ALL SELECT %(day)s::date + time '11:32' + chance %% 25 * interval '1 minute', '02' WHERE c.id %% 40 <> 7
    UNION ALL SELECT %(day)s::date + time '13:02' + chance %% 35 * interval '1 minute', '01'
    WHERE c.id %% 40 <> 7 AND chance >= 6
    UNION ALL SELECT %(day)s::date + time '17:35' + chance %% 50 * interval '1 minute', '02'
    WHERE c.id %% 40 <> 7 AND chance >= 6
    UNION ALL SELECT %(day)s::date - 1 + time '19:02' + chance %% 30 * interval '1 minute', '01' WHERE c.id %% 40 = 7
    UNION ALL SELECT %(day)s::date + time '05:40' + chance %% 40 * interval '1 minute', '02' WHERE c.id %% 40 = 7
) AS moment(at, direction)
WHERE chance < 90 AND moment.at AT TIME ZONE %(zone)s <= %(now)s
ORDER BY 1, 2
"""
