"""Which project on the platform a permit that was not found by its number may belong to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch

from projects.models import ListedPermit, Permit, Project
from projects.selectors import with_parties

SHOWN = 3
LEAST = 0.5  # below it a candidate is a guess
SURE = 0.8

# Names are compared without their place and the words all have: half by their runs of characters, half by the
# characters alone, as a word put in breaks the runs. Weights: name, contractor, construction unit, county; what the
# list does not tell counts neither way. A project whose permit is on the list already has found its own: several
# permits of one project are possible, but rarer.
_SQL = """
WITH listed AS MATERIALIZED (
    SELECT l.id, l.region_id, l.contract_amount,
           replace({plain_listed}, r.name, '') AS name,
           regexp_replace(normalize(l.contractor, NFKC), '[[:space:]]', '', 'g') AS contractor,
           regexp_replace(normalize(l.construction_unit, NFKC), '[[:space:]]', '', 'g') AS owner
    FROM projects_listedpermit l JOIN organizations_region r ON r.code = l.region_id
    WHERE l.id = ANY(%s)
), open_project AS MATERIALIZED (
    SELECT p.id, p.region_id, p.contract_amount, replace({plain_project}, r.name, '') AS name,
           coalesce(contractor.names, '{{}}') AS contractors, owner.name AS owner,
           EXISTS (
               SELECT FROM projects_permit own
               JOIN projects_listedpermit other ON permit_key(other.number) = permit_key(own.number)
               WHERE own.project_id = p.id AND own.number <> ''
           ) AS is_found
    FROM projects_project p
    JOIN organizations_region r ON r.code = p.region_id
    LEFT JOIN LATERAL (
        SELECT array_agg(regexp_replace(normalize(o.name, NFKC), '[[:space:]]', '', 'g')) AS names
        FROM projects_participation x JOIN organizations_organization o ON o.id = x.organization_id
        WHERE x.project_id = p.id AND x.participant_type = '009'
    ) contractor ON true
    LEFT JOIN LATERAL (
        SELECT regexp_replace(normalize(o.name, NFKC), '[[:space:]]', '', 'g') AS name
        FROM projects_participation x JOIN organizations_organization o ON o.id = x.organization_id
        WHERE x.project_id = p.id AND x.participant_type = '008' LIMIT 1
    ) owner ON true
    WHERE p.id IN ({projects})
)
SELECT listed.id, best.*
FROM listed
CROSS JOIN LATERAL (
    SELECT told.*
    FROM (
        SELECT facts.*,
               ((0.6 * name + 0.2 * contractor::int + 0.15 * owner::int + 0.05 * county::int)
                / (0.65 + 0.2 * (listed.contractor <> '')::int + 0.15 * (listed.owner <> '')::int)
                * CASE WHEN is_found THEN 0.85 ELSE 1 END)::float AS score
        FROM (
            SELECT p.id AS project_id,
                   (similarity(p.name, listed.name) + similarity({spaced_project}, {spaced_listed})) / 2 AS name,
                   listed.contractor = ANY(p.contractors) AS contractor,
                   coalesce(p.owner = listed.owner, false) AS owner,
                   p.region_id = listed.region_id AS county,
                   coalesce(abs(p.contract_amount / nullif(listed.contract_amount, 0) - 1) <= 0.01, false) AS amount,
                   p.is_found
            FROM open_project p
            WHERE left(p.region_id, 4) = left(listed.region_id, 4)
        ) facts
    ) told
    WHERE told.score >= %s AND told.name >= 0.2 AND (told.contractor OR told.owner OR told.county)
    ORDER BY told.score DESC, told.project_id
    LIMIT %s
) best
ORDER BY listed.id, best.score DESC, best.project_id
"""
_PLAIN = "regexp_replace(normalize({}, NFKC), '[[:space:]()\"''·-]|建设项目|工程项目|项目|建设工程|工程', '', 'g')"


_AGREEING = {
    "contractor": "总承包单位一致",
    "owner": "建设单位一致",
    "county": "同一地区",
    "amount": "合同价款一致",
}
_SPACED = "regexp_replace({}, '(.)', '\\1 ', 'g')"


@dataclass(frozen=True)
class Suggestion:
    listed_id: int
    project: Project
    name: float
    contractor: bool
    owner: bool
    county: bool
    amount: bool
    is_found: bool
    score: float

    @property
    def percent(self) -> int:
        return round(self.score * 100)

    @property
    def tone(self) -> str:
        return "green" if self.score >= SURE else "yellow"

    @property
    def agreeing(self) -> list[str]:
        told = [f"名称相似 {self.name:.0%}"]
        return told + [text for field, text in _AGREEING.items() if getattr(self, field)]


def suggestions(listed: Iterable[ListedPermit], user, *, most: int = SHOWN) -> dict[int, list[Suggestion]]:
    """Id of the listed permit → the likeliest open projects among those the user sees, the best first."""
    ids = [permit.pk for permit in listed]
    if not ids:
        return {}
    rows = _read(ids, user, most)
    permits = Prefetch("permits", Permit.objects.unscoped("permits of projects in scope"))
    visible = with_parties(Project.objects.visible_to(user)).prefetch_related(permits)
    projects = visible.in_bulk({row[1] for row in rows})
    found: dict[int, list[Suggestion]] = {}
    for listed_id, project_id, *facts in rows:
        found.setdefault(listed_id, []).append(Suggestion(listed_id, projects[project_id], *facts))
    return found


def _read(ids: list[int], user, most: int) -> list[tuple]:
    projects = Project.objects.visible_to(user).under_supervision().order_by().values("pk")
    visible, params = projects.query.sql_with_params()
    statement = _SQL.format(
        plain_listed=_PLAIN.format("l.project_name"),
        plain_project=_PLAIN.format("p.name"),
        spaced_listed=_SPACED.format("listed.name"),
        spaced_project=_SPACED.format("p.name"),
        projects=visible,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, *params, LEAST, most])
        return cursor.fetchall()
