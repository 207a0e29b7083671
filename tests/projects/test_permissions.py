"""Every question of projects.permissions × everyone who may ask it, on an open and on a completed project."""

from datetime import date

import pytest

from organizations.enums import Role
from projects import permissions
from projects.enums import ParticipantType, ParticipationStatus, Status, StatusAct
from projects.models import Project
from tests.organizations.factories import administrator, bank_clerk, clerk, industry_officer, officer, organization
from tests.projects.factories import participation, project

pytestmark = pytest.mark.django_db


@pytest.fixture
def contractor():
    return organization()


@pytest.fixture
def one(contractor) -> Project:
    """With a subcontractor, and a second contractor that has left."""
    made = project(contractor=contractor)
    participation(made, organization(name="分包"), ParticipantType.LABOUR_SUBCONTRACTOR)
    participation(made, organization(name="已退场"), status=ParticipationStatus.EXITED, exited_on=date(2026, 8, 1))
    return made


@pytest.fixture
def askers(one, contractor) -> dict:
    unit = {party.organization.name: party.organization for party in one.participations.all()}
    return {
        "county": officer("530902"),
        "prefecture": officer("530900"),
        "province": officer("530000"),
        "sibling county": officer("530921"),
        "housing": industry_officer(),
        "contractor": clerk(contractor),
        "contractor that left": clerk(unit["已退场"]),
        "subcontractor": clerk(unit["分包"]),
        "stranger": clerk(),
        "bank": bank_clerk(),
        "system": administrator(),
        "audit": administrator(Role.AUDIT),
    }


REGULATORS = {"county", "prefecture", "province"}
QUESTIONS = {
    "edit": (permissions.can_edit, REGULATORS | {"contractor"}),
    "edit parties": (permissions.can_edit_parties, REGULATORS | {"contractor"}),
    "edit supervision": (permissions.can_edit_supervision, REGULATORS),
    "change contractor": (permissions.can_change_contractor, REGULATORS),
    "complete": (permissions.can_complete, REGULATORS),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_open_project(one, askers, question):
    ask, allowed = QUESTIONS[question]
    assert {name for name, user in askers.items() if ask(user, one)} == allowed


@pytest.mark.parametrize("question", QUESTIONS)
def test_completed_project_is_closed_to_all(one, askers, question):
    one.status, one.completed_on = Status.COMPLETED, date(2026, 9, 1)
    ask, _ = QUESTIONS[question]
    assert not {name for name, user in askers.items() if ask(user, one)}


def test_only_the_regulator_reopens_and_only_what_is_completed(one, askers):
    assert not any(permissions.can_reopen(user, one) for user in askers.values())
    one.status, one.completed_on = Status.COMPLETED, date(2026, 9, 1)
    assert {name for name, user in askers.items() if permissions.can_reopen(user, one)} == REGULATORS


def test_filing_is_for_regulators_and_contractors(askers):
    assert {name for name, user in askers.items() if permissions.can_file(user)} == REGULATORS | {
        "sibling county",
        "contractor",
        "contractor that left",
        "subcontractor",
        "stranger",
    }


def test_acts_offered_follow_role_and_status(one, askers):
    assert permissions.status_acts(askers["county"], one) == [StatusAct.SUSPEND, StatusAct.COMPLETE]
    assert permissions.status_acts(askers["contractor"], one) == [StatusAct.SUSPEND]
    assert permissions.status_acts(askers["housing"], one) == []
    one.status = Status.SUSPENDED
    assert permissions.status_acts(askers["contractor"], one) == [StatusAct.RESUME]


def test_a_clerk_overwrites_no_unit_that_works_for_others(one, askers):
    unit = one.participations.get(organization__name="分包").organization
    assert not permissions.can_overwrite_unit(askers["contractor"], unit)  # it has users of its own to do so
    free = organization()
    participation(one, free, ParticipantType.LABOUR_SUBCONTRACTOR)
    assert permissions.can_overwrite_unit(askers["contractor"], free)
    participation(project(), free, ParticipantType.LABOUR_SUBCONTRACTOR)
    assert not permissions.can_overwrite_unit(askers["contractor"], free)
    assert permissions.can_overwrite_unit(askers["county"], free)
    assert not permissions.can_overwrite_unit(askers["housing"], free)
