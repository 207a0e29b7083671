"""A worker's own wages, month by month."""

from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.enums import Answer, SheetState
from accounts.forms import AnswerForm, ObjectionForm
from accounts.selectors import wages
from accounts.selectors.mishaps import with_mishaps
from core.access import access
from organizations.enums import Role
from projects.pages import dialog_answer

SHOWN = 36  # wages, about three years


@require_GET
@access(Role.WORKER)
def wage_list(request):
    lines = with_mishaps(request.user, wages.own_lines(request.user)[:SHOWN])
    number, owed = wages.owed_to(request.user, timezone.localdate())
    context = {
        "years": [(year, list(rows)) for year, rows in groupby(lines, key=lambda line: line.month.year)],
        "unpaid": number,
        "owed": owed,
    }
    return render(request, "my/wage_list.html", context)


@require_GET
@access(Role.WORKER)
def wage_detail(request, pk):
    """One month at one site: how the sum came about, and whether and when it was paid."""
    line = get_object_or_404(wages.own_lines(request.user), pk=pk)
    with_mishaps(request.user, [line])
    context = {
        "line": line,
        "payouts": wages.payouts_of(request.user, line),
        "asked": line.sheet.state == SheetState.CONFIRMING,
        "form": ObjectionForm(),
    }
    return render(request, "my/wage_detail.html", context)


@require_POST
@access(Role.WORKER)
def answer(request, pk):
    """确认无误 or 有异议, to the sum that stood on the page."""
    line = get_object_or_404(wages.own_lines(request.user), pk=pk)
    form = AnswerForm(request.POST)

    def act():
        services.answer_line(line, by=request.user, **form.cleaned_data)

    objected = request.POST.get("answer") == Answer.OBJECTED
    done = "已告诉劳资专管员，请等他们核对。" if objected else "已确认。"
    return dialog_answer(request, reverse("my_wages:detail", args=[line.pk]), form, act, done)
