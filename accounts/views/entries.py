"""One movement of a ledger: what it was, what became of it, and its corrections."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, services
from accounts.forms import ReclassifyForm, ReverseForm
from accounts.models import LedgerEntry, Payout
from core.access import access
from organizations.enums import Role
from projects.pages import dialog_answer
from projects.permissions import READERS

CORRECTORS = (Role.OFFICER, Role.BANK)


def _found(request, pk) -> LedgerEntry:
    rows = LedgerEntry.objects.visible_to(request.user).select_related("account", "project__jurisdiction", "reversal")
    return get_object_or_404(rows, pk=pk)


@require_GET
@access(*READERS)
def entry(request, pk):
    found = _found(request, pk)
    why_not = services.why_not_reclassified(found)
    may = permissions.can_correct(request.user, found)
    is_reversed = found.reverses_id is not None or hasattr(found, "reversal")
    context = {
        "entry": found,
        "pair": _pair(found),
        "payout": Payout.objects.visible_to(request.user).filter(entry=found).select_related("line").first(),
        "said": found.reclassifications.select_related("by").order_by("-id"),
        "may_reverse": may and not is_reversed,
        "may_reclassify": may and not why_not,
        "why_not": why_not if may else "",
        "reverse_form": ReverseForm(auto_id="reverse-%s", initial={"on": found.booked_on}),
        "reclassify_form": ReclassifyForm(auto_id="reclassify-%s", entry=found),
    }
    return render(request, "accounts/entry.html", context)


def _pair(entry: LedgerEntry) -> list[tuple[str, LedgerEntry]]:
    """The reversed entry and the one that reverses it, together."""
    if entry.reverses_id:
        return [("被冲正", entry.reverses), ("冲正", entry)]
    return [("被冲正", entry), ("冲正", entry.reversal)] if hasattr(entry, "reversal") else []


@require_POST
@access(*CORRECTORS)
def entry_reverse(request, pk):
    found = _may_correct(request, pk)
    form = ReverseForm(request.POST)

    def act():
        services.reverse_entry(found, by=request.user, **form.cleaned_data)

    return dialog_answer(request, found, form, act, "已冲正；对应的代发已撤回，工资重新列为未发放。")


@require_POST
@access(*CORRECTORS)
def entry_reclassify(request, pk):
    found = _may_correct(request, pk)
    form = ReclassifyForm(request.POST, entry=found)

    def act():
        services.reclassify(found, by=request.user, **form.cleaned_data)

    return dialog_answer(request, found, form, act, "交易类型已更正。")


def _may_correct(request, pk) -> LedgerEntry:
    found = _found(request, pk)
    if not permissions.can_correct(request.user, found):
        raise PermissionDenied
    return found
