"""kill -9 of web, worker and database amid work: what was acknowledged is stored, and nothing is there twice."""

import socket

import pytest

from tests.wagemonitor.kills import Course, Killer, Portal, Work, wait
from tests.wagemonitor.stock import Place


@pytest.fixture
def portal(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    portal = Portal(tmp_path, port)
    try:
        portal.start()
        yield portal
    finally:
        portal.stop()


@pytest.mark.slow
def test_what_was_acknowledged_is_stored_once_whatever_was_killed(portal):
    places = [Place(**place) for place in portal.ask("build", 2)]
    course = Course()
    work = Work(portal, places, course)
    killer = Killer(portal, work)
    for victim in (killer.web_worker, killer.task_worker, killer.database, killer.worker_main):
        work.everybody_went_on(f"before {victim.__name__} is killed")
        victim()
    work.everybody_went_on("after the last kill")
    work.end()
    wait(lambda: portal.query("SELECT count(*) FROM projects_changedproject") == 0, "the rules have seen every change")
    assert portal.ask("faults", work.told(places)) == []
