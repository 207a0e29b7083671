"""`python -m wagemonitor.local start | stop | status | reset | exec [--stop] [--export] -- COMMAND`."""

import argparse
import contextlib
import os
import signal
import sys

from . import SERVERS, LocalError, broker_url, database_url, ground, reset, start, stop, using
from .processes import run_forwarding_signals


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wagemonitor.local", description="The embedded servers.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--stop", action="store_true", help="exec: stop the servers even if they were up before")
    parser.add_argument("--export", action="store_true", help="exec: name the servers in DATABASE_URL and REDIS_URL")
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    given = parser.parse_args(arguments[:end])
    given.command = arguments[end + 1 :]
    return ACTIONS[given.action](given)


def _start(given: argparse.Namespace) -> int:
    start()
    return _status(given)


def _stop(given: argparse.Namespace) -> int:
    _stop_supervisor()
    print("stopped:", ", ".join(stop()) or "nothing was running")
    return 0


def _stop_supervisor() -> None:
    """`make run` in another terminal would start again what we stop."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((ground.HOME / "demo.pid").read_text())
        if " demo" in ground.cmdline(pid):
            os.kill(pid, signal.SIGTERM)
            ground.wait(lambda: not ground.cmdline(pid), 30)


def _status(given: argparse.Namespace) -> int:
    urls = {server.title: server.url() for server in SERVERS}
    for title, url in urls.items():
        print(f"{title:<12}{'up on ' + url.rpartition('@')[2] if url else 'down'}")
    return 0 if all(urls.values()) else 3


def _reset(given: argparse.Namespace) -> int:
    print(f"stopping the embedded servers and deleting {ground.HOME} (database, attachments, keys)")
    _stop_supervisor()
    reset()
    return 0


def _exec(given: argparse.Namespace) -> int:
    """Runs a command with the servers up. If they were down before, or with --stop, they are down after it."""
    if not given.command:
        raise LocalError("exec needs a command: exec -- pytest")
    leave = not given.stop and any(server.url() for server in SERVERS)
    with contextlib.nullcontext() if leave else using():
        return run_forwarding_signals(given.command, before=_export if given.export else start)


def _export() -> None:
    os.environ |= {"DATABASE_URL": database_url(), "REDIS_URL": broker_url()}


ACTIONS = {"start": _start, "stop": _stop, "status": _status, "reset": _reset, "exec": _exec}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except LocalError as problem:
        sys.exit(f"wagemonitor.local: {problem}")
