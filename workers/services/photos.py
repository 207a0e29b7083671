from django.db import transaction

from core import attachments, audit
from core.portraits import portrait
from projects.services import lock_open, mark_changed
from workers.models import Engagement, Worker


@transaction.atomic
def save_photo(engagement: Engagement, content: bytes, *, by) -> Worker:
    """The person's photo from now on; earlier ones stay on record. Refused: a completed project, what is no photo."""
    lock_open(engagement.project)
    worker = engagement.worker
    worker.photo = attachments.store(portrait(content), "照片.jpg", by=by, owner=worker)
    worker.save(update_fields=["photo"])
    mark_changed([engagement.project_id])
    audit.record("worker.photo", by=by, target=worker, project=engagement.project.code)
    return worker
