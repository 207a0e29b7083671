from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.enums import NoticeSheet
from accounts.models import PublicNotice
from accounts.selectors import notices as public_notices
from core import attachments, audit
from projects.models import Project
from projects.services import lock_open, mark_changed


@transaction.atomic
def post_notice(
    project: Project,
    *,
    month: date,
    sheets: Sequence[str],
    posted_on: date,
    place: str,
    photos: Sequence[tuple[str, bytes]],
    by,
) -> PublicNotice:
    """Put on record what was posted, with at least one photo, and with what the sheets say now."""
    lock_open(project)
    if not photos:
        raise ValidationError("请上传公示现场照片。")
    if not month <= posted_on <= timezone.localdate():
        raise ValidationError({"posted_on": "公示日期应在工资所属月份之后，且不晚于今天。"})
    known = public_notices.figures_of(project, month, month).get(month, {})
    if empty := [NoticeSheet(sheet).label for sheet in sheets if sheet not in known]:
        raise ValidationError({"sheets": f"该月的{'、'.join(empty)}还没有数据，不能公示。"})
    figures = {sheet: known[sheet] for sheet in sheets}
    notice = PublicNotice.objects.create(
        project=project, month=month, sheets=list(sheets), posted_on=posted_on, place=place, figures=figures, by=by
    )
    attachments.store_all(photos, by=by, owner=notice)
    audit.record("notice.post", by=by, target=notice, month=f"{month:%Y-%m}", sheets=list(sheets))
    mark_changed([project.pk])
    return notice


@transaction.atomic
def withdraw_notice(notice: PublicNotice, *, reason: str, by) -> None:
    """A posting registered by mistake: it stays on record, and no longer counts."""
    lock_open(notice.project)
    notices = PublicNotice.objects.unscoped("the caller has found it in its user's scope")
    if not notices.filter(pk=notice.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawn_reason=reason
    ):
        raise ValidationError("这次公示已经撤回。")
    audit.record("notice.withdraw", by=by, target=notice, reason=reason)
    mark_changed([notice.project_id])
