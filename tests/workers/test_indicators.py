"""The 19 indicators of people, attendance and contracts against the annex as published."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from core import annex
from core.indicators import completeness, gaps
from projects.enums import Status
from projects.models import Project
from tests.projects.factories import project
from tests.workers import factories
from workers.enums import AttendanceSource
from workers.indicators import ATTENDANCE, CONTRACT, EMPLOYMENT_GROUPS, WORKER
from workers.models import Engagement
from workers.services import DayRow, write_days

ANNEX = {line.number: line for line in annex.lines()}
OURS = [(group, item) for group in EMPLOYMENT_GROUPS for item in group.indicators]


def test_every_line_of_the_annex_from_35_to_53_is_served_once():
    assert [item.number for _, item in OURS] == list(range(35, 54))
    assert {ANNEX[item.number].category for _, item in OURS} == {"employment"}


@pytest.mark.parametrize(("group", "item"), OURS, ids=[str(item.number) for _, item in OURS])
def test_labels_and_conditions_are_the_annexs(group, item):
    line = ANNEX[item.number]
    assert group.label(item) == ("退场日期" if line.name == "人员离职日期" else line.name)  # leaving the site
    assert (item.condition is not None) == (line.collected_when == "status_left")


@pytest.mark.django_db
def test_what_a_person_lacks_leads_to_its_field():
    person = factories.engagement(
        project(), factories.worker(domicile_code="530902", ethnicity="彝族", address="某地")
    )
    found = gaps(person.project, [WORKER])
    assert [gap.label for gap in found] == ["籍贯", "文化程度"]
    assert found[0].url == reverse("workers:engagement_edit", args=[person.pk]) + "#id_native_place"


@pytest.mark.django_db
def test_completeness_counts_every_row():
    site = project()
    person = factories.engagement(site, exited_on=date(2026, 9, 30))
    factories.contract(person)
    write_days([DayRow(person.pk, date(2026, 9, 1), Decimal(1))], source=AttendanceSource.SHEET)
    assert Engagement.objects.get().has_left
    everything = Project.objects.all()
    assert completeness(everything, [WORKER]) == {site.pk: (4, 9)}
    assert completeness(everything, [ATTENDANCE]) == {site.pk: (3, 3)}
    assert completeness(everything, [CONTRACT]) == {site.pk: (6, 7)}


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "expected"), [(Status.IN_PROGRESS, 18), (Status.PREPARING, None)])
def test_a_project_in_progress_without_anybody_lacks_everything(status, expected):
    site = project(status=status)
    found = completeness(Project.objects.all(), EMPLOYMENT_GROUPS)
    assert found == ({site.pk: (0, expected)} if expected else {})
