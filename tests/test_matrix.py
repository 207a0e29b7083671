"""The fourth net under the scope: every address × every role × own and foreign objects.

Two worlds (tests.worlds) carry their marks in every text. Whoever does not belong to a world gets 404 for its
objects, and its mark appears in none of their answers: pages, fragments, files, cells of workbooks. A new address with
an object in it fails here until OBJECTS names the object: one line.
"""

import io
import json
import logging
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
from tests.organizations import factories as who
from tests.worlds import WORLDS, World

pytestmark = pytest.mark.django_db

# What `pk` or `key` stands for in an address: names of things of a world.
OBJECTS = {
    "core:attachment": [
        *("guarantee_file", "answer_file", "evidence", "certificate_scan", "photo", "batch_file", "annotated"),
        *("workbook", "scan"),
    ],
    "core:job": ["job"],
    "organizations:user_detail": ["user"],
    "organizations:user_activate": ["user"],
    "organizations:user_reset": ["user"],
    "organizations:user_unlock": ["user"],
    "logins:contractor": ["contractor"],
    "logins:issue_one": ["contractor"],
    "logins:login_detail": ["login", "looker"],
    "logins:login_reset": ["login", "looker"],
    "logins:login_active": ["login", "looker"],
    "projects:project_detail": ["project"],
    "projects:jurisdiction": ["project", "unconfirmed"],
    "projects:jurisdiction_confirm": ["unconfirmed"],
    "projects:jurisdiction_extend": ["unconfirmed"],
    "projects:jurisdiction_move": ["project"],
    "projects:jurisdiction_answer": ["moving"],
    "projects:project_edit": ["project"],
    "projects:project_status": ["project"],
    "projects:merge_choose": ["project"],
    "projects:merge_preview": ["project"],
    "projects:merge_detail": ["merge"],
    "projects:merge_undo": ["merge"],
    "projects:party_edit": ["party"],
    "projects:party_move": ["party"],
    "projects:permit_edit": ["permit"],
    "projects:listed_permit_detail": ["listed"],
    "projects:listed_permit_accept": ["listed"],
    "projects:listed_permit_take_back": ["listed"],
    "projects:listed_permit_set_aside": ["listed"],
    "projects:listed_permit_put_back": ["listed"],
    "projects:listed_permit_file": ["listed"],
    "projects:subcontract_edit": ["subcontract"],
    "projects:subcontract_withdraw": ["subcontract"],
    "projects:clerk_edit": ["wage_clerk"],
    "projects:clerk_leave": ["wage_clerk"],
    "projects:suspension_edit": ["suspension"],
    "projects:milestone_detail": ["milestone"],
    "projects:guarantee_edit": ["guarantee"],
    "projects:guarantee_renew": ["guarantee"],
    "projects:clerk_photo": ["wage_clerk"],
    "workers:worker_detail": ["worker"],
    "workers:engagement_edit": ["engagement"],
    "workers:engagement_exit": ["engagement"],
    "workers:engagement_return": ["engagement"],
    "workers:departure_detail": ["departure"],
    "workers:departure_settle": ["departure"],
    "workers:team_detail": ["team"],
    "workers:team_edit": ["team"],
    "workers:team_move": ["team"],
    "workers:team_exit": ["team"],
    "workers:team_return": ["team"],
    "workers:contract_edit": ["contract"],
    "workers:worker_photo": ["worker"],
    "workers:photo_edit": ["engagement"],
    "workers:card_bind": ["engagement"],
    "workers:card_unbind": ["card"],
    "workers:certificate_edit": ["certificate"],
    "workers:training_of": ["engagement"],
    "workers:training_detail": ["training"],
    "workers:training_edit": ["training"],
    "workers:insurance_of": ["engagement"],
    "workers:insurance_edit": ["insurance"],
    "workers:appraisal_statement": ["appraisal"],
    "workers:appraisal_withdraw": ["appraisal"],
    "workers:contract_renew": ["contract"],
    "workers:contract_end": ["contract"],
    "workers:contract_resume": ["contract"],
    "workers:attendance_correct": ["engagement"],
    "workers:attendance_person": ["engagement"],
    "workers:punch_day": ["engagement"],
    "workers:device_edit": ["device"],
    "alerts:warning_detail": ["warning"],
    "alerts:warning_act": ["warning"],
    "alerts:case_lead_detail": ["lead"],
    "accounts:ledger": ["account"],
    "accounts:account_edit": ["account"],
    "accounts:account_cancel": ["account"],
    "accounts:payroll": ["payroll"],
    "accounts:notice_withdraw": ["public_notice"],
    "payouts:batch": ["payout_batch"],
    "payouts:file": ["payout_batch"],
    "payouts:order": ["payout_order"],
    "imports:batch": ["batch", "permit_sheet"],
    "imports:columns": ["batch", "permit_sheet"],
    "imports:examine": ["batch", "permit_sheet"],
    "imports:move": ["batch", "permit_sheet"],
    "imports:apply": ["batch", "permit_sheet"],
    "imports:discard": ["batch", "permit_sheet"],
    "imports:annotated": ["batch", "permit_sheet"],
    "imports:file": ["batch", "permit_sheet"],
}
# The other parameters: the same thing, or the same word, in every address.
PARAMETERS = {
    "project_pk": "project",
    "party_pk": "party",
    "engagement_pk": "engagement",
    "source_pk": "duplicate",
}
WORDS = {
    "act": "suspend",
    "move": "exit",
    "kind": "roster",
    "day": "2026-09-03",
    "code": "PAY-01",
    "month": "2026-09",
    "sheet": "settlement",
}
OTHER_WORDS = {"alerts:warning_act": {"act": "note"}}

# Things that not everybody who sees the project sees: thing → those of its world who do (None: by role alone).
SEEN_BY = {
    "user": None,
    "moving": {"officer"},
    "login": {"officer"},
    "looker": {"officer"},
    "job": {"officer"},
    "workbook": {"officer"},
    "batch": {"officer", "industry", "clerk"},
    "evidence": {"officer", "industry"},
    "answer_file": {"officer", "industry", "clerk"},
    "batch_file": {"clerk"},
    "certificate_scan": {"officer", "industry", "clerk"},
    "photo": {"officer", "industry", "clerk"},
    "permit_sheet": {"officer"},
    "listed": {"officer", "industry"},
    "subcontract": {"officer", "industry", "clerk"},
    "scan": {"officer", "industry", "clerk"},
    "annotated": {"clerk"},
}
OWN = {"job", "workbook", "permit_sheet"}  # of one office: those above it do not see them
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
        if thing not in SEEN_BY:
            return world.place.letter in self.sees
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
        yield Person(f"bank clerk {letter}", world.users["bank"], {letter}, "bank")
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
        for part in ("contractor's clerk", "subcontractor's clerk", "bank clerk")
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
    for own in (person.user.name, person.user.organization.name) if person.user else ():
        text = text.replace(own, "")
    for letter, world in worlds.items():
        if letter not in person.sees:
            marks = [world.mark] if person.role in ADMINISTRATORS else [world.mark, world.public_mark]
            found += [mark for mark in marks if mark in text or json.dumps(mark)[1:-1] in text]
        parts = CLEAR_FOR.get(visit.address.name, {"clerk"})
        own_sheet = visit.address.name in CLEAR and letter in person.sees and person.part in parts
        if not own_sheet:
            found += [number for number in world.secrets if number in text]
    return [f"{visit}: shows {mark}" for mark in found]


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
    assert not missing, "Add to OBJECTS in tests/test_matrix.py:\n    " + "\n    ".join(missing)


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
    "bank clerk 甲",
    "system administrator",
    "audit administrator",
]
FEW, MANY = 3, 12


def _queries(person: Person, worlds: dict[str, World]) -> dict[str, list[str]]:
    asked = {}
    for visit in visits(worlds, person):
        if visit.letter in ("", "甲") and visit.address.is_ours and person.may_call(visit.address):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                person.client.get(visit.path)
            asked[str(visit)] = [query["sql"] for query in queries]
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
