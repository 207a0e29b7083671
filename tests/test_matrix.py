"""The fourth net under the scope: every address × every role × own and foreign objects.

Two worlds (tests.worlds) carry their marks in every text. Whoever does not belong to a world gets 404 for its
objects, and its mark appears in none of their answers: pages, fragments, files, cells of workbooks. A new address with
an object in it fails here until OBJECTS names the object: one line.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from python_calamine import CalamineWorkbook

from core.models import PublishedYear, WorkdayOverride
from organizations.enums import ADMINISTRATORS, OrganizationKind, Role
from tests.addresses import Address, addresses
from tests.matrix_objects import OBJECTS, OTHER_WORDS, OWN, PARAMETERS, SEEN_BY, WORDS, WORKERS_OWN
from tests.organizations import factories as who
from tests.worlds import WORLDS, World

pytestmark = pytest.mark.django_db

# In clear for those who sent it: the sheets they made themselves, the contract they print for the worker, and what the
# contractor hands to the bank.
CLEAR = {"imports:file", "imports:annotated", "core:attachment", "workers:contract_print_full", "payouts:file"}
CLEAR_FOR = {"payouts:file": {"clerk", "bank"}}
# Answers 404 to everyone here.
ABSENT = {"core:gallery": "only under DEBUG"}
LIBRARY_SAMPLE = {"admin:index", "admin:organizations_organization_changelist", "prometheus-django-metrics"}
SEARCH = {"q": "标记"}  # finds the marks of every world, if a search forgets the scope
NOT_POSTED = {"organizations:logout": "ends the session of the test"}


@dataclass
class Person:
    """Somebody who signs in, and the worlds they belong to. `part` is their part in their own world, if any."""

    name: str
    user: object
    sees: set[str] = field(default_factory=set)
    part: str = ""

    @cached_property
    def client(self) -> Client:
        client = Client(raise_request_exception=False)
        if self.user:
            client.force_login(self.user)
        return client

    @property
    def role(self) -> str:
        return self.user.role if self.user else ""

    def may_call(self, address: Address) -> bool:
        declared = address.declared
        if declared == "public" or not self.user:
            return declared == "public"
        return declared == "signed_in" or self.role in (declared or ())

    def belongs(self, world: World, thing: str) -> bool:
        """Whether this thing is theirs to see: the truth the portal is held against."""
        if self.role == Role.WORKER:
            return self.part == "worker" and world.place.letter in self.sees and thing in WORKERS_OWN
        if thing not in SEEN_BY:
            return world.place.letter in self.sees and self.part != "insurer"
        seen_by = SEEN_BY[thing]
        if seen_by is None:
            return True
        above = self.role == Role.OFFICER and "officer" in seen_by and thing not in OWN
        return world.place.letter in self.sees and (self.part in seen_by or (above and not self.part))


def _authorities(worlds: dict[str, World]) -> Iterator[Person]:
    yield Person("province officer", who.officer("530000"), {"甲", "乙"})
    yield Person("prefecture officer", who.officer("530900"), {"甲", "乙"})
    yield Person("officer of another prefecture", who.officer("530100"))
    yield Person("officer of a county elsewhere", who.officer("530102"))
    regulator = who.industry_officer("530900", OrganizationKind.BANK_REGULATOR)
    yield Person("bank regulator", regulator, {"甲", "乙"}, "industry")
    yield Person("industry officer elsewhere", who.industry_officer("530100"))
    for letter, world in worlds.items():
        yield Person(f"county officer {letter}", world.users["officer"], {letter}, "officer")
        yield Person(f"industry officer {letter}", world.users["industry"], {letter}, "industry")


def _others(worlds: dict[str, World]) -> Iterator[Person]:
    for letter, world in worlds.items():
        yield Person(f"contractor's clerk {letter}", world.users["clerk"], {letter}, "clerk")
        yield Person(f"subcontractor's clerk {letter}", world.users["subcontractor"])
        yield Person(f"construction unit {letter}", world.users["construction_unit"], {letter}, "construction_unit")
        yield Person(f"bank clerk {letter}", world.users["bank"], {letter}, "bank")
        yield Person(f"worker {letter}", world.users["worker"], {letter}, "worker")
        yield Person(f"workmate {letter}", world.users["workmate"], {letter}, "workmate")
        yield Person(f"insurer's clerk {letter}", world.users["insurer"], {letter}, "insurer")
    for role in ADMINISTRATORS:
        yield Person(f"{role} administrator", who.administrator(role))
    yield Person("anonymous", None)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of requests; what went wrong is in the assertion."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def storage(tmp_path_factory) -> dict:
    location = str(tmp_path_factory.mktemp("attachments"))
    backend = "django.core.files.storage.FileSystemStorage"
    return {
        "STORAGES": django_settings.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": {"location": location}}}
    }


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, storage) -> Iterator[dict[str, World]]:
    """Built once: the tests of this module run in savepoints of the transaction around them."""
    fast = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**storage, **fast):
            PublishedYear.objects.get_or_create(year=2026)
            WorkdayOverride.objects.get_or_create(day="2026-10-01", defaults={"is_workday": False, "name": "国庆节"})
            built = {letter: World.build(letter) for letter in WORLDS}
        yield built
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _storage(settings, storage) -> None:
    settings.STORAGES = storage["STORAGES"]


@pytest.fixture(scope="module")
def people(worlds, django_db_blocker) -> dict[str, Person]:
    with django_db_blocker.unblock():
        return {person.name: person for person in [*_authorities(worlds), *_others(worlds)]}


@pytest.fixture(autouse=True)
def _new_clients(people) -> None:
    """Sessions end with each test's savepoint."""
    for person in people.values():
        vars(person).pop("client", None)


NAMES = [
    *("province officer", "prefecture officer", "officer of another prefecture", "officer of a county elsewhere"),
    *("bank regulator", "industry officer elsewhere"),
    *(f"{part} {letter}" for part in ("county officer", "industry officer") for letter in WORLDS),
    *(
        f"{part} {letter}"
        for part in (
            "contractor's clerk",
            "subcontractor's clerk",
            "construction unit",
            "bank clerk",
            "insurer's clerk",
            "worker",
            "workmate",
        )
        for letter in WORLDS
    ),
    *(f"{role} administrator" for role in ADMINISTRATORS),
    "anonymous",
]


# --- one address with the things of one world in it ------------------------------------------------------------------


@dataclass(frozen=True)
class Visit:
    address: Address
    thing: str  # "" for an address without an object
    letter: str
    path: str

    def __str__(self) -> str:
        return f"{self.address.name} [{self.thing or 'no object'} {self.letter}] {self.path}"


def things_of(address: Address) -> list[str]:
    """The objects to put into an address, "" for none. Raises LookupError when nobody has said."""
    if address.name in OBJECTS:
        return OBJECTS[address.name]
    own = [name for name in address.parameters if name not in WORDS]
    unknown = [name for name in own if name not in PARAMETERS]
    if unknown and address.is_ours:
        raise LookupError(f'"{address.name}": ["…"],  # {address.route}: the thing of a world that {unknown} names')
    return [PARAMETERS[own[0]]] if own and not unknown else [""]


def visits(worlds: dict[str, World], person: "Person | None" = None) -> Iterator[Visit]:
    """Every address with every object of every world; where a person is refused by role, one object is enough."""
    for address in addresses():
        whole = person is None or person.may_call(address)
        if not (whole or address.is_ours or address.name in LIBRARY_SAMPLE):
            continue
        try:
            every = [visit for thing in things_of(address) for visit in _in_worlds(address, thing, worlds)]
        except LookupError:  # a test of its own speaks about it
            continue
        yield from every if whole else every[:1]


def _in_worlds(address: Address, thing: str, worlds: dict[str, World]) -> Iterator[Visit]:
    for letter, world in worlds.items() if thing else [("", next(iter(worlds.values())))]:
        yield Visit(address, thing, letter, address.path(_values(address, world, thing)))


def _values(address: Address, world: World, thing: str) -> dict[str, object]:
    if not address.is_ours:
        return _library_values(address, world)
    values = (
        WORDS | OTHER_WORDS.get(address.name, {}) | {name: getattr(world, own).pk for name, own in PARAMETERS.items()}
    )
    found = getattr(world, thing) if thing else None
    return values | {"pk": getattr(found, "pk", ""), "key": getattr(found, "key", "")}


def _library_values(address: Address, world: World) -> dict[str, object]:
    """Django's admin of reference tables: any row of the table."""
    tables = {model._meta.label_lower.replace(".", "/"): model for model in apps.get_models()}
    model = tables.get("/".join(address.route.split("/")[1:3]))
    row = model.objects.order_by("pk").last() if model else None
    content_type = ContentType.objects.get_for_model(type(world.project)).pk
    values = {"object_id": row.pk if row else world.project.pk, "content_type_id": content_type}
    return values | {"app_label": "organizations", "url": "nowhere/"}


# --- what an answer says ---------------------------------------------------------------------------------------------


def said(response) -> str:
    """All the text of an answer; of a workbook every cell."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK\x03\x04"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = [
            str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
        ]
        return "\n".join([*book.sheet_names, *cells, response.headers.get("Content-Disposition", "")])
    return content.decode("utf-8", "replace") + response.headers.get("Content-Disposition", "")


def leaks(person: Person, visit: Visit, response, worlds: dict[str, World]) -> list[str]:
    text, found = said(response), []
    for own in _own_names(person.user):
        text = text.replace(own, "")
    if person.role == Role.WORKER:  # within a world as well: workers do not see each other
        found += [user.name for user in _workers(worlds) if user != person.user and user.name in text]
    for letter, world in worlds.items():
        if letter not in person.sees:
            marks = [world.mark] if person.role in ADMINISTRATORS else [world.mark, world.public_mark]
            found += [mark for mark in marks if mark in text or json.dumps(mark)[1:-1] in text]
        parts = CLEAR_FOR.get(visit.address.name, {"clerk"})
        own_sheet = visit.address.name in CLEAR and letter in person.sees and person.part in parts
        if not own_sheet:
            found += [number for number in world.secrets if number in text]
    return [f"{visit}: shows {mark}" for mark in found]


def _own_names(user) -> list[str]:
    return [user.name, *([user.organization.name] if user.organization else [])] if user else []


def _workers(worlds: dict[str, World]) -> list:
    return [world.users[part] for world in worlds.values() for part in ("worker", "workmate")]


def wrong_status(person: Person, visit: Visit, response, worlds: dict[str, World], *, posting: bool = False) -> str:
    """Empty when the status is what access and scope ask for."""
    expected, status = _expected(person, visit, worlds, posting), response.status_code
    if status in expected:
        return ""
    reason = getattr(response, "exc_info", None)
    cause = f" for {reason[0].__name__}: {reason[1]}" if reason else ""
    return f"{visit}: {'POST' if posting else 'GET'} answers {status}{cause}, not one of {expected}"


def _expected(person: Person, visit: Visit, worlds: dict[str, World], posting: bool):
    if not person.may_call(visit.address):
        return (403,) if person.user else (302,)
    if visit.address.name in ABSENT:
        return (404,)
    if visit.thing and not person.belongs(worlds[visit.letter], visit.thing):
        return (404, 405)
    if not visit.address.is_ours or posting:
        return range(200, 500)
    return (200, 302, 403, 405)


# --- the tests -------------------------------------------------------------------------------------------------------


def test_every_address_with_an_object_in_it_has_one_here():
    missing = []
    for address in addresses():
        try:
            things_of(address)
        except LookupError as lacking:
            missing.append(str(lacking))
    assert not missing, "Add to OBJECTS in tests/matrix_objects.py:\n    " + "\n    ".join(missing)


def test_no_object_is_named_for_an_address_that_is_gone():
    named = {*OBJECTS, *CLEAR, *ABSENT, *NOT_POSTED}
    assert named <= {address.name for address in addresses()}


def test_every_view_declares_who_may_call_it():
    silent = [address.name for address in addresses() if address.declared is None]
    assert not silent


@pytest.mark.parametrize("name", NAMES)
def test_whoever_reads_sees_their_own_world_and_no_number_in_clear(name, worlds, people):
    person, wrong = people[name], []
    for visit in visits(worlds, person):
        response = person.client.get(visit.path)
        wrong.append(wrong_status(person, visit, response, worlds))
        wrong += leaks(person, visit, response, worlds)
        if response.status_code == 200 and visit.address.is_ours:
            fragment = person.client.get(visit.path, SEARCH, headers={"HX-Request": "true"})
            wrong.append(wrong_status(person, visit, fragment, worlds))
            wrong += leaks(person, visit, fragment, worlds)
    assert not any(wrong), f"{name}:\n" + "\n".join(filter(None, wrong))


def test_every_page_opens_for_somebody(worlds, people):
    """Else the tests above would hold of pages that are broken for everyone."""
    closed = []
    for address in {visit.address for visit in visits(worlds) if visit.address.is_ours}:
        own = [visit for visit in visits(worlds) if visit.address == address]
        callers = [person for person in people.values() if person.may_call(address)]
        answers = (caller.client.get(visit.path).status_code for caller in callers for visit in own)
        if address.name not in ABSENT and not any(status in (200, 302, 405) for status in answers):
            closed.append(address.name)
    assert not closed, "Nobody gets in:\n" + "\n".join(closed)


def changes() -> set[tuple]:
    """Rows written so far in this transaction, by table; sessions, failed logins and the audit log are free."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname !~ '^(django_session|axes_|core_audit)'"
        )
        return set(cursor.fetchall())


@pytest.mark.parametrize("name", NAMES)
def test_whoever_posts_outside_their_role_or_world_changes_nothing(name, worlds, people):
    person, wrong = people[name], []
    assert person.client  # signing in writes
    for visit in visits(worlds, person):
        outside = visit.thing and not person.belongs(worlds[visit.letter], visit.thing)
        if person.may_call(visit.address) and not outside:
            continue
        before = changes()
        response = person.client.post(visit.path)
        wrong.append(wrong_status(person, visit, response, worlds, posting=True))
        wrong += leaks(person, visit, response, worlds)
        wrong += [f"{visit}: a refused POST wrote to {table}" for table, _ in changes() - before]
    assert not any(wrong), f"{name}:\n" + "\n".join(filter(None, wrong))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "anonymous"])
def test_whoever_posts_an_empty_form_gets_no_crash_and_no_foreign_word(name, worlds, people):
    """Exports are posted: their files are read as well. Every act is taken back."""
    person, wrong = people[name], []
    for visit in visits(worlds, person):
        foreign = visit.thing and not person.belongs(worlds[visit.letter], visit.thing)
        if foreign or not person.may_call(visit.address) or visit.address.name in NOT_POSTED:
            continue
        with transaction.atomic():
            response = person.client.post(visit.path)
            wrong.append(wrong_status(person, visit, response, worlds, posting=True))
            wrong += leaks(person, visit, response, worlds)
            transaction.set_rollback(True)
    assert not any(wrong), f"{name}:\n" + "\n".join(filter(None, wrong))


# --- queries ---------------------------------------------------------------------------------------------------------

READERS = [
    "prefecture officer",
    "contractor's clerk 甲",
    "construction unit 甲",
    "bank clerk 甲",
    "worker 甲",
    "insurer's clerk 甲",
    "system administrator",
    "audit administrator",
]
FEW, MANY = 3, 12
ASIDE = re.compile(
    r"SAVEPOINT|RELEASE|.*django_session|SELECT COUNT\(\*\) FROM \(", re.DOTALL
)  # kept once a minute; counted once a page is full


def _queries(person: Person, worlds: dict[str, World]) -> dict[str, list[str]]:
    asked = {}
    for visit in visits(worlds, person):
        if visit.letter in ("", "甲") and visit.address.is_ours and person.may_call(visit.address):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                person.client.get(visit.path)
            asked[str(visit)] = [query["sql"] for query in queries if not ASIDE.match(query["sql"])]
    return asked


@pytest.mark.parametrize("name", READERS)
def test_no_page_asks_more_queries_for_more_rows(name, worlds, people):
    person, world = people[name], worlds["甲"]
    ContentType.objects.get_for_models(*apps.get_models())
    world.grow(FEW)
    few = _queries(person, worlds)
    world.grow(MANY)
    many = _queries(person, worlds)
    grown = [
        f"{visit}: {len(few[visit])} queries for {FEW} rows, {len(many[visit])} for {MANY}: {_repeated(many[visit])}"
        for visit in few
        if len(many[visit]) > len(few[visit])
    ]
    assert not grown, f"{name}:\n" + "\n".join(grown)


def _repeated(statements: list[str]) -> str:
    shapes = ["".join("#" if char.isdigit() else char for char in sql) for sql in statements]
    return max(shapes, key=shapes.count)[:300]
