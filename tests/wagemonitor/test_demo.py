import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from wagemonitor.local import ground
from wagemonitor.management.commands import demo

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_taken_port_is_said_in_both_languages_before_anything_is_started(port):
    with socket.create_server(("127.0.0.1", port)), pytest.raises(CommandError) as refusal:
        call_command("demo", port=port)
    assert f"端口 {port} 已被占用" in str(refusal.value)
    assert f"PORT={port + 1} make run" in str(refusal.value)


def test_the_table_of_logins_lines_up_in_a_terminal():
    lines = demo.table([("用户名", "角色"), ("kunming", "市级监管"), ("a", "县")])
    assert lines == ["用户名   角色", "kunming  市级监管", "a        县"]


@pytest.mark.slow
def test_make_run_serves_and_sigterm_leaves_nothing_behind(tmp_path, port):
    """What `make run` executes, on a clone's empty database."""
    outside = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environ = outside | {"LOCAL_DIR": str(tmp_path / "local"), "PORT": str(port)}
    run = [sys.executable, "-m", "wagemonitor.local", "exec", "--stop", "--"]
    command = [*run, sys.executable, "manage.py", "demo", "--no-seed"]
    with open(tmp_path / "said", "w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=said, stderr=said)
    try:
        welcomed = ground.wait(lambda: f"http://127.0.0.1:{port}/" in _said(tmp_path) or process.poll(), 600)
        assert welcomed, _said(tmp_path)
        assert process.poll() is None, _said(tmp_path)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)
    assert process.returncode == 0, _said(tmp_path)
    assert _pids_of(tmp_path) == []


def _said(folder: Path) -> str:
    return (folder / "said").read_text()


def _pids_of(folder: Path) -> list[int]:
    """Every process that carries our LOCAL_DIR, and PostgreSQL's, which clear their environment."""
    found = ground.pids_working_in(folder / "local" / "postgres" / "data")
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"LOCAL_DIR={folder}".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found
