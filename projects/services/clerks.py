from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core import attachments, audit
from projects.models import WageClerk
from projects.services.changes import lock_open, mark_changed


@transaction.atomic
def save_clerk(clerk: WageClerk, *, by, photo: bytes | None = None, papers=(), **facts) -> WageClerk:
    """Register a wage-affairs clerk of a project, or correct the entry. `photo` is a portrait, `papers` are (name,
    content) pairs of the letter of appointment and certificates; they are added to what is there."""
    project = lock_open(clerk.project)
    for name, value in facts.items():
        setattr(clerk, name, value)
    clerk.full_clean(exclude=["photo"])
    clerk.save()
    if photo:
        clerk.photo = attachments.store(photo, "照片.jpg", by=by, owner=clerk)
        clerk.save(update_fields=["photo"])
    attachments.store_all(papers, by=by, owner=clerk)
    audit.record("project.clerk", by=by, target=clerk, project=project.code)
    mark_changed([project.pk])
    return clerk


@transaction.atomic
def leave_clerk(clerk: WageClerk, *, by, on: date) -> WageClerk:
    project = lock_open(clerk.project)
    if on < clerk.registered_on:
        raise ValidationError({"on": "离任日期不能早于登记日期。"})
    clerk.left_on = on
    clerk.save()
    audit.record("project.clerk_left", by=by, target=clerk, on=on.isoformat())
    mark_changed([project.pk])
    return clerk
