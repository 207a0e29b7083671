"""A merge and another writer at the same moment: whoever comes second sees what the first has done. Real locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from projects import imports
from projects.enums import ImportState
from projects.imports import engine
from projects.models import ImportBatch, Permit, Project, WageClerk
from projects.services import ProjectMerged, lock_open, merge_projects, save_permit
from tests.organizations.factories import clerk, officer
from tests.projects.merging import behind, twins
from tests.projects.sheets import sheet, toy  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toy")]


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def closing(act):
    def run():
        try:
            return act()
        finally:
            connection.close()

    return run


def test_a_merge_waits_for_a_writer_and_takes_what_it_wrote(pool):
    source, target = twins()
    user, holds, go_on = officer(), Event(), Event()

    def write():
        with transaction.atomic():
            lock_open(source)
            holds.set()
            go_on.wait(10)
            return save_permit(Permit(project=source), by=user, number="530902202611010101")

    writing = pool.submit(closing(write))
    assert holds.wait(10)
    merging = pool.submit(closing(lambda: merge_projects(source, target, by=user)))
    with pytest.raises(TimeoutError):
        merging.result(0.5)
    go_on.set()
    permit = writing.result(30)
    merging.result(30)
    permit.refresh_from_db()
    assert permit.project_id == target.pk


def test_a_writer_that_waited_for_a_merge_is_sent_to_the_target(pool):
    source, target = twins()
    user, holds, go_on = officer(), Event(), Event()

    def merge():
        with transaction.atomic():
            merge_projects(source, target, by=user)
            holds.set()
            go_on.wait(10)

    merging = pool.submit(closing(merge))
    assert holds.wait(10)
    writing = pool.submit(closing(lambda: save_permit(Permit(project=source), by=user, number="530902202611010101")))
    with pytest.raises(TimeoutError):
        writing.result(0.5)
    go_on.set()
    merging.result(30)
    with pytest.raises(ProjectMerged, match=target.code):
        writing.result(30)
    assert not Permit.objects.exists()


def test_a_sheet_that_was_read_when_its_project_was_merged_is_refused_and_writes_nothing(monkeypatch):
    source, target = twins()
    sender = clerk(source.general_contractor)
    batch = imports.examine(imports.receive(source, "toy", content=sheet(), filename="a.xlsx", by=sender))
    assert batch.state == ImportState.CHECKED
    read = engine._read

    def read_and_be_merged(*args):
        found = read(*args)
        merge_projects(source, target, by=officer())
        return found

    monkeypatch.setattr(engine, "_read", read_and_be_merged)
    batch = imports.apply(batch, by=sender)
    assert batch.state == ImportState.REFUSED
    assert "并入" in batch.message
    assert not WageClerk._base_manager.exists()
    assert batch.project_id == target.pk


def test_a_checked_sheet_goes_over_and_is_applied_to_the_target():
    source, target = twins()
    sender = clerk(source.general_contractor)
    batch = imports.examine(imports.receive(source, "toy", content=sheet(), filename="a.xlsx", by=sender))
    merge_projects(source, target, by=officer())
    batch = imports.apply(ImportBatch.objects.get(pk=batch.pk), by=sender)
    assert batch.state == ImportState.APPLIED
    assert set(WageClerk.objects.values_list("project", flat=True)) == {target.pk}


def test_two_merges_of_one_project_at_once_are_one(pool):
    source, target = twins()
    third, user = twins()[0], officer()
    merges = [
        pool.submit(closing(lambda into=into: merge_projects(source, into, by=user))) for into in (target, third)
    ]
    failed = [merge.exception(30) for merge in merges]
    assert sum(error is None for error in failed) == 1
    assert any(isinstance(error, ProjectMerged) for error in failed)
    assert set(behind(source)) <= {"projects.Participation"}
    assert Project.every.get(pk=source.pk).merged_into_id in (target.pk, third.pk)
