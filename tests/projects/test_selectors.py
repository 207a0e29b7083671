from datetime import date

import pytest
from django.db import connection

from core import working_days
from projects import selectors
from projects.enums import Category, Status
from projects.models import Project
from tests.organizations.factories import officer, organization
from tests.projects.factories import participation, permit, project

pytestmark = pytest.mark.django_db


def whole_project(**fields) -> Project:
    unit = organization(
        unit_nature="150",
        registered_address="人民路1号",
        legal_representative="李敏",
        legal_representative_id="53090219900101001X",
    )
    one = project(category=Category.HIGHWAY, address="青华路", contractor=unit, **fields)
    participation(one, unit, "008")
    return one


def test_incomplete_are_those_that_lack_something():
    whole, lacking = whole_project(), project()
    assert list(selectors.incomplete(Project.objects.all())) == [lacking]
    assert selectors.completeness_for(Project.objects.filter(pk=whole.pk)) == {whole.pk: (17, 17)}


def test_incomplete_sql_can_be_read_as_it_is():
    lacking = project()
    sql, params = selectors.incomplete_sql(Project.objects.all())
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.fetchall() == [(lacking.pk, 19, 6)]


def test_incomplete_keeps_to_the_projects_it_is_asked_about():
    project(at="530921")
    own = project()
    assert list(selectors.incomplete(selectors.projects_for(officer("530902")))) == [own]


def test_incomplete_since_counts_from_entering_supervision():
    early, late = project(supervised_from=date(2026, 7, 1)), project(supervised_from=date(2026, 7, 2))
    found = selectors.incomplete_since(Project.objects.all(), date(2026, 7, 1))
    assert early in found
    assert late not in found


def test_completed_projects_are_let_alone():
    project(status=Status.COMPLETED, completed_on=date(2026, 9, 1))
    assert not selectors.incomplete_since(Project.objects.all(), date(2026, 12, 31)).exists()


def test_open_projects_leave_out_the_completed():
    one = project()
    project(status=Status.COMPLETED, completed_on=date(2026, 9, 1))
    assert list(selectors.open_projects(officer())) == [one]


@pytest.mark.parametrize(
    ("supervised_from", "late"), [(date(2026, 7, 6), 0), (date(2026, 7, 7), 1), (date(2026, 6, 1), 0)]
)
def test_a_project_is_to_be_filed_within_ten_working_days_of_its_first_permit(supervised_from, late):
    working_days.rebuild()
    site = project(supervised_from=supervised_from)
    permit(site, issued_on=date(2026, 6, 22))
    permit(site, issued_on=date(2026, 8, 1))
    assert selectors.filing_deadlines([site]) == {site.pk: date(2026, 7, 6)}
    assert Project.objects.filed_late().count() == late


@pytest.mark.parametrize(("supervised_from", "late"), [(date(2026, 7, 19), 0), (date(2026, 7, 20), 1)])
def test_one_that_needs_no_permit_is_to_be_filed_before_the_works_begin(supervised_from, late):
    site = project(supervised_from=supervised_from, permit_exempt=True, actual_start_on=date(2026, 7, 20))
    assert selectors.filing_deadlines([site]) == {site.pk: date(2026, 7, 19)}
    assert Project.objects.filed_late().count() == late
    assert not any(gap.group.key == "permit" for gap in selectors.gaps_of(site))


def test_without_permit_or_exemption_there_is_no_deadline():
    assert selectors.filing_deadlines([project()]) == {}
