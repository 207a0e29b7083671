"""The log of acts: who did what, when, to which object. If the entry cannot be written, the act fails.

`record` joins the caller's transaction (or opens one): act and entry stand or fall together. Never put personal data
into `detail`; say which field was seen, not what was in it.
"""

import json
from collections.abc import Iterator
from contextvars import ContextVar

from django.db import models, transaction
from django.utils import timezone

from core import crypto
from core.acts import ACTS
from core.models.audit import AuditEntry, AuditHead

GENESIS = bytes(32)


# Where the request under way comes from; set by the middleware, empty for commands and background work.
client_ip: ContextVar[str | None] = ContextVar("client_ip", default=None)


@transaction.atomic
def record(action: str, *, by, target: models.Model | None = None, **detail) -> AuditEntry:
    """Append one act, named in `core.acts`. `by` is a user, or None for the system itself."""
    if action not in ACTS:
        raise ValueError(f"Name the act {action} in core.acts.")
    head, _ = AuditHead.objects.select_for_update().get_or_create(id=1, defaults={"hash": GENESIS})
    entry = AuditEntry(
        at=timezone.now(),
        actor=by,
        actor_name=str(by) if by else "系统",
        action=action,
        object_type=target._meta.label if target else "",
        object_id=str(target.pk) if target else "",
        detail=detail,
        ip_address=client_ip.get(),
        previous_hash=bytes(head.hash),
    )
    entry.hash = head.hash = digest(entry)
    entry.save(force_insert=True)
    head.save(update_fields=["hash"])
    return entry


def digest(entry: AuditEntry) -> bytes:
    facts = [
        bytes(entry.previous_hash).hex(),
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.detail,
        entry.ip_address,
    ]
    return crypto.blind_index(json.dumps(facts, sort_keys=True, ensure_ascii=False))


def broken_entries() -> Iterator[AuditEntry]:
    """Entries that were altered, or whose predecessor is missing. An intact log yields nothing."""
    previous = GENESIS
    for entry in AuditEntry.objects.order_by("id").iterator():
        if bytes(entry.previous_hash) != previous or digest(entry) != bytes(entry.hash):
            yield entry
        previous = bytes(entry.hash)
