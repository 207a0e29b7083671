"""`python -m wagemonitor.benchmarks.child FILE COMMAND …`: a command of manage.py, its peak memory (MB) into FILE.

Asked from outside, a child's maximum would be at least its parent's: Linux hands it on through fork and exec.
"""

import os
import resource
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def peak_megabytes() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # macOS counts bytes


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemonitor.settings")
    execute_from_command_line(["manage.py", *sys.argv[2:]])
    Path(sys.argv[1]).write_text(str(peak_megabytes()))
