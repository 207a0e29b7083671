from django.db import transaction

from core import audit
from projects.models import Permit
from projects.services.changes import lock_open, mark_changed


@transaction.atomic
def save_permit(permit: Permit, *, by, **facts) -> Permit:
    """A new permit of its project, or a corrected one."""
    project = lock_open(permit.project)
    for name, value in facts.items():
        setattr(permit, name, value)
    permit.full_clean()
    permit.save()
    audit.record("project.permit", by=by, target=permit, project=project.code)
    mark_changed([project.pk])
    return permit
