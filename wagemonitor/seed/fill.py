"""The planned province written to the database: people by COPY, what follows from them by set-based SQL (`flows`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from django.utils import timezone

from core import crypto
from projects.enums import ParticipantType as Type
from projects.enums import Status
from wagemonitor.seed import names, numbers
from wagemonitor.seed.copying import copy, first_free
from wagemonitor.seed.plan import GUARANTEE, Site
from wagemonitor.seed.units import Units
from workers.enums import SPECIAL_TRADES, Education, Trade, WageMethod
from workers.pinyin import search_text

TEAMS = {
    "钢筋班": Trade.REBAR,
    "木工班": Trade.FORMWORK,
    "泥工班": Trade.MASON,
    "架子班": Trade.SCAFFOLDER,
    "水电班": Trade.ELECTRICIAN,
    "混凝土班": Trade.CONCRETE,
    "机械班": Trade.EXCAVATOR,
}
PROJECT = [
    "id", "code", "name", "category", "industry", "region_id", "address", "jurisdiction_id",
    "jurisdiction_confirmed_on", "status", "contract_start_on", "actual_start_on", "completed_on",
    "contract_signed_on", "contract_amount", "labour_cost_amount", "wage_pay_day", "is_linear", "supervised_from",
    "filed_by_id", "created_at", "updated_at",
]  # fmt: skip
PARTICIPATION = [
    "project_id", "organization_id", "participant_type", "is_lead", "status", "entered_on", "exited_on", "manager",
    "manager_id", "manager_id_index", "manager_phone",
]  # fmt: skip
WORKER = [
    "id", "name", "name_pinyin", "id_type", "id_number", "id_number_index", "id_last4", "gender", "birth_date",
    "ethnicity", "domicile_code", "native_place", "address", "education", "phone", "phone_index", "created_at",
]  # fmt: skip
ENGAGEMENT = [
    "id", "project_id", "worker_id", "team_id", "trade", "work_role", "is_team_leader", "entered_on", "exited_on",
    "registered_at",
]  # fmt: skip
CARD = ["worker_id", "number", "number_index", "last4", "bank_name", "is_current", "bound_at"]
CONTRACT = [
    "project_id", "engagement_id", "signed_on", "kind", "starts_on", "ends_on", "wage_method", "wage_rate", "pay_day",
    "created_at",
]  # fmt: skip


def moment(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


@dataclass
class Made:
    """A project that stands in the database."""

    id: int
    site: Site
    contractor: int
    bank: int


def projects(random: Random, today: date, sites: list[Site], units: Units) -> list[Made]:
    """Projects with their permits, parties, status history and wage clerks."""
    first = first_free("projects_project")
    made = [_choose(random, number, site, units) for number, site in zip(count(first), sites, strict=False)]
    officer = units.users["province"].pk
    copy("projects_project", PROJECT, (_project(random, today, item, officer) for item in made))
    ids = numbers.id_numbers(random, [site.region.code for site in sites], today)
    copy("projects_participation", PARTICIPATION, (row for item in made for row in _parties(random, item, units, ids)))
    permits = [item for item in made if item.site.category in ("01", "02")]
    copy("projects_permit", ["project_id", "number", "issued_on"], (_permit(item) for item in permits))
    clerk = ["project_id", "name", "id_number", "id_number_index", "phone", "registered_on"]
    with_clerk = [item for item in made if "no_clerk" not in item.site.faults]
    copy("projects_wageclerk", clerk, (_clerk(random, item, ids) for item in with_clerk))
    status = ["project_id", "status", "on", "reason", "at"]
    quoted = [f'"{name}"' for name in status]
    copy("projects_statuschange", quoted, (row for item in made for row in _course(item, today)))
    return made


def _choose(random: Random, number: int, site: Site, units: Units) -> Made:
    own_prefecture = site.region.parent_id if site.region.parent_id in units.banks else next(iter(units.banks))
    return Made(
        id=number,
        site=site,
        contractor=units.own if site.is_own else random.choice(units.contractors),
        bank=units.banks[own_prefecture][0 if site.is_own else random.randrange(len(names.BANKS))],
    )


def _project(random: Random, today: date, item: Made, officer: int) -> tuple:
    site = item.site
    amount = Decimal(site.workers * random.randint(250_000, 600_000))
    if site.faults & GUARANTEE:  # below it GUAR-01 asks for none
        amount = max(amount, Decimal(6_800_000))
    incomplete = "incomplete" in site.faults
    code = f"{site.region.code}{site.started_on:%Y%m}{item.id % 10000:04d}"
    started = site.started_on if site.status != Status.PREPARING else None
    completed = today - timedelta(days=30) if site.status == Status.COMPLETED else None
    return (
        item.id, code, site.name, site.category, site.industry,
        site.region.code, "" if incomplete else names.address(random, site.region.name), site.region.code,
        site.signed_on, site.status, None if incomplete else site.started_on, started, completed, site.signed_on,
        amount, amount * 20 / 100, 15, site.is_linear, site.signed_on, officer, moment(site.signed_on),
        moment(site.signed_on),
    )  # fmt: skip


def _parties(random: Random, item: Made, units: Units, ids: Iterator) -> Iterator[tuple]:
    entered, used = item.site.started_on, {item.contractor}
    yield item.id, item.contractor, Type.GENERAL_CONTRACTOR, True, "entered", entered, None, "", None, None, ""
    owner = random.choice(units.owners)
    yield item.id, owner, Type.CONSTRUCTION_UNIT, False, "entered", entered, None, "", None, None, ""
    for unit in random.sample(units.labour, random.randint(0, 2)):
        if unit not in used:
            number, _, _ = next(ids)
            person = names.person(random), crypto.encrypt(number), crypto.blind_index(number), _phone(random)
            yield item.id, unit, Type.LABOUR_SUBCONTRACTOR, False, "entered", entered, None, *person


def _permit(item: Made) -> tuple:
    missing = "incomplete" in item.site.faults
    day = item.site.started_on - timedelta(days=8)
    return item.id, "" if missing else f"{item.site.region.code}{day:%Y%m%d}{item.id:04d}", None if missing else day


def _clerk(random: Random, item: Made, ids: Iterator) -> tuple:
    number, _, _ = next(ids)
    registered = item.site.started_on + timedelta(days=5)
    return (
        item.id,
        names.person(random),
        crypto.encrypt(number),
        crypto.blind_index(number),
        _phone(random),
        registered,
    )


def _course(item: Made, today: date) -> Iterator[tuple]:
    site = item.site
    yield item.id, Status.PREPARING, site.signed_on, "", moment(site.signed_on)
    if site.status != Status.PREPARING:
        yield item.id, Status.IN_PROGRESS, site.started_on, "", moment(site.started_on)
    if site.status == Status.SUSPENDED:
        since = today - timedelta(days=20)
        yield item.id, Status.SUSPENDED, since, "汛期停工", moment(since)
    if site.status == Status.COMPLETED:
        since = today - timedelta(days=30)
        yield item.id, Status.COMPLETED, since, "竣工验收合格", moment(since)


def people(random: Random, today: date, made: list[Made]) -> int:
    """Teams, workers, engagements, cards and contracts; returns the number of workers."""
    sites = [item for item in made if item.site.status != Status.PREPARING and "no_roster" not in item.site.faults]
    teams = _teams(random, sites)
    crew = list(_crew(random, today, sites, teams))
    copy("workers_worker", WORKER, (person.worker for person in crew))
    copy("workers_engagement", ENGAGEMENT, (person.engagement for person in crew))
    copy("workers_bankcard", CARD, (person.card for person in crew))
    copy("workers_labourcontract", CONTRACT, (person.contract for person in crew if person.contract))
    return len(crew)


def _teams(random: Random, sites: list[Made]) -> dict[int, list[tuple[int, Trade]]]:
    """Project → (team id, trade) of each of its teams, written."""
    number, rows, teams = count(first_free("workers_team")), [], {}
    for item in sites:
        chosen = random.sample(list(TEAMS.items()), min(len(TEAMS), 1 + item.site.workers // 12))
        for name, trade in chosen:
            team = next(number)
            rows.append((team, item.id, name, names.person(random), _phone(random)))
            teams.setdefault(item.id, []).append((team, trade))
    copy("workers_team", ["id", "project_id", "name", "leader_name", "leader_phone"], rows)
    return teams


@dataclass
class _Person:
    worker: tuple
    engagement: tuple
    card: tuple
    contract: tuple | None


def _crew(random: Random, today: date, sites: list[Made], teams: dict) -> Iterator[_Person]:
    places = [item.site.region.code for item in sites] + ["522427", "522424", "513437", "513434", "510922"]
    ids = numbers.id_numbers(random, places, today)
    worker, engagement = count(first_free("workers_worker")), count(first_free("workers_engagement"))
    for item in sites:
        for order in range(item.site.workers):
            yield _person(random, item, order, next(worker), next(engagement), next(ids), teams[item.id])


def _person(random: Random, item: Made, order: int, worker: int, engagement: int, identity, teams) -> _Person:
    number, born, is_man = identity
    name, phone, site = names.person(random), _phone(random), item.site
    team, trade = teams[order % len(teams)]
    if trade in SPECIAL_TRADES and site.started_on.year + 2 - born.year >= (63 if is_man else 55):
        trade = Trade.MASON  # past the age of retirement nobody works in a special trade
    entered = site.started_on + timedelta(days=random.choice([0, 0, 1, 3, 7, 20, 40]))
    head, _, prefix = random.choice(names.BANKS)
    card = numbers.card_number(prefix, worker)
    at, rate = moment(entered), Decimal(random.randrange(180, 340, 10))
    place = names.address(random, site.region.name)
    contract = (
        item.id, engagement, entered, "1", entered, entered + timedelta(days=730), WageMethod.DAY, rate, 15, at,
    )  # fmt: skip
    return _Person(
        worker=(
            worker, name, search_text(name), "01", crypto.encrypt(number), crypto.blind_index(number), number[-4:],
            "0" if is_man else "1", born, names.ethnicity(random), number[:6], site.region.name, place,
            random.choice([Education.PRIMARY, Education.JUNIOR, Education.JUNIOR, Education.SENIOR]),
            crypto.encrypt(phone), crypto.blind_index(phone), at,
        ),
        engagement=(engagement, item.id, worker, team, trade, "20", order < len(teams), entered, None, at),
        card=(worker, crypto.encrypt(card), crypto.blind_index(card), card[-4:], f"{head}营业部", True, at),
        contract=None if "no_contract" in site.faults and order % 3 == 0 else contract,
    )  # fmt: skip


def _phone(random: Random) -> str:
    return f"1{random.choice('35789')}{random.randint(0, 999_999_999):09d}"
