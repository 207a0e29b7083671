"""A completed project accepts no upload of any kind, and says so (P7): every door that takes a POST, in every role."""

import io
import logging
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from core import jobs
from projects import imports, services
from projects.enums import ImportState, StatusAct
from projects.services import CLOSED, ProjectClosed
from tests.addresses import Address, addresses
from tests.test_matrix import _in_worlds, changes, things_of
from tests.worlds import ROSTER_HEAD, World
from workers import services as register
from workers.enums import AttendanceSource
from workers.services import DayRow, PunchRow

pytestmark = pytest.mark.django_db

ROLES = ("officer", "industry", "clerk", "bank")

# What goes on after completion, and why.
GOES_ON = {
    "projects:project_status": "撤销完工; every other act is refused in words of its own (tests/projects)",
    "alerts:warning_act": "wages owed stay owed: warnings are still disposed of, the contractor still explains itself",
    "alerts:case_lead_detail": "a case is still dealt with",
    "alerts:case_lead_prolong": "as above",
    "alerts:demand_act": "what was asked about a warning is still answered",
    "accounts:account_cancel": "a special account is closed after completion (专户办法 art. 15)",
    "accounts:closing_begin": "its notice, its last movements and what is corrected in its ledger too",
    "accounts:closing_withdraw": "as above",
    "accounts:closing_surplus": "as above",
    "accounts:entry_reverse": "as above",
    "accounts:entry_reclassify": "as above",
    "deposits:deposit_assess": "a wage deposit outlives the works: it is assessed, used and refunded after completion",
    **dict.fromkeys(
        [
            *("deposits:instrument_offer", "deposits:instrument_edit", "deposits:instrument_confirm"),
            *("deposits:instrument_refuse", "deposits:refund_apply", "deposits:refund_propose"),
            *("deposits:refund_refuse", "deposits:use_propose", "deposits:use_approve", "deposits:use_refuse"),
        ],
        "as above (人社部发〔2021〕65号)",
    ),
    "imports:annotated": "a download",
    "payouts:file": "a download",
    "projects:merge_undo": "the regulator takes a merge back within the day",
    "workers:attendance_export": "a download",
    "workers:contract_print_full": "a print of what is on record",
}
# Things of a world that do not hang on its project: people, units and lists of permits have lives of their own.
NOT_OF_THE_PROJECT = {
    *("bank_agreement", "proposal", "owner", "owner_login"),
    *("user", "login", "looker", "contractor", "job", "workbook"),
    *("permit_sheet", "listed", "card", "certificate"),
    *("notice", "saved_filter"),
    *("unconfirmed",),  # a project beside it
}


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world():
    return World.build("甲")


def complete(world: World) -> None:
    day = {"by": world.users["officer"], "on": timezone.localdate(), "reason": "验收在先"}
    services.change_status(world.project, StatusAct.COMPLETE, **day)
    world.project.refresh_from_db()


def doors(world: World, role: str):
    """Every address this role may call that has a thing of the project in it."""
    for address in addresses():
        if not address.is_ours or address.name in GOES_ON or not _may_call(address, role):
            continue
        for thing in things_of(address):
            if thing and thing not in NOT_OF_THE_PROJECT:
                yield from _in_worlds(address, thing, {world.place.letter: world})


def _may_call(address: Address, role: str) -> bool:
    declared = address.declared
    return declared == "signed_in" or (not isinstance(declared, str) and role in (declared or ()))


def sent() -> dict:
    """Something for every form that wants a file or a day."""
    pdf = SimpleUploadedFile("a.pdf", b"%PDF-1.7\n", "application/pdf")
    return {"on": "2026-09-01", "reason": "说明", "text": "说明", "file": pdf}


@pytest.mark.parametrize("role", ROLES)
def test_every_door_is_shut_and_says_so(world, role):
    complete(world)
    client, wrong, tried = Client(raise_request_exception=False), [], 0
    client.force_login(world.users[role])
    for visit in doors(world, role):
        before = changes()
        answer = client.post(visit.path, sent())
        if answer.status_code == 405:
            continue
        tried += 1
        wrong += [f"{visit}: wrote to {table}" for table, _ in changes() - before]
        if answer.status_code == 302:
            answer = client.get(answer.url)
        if answer.status_code not in (403, 404) and CLOSED not in answer.content.decode(errors="replace"):
            wrong.append(f"{visit}: {answer.status_code} without the message")
    assert not wrong, "\n".join(wrong)
    assert tried >= {"officer": 8, "industry": 1, "clerk": 20, "bank": 2}[role]


def test_whoever_writes_for_a_running_project_is_told_and_not_just_refused(world):
    """403 is for the wrong role; the clerk's doors of the running project answer with the sentence."""
    complete(world)
    client, refused = Client(raise_request_exception=False), []
    client.force_login(world.users["clerk"])
    for visit in doors(world, "clerk"):
        if client.post(visit.path, sent()).status_code == 403:
            refused.append(visit.address.name)
    assert set(refused) <= {"projects:milestone_detail", "projects:party_move"}


# --- what was under way ----------------------------------------------------------------------------------------------


def test_a_sheet_that_was_checked_before_is_not_imported_after(world):
    batch = world.batch
    assert batch.state == ImportState.CHECKED
    complete(world)
    people = world.project.engagements.count()
    done = imports.apply(batch, by=world.users["clerk"])
    assert (done.state, CLOSED in done.message) == (ImportState.REFUSED, True)
    assert world.project.engagements.count() == people


def test_a_job_that_was_queued_before_writes_nothing_after(world):
    batch = world.batch
    job = jobs.start("import_apply", by=world.users["clerk"], batch_id=batch.pk, by_id=world.users["clerk"].pk)
    complete(world)
    people = world.project.engagements.count()
    jobs.run(job.pk)
    batch.refresh_from_db()
    assert (batch.state, CLOSED in batch.message) == (ImportState.REFUSED, True)
    assert world.project.engagements.count() == people


def test_the_command_refuses_too(world, tmp_path):
    complete(world)
    book, content = Workbook(), io.BytesIO()
    book.active.append(ROSTER_HEAD)
    book.active.append([1, "新人", "530902199001010017", "男", "班组", "钢筋工", "", "", "", "2026-09-01"])
    book.save(content)
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(content.getvalue())
    people, out = world.project.engagements.count(), io.StringIO()
    with pytest.raises((SystemExit, CommandError)) as refused:
        call_command("import_sheet", str(file), kind="roster", project=world.project.code, stdout=out, stderr=out)
    assert CLOSED in out.getvalue() + str(refused.value)
    assert world.project.engagements.count() == people


# --- the bulk writers themselves -------------------------------------------------------------------------------------


def test_the_bulk_writers_look_for_themselves(world):
    complete(world)
    person = world.engagement.pk
    writers = {
        "days": lambda: register.write_days(
            [DayRow(person, date(2026, 9, 9), Decimal(1))], source=AttendanceSource.PUSH
        ),
        "punches": lambda: register.write_punches([PunchRow(person, timezone.now())]),
        "roster": lambda: register.write_roster(world.project, []),
    }
    for write in writers.values():
        with pytest.raises(ProjectClosed):
            write()
