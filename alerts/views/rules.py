"""The catalogue of rules and their settings."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from alerts import permissions, selectors, services
from alerts.forms import RuleForm
from alerts.models import RuleSetting, Warning
from alerts.rules import Rule, rules
from alerts.tables import VersionTable
from alerts.views.warnings import READERS
from core.access import access, read_or_write
from organizations.enums import Role


@require_GET
@access(*READERS, Role.SYSTEM)
def rule_list(request):
    """Every rule with its setting in force for everyone, and its figures within the reader's scope."""
    entries = selectors.catalogue(Warning.objects.visible_to(request.user), rules(), timezone.localdate())
    return render(request, "alerts/rule_list.html", {"entries": entries})


@require_GET
@access(*READERS, Role.SYSTEM)
def rule_detail(request, code):
    """The rule with every version of its setting."""
    rule = _rule(code)
    (entry,) = selectors.catalogue(Warning.objects.visible_to(request.user), [rule], timezone.localdate())
    versions = RuleSetting.objects.filter(rule_code=code).select_related("region", "created_by").order_by("-version")
    context = {
        "entry": entry,
        "table": VersionTable(list(versions), request, rule=rule),
        "can_change": permissions.can_change_rules(request.user),
    }
    return render(request, "alerts/rule_detail.html", context)


@read_or_write
@access(Role.OFFICER)
def rule_change(request, code):
    rule = _rule(code)
    if not permissions.can_change_rules(request.user):
        raise PermissionDenied
    form = RuleForm(request.POST or None, rule=rule, user=request.user, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            setting = services.change_rule(rule=rule, by=request.user, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已保存{setting}，{setting.valid_from} 起生效，当晚全面核对时执行。")
            return redirect("alerts:rule_detail", code)
    status = 422 if form.errors else 200
    return render(request, "alerts/rule_change.html", {"form": form, "rule": rule}, status=status)


def _rule(code: str) -> type[Rule]:
    found = next((rule for rule in rules() if rule.code == code), None)
    if found is None:
        raise Http404
    return found
