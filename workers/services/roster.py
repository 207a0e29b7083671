"""The register's only writer: people, teams, cards, engagements and contracts of one project, set-based.

Rows are copied into a temporary table and merged by one statement for each table, so that a hundred thousand rows cost
what a hundred cost in round trips. Ciphertexts differ each time: equality is asked of blind indexes only.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from core import crypto, identity
from core.staging import stage
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers import pinyin
from workers.enums import ContractKind, IdType, Trade, WageMethod, WorkRole
from workers.services.strays import take_in_strays


class RosterEntry(NamedTuple):
    """One person at one project, as sheet and form know them. What is blank leaves the register as it is."""

    name: str
    id_number: str
    entered_on: date
    id_type: str = IdType.RESIDENT
    gender: str = ""  # of residents derived from the number, as is the birth date
    birth_date: date | None = None
    ethnicity: str = ""
    native_place: str = ""
    address: str = ""
    education: str = ""
    phone: str = ""
    team: str = ""
    trade: str = ""
    work_role: str = ""
    post: str = ""
    is_team_leader: bool | None = None
    card: str = ""
    bank_name: str = ""
    signed_on: date | None = None  # without it no contract is made
    contract_kind: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    wage_method: str = ""
    wage_rate: Decimal | None = None
    pay_day: int | None = None


@dataclass(frozen=True)
class Written:
    created: int = 0
    updated: int = 0
    unchanged: int = 0


@transaction.atomic
def write_roster(project: Project, entries: Iterable[RosterEntry]) -> Written:
    """Enrol or update these people; one entry a person. Counts are of engagements at the project."""
    lock_open(project)
    values = {
        "project": project.pk,
        "now": timezone.now(),
        "role": WorkRole.WORKER,
        "kind": ContractKind.BY_TASK,
        "method": WageMethod.DAY,
        "pay_day": project.wage_pay_day,
    }
    changed: dict[str, array] = {}
    with connection.cursor() as cursor:
        _keep_triggers_linear(cursor)
        total = stage("roster_staging", _STAGING, map(_staged, entries), derived=_DERIVED)
        for statement in _MERGE:
            if total >= MANY and statement in (_FIND, _FIND_CONTRACTS):
                _tell_planner(cursor, total)
            cursor.execute(statement, values)
            if cursor.description:
                changed[statement] = array("q", (pk for (pk,) in cursor))
    take_in_strays(project)
    return _count(project, total, changed)


def _keep_triggers_linear(cursor) -> None:
    """The history triggers look for their settings in an exception block. Each one not found ends a subtransaction,
    which walks every foreign key check still deferred: 30,000 rows took 140 s. So no check waits for the commit."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _tell_planner(cursor, total: int) -> None:
    """A planner that still takes the register for empty (it was, a minute ago) costs minutes; to ask, nothing."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples < %s", [list(_REGISTER), total]
    )
    if outgrown := [name for (name,) in cursor.fetchall()]:
        cursor.execute(f"ANALYZE {', '.join(outgrown)}")


def _count(project: Project, total: int, changed: dict[str, array]) -> Written:
    created = set(changed[_NEW_ENGAGEMENTS])
    touched = set().union(*changed.values())
    if touched:
        mark_changed([project.pk])
    return Written(len(created), len(touched - created), total - len(touched))


_STAGING = {
    "id_type": "varchar",
    "id_number": "bytea",
    "id_number_index": "bytea",
    "id_last4": "varchar",
    "name": "varchar",
    "name_pinyin": "varchar",
    "gender": "varchar",
    "birth_date": "date",
    "ethnicity": "varchar",
    "domicile_code": "varchar",
    "native_place": "varchar",
    "address": "varchar",
    "education": "varchar",
    "phone": "bytea",
    "phone_index": "bytea",
    "team": "varchar",
    "trade": "varchar",
    "work_role": "varchar",
    "post": "varchar",
    "is_team_leader": "bool",
    "entered_on": "date",
    "card": "bytea",
    "card_index": "bytea",
    "card_last4": "varchar",
    "bank_name": "varchar",
    "signed_on": "date",
    "contract_kind": "varchar",
    "starts_on": "date",
    "ends_on": "date",
    "wage_method": "varchar",
    "wage_rate": "numeric",
    "pay_day": "int2",
}
_DERIVED = {
    "ordinal": "int GENERATED ALWAYS AS IDENTITY",
    "worker_id": "bigint",
    "engagement_id": "bigint",
    "team_id": "bigint",
    "contract_id": "bigint",
}


def _staged(entry: RosterEntry) -> tuple:
    resident = entry.id_type == IdType.RESIDENT
    role = entry.work_role or (WorkRole.MANAGER if entry.post or entry.trade == Trade.MANAGEMENT else "")
    return (
        str(entry.id_type),
        crypto.encrypt(entry.id_number),
        crypto.blind_index(entry.id_number),
        entry.id_number[-4:],
        entry.name,
        pinyin.search_text(entry.name),
        identity.gender(entry.id_number) if resident else str(entry.gender),
        identity.birth_date(entry.id_number) if resident else entry.birth_date,
        entry.ethnicity,
        entry.id_number[:6] if resident and not identity.is_foreign(entry.id_number) else "",
        entry.native_place,
        entry.address,
        str(entry.education),
        *_sealed(entry.phone),
        entry.team,
        str(entry.trade),
        str(role),
        str(entry.post),
        entry.is_team_leader,
        entry.entered_on,
        *_sealed(entry.card),
        entry.card[-4:],
        entry.bank_name,
        entry.signed_on,
        str(entry.contract_kind),
        entry.starts_on,
        entry.ends_on,
        str(entry.wage_method),
        entry.wage_rate,
        entry.pay_day,
    )


def _sealed(text: str) -> tuple[bytes | None, bytes | None]:
    return (crypto.encrypt(text), crypto.blind_index(text)) if text else (None, None)


_FIND = """
UPDATE roster_staging AS s SET worker_id = w.id, engagement_id = e.id
FROM workers_worker AS w LEFT JOIN workers_engagement AS e ON e.worker_id = w.id AND e.project_id = %(project)s
WHERE w.id_type = s.id_type AND w.id_number_index = s.id_number_index
"""

_TEAMS = """
INSERT INTO workers_team (project_id, name, leader_name, leader_phone)
SELECT DISTINCT %(project)s::bigint, team, '', '' FROM roster_staging WHERE team <> '' ORDER BY team
ON CONFLICT (project_id, name) DO NOTHING
"""

_OWN_TEAM = """
UPDATE roster_staging AS s SET team_id = t.id
FROM workers_team AS t WHERE t.project_id = %(project)s AND t.name = s.team
"""

_PEOPLE = """
INSERT INTO workers_worker AS w (id_type, id_number, id_number_index, id_last4, name, name_pinyin, gender, birth_date,
    ethnicity, domicile_code, native_place, address, education, phone, phone_index, created_at)
SELECT id_type, id_number, id_number_index, id_last4, name, name_pinyin, gender, birth_date,
    ethnicity, domicile_code, native_place, address, education, phone, phone_index, %(now)s
FROM roster_staging ORDER BY id_number_index
ON CONFLICT (id_type, id_number_index) DO UPDATE SET
    name = excluded.name,
    name_pinyin = excluded.name_pinyin,
    ethnicity = coalesce(nullif(excluded.ethnicity, ''), w.ethnicity),
    native_place = coalesce(nullif(excluded.native_place, ''), w.native_place),
    address = coalesce(nullif(excluded.address, ''), w.address),
    education = coalesce(nullif(excluded.education, ''), w.education),
    phone = CASE WHEN excluded.phone_index IS NULL OR excluded.phone_index = w.phone_index
        THEN w.phone ELSE excluded.phone END,
    phone_index = coalesce(excluded.phone_index, w.phone_index)
WHERE (w.name, w.name_pinyin, w.ethnicity, w.native_place, w.address, w.education, w.phone_index)
    IS DISTINCT FROM (excluded.name, excluded.name_pinyin,
        coalesce(nullif(excluded.ethnicity, ''), w.ethnicity),
        coalesce(nullif(excluded.native_place, ''), w.native_place),
        coalesce(nullif(excluded.address, ''), w.address),
        coalesce(nullif(excluded.education, ''), w.education),
        coalesce(excluded.phone_index, w.phone_index))
RETURNING w.id
"""

_OTHER_CARD = """
UPDATE workers_bankcard AS c SET is_current = false FROM roster_staging AS s
WHERE c.worker_id = s.worker_id AND c.is_current AND s.card_index IS NOT NULL AND c.number_index <> s.card_index
RETURNING c.worker_id
"""

_CARD = """
INSERT INTO workers_bankcard AS c (worker_id, number, number_index, last4, bank_name, is_current, bound_at)
SELECT worker_id, card, card_index, card_last4, bank_name, true, %(now)s
FROM roster_staging WHERE card_index IS NOT NULL ORDER BY worker_id
ON CONFLICT (worker_id, number_index) DO UPDATE SET
    is_current = true, bank_name = coalesce(nullif(excluded.bank_name, ''), c.bank_name)
WHERE NOT c.is_current OR coalesce(nullif(excluded.bank_name, ''), c.bank_name) <> c.bank_name
RETURNING c.worker_id
"""

# Who comes back after leaving is on site again from the new entry; the history keeps the first stay.
_KNOWN_ENGAGEMENTS = """
UPDATE workers_engagement AS e SET
    team_id = n.team_id, trade = n.trade, work_role = n.work_role, post = n.post, is_team_leader = n.is_team_leader,
    entered_on = n.entered_on, exited_on = n.exited_on
FROM (
    SELECT o.id, s.entered_on,
        coalesce(s.team_id, o.team_id) AS team_id,
        coalesce(nullif(s.trade, ''), o.trade) AS trade,
        coalesce(nullif(s.work_role, ''), o.work_role) AS work_role,
        coalesce(nullif(s.post, ''), o.post) AS post,
        coalesce(s.is_team_leader, o.is_team_leader) AS is_team_leader,
        CASE WHEN s.entered_on <= o.exited_on THEN o.exited_on END AS exited_on
    FROM roster_staging AS s JOIN workers_engagement AS o ON o.id = s.engagement_id
) AS n
WHERE e.id = n.id AND (e.team_id, e.trade, e.work_role, e.post, e.is_team_leader, e.entered_on, e.exited_on)
    IS DISTINCT FROM (n.team_id, n.trade, n.work_role, n.post, n.is_team_leader, n.entered_on, n.exited_on)
RETURNING e.worker_id
"""

_NEW_ENGAGEMENTS = """
INSERT INTO workers_engagement (project_id, worker_id, team_id, trade, work_role, post, is_team_leader, entered_on,
    registered_at)
SELECT %(project)s, worker_id, team_id, trade, coalesce(nullif(work_role, ''), %(role)s), post,
    coalesce(is_team_leader, false), entered_on, %(now)s
FROM roster_staging WHERE engagement_id IS NULL ORDER BY ordinal
RETURNING worker_id
"""

_LEADERS = """
UPDATE workers_team AS t SET leader_name = s.name FROM roster_staging AS s
WHERE s.team_id = t.id AND s.is_team_leader AND t.leader_name <> s.name
"""

# A contract is known again by its start or by the day it was signed; the other may have been mended in between. One
# that ended before this start is another.
_KNOWN_CONTRACTS = """
UPDATE workers_labourcontract AS c SET
    signed_on = n.signed_on, starts_on = n.starts_on, ends_on = n.ends_on, kind = n.kind,
    wage_method = n.wage_method, wage_rate = n.wage_rate, pay_day = n.pay_day
FROM (
    SELECT DISTINCT ON (o.id) o.id, s.worker_id, s.signed_on,
        coalesce(s.starts_on, s.entered_on) AS starts_on,
        coalesce(s.ends_on, o.ends_on) AS ends_on,
        coalesce(nullif(s.contract_kind, ''), o.kind) AS kind,
        coalesce(nullif(s.wage_method, ''), o.wage_method) AS wage_method,
        coalesce(s.wage_rate, o.wage_rate) AS wage_rate,
        coalesce(s.pay_day, o.pay_day) AS pay_day
    FROM roster_staging AS s JOIN workers_labourcontract AS o ON o.id = s.contract_id
) AS n
WHERE c.id = n.id AND (c.signed_on, c.starts_on, c.ends_on, c.kind, c.wage_method, c.wage_rate, c.pay_day)
    IS DISTINCT FROM (n.signed_on, n.starts_on, n.ends_on, n.kind, n.wage_method, n.wage_rate, n.pay_day)
RETURNING n.worker_id
"""

_FIND_CONTRACTS = """
UPDATE roster_staging AS s SET contract_id = (
    SELECT c.id FROM workers_labourcontract AS c
    WHERE c.engagement_id = s.engagement_id
        AND (c.starts_on = coalesce(s.starts_on, s.entered_on) OR c.signed_on = s.signed_on)
        AND (s.ends_on IS NOT NULL OR c.ends_on IS NULL OR c.ends_on >= coalesce(s.starts_on, s.entered_on))
        AND (c.ended_on IS NULL OR c.ended_on >= coalesce(s.starts_on, s.entered_on))
    ORDER BY c.starts_on = coalesce(s.starts_on, s.entered_on) DESC, c.id DESC LIMIT 1)
WHERE s.signed_on IS NOT NULL
"""

_NEW_CONTRACTS = """
INSERT INTO workers_labourcontract (project_id, engagement_id, signed_on, kind, starts_on, ends_on, wage_method,
    wage_rate, pay_day, created_at)
SELECT %(project)s, engagement_id, signed_on, coalesce(nullif(contract_kind, ''), %(kind)s),
    coalesce(starts_on, entered_on), ends_on, coalesce(nullif(wage_method, ''), %(method)s), wage_rate,
    coalesce(pay_day, %(pay_day)s), %(now)s
FROM roster_staging WHERE signed_on IS NOT NULL AND contract_id IS NULL ORDER BY ordinal
RETURNING (SELECT worker_id FROM workers_engagement WHERE id = engagement_id)
"""

MANY = 1_000
_REGISTER = ("workers_worker", "workers_engagement", "workers_labourcontract")

# In this order; every statement answers the people it changed, or nothing.
_MERGE = (
    _TEAMS,
    _OWN_TEAM,
    _LEADERS,
    _PEOPLE,
    _FIND,
    _OTHER_CARD,
    _CARD,
    _KNOWN_ENGAGEMENTS,
    _NEW_ENGAGEMENTS,
    _FIND,
    _FIND_CONTRACTS,
    _KNOWN_CONTRACTS,
    _NEW_CONTRACTS,
)
