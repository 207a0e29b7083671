"""What both embedded servers stand on: the folder `.local/`, its secrets and locks, ports, processes."""

import base64
import contextlib
import fcntl
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
HOME = Path(os.environ.get("LOCAL_DIR") or BASE_DIR / ".local").resolve()
HOST = "127.0.0.1"
START_SECONDS = 60


class LocalError(RuntimeError):
    """An embedded server cannot be found, started or stopped; the text says what to do."""


def given(variable: str) -> bool:
    """Named by the environment, or by the `.env` file that settings.py reads."""
    file = BASE_DIR / ".env"
    lines = file.read_text().splitlines() if file.exists() else []
    return bool(os.environ.get(variable)) or any(line.startswith(f"{variable}=") for line in lines)


def home() -> Path:
    HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
    return HOME


# what settings.py asks for when the environment has none → variables of the environment
KEYS = {"SECRET_KEY": "SECRET_KEY", "DATA_KEY": "DATA_KEYS", "INDEX_KEY": "INDEX_KEY"}


def _new_secret(name: str) -> str:
    sizes = {"DATA_KEY": 16, "INDEX_KEY": 32}
    return base64.b64encode(os.urandom(sizes[name])).decode() if name in sizes else secrets.token_urlsafe(48)


def write_private(path: Path, text: str) -> None:
    """A new file that only its owner can read, from its first byte on."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def secret(name: str) -> str:
    """A random secret of this clone, made once. `os.link` lets exactly one of two makers win.

    In production a forgotten key is an error, never silently a new one: what it encrypted would be lost with it.
    """
    if name in KEYS and given("DATABASE_URL"):
        raise LocalError(f"DATABASE_URL is set, so {KEYS[name]} must be too (see .env.example)")
    folder = home() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        write_private(draft, _new_secret(name))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


@contextlib.contextmanager
def lock(name: str, kind: int = fcntl.LOCK_EX) -> Iterator[int]:
    """A file lock; the kernel lets go of it when its holder dies."""
    with open(home() / name, "a") as file:
        fcntl.flock(file, kind)
        yield file.fileno()


def connects(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def free_port(folder: Path) -> int:
    """The port used last time while it is still free, otherwise another one."""
    kept = folder / "port"
    wanted = int(kept.read_text()) if kept.exists() else 0
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            kept.write_text(str(probe.getsockname()[1]))
            return probe.getsockname()[1]
    raise LocalError(f"no free TCP port on {HOST}")


def wait(done: Callable[[], object], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (finished := done()) and time.monotonic() < until:
        time.sleep(0.03)
    return bool(finished)


def cmdline(pid: int) -> str:
    """Empty when the process is gone. Without /proc (macOS), `ps` knows."""
    if not Path("/proc/self").exists():
        return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def pids_working_in(folder: Path) -> list[int]:
    """PostgreSQL's processes all stand in the data directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.readlink(entry) == str(folder):
                found.append(int(entry.parent.name))
    return found


def tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"
