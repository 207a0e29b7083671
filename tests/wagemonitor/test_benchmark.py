"""The benchmark command does what it says; how fast anything is, no test asks."""

import io
import json
from unittest import mock

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from projects.models import Project
from tests import databases
from wagemonitor.benchmarks import base, child, database, report
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Contestant, Cost, Ratio, Result, Within
from wagemonitor.celery import app


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    """The command leads the connection elsewhere and back, so no transaction may be open around it."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def runs(server, tmp_path_factory):
    """Every row on the smallest province, whose databases are kept; then two rows in the same ones."""
    file, told = tmp_path_factory.mktemp("benchmark") / "figures.json", [io.StringIO(), io.StringIO()]
    usual, name = connection.settings_dict["NAME"], database.name_for("tiny")
    with mock.patch.object(database, "MADE_FROM", databases.made_by_migrations()):
        call_command("benchmark", scale="tiny", repeat=1, json=file, keep=True, stderr=told[0], stdout=io.StringIO())
    kept = _databases(name)
    out = io.StringIO()
    call_command("benchmark", scale="tiny", repeat=1, only=["lists", "rules"], reuse=True, stderr=told[1], stdout=out)
    return {
        "figures": json.loads(file.read_text()),
        "stayed_here": connection.settings_dict["NAME"] == usual,
        "kept": {one.removeprefix(database.name_for("")) for one in kept},
        "left": _databases(name),
        "filled": ["造数" in text.getvalue() for text in told],
        "table_of_two": out.getvalue(),
    }


@pytest.fixture
def run(runs):
    return runs["figures"]


def _databases(prefix: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return {name for (name,) in cursor.fetchall()}


# --- the command -----------------------------------------------------------------------------------------------------


def test_every_row_is_measured_beside_others_and_says_what_was_promised(run):
    assert [row["row"] for row in run["rows"]] == list(base.rows())
    for row in run["rows"]:
        kinds = {one["kind"] for one in row["contestants"]}
        assert OURS in kinds, row["row"]
        assert kinds & {PEER, LIMIT}, row["row"]
        assert all(len(one["runs"]) == 1 and one["seconds"] > 0 for one in row["contestants"])
        promised = [figure for figure in row["figures"] if figure["target"]]
        assert promised, row["row"]
        assert all(figure["met"] in (True, False) for figure in promised)


def test_the_file_says_where_and_when_it_was_measured(run):
    assert run["scale"] == "tiny"
    assert (run["workers"], run["projects"]) == base.SCALES["tiny"][1:3]
    assert {"at", "cpus", "load", "python", "postgresql"} <= run.keys()


def test_the_ratios_of_the_file_follow_from_its_times(run):
    roster = next(row for row in run["rows"] if row["row"] == "roster")
    per_row = {one["key"]: one["seconds"] / one["size"] for one in roster["contestants"]}
    figures = {(figure["of"], figure["against"]): figure["value"] for figure in roster["figures"]}
    assert figures["ours", "plain"] == pytest.approx(per_row["plain"] / per_row["ours"], rel=1e-2)
    assert figures["ours", "read_copy"] == pytest.approx(per_row["ours"] / per_row["read_copy"], rel=1e-2)


def test_the_database_is_its_own_and_gone_afterwards_unless_kept(runs):
    assert runs["stayed_here"]
    assert runs["kept"] == {"tiny", "tiny_lived"}
    assert runs["left"] == set()


def test_a_kept_database_is_used_again_without_filling_it(runs):
    assert runs["filled"] == [True, False]


def test_only_the_rows_asked_for_are_measured(runs):
    assert "lists · " in runs["table_of_two"]
    assert "roster · " not in runs["table_of_two"]


def test_a_run_that_fails_leaves_no_database_and_the_connection_where_it_was(server, monkeypatch):
    before = connection.settings_dict["NAME"]

    def broken(*args, **options):
        raise RuntimeError("planted")

    monkeypatch.setattr(database, "call_command", broken)
    with pytest.raises(RuntimeError, match="planted"):
        call_command("benchmark", scale="tiny", only=["lists"])
    assert connection.settings_dict["NAME"] == before
    assert not _databases(database.name_for("tiny"))


def test_two_measurements_of_one_scale_do_not_share_a_database(server, monkeypatch):
    monkeypatch.setattr(database, "call_command", lambda *args, **options: None)
    name = database.name_for("tiny")
    parameters = connection.get_connection_params()
    login = {key: value for key, value in parameters.items() if key in ("host", "port", "user", "password")}
    with psycopg.connect(**login, dbname="postgres", autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{name}"')
    with psycopg.connect(**login, dbname=name), pytest.raises(CommandError, match="正被另一次测量使用"):
        call_command("benchmark", scale="tiny", only=["lists"])
    database._drop(name)


def test_a_row_that_does_not_exist_is_refused(server):
    with pytest.raises(CommandError, match="nothing"):
        call_command("benchmark", "--only", "nothing")


# --- its parts -------------------------------------------------------------------------------------------------------


def _contestant(key: str, kind: str, size: int, *runs: float) -> Contestant:
    return Contestant(key, key, kind, size, lambda: None, runs=list(runs))


CONTEST = {
    "ours": _contestant("ours", OURS, 1000, 4.0, 2.0, 9.0),
    "copy": _contestant("copy", LIMIT, 1000, 1.0, 0.5, 3.0),
    "slow": _contestant("slow", PEER, 10, 2.0, 1.0, 8.0),
}


def test_a_time_is_the_median_of_its_runs():
    assert CONTEST["ours"].seconds == 4.0


def test_a_ratio_is_taken_unit_by_unit():
    assert Ratio("copy", at_least=0.25).figure(CONTEST).value == pytest.approx(0.25)
    assert Ratio("slow", at_least=50).figure(CONTEST).value == pytest.approx(50)
    assert Cost("copy", at_most=2.5).figure(CONTEST).value == pytest.approx(4)


def test_a_promise_is_met_at_its_bound_and_not_below():
    assert Ratio("copy", at_least=0.25).figure(CONTEST).met is True
    assert Ratio("copy", at_least=0.26).figure(CONTEST).met is False
    assert Cost("copy", at_most=4).figure(CONTEST).met is True
    assert Cost("copy", at_most=3.9).figure(CONTEST).met is False
    assert Within(3.9).figure(CONTEST).met is False
    assert Ratio("copy").figure(CONTEST).met is None


def test_contestants_take_turns_and_each_is_prepared_and_cleaned_up_after():
    log = []
    acts = "run", "clean", "before"
    note = {(act, key): lambda act=act, key=key: log.append(f"{act} {key}") for act in acts for key in "ab"}
    both = [Contestant(key, key, OURS, 1, *(note[act, key] for act in acts)) for key in "ab"]
    base.alternate(both, 2)
    order = [entry for entry in log if entry.startswith("run")]
    assert order == ["run a", "run b", "run b", "run a"]
    assert log[:3] == ["before a", "run a", "clean a"]
    assert [len(one.runs) for one in both] == [2, 2]


def test_the_table_tells_what_was_extrapolated_and_which_promises_were_missed():
    promises = Ratio("copy", at_least=0.3), Ratio("slow", at_least=20), Within(5)
    figures = [promise.figure(CONTEST) for promise in promises]
    result = Result("row", "title", "rows", list(CONTEST.values()), figures)
    machine = {"at": "", "scale": "tiny", "workers": 1, "projects": 1, "cpus": 2, "load": [0]}
    machine |= {"python": "3.11", "postgresql": "18"}
    told = report.text([result], machine)
    assert "copy 1.00 s" in told
    assert "× 0.25（≥ 0.3 未达到）" in told
    assert "slow ~200.00 s" in told
    assert "× 50.0（≥ 20 达到）" in told
    assert "4.00 s（≤ 5 达到）" in told
    assert "目标 3 项，达到 2 项" in told
    assert told.endswith("row：ours × copy")


def test_a_process_knows_its_own_peak_memory():
    assert 10 < child.peak_megabytes() < 100_000


def test_no_file_and_no_message_of_a_measurement_leaves_it(server, tmp_path):
    usual, broker = default_storage.path("x"), app.conf.broker_url
    with database._nothing_shared(str(tmp_path / "own")):
        assert default_storage.path("x").startswith(str(tmp_path / "own"))
        assert app.conf.broker_url.startswith("memory://")
    assert default_storage.path("x") == usual
    assert app.conf.broker_url == broker


@pytest.mark.django_db
def test_nothing_of_the_measured_database_is_remembered(runs):
    """Content types have other numbers there: a file stored afterwards would belong to nothing."""
    known = ContentType.objects.get_for_model(Project)
    assert ContentType.objects.filter(pk=known.pk, model="project").exists()
