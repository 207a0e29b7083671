"""`python -m wagemonitor.local start | stop | status | reset | exec -- COMMAND`."""

import argparse
import os
import signal
import subprocess
import sys

from . import SERVERS, LocalError, broker_url, database_url, ground, reset, stop, using


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wagemonitor.local", description="The embedded servers.")
    parser.add_argument("action", choices=["start", "stop", "status", "reset", "exec"])
    parser.add_argument("command", nargs="*", help="for exec: run it, then stop the servers that it started")
    given = parser.parse_args()
    return {"start": _start, "stop": _stop, "status": _status, "reset": _reset}.get(
        given.action, lambda: _exec(given.command)
    )()


def _start() -> int:
    database_url(), broker_url()
    return _status()


def _stop() -> int:
    print("stopped:", ", ".join(stop()) or "nothing was running")
    return 0


def _status() -> int:
    for server in SERVERS:
        url = server.url()
        print(f"{server.title:<12}{'up on ' + url.rpartition('@')[2] if url else 'down'}")
    return 0 if all(server.url() for server in SERVERS) else 3


def _reset() -> int:
    print(f"stopping the embedded servers and deleting {ground.HOME} (database, attachments, keys)")
    reset()
    return 0


def _exec(command: list[str]) -> int:
    """Runs a command; if the servers were down before, they are down after it."""
    if not command:
        raise LocalError("exec needs a command: exec -- pytest")
    if any(server.url() for server in SERVERS):
        return _run(command)
    with using():
        return _run(command)


def _run(command: list[str]) -> int:
    """A signal for us is a signal for the command; we live on to stop the servers."""
    child = subprocess.Popen(command, env=os.environ)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: child.send_signal(received))
    return child.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LocalError as problem:
        sys.exit(f"wagemonitor.local: {problem}")
