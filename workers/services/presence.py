"""Who is on site now, kept by whoever writes punches."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

RECENT = timedelta(days=2)  # older clockings say nothing about who is on site


def follow(cursor) -> None:
    """Bring `Presence` up to what `punch_staging` told: people whose latest clocking came with it, or before it."""
    cursor.execute(_FOLLOW, {"zone": settings.TIME_ZONE, "since": timezone.now() - RECENT})


# A clocking without direction: in and out take turns.
_FOLLOW = """
INSERT INTO workers_presence AS known (engagement_id, project_id, day, inside, first_in, last_at, means)
SELECT engagement_id, max(project_id), day,
    CASE (array_agg(direction ORDER BY at DESC))[1]
        WHEN '01' THEN true WHEN '02' THEN false ELSE count(*) %% 2 = 1 END,
    min(at) FILTER (WHERE direction <> '02'), max(at), (array_agg(means ORDER BY at))[1]
FROM (
    SELECT DISTINCT ON (s.engagement_id) s.engagement_id,
        (greatest(s.at, o.last_at) AT TIME ZONE %(zone)s)::date AS day
    FROM punch_staging AS s LEFT JOIN workers_presence AS o ON o.engagement_id = s.engagement_id
    WHERE s.at >= %(since)s ORDER BY s.engagement_id, s.at DESC
) AS latest
CROSS JOIN LATERAL (
    SELECT p.project_id, p.at, p.direction, p.means FROM workers_punch AS p
    WHERE p.engagement_id = latest.engagement_id AND p.at >= greatest(
            latest.day::timestamp AT TIME ZONE %(zone)s, %(since)s - interval '1 day')
        AND p.at < (latest.day + 1)::timestamp AT TIME ZONE %(zone)s
) AS own
GROUP BY engagement_id, day
ON CONFLICT (engagement_id) DO UPDATE SET day = excluded.day, inside = excluded.inside,
    first_in = excluded.first_in, last_at = excluded.last_at, means = excluded.means
WHERE (known.day, known.inside, known.first_in, known.last_at, known.means)
    IS DISTINCT FROM (excluded.day, excluded.inside, excluded.first_in, excluded.last_at, excluded.means)
"""
