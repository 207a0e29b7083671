"""Child processes that cannot outlive their parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # nohup
    STOP_SIGNALS.remove(signal.SIGHUP)
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> Callable[[], None] | None:
    """Linux sends SIGTERM to the child when its parent is gone, even after kill -9. Elsewhere: nothing."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # loaded before the fork: the child may only call it
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run_forwarding_signals(command: list[str], before: Callable[[], object]) -> int:
    """Runs `before`, then the command. A signal for us is one for the command; we live on to clear up after it."""
    received: list[int] = []
    child: subprocess.Popen | None = None

    def remember(number: int, _: FrameType | None) -> None:
        received.append(number)
        if child:
            child.send_signal(number)

    for number in STOP_SIGNALS:
        signal.signal(number, remember)
    before()
    if received:
        return 128 + received[0]
    child = subprocess.Popen(command, preexec_fn=_die_with_parent())
    return _exit_status(child.wait())


def _exit_status(code: int) -> int:
    return code if code >= 0 else 128 - code


class Stopped(BaseException):
    """A signal asked us to stop. Not an Exception, so that nothing on the way swallows it."""


class Supervisor:
    """Starts some processes, each in a session of its own, and stops them all when one dies or a signal comes.

    Their output goes to `logs/NAME.log`. `heartbeat` is called once a second.
    """

    def __init__(self, commands: dict[str, list[str]], logs: Path, grace_seconds: float = 15):
        self.commands, self.logs, self.grace_seconds = commands, logs, grace_seconds
        self.children: dict[str, subprocess.Popen] = {}

    def start(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        for name, command in self.commands.items():
            with open(self.log(name), "w") as log:
                self.children[name] = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=_die_with_parent(),
                )

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def dead(self) -> str | None:
        return next((name for name, child in self.children.items() if child.poll() is not None), None)

    def watch(self, heartbeat: Callable[[], object] = lambda: None) -> str:
        """Returns the name of the first process that dies."""
        while not (name := self.dead()):
            heartbeat()
            time.sleep(1)
        return name

    def stop(self) -> None:
        """Politely first; then whatever is left of each session, grandchildren included."""
        ignore_stop_signals()  # we are stopping already
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + self.grace_seconds
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, until - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def raise_on_stop_signals() -> None:
    """From now on the first stop signal raises `Stopped`; later ones are ignored."""

    def stop(number: int, _: FrameType | None) -> None:
        ignore_stop_signals()
        raise Stopped(signal.Signals(number).name)

    for number in STOP_SIGNALS:
        signal.signal(number, stop)


def ignore_stop_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
