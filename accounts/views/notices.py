"""Public notices: what each month has to be posted, the sheets for the printer, and the proof of posting."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, services
from accounts.enums import NoticeSheet
from accounts.filters import NoticeFilters
from accounts.forms import PostingForm, WithdrawForm
from accounts.models import PublicNotice
from accounts.notice_sheets import NoticePaper
from accounts.permissions import NOTICE_READERS
from accounts.selectors import notices as public_notices
from accounts.tables import NoticeTable
from core import attachments, formats, pdf
from core.access import access, read_or_write
from core.months import previous_month
from organizations.enums import Role
from projects.models import Project
from projects.pages import dialog_answer, form_page, project_in_scope, refuse_unless, rows_in_scope


@require_GET
@access(*NOTICE_READERS)
def notice_list(request):
    """A month's postings of every project in scope; without a month asked for, last month's."""
    today = timezone.localdate()
    asked = request.GET.copy()
    asked.setdefault("month", f"{previous_month(today):%Y-%m}")
    filters = NoticeFilters(asked, user=request.user)
    month = filters.values.get("month") or previous_month(today)
    projects = Project.objects.visible_to(request.user).select_related("jurisdiction")
    rows = filters.apply(public_notices.with_postings(projects, month), month, today)
    table = NoticeTable(rows, request, month=month, today=today)
    return render(request, "accounts/notice_list.html", {"filters": filters, "table": table, "month": month})


@require_GET
@access(*NOTICE_READERS)
def project_notices(request, project_pk):
    project = project_in_scope(request, project_pk)
    may_post = permissions.can_post_notice(request.user, project)
    months = list(public_notices.ProjectNotices(project, timezone.localdate()))
    standing = [posting for month in months for posting in month.postings if not posting.is_withdrawn]
    context = {
        "project": project,
        "months": months,
        "may_post": may_post,
        "withdraw_forms": [(p, WithdrawForm(prefix=f"withdraw-{p.pk}")) for p in standing if may_post],
        "posted_by": public_notices.POSTED_BY,
    }
    return render(request, "accounts/project_notices.html", context)


@read_or_write
@access(Role.CLERK)
def notice_post(request, project_pk, month):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_post_notice(request.user, project)):
        return refused
    notices = public_notices.ProjectNotices(project, timezone.localdate())
    last = PublicNotice.objects.visible_to(request.user).filter(project=project).order_by("-id").first()
    form = PostingForm(
        request.POST or None,
        request.FILES or None,
        notices=notices.month(month),
        place=last.place if last else "",
    )
    back = reverse("accounts:project_notices", args=[project.pk])

    def save():
        services.post_notice(project, month=month, by=request.user, **form.cleaned_data)
        messages.success(request, "公示已登记。")
        return back

    title = f"登记公示 · {formats.month(month)}"
    return form_page(request, form, save, title=title, project=project, back=back, trail=[("公示", back)])


@require_POST
@access(Role.CLERK)
def notice_withdraw(request, pk):
    notice = get_object_or_404(rows_in_scope(PublicNotice, request), pk=pk)
    project = notice.project
    if refused := refuse_unless(request, project, permissions.can_post_notice(request.user, project)):
        return refused
    form = WithdrawForm(request.POST, prefix=f"withdraw-{pk}")
    back = reverse("accounts:project_notices", args=[project.pk])
    return dialog_answer(
        request,
        back,
        form,
        lambda: services.withdraw_notice(notice, by=request.user, **form.cleaned_data),
        "已撤回，请重新登记正确的公示。",
    )


@require_GET
@access(*NOTICE_READERS)
def notice_sheet(request, project_pk, month, sheet):
    """A sheet as it is printed on A4."""
    return render(request, "accounts/notice_sheet.html", _paper(request, project_pk, month, sheet))


@require_GET
@access(*NOTICE_READERS)
def notice_pdf(request, project_pk, month, sheet) -> HttpResponse:
    """The same paper as a file; without the extra, the page that the browser prints."""
    context = _paper(request, project_pk, month, sheet)
    if not pdf.is_available():
        return redirect("accounts:notice_sheet", project_pk, month, sheet)
    content = pdf.from_html(render_to_string("accounts/notice_sheet.html", context, request))
    paper = context["paper"]
    return attachments.download(content, f"{paper.project}-{month:%Y-%m}-{paper.title}.pdf", "application/pdf")


def _paper(request, project_pk, month: date, sheet: str) -> dict:
    if sheet not in NoticeSheet.values:
        raise Http404
    project = project_in_scope(request, project_pk)
    return {
        "paper": NoticePaper(project, month, NoticeSheet(sheet), timezone.localdate()),
        "project": project,
        "can_pdf": pdf.is_available(),
    }
