"""Guards that run inside the portal while it is tested."""

import re

from django.db import connection

WRITE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?([a-z_]+)", re.IGNORECASE)
# Reading may keep the session alive, remember failed logins, and put downloads and exports on record.
FREE = ("django_session", "axes_", "core_audit")


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
    written = WRITE.match(sql) if isinstance(sql, str) else None
    if written and not written[1].startswith(FREE):
        raise AssertionError(f"A GET wrote to {written[1]}.")
    return execute(sql, params, many, context)
