"""Nothing outlives the supervisor: not on a signal, not when a child dies, not when it is killed itself."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import pytest

from wagemonitor.local import ground

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds, on a machine with other work

# a child with a grandchild that will not listen to SIGTERM
STUBBORN = textwrap.dedent(
    """
    import os, signal, subprocess, sys, time
    grandchild = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
    other = subprocess.Popen([sys.executable, "-c", grandchild])
    open(sys.argv[1], "w").write(f"{os.getpid()} {other.pid}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    time.sleep(300)
    """
)
SUPERVISE = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from wagemonitor.local.processes import Stopped, Supervisor, raise_on_stop_signals
    folder, script = Path(sys.argv[1]), sys.argv[2]
    names = ("web", "worker")
    commands = {name: [sys.executable, "-c", script, str(folder / name)] for name in names}
    supervisor = Supervisor(commands, logs=folder / "logs", grace_seconds=3)
    raise_on_stop_signals()
    try:
        supervisor.start()
        print("dead:", supervisor.watch())
    except Stopped as stopped:
        print("stopped by", stopped)
    finally:
        supervisor.stop()
    """
)


@pytest.fixture
def supervised(tmp_path):
    """A running supervisor, and the pids of its two children and two grandchildren."""
    command = [sys.executable, "-c", SUPERVISE, str(tmp_path), STUBBORN]
    unlike_nohup = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # which hands on that it is ignored
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=unlike_nohup)
    notes = [tmp_path / "web", tmp_path / "worker"]
    assert ground.wait(lambda: all(note.exists() and note.read_text().count(" ") for note in notes), PATIENCE)
    pids = [int(pid) for note in notes for pid in note.read_text().split()]
    yield process, pids
    for pid in [process.pid, *pids]:
        if _is_ours(pid):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _is_ours(pid: int) -> bool:
    return "import" in ground.cmdline(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_no_process(supervised, number):
    process, pids = supervised
    process.send_signal(number)
    said, _ = process.communicate(timeout=PATIENCE)
    assert said == f"stopped by {number.name}\n"
    assert [pid for pid in pids if _is_ours(pid)] == []


def test_a_second_signal_does_not_interrupt_the_stopping(supervised):
    process, pids = supervised
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    process.communicate(timeout=PATIENCE)
    assert [pid for pid in pids if _is_ours(pid)] == []


def test_a_child_that_dies_is_named_and_takes_the_others_along(supervised):
    process, pids = supervised
    os.kill(pids[2], signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE)
    assert said == "dead: worker\n"
    assert [pid for pid in pids if _is_ours(pid)] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children of their parent's death")
def test_children_are_told_when_the_supervisor_is_killed(supervised):
    process, pids = supervised
    process.kill()
    process.wait()
    children = pids[::2]
    assert ground.wait(lambda: not any(map(_is_ours, children)), PATIENCE)
