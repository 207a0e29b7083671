"""`/healthz`: this process answers. `/readyz`: so do the database and the broker, and no migration is missing."""

from collections.abc import Callable

import psycopg
import structlog
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.access import access

log = structlog.get_logger(__name__)


@access.public("the orchestrator asks without a login; the answer is one word")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@access.public("the orchestrator asks without a login; the answer names no address and no error")
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    state = {name: _state(name, probe) for name, probe in PROBES.items()}
    ready = all(said == "ok" for said in state.values())
    return JsonResponse(state, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def _state(name: str, probe: Callable[[], bool]) -> str:
    try:
        return "ok" if probe() else "waiting"
    except Exception as error:  # whatever is broken, the answer is 503 and never a traceback
        log.warning("not_ready", probe=name, error=type(error).__name__)
        return "down"


def _database() -> bool:
    """A connection of its own: the pool would wait half a minute for a database that is gone."""
    with psycopg.connect(**connection.get_connection_params() | {"connect_timeout": 2}) as probe:
        return probe.execute("SELECT 1").fetchone() == (1,)


def _broker() -> bool:
    cache.set("readyz", "ok", 10)
    return cache.get("readyz") == "ok"


def _migrations() -> bool:
    if _state("database", _database) != "ok":
        return False
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


PROBES = {"database": _database, "broker": _broker, "migrations": _migrations}
