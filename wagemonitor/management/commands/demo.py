"""What `make run` starts: database prepared, demo province seeded the first time, then web, worker and beat."""

import contextlib
import os
import socket
import sys
import time
import unicodedata
import urllib.request
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import connections

from wagemonitor import local
from wagemonitor.local import ground
from wagemonitor.local.processes import Stopped, Supervisor, raise_on_stop_signals

HOST = "127.0.0.1"
START_SECONDS = 60


class Command(BaseCommand):
    help = "Prepare the database, seed the demo province the first time, run web, worker and beat until stopped."
    requires_system_checks: Sequence[str] = []  # migrate has them done
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
        parser.add_argument("--no-seed", action="store_true", help="leave the database empty")

    def handle(self, *, port: int, no_seed: bool, **options) -> None:
        refuse_taken_port(port)
        raise_on_stop_signals()
        with local.using(), contextlib.suppress(Stopped), _pid_file():
            self._prepare(seed=not no_seed)
            self._run(port)
        self.stdout.write("已停止 / stopped.")

    def _prepare(self, *, seed: bool) -> None:
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)  # whitenoise warns without it
        self._step("数据库 / database", "migrate", verbosity=0, interactive=False)
        self._step("基础数据 / reference data", "setup", verbosity=0)
        if seed and not seeded().exists():
            self._seed()
        elif settings.LOCAL and seeded().exists():
            self._step("今日打卡 / punches of today", "demo_punches")
        connections.close_all()
        for connection in connections.all():
            connection.close_pool()

    def _seed(self) -> None:
        """Only here at home: the demo's passwords are known to everybody."""
        if not settings.LOCAL:
            self.stdout.write("外部数据库不写入演示数据 / DATABASE_URL is set: no demo data is written there")
        elif self._step("演示数据 / demo province", "seed"):
            seeded().touch()

    def _step(self, title: str, command: str, **options) -> bool:
        if command not in get_commands():
            return False
        self.stdout.write(f"· {title} …")
        self.stdout.flush()
        call_command(command, **options)
        return True

    def _run(self, port: int) -> None:
        supervisor = Supervisor(commands(port), logs=ground.HOME / "logs")
        try:
            supervisor.start()
            if wait_until_answers(port, supervisor):
                self.stdout.write(welcome(port, logins()))
                self.stdout.flush()
                supervisor.watch(heartbeat=local.start)
            raise CommandError(obituary(supervisor))
        finally:
            supervisor.stop()


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CommandError(
                f"端口 {port} 已被占用，请换一个端口 / Port {port} is taken, choose another:  PORT={port + 1} make run"
            ) from None


@contextlib.contextmanager
def _pid_file():
    """`make stop` and `make reset` find us by it."""
    file = ground.home() / "demo.pid"
    file.write_text(str(os.getpid()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def seeded() -> Path:
    """Written when seeding is through, so that an interrupted one is done again."""
    return ground.home() / "seeded"


def commands(port: int) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "wagemonitor"]
    gunicorn = [*python, "gunicorn", "wagemonitor.wsgi", "--bind", f"{HOST}:{port}", "--reuse-port"]
    return {
        "web": [*gunicorn, "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-mingle"],
        "beat": [*celery, "beat", "--schedule", str(ground.home() / "beat-schedule"), "--pidfile", ""],
    }


def wait_until_answers(port: int, supervisor: Supervisor) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and not supervisor.dead():
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2):
            return True
        time.sleep(0.1)
    return False


def obituary(supervisor: Supervisor) -> str:
    name = supervisor.dead()
    if not name:
        return f"网页服务 {START_SECONDS} 秒内没有应答 / web does not answer:\n{ground.tail(supervisor.log('web'))}"
    code = supervisor.children[name].returncode
    said = f"{name} 已退出（状态 {code}），全部停止 / {name} exited with status {code}, stopping everything:"
    return f"{said}\n{ground.tail(supervisor.log(name))}"


def logins() -> list[tuple[str, str, str, str]]:
    """(username, role, place, password) of the demo users; none where nothing was seeded. Of the worker the ID number,
    which is the name to sign in by."""
    if not seeded().exists():
        return []
    return [*import_module("organizations.demo").LOGINS, *import_module("workers.demo").worker_logins()]


def welcome(port: int, people: list[tuple[str, str, str, str]]) -> str:
    lines = ["", f"  打开 / open   http://{HOST}:{port}/", f"  日志 / logs   {ground.HOME / 'logs'}", ""]
    if people:
        lines += [f"  {line}" for line in table([("用户名", "角色", "范围", "密码"), *people])]
    return "\n".join([*lines, "", "  Ctrl-C 停止 / stops everything", ""])


def table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """A Chinese character takes two columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
