"""Guards that run inside the portal while it is tested."""

import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.template.base import FilterExpression, VariableDoesNotExist
from django.template.defaulttags import ForNode
from django.test.utils import CaptureQueriesContext

from accounts.selectors import forecast

# --- a GET never writes ----------------------------------------------------------------------------------------------

# Anywhere in the statement: pghistory puts a SELECT before it, and a WITH may hold it. FOR UPDATE only locks.
WRITE = re.compile(r"\b(?:INSERT INTO|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|DELETE FROM)\s+\"?([a-z_]+)", re.IGNORECASE)
# Reading may keep the session alive, remember failed logins, and put downloads and exports on record.
FREE = ("django_session", "axes_", "core_audit")
# A forecast is computed step by step; a rule is asked about one project.
TEMPORARY = {"asked", *forecast.STEPS, "swept"}


class ReadingNeverWrites:
    """A GET that writes to the database fails the test."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with connection.execute_wrapper(refuse_writes):
            return self.get_response(request)


def refuse_writes(execute, sql, params, many, context):
    text = sql.decode() if isinstance(sql, bytes) else sql if isinstance(sql, str) else sql.as_string()
    for table in WRITE.findall(text):
        if not table.startswith(FREE) and table not in TEMPORARY:
            raise AssertionError(f"A GET wrote to {table}.")
    return execute(sql, params, many, context)


# --- a template knows its variables ----------------------------------------------------------------------------------


class UndefinedVariable(Exception):
    """A template of ours printed, passed on or looped over a name that nobody gave it."""


DEFAULTS = {"default", "default_if_none"}
_resolve, _render_loop = FilterExpression.resolve, ForNode.render


def _resolve_strictly(self, context, ignore_failures=False):
    """`{% if x %}` asks whether there is an x, and `{{ x|default:"…" }}` says what to print without one."""
    if not ignore_failures and self.is_var and not _says_default(self) and (page := _own_template(context)):
        _demand(self, context, page)
    return _resolve(self, context, ignore_failures)


def _render_loop_strictly(self, context):
    if self.sequence.is_var and not _says_default(self.sequence) and (page := _own_template(context)):
        _demand(self.sequence, context, page)
    return _render_loop(self, context)


def _demand(expression: FilterExpression, context, page: str) -> None:
    try:
        expression.var.resolve(context)
    except VariableDoesNotExist as missing:
        raise UndefinedVariable(f"{page}: {expression.token} – {missing}") from missing


def _says_default(expression: FilterExpression) -> bool:
    return any(function.__name__ in DEFAULTS for function, _ in expression.filters)


def _own_template(context) -> str:
    """The path of the template being rendered; empty for a library's, which may be as lax as it likes."""
    template = context.render_context.template or context.template
    name = str(getattr(getattr(template, "origin", None), "name", ""))
    return name if name.startswith((str(settings.BASE_DIR / "templates"), "<planted")) else ""


def make_templates_strict() -> None:
    FilterExpression.resolve, ForNode.render = _resolve_strictly, _render_loop_strictly


# --- no test needs the world -----------------------------------------------------------------------------------------

HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}
_connect = socket.socket.connect


class NetworkReached(Exception):
    """A test tried to reach another machine."""


def _connect_here(self, address):
    if isinstance(address, tuple) and address[0] not in HERE:
        raise NetworkReached(f"A test tried to reach {address[0]}:{address[1]}.")
    return _connect(self, address)


def cut_the_network() -> None:
    socket.socket.connect = _connect_here


# --- few queries -----------------------------------------------------------------------------------------------------


@contextmanager
def few_queries(most: int) -> Iterator[None]:
    """At most so many statements; savepoints and the like do not count."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    if len(asked) > most:
        shapes = Counter(re.sub(r"\d+", "#", sql) for sql in asked)
        often = "\n".join(f"{times} × {shape[:300]}" for shape, times in shapes.most_common(5))
        raise AssertionError(f"{len(asked)} queries, at most {most}. Most often:\n{often}")
