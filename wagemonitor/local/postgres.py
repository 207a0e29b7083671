"""The embedded PostgreSQL."""

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

from . import ground
from .unprivileged import Unprivileged

NAME = "wagemonitor"  # of the database and of its owner
SETTINGS = {
    "listen_addresses": ground.HOST,
    "unix_socket_directories": "",  # a socket's path may have 107 bytes, a clone's may be longer
    "max_connections": 100,
    "shared_buffers": "384MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_logical_replication_workers": 0,
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": 1.1,
    "jit": "off",
    "timezone": "Asia/Shanghai",
}
if sys.platform.startswith("linux"):
    # After a crash one call for the file system, not one for each of ten thousand files: those took two minutes.
    SETTINGS["recovery_init_sync_method"] = "syncfs"


class Postgres:
    title = "PostgreSQL"

    @property
    def folder(self) -> Path:
        return (ground.HOME / "postgres").resolve()  # may be a link, see `Unprivileged`

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _pidfile(self) -> tuple[int, int, str] | None:
        """pid, port and status of the live server; None when there is none (the file outlives a crash)."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, port, status = int(lines[0]), int(lines[3]), lines[7].strip()
        except (OSError, IndexError, ValueError):
            return None
        return (pid, port, status) if str(self.data) in ground.cmdline(pid) else None

    def url(self) -> str | None:
        """None when the server is down or not ready yet. Takes about a tenth of a millisecond."""
        found = self._pidfile()
        if not found or found[2] != "ready" or not ground.connects(found[1]):
            return None
        return f"postgresql://{NAME}:{ground.secret('POSTGRES_PASSWORD')}@{ground.HOST}:{found[1]}/{NAME}"

    def start(self) -> None:
        """Call with the lock held and the server down."""
        if self._pidfile():
            ground.wait(lambda: self.url() or not self._pidfile(), ground.START_SECONDS)
        if self.url():
            return  # was recovering from a crash; had it been stopping, it is gone now
        run = Unprivileged()
        if not (self.data / "PG_VERSION").exists():
            self._initdb(run)
        self._bury_the_crashed()
        port = ground.free_port(self.folder)
        shm = "posix" if _shm_is_roomy() else "mmap"
        settings = SETTINGS | {"port": port, "dynamic_shared_memory_type": shm}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        patience = ("-w", "-t", ground.START_SECONDS)
        started = run("pg_ctl", "-D", self.data, "-l", self.log, *patience, "-o", options, "start")
        if started.returncode or not ground.wait(lambda: self._answers(run, port), ground.START_SECONDS):
            raise ground.LocalError(f"{self.title} does not start: {started.stderr.strip()}\n{ground.tail(self.log)}")
        self._createdb(run, port)

    def _answers(self, run: Unprivileged, port: int) -> bool:
        return run("pg_isready", "-q", "-h", ground.HOST, "-p", port).returncode == 0

    def _initdb(self, run: Unprivileged) -> None:
        """In a draft folder, so that an interrupted initdb leaves nothing that looks like a database."""
        draft = self.folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        # C.UTF-8: with an ICU or language locale pg_trgm does not see Chinese
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        with run.own_file(self.folder / "password", ground.secret("POSTGRES_PASSWORD")) as password:
            made = run("initdb", *options, f"--username={NAME}", f"--pwfile={password}", "-D", draft)
        if made.returncode:
            raise ground.LocalError(f"initdb failed: {made.stderr.strip()}")
        draft.rename(self.data)

    def _createdb(self, run: Unprivileged, port: int) -> None:
        ready = self.folder / "database-made"
        if ready.exists():
            return
        login = {"PGPASSWORD": ground.secret("POSTGRES_PASSWORD")}
        made = run("createdb", "-h", ground.HOST, "-p", port, "-U", NAME, NAME, env=os.environ | login)
        if made.returncode and "already exists" not in made.stderr:
            raise ground.LocalError(f"createdb failed: {made.stderr.strip()}")
        ready.touch()

    def _bury_the_crashed(self) -> None:
        """After kill -9 of the postmaster its children may linger, and its pid file may name a stranger's pid."""
        if not ground.wait(lambda: not ground.pids_working_in(self.data), 5):
            for pid in ground.pids_working_in(self.data):
                os.kill(pid, signal.SIGQUIT)
            ground.wait(lambda: not ground.pids_working_in(self.data), 10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> bool:
        if not (found := self._pidfile()):
            return False
        for politeness, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10)):  # fast, then immediate
            os.kill(found[0], politeness)
            if ground.wait(lambda: not self._pidfile(), seconds):
                return True
        raise ground.LocalError(f"{self.title} (pid {found[0]}) does not stop")


def _shm_is_roomy() -> bool:
    """Containers often have 64 MB, too little for a parallel hash join."""
    with contextlib.suppress(OSError):
        shm = os.statvfs("/dev/shm")
        return shm.f_bavail * shm.f_frsize > 512 * 1024 * 1024
    return False
