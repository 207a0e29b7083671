from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from projects.models import NoticeBoard, Project
from projects.services.changes import lock_open, mark_changed


@transaction.atomic
def save_board(
    project: Project, *, checked_on: date, place: str, items: list[str], photos: attachments.Files, by
) -> NoticeBoard:
    """The notice board as it stands, with photographs of it."""
    project = lock_open(project)
    photos = list(photos)
    if checked_on > timezone.localdate():
        raise ValidationError({"checked_on": "拍照日期不能晚于今天。"})
    if not photos:
        raise ValidationError({"photos": "请上传告示牌照片。"})
    board = NoticeBoard(project=project, checked_on=checked_on, place=place, items=items, by=by)
    board.full_clean()
    board.save()
    attachments.store_all(photos, by=by, owner=board)
    audit.record("project.notice_board", by=by, target=board, project=project.code, on=checked_on.isoformat())
    mark_changed([project.pk])
    return board
