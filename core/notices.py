"""Notices to users: written with what they tell of, in one transaction and one statement for all who are concerned.

A text message goes out by a task after the commit. Its row is taken, and that committed, before it is sent: a message
that fails half-way is not sent again.
"""

from collections.abc import Iterable

import structlog
from celery import current_app
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import channels
from core.models import Notice

log = structlog.get_logger(__name__)
BATCH = 100
MOST_COUNTED = 100

WRITE = """
INSERT INTO core_notice (user_id, key, text, url, at, sms)
SELECT u.id, %s, %s, %s, now(), CASE WHEN %s AND u.phone <> '' THEN 'waiting' ELSE '' END
FROM ({users}) u
ON CONFLICT (user_id, key) DO NOTHING
"""


def tell(users: QuerySet, text: str, url: str, *, key: str, sms: bool = False) -> int:
    """Every active user of the query, once for this key; answers how many were told now."""
    chosen = users.filter(is_active=True).order_by().values("id", "phone")
    sql, params = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(WRITE.format(users=sql), [key[:80], text[:200], url, sms, *params])
        told = cursor.rowcount
    if sms and told:
        send_soon()
    return told


def send_soon() -> None:
    transaction.on_commit(lambda: current_app.send_task("core.tasks.send_messages", ignore_result=True))


def own(user) -> QuerySet[Notice]:
    return Notice.objects.visible_to(user)


def unread(user) -> int:
    """Counted until it is more than 99."""
    return own(user).filter(read_at=None).order_by()[:MOST_COUNTED].count()


def mark_read(notices: QuerySet[Notice]) -> int:
    return notices.filter(read_at=None).update(read_at=timezone.now())


def send_waiting() -> int:
    """What waits to be sent, taken batch by batch; several workers share it."""
    sent = 0
    while taken := _take():
        for notice in taken:
            sent += _send(notice)
    return sent


@transaction.atomic
def _take() -> list[Notice]:
    waiting = Notice.objects.unscoped("messages of all users").filter(sms=Notice.Sms.WAITING).select_related("user")
    taken = list(waiting.order_by("id").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    _now(taken, Notice.Sms.TAKEN)
    return taken


def _send(notice: Notice) -> bool:
    try:
        channels.sms().send(notice.user.phone, notice.text)
    except Exception as error:
        log.error("sms_failed", notice=notice.pk, error=type(error).__name__)
        _now([notice], Notice.Sms.FAILED)
        return False
    _now([notice], Notice.Sms.SENT)
    return True


def _now(notices: Iterable[Notice], state: str) -> None:
    keys = [notice.pk for notice in notices]
    Notice.objects.unscoped("messages of all users").filter(pk__in=keys).update(sms=state)
