"""What a province asks to be stored: the versions, and the next one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import permissions
from accounts.forms import DepositStandardForm
from accounts.models import DepositStandard
from accounts.permissions import DEPOSIT_READERS
from accounts.services import deposits as services
from accounts.tables import DepositStandardTable
from accounts.views.deposits import refuse_act
from core.access import access, read_or_write
from organizations.enums import Role

SHOWN = 50


@require_GET
@access(*DEPOSIT_READERS)
def standard_list(request):
    rows = DepositStandard.objects.select_related("region", "created_by").prefetch_related("bands")
    context = {
        "table": DepositStandardTable(list(rows.order_by("-version")), request),
        "can_change": permissions.can_change_deposit_standards(request.user),
    }
    return render(request, "accounts/deposit_standards.html", context)


@read_or_write
@access(Role.OFFICER)
def standard_change(request):
    """Shown first what the deposits assessed so far would come to; saved when it is sent again unchanged."""
    refuse_act(permissions.can_change_deposit_standards(request.user))
    rows = DepositStandard.objects.filter(region=request.user.region).prefetch_related("bands")
    last = rows.order_by("-version").first()
    form = DepositStandardForm(request.POST or None, last=last, today=timezone.localdate())
    context = {"form": form, "effect": None}
    if request.method == "POST" and form.is_valid():
        asked = (form.bands(), form.facts())
        if form.has_shown(asked) and _saved(request, form):
            return redirect("deposits:standard_list")
        context |= _effect(request.user, form)
        form.show(asked)
    return render(request, "accounts/deposit_standard_change.html", context, status=422 if form.errors else 200)


def _saved(request, form: DepositStandardForm) -> bool:
    try:
        standard = services.change_standard(by=request.user, bands=form.bands(), **form.facts())
    except ValidationError as error:
        form.refuse(error)
        return False
    day = f"{standard.valid_from:%Y-%m-%d}"
    messages.success(request, f"已保存{standard}，自 {day} 起签订的合同按新标准核定。")
    return True


def _effect(user, form: DepositStandardForm) -> dict:
    changed = services.effect_of(user, form.bands(), form.facts())
    before, after = sum(row[1] for row in changed), sum(row[2] for row in changed)
    return {"effect": changed[:SHOWN], "count": len(changed), "before": before, "after": after}
