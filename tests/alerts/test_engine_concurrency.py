"""What two workers do to each other; on real transactions."""

import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.utils import timezone

from accounts.models import Forecast
from accounts.services import store_forecasts
from alerts import engine, tasks
from alerts.enums import Act
from alerts.models import Disposal, RuleProposal, RuleRun, RuleSetting, Warning
from alerts.services import approve_proposal, proposals, propose_change
from projects.models import ChangedProject, Project
from projects.services import mark_changed
from tests.accounts.factories import special_account
from tests.alerts.factories import TODAY, proposal, trial
from tests.alerts.sweeping import HasAddress, sweep
from tests.organizations.factories import officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_our_rule(monkeypatch):
    monkeypatch.setattr(engine, "rules", lambda: [HasAddress])


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("projects.services.changes.current_app.send_task", lambda *args, **kwargs: None)


def in_thread(work) -> threading.Thread:
    def run():
        try:
            work()
        finally:
            close_old_connections()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def mark(*places: Project) -> None:
    with transaction.atomic():
        mark_changed([place.pk for place in places])


def test_two_sweeps_at_once_raise_each_warning_once():
    for _ in range(30):
        project(address="甲")
    barrier = threading.Barrier(2)

    def work():
        barrier.wait()
        engine.sweep(TODAY, only=[HasAddress])

    threads = [in_thread(work) for _ in range(2)]
    for thread in threads:
        thread.join()
    assert [run.error for run in RuleRun.objects.all()] == ["", ""]
    assert sum(run.opened for run in RuleRun.objects.all()) == 30
    assert Warning.objects.open().count() == 30
    assert Disposal.objects.count() == 30


def test_the_database_refuses_a_second_open_warning_for_the_same_finding():
    project(address="甲")
    sweep()
    twin = Warning.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError, match="warning_open_once"):
        twin.save()


def test_the_task_checks_marked_projects_and_takes_all_their_marks():
    marked, unmarked = project(address="甲"), project(address="乙")
    mark(marked)
    mark(marked)
    tasks.check_changed_projects()
    assert list(Warning.objects.values_list("project", flat=True)) == [marked.pk]
    assert not ChangedProject.objects.exists()
    assert unmarked.warnings.count() == 0


def test_a_write_that_commits_while_the_rules_run_is_not_lost(monkeypatch):
    """The writer commits after the rules have read and before the marks are taken away."""
    home = project()
    mark(home)
    plain = engine.sweep

    def sweep_then_write(*args, **kwargs):
        runs = plain(*args, **kwargs)
        if not Project.objects.exclude(address="").exists():
            in_thread(write).join()
        return runs

    def write():
        with transaction.atomic():
            Project.objects.filter(pk=home.pk).update(address="甲")
            mark_changed([home.pk])

    monkeypatch.setattr(engine, "sweep", sweep_then_write)
    engine.check_changed(TODAY)
    assert ChangedProject.objects.count() == 1
    assert not Warning.objects.exists()
    engine.check_changed(TODAY)
    assert Warning.objects.get().message == "地址是甲。"


def test_marks_come_back_when_the_run_dies(monkeypatch):
    mark(project(address="甲"))

    def die(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(engine, "sweep", die)
    with pytest.raises(ConnectionError):
        engine.check_changed(TODAY)
    assert ChangedProject.objects.count() == 1


def test_marks_another_worker_holds_are_left_to_it():
    home = project(address="甲")
    mark(home)
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(ChangedProject.objects.select_for_update())
            held.set()
            done.wait(10)

    thread = in_thread(hold)
    held.wait(10)
    assert engine.check_changed(TODAY) == 0
    done.set()
    thread.join()
    assert engine.check_changed(TODAY) == 1


def test_an_officer_who_releases_while_the_sweep_refreshes_keeps_the_last_word():
    home = project(address="甲")
    sweep()
    Project.objects.filter(pk=home.pk).update(address="乙")
    warning = Warning.objects.get()
    locked = threading.Event()

    def release():
        with transaction.atomic():
            own = Warning.objects.select_for_update().get(pk=warning.pk)
            locked.set()
            own.state, own.release_kind, own.released_at = "released", "evidence", own.raised_at
            own.still_found = False
            own.save()
            Disposal.objects.create(warning=own, act=Act.RELEASED, to_state="released")

    thread = in_thread(release)
    locked.wait(10)
    (run,) = sweep()
    thread.join()
    assert run.error == ""
    first = Warning.objects.order_by("pk").first()
    assert (first.state, first.release_kind) == ("released", "evidence")


def test_two_changes_of_a_rule_approved_at_once_become_two_versions():
    sweep()
    by, barrier = officer("530000"), threading.Barrier(2)
    changes = [proposal(HasAddress.code, industries=[industry]) for industry in ("housing", "water")]
    for change in changes:
        trial(change)

    def approve(change):
        barrier.wait()
        approve_proposal(change, by=by)

    for thread in [in_thread(lambda change=change: approve(change)) for change in changes]:
        thread.join()
    versions = RuleSetting.objects.filter(rule_code=HasAddress.code).values_list("version", flat=True)
    assert sorted(versions) == [1, 2, 3]


def test_two_workers_forecast_one_project_one_after_the_other():
    site = project()
    special_account(site)
    store_forecasts(TODAY, [site.pk])
    barrier, told = threading.Barrier(2), []

    def work():
        barrier.wait()
        for _ in range(5):
            told.append(store_forecasts(TODAY, [site.pk]))

    threads = [in_thread(work) for _ in range(2)]
    for thread in threads:
        thread.join()
    assert len(told) == 10
    assert Forecast.objects.filter(project=site).count() == told[0]


@pytest.mark.parametrize("is_known", [True, False], ids=["known rule", "first setting"])
def test_of_two_proposals_that_overlap_one_stands_and_the_other_is_told(monkeypatch, is_known):
    """The constraint of the database knows equal reaches only. Whoever has been checked waits a moment before it is
    saved: without the lock both would have been."""
    if is_known:
        sweep()
    barrier, checked, told = threading.Barrier(2), threading.Barrier(2), []
    start = proposals._start

    def start_late(*args):
        with suppress(threading.BrokenBarrierError):
            checked.wait(1)
        return start(*args)

    monkeypatch.setattr(proposals, "_start", start_late)
    officers = [officer("530000"), officer("530000", name="另一人")]
    reaches = [{"regions": ["530900"]}, {"regions": ["530902", "530100"], "industries": ["housing"]}]

    def propose(by, reach):
        barrier.wait()
        try:
            propose_change(
                rule=HasAddress,
                by=by,
                valid_from=timezone.localdate(),
                level="red",
                disposal_days=9,
                enabled=True,
                params={},
                reason="省厅通知",
                **reach,
            )
        except ValidationError as error:
            told.append("；".join(error.messages))

    pairs = zip(officers, reaches, strict=True)
    for thread in [in_thread(lambda by=by, reach=reach: propose(by, reach)) for by, reach in pairs]:
        thread.join()
    standing = RuleProposal.objects.get()
    (message,) = told
    assert f"第 {standing.pk} 号提议" in message
