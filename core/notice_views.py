"""The notices of the one who is signed in, behind the bell."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import notices
from core.access import access
from core.tables import Column, Table


class NoticeTable(Table):
    """Cuts the pages; the rows are drawn by the page, for each is a form: opening one marks it as read."""

    caption = "消息"
    default_order = "-id"
    text = Column("内容", primary=True)


@require_GET
@access.signed_in
def notice_list(request):
    table = NoticeTable(notices.own(request.user), request)
    return render(request, "core/notices.html", {"table": table, "unread": notices.unread(request.user)})


@require_POST
@access.changes_nothing
@access.signed_in
def notice_open(request, pk):
    """To what the notice is about; it counts as read."""
    notice = get_object_or_404(notices.own(request.user), pk=pk)
    notices.mark_read(notices.own(request.user).filter(pk=notice.pk))
    return redirect(notice.url)


@require_POST
@access.changes_nothing
@access.signed_in
def notices_read(request):
    count = notices.mark_read(notices.own(request.user))
    messages.success(request, f"{count} 条消息已标为已读。" if count else "没有未读消息。")
    return redirect("core:notices")
