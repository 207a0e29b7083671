from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import engine, tasks
from alerts.models import RuleRun, Warning
from tests.alerts.factories import setting, warning
from tests.alerts.sweeping import Crashes, HasAddress
from tests.projects.factories import project
from wagemonitor.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_rules(monkeypatch):
    monkeypatch.setattr(engine, "rules", lambda: [Crashes, HasAddress])


def test_the_night_looks_at_everything_in_spite_of_a_crash(two_rules):
    project(address="甲")
    tasks.nightly_sweep()
    assert Warning.objects.open().count() == 1
    assert [bool(run.error) for run in RuleRun.objects.order_by("id")] == [True, False]


def test_the_night_forgets_old_runs_for_a_few_projects_only(two_rules):
    old = timezone.now() - timedelta(days=91)
    RuleRun.objects.create(rule_code="A", sweep="0" * 32, started_at=old, projects=1)
    RuleRun.objects.create(rule_code="B", sweep="0" * 32, started_at=old, projects=None)
    tasks.nightly_sweep()
    assert not RuleRun.objects.filter(rule_code="A").exists()
    assert RuleRun.objects.filter(rule_code="B").exists()


def test_a_call_takes_one_batch_and_calls_again_only_after_a_full_one(two_rules, monkeypatch):
    """While people write there is always another mark; a worker that took them all would do nothing else."""
    taken, called = iter([engine.BATCH, 1]), []
    monkeypatch.setattr(engine, "check_changed", lambda today: next(taken))
    monkeypatch.setattr(tasks.check_changed_projects, "delay", lambda: called.append("again"))
    tasks.check_changed_projects()
    assert called == ["again"]
    tasks.check_changed_projects()
    assert called == ["again"]


def test_the_calls_of_the_rules_have_a_queue_of_their_own():
    """The worker takes from all of them in turn: many writes keep no job waiting."""
    router = app.amqp.router
    assert router.route({}, tasks.check_changed_projects.name)["queue"].name == "rules"
    assert router.route({}, "core.tasks.run_job")["queue"].name == "celery"
    assert set(app.amqp.queues.consume_from) == {"celery", "rules"}


def test_the_hour_takes_overdue_warnings_up(two_rules):
    made = warning(due_on=timezone.localdate() - timedelta(days=1), setting=setting())
    tasks.escalate_overdue()
    made.refresh_from_db()
    assert made.office_level == 4


def test_everything_beat_wakes_here_exists():
    ours = {entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"].startswith("alerts.")}
    there = (tasks.check_changed_projects, tasks.nightly_sweep, tasks.escalate_overdue, tasks.remind)
    assert ours == {task.name for task in there}
