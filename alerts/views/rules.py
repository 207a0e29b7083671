"""The catalogue of rules, the versions of their settings, and how a version comes about."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts import permissions, selectors, services
from alerts.enums import Change
from alerts.filters.proposals import FindingFilters, ProposalFilters, RuleFilters
from alerts.findings import parts_of, settings_in_force
from alerts.forms import ApprovalForm, RefusalForm, RuleForm, WithdrawalForm
from alerts.models import RuleProposal, RuleSetting, TrialFinding, Warning
from alerts.rules import Rule, rule_of, rules
from alerts.selectors import proposals as of_proposals
from alerts.tables.proposals import (
    FindingTable,
    OwnProposalTable,
    ProposalTable,
    TrialPlaceTable,
    VersionTable,
    findings_url,
)
from alerts.trial import LISTED
from core.access import access, read_or_write
from organizations.enums import Role
from organizations.models import Region
from projects.pages import dialog_answer

READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT, Role.BANK, Role.SYSTEM)
# Behind each number of a day.
LISTS = {"all": {}, "held": {"found": "held"}, "tried": {"found": "tried"}} | {
    change.value: {"change": change.value} for change in Change
}
WITH_PEOPLE = ("office__region", "proposed_by", "decided_by")


# --- the catalogue ---------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def rule_list(request):
    """Every rule with its setting in force for everyone, and its figures within the reader's scope."""
    filters = RuleFilters(request.GET)
    found = filters.apply(rules())
    context = {
        "filters": filters,
        "entries": selectors.catalogue(Warning.objects.visible_to(request.user), found, timezone.localdate()),
        "sees_proposals": request.user.role == Role.OFFICER,
        "to_decide": of_proposals.proposals_to_decide(request.user).count() if _sees_proposals(request) else 0,
    }
    return render(request, "alerts/rule_list.html", context)


@require_GET
@access(*READERS)
def rule_detail(request, code):
    """The rule with every version of its setting, and for officers the changes proposed."""
    rule = _rule(code)
    (entry,) = selectors.catalogue(Warning.objects.visible_to(request.user), [rule], timezone.localdate())
    versions = RuleSetting.objects.filter(rule_code=code).order_by("-version")
    versions = versions.select_related("created_by", "proposal__decided_by")
    proposals = _proposals(request).filter(rule_code=code).order_by("-id") if _sees_proposals(request) else None
    context = {
        "entry": entry,
        "coming": of_proposals.coming(code, timezone.localdate()),
        "to_decide": list(of_proposals.proposals_to_decide(request.user).filter(rule_code=code).order_by("valid_from"))
        if _sees_proposals(request)
        else [],
        "table": VersionTable(list(versions), request, rule=rule),
        "proposals": OwnProposalTable(list(proposals[:50]), request) if proposals is not None else None,
        "can_propose": permissions.can_propose_rules(request.user),
    }
    return render(request, "alerts/rule_detail.html", context)


@require_GET
@access(*READERS)
def rule_version(request, code, version):
    """A version as a warning names it, beside the one it followed; also of a rule that is gone."""
    settings = RuleSetting.objects.select_related("created_by", "proposal__decided_by")
    setting = get_object_or_404(settings, rule_code=code, version=version)
    proposal = setting.proposal
    earlier = proposal.replaces if proposal else None
    may_read = _sees_proposals(request) and proposal and _proposals(request).filter(pk=proposal.pk).exists()
    today = timezone.localdate()
    context = {
        "setting": setting,
        "rule": rule_of(code),
        "earlier": earlier,
        "differences": of_proposals.differences(earlier, setting),
        "proposal": proposal if may_read else None,
        "raised": Warning.objects.visible_to(request.user).filter(setting=setting).count(),
        "state": _standing(setting, today),
    }
    return render(request, "alerts/rule_version.html", context)


def _standing(setting: RuleSetting, today: date) -> tuple[str, str]:
    """Words and tone: whether it counts today. Where a newer one has the same reach, it takes its place."""
    if setting.valid_from > today:
        return "尚未生效", "blue"
    newest: dict = {}
    for part, held in parts_of(settings_in_force([setting.rule_code], today)[setting.rule_code]):
        newest.setdefault(part, held.pk)
    own = [newest.get(part) == setting.pk for part in setting.parts]
    if all(own):
        return "现行", "green"
    return ("部分范围现行", "green") if any(own) else ("已被替代或失效", "grey")


@read_or_write
@access(Role.OFFICER)
def rule_change(request, code):
    rule = _rule(code)
    if not permissions.can_propose_rules(request.user):
        raise PermissionDenied
    approver = permissions.who_approves(request.user)
    form = RuleForm(request.POST or None, rule=rule, user=request.user, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            proposal = services.propose_change(rule=rule, by=request.user, **form.values())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"提议已提交，正在试算；由{approver}审批后生效。")
            return redirect(proposal)
    status = 422 if form.errors else 200
    return render(
        request, "alerts/rule_change.html", {"form": form, "rule": rule, "approver": approver}, status=status
    )


def _rule(code: str) -> type[Rule]:
    if (found := rule_of(code)) is None:
        raise Http404
    return found


# --- proposals -------------------------------------------------------------------------------------------------------


def _sees_proposals(request) -> bool:
    return request.user.role == Role.OFFICER


def _proposals(request):
    return RuleProposal.objects.visible_to(request.user).select_related(*WITH_PEOPLE)


def _proposal(request, code: str, pk: int) -> RuleProposal:
    found = _proposals(request).select_related("job", "trial", "replaces", "office")
    return get_object_or_404(found, rule_code=code, pk=pk)


@require_GET
@access(Role.OFFICER)
def proposal_list(request):
    filters = ProposalFilters(request.GET)
    table = ProposalTable(filters.apply(_proposals(request)), request)
    return render(request, "alerts/proposal_list.html", {"filters": filters, "table": table})


@require_GET
@access(Role.OFFICER)
def proposal_detail(request, code, pk):
    proposal, user = _proposal(request, code, pk), request.user
    trial = getattr(proposal, "trial", None)
    held, narrower = of_proposals.held_in_parts(proposal)
    context = {
        "proposal": proposal,
        "rule": rule_of(code),
        "differences": of_proposals.differences(proposal.replaces, proposal),
        "trial": trial,
        "job": proposal.job,
        "progress_url": reverse("alerts:trial_progress", args=[code, pk]),
        "held_elsewhere": held,
        "narrower": narrower,
        "can_decide": permissions.can_decide_proposal(user, proposal),
        "needs_another": proposal.is_open and user.pk == proposal.proposed_by_id,
        "approver": permissions.who_approves(user),
        "can_withdraw": permissions.can_withdraw_proposal(user, proposal),
        "can_try": permissions.can_try_proposal(user, proposal),
        "effect": of_proposals.effect_of(proposal, user),
        "approval_form": ApprovalForm(prefix="approve"),
        "refusal_form": RefusalForm(prefix="refuse"),
        "withdrawal_form": WithdrawalForm(prefix="withdraw"),
    }
    if trial:
        context |= _trial(request, proposal)
    return render(request, "alerts/proposal_detail.html", context)


def _trial(request, proposal: RuleProposal) -> dict:
    """The counts within the reader's area, or within a place of it."""
    trial, user = proposal.trial, request.user
    figures, region = of_proposals.figures_of(trial, user), _region(request)
    days = of_proposals.day_rows(trial, figures, region)
    shown = next((row for row in days if str(row.day) == request.GET.get("day")), days[0])
    standings = of_proposals.standings_of(trial, user, region)
    regradings = of_proposals.regradings_of(trial, user, region)
    for row in regradings:
        asked = {"change": Change.REGRADED.value, "before": row.before.value, "level": row.after.value}
        row.url = findings_url(proposal, day=row.day, place=region.prefix, **asked)
    for row in standings.rows if standings else ():
        row.url = findings_url(proposal, day=trial.day, place=region.prefix, standing=row.standing.value)
    for row in days:
        row.links = {name: findings_url(proposal, day=row.day, **q, place=region.prefix) for name, q in LISTS.items()}
    places = of_proposals.place_rows(figures, region, shown.day)
    return {
        "days": days,
        "shown": shown,
        "standings": standings,
        "regradings": regradings,
        "region": region,
        "path": [step for step in _path(region) if step.code.startswith(user.region.prefix)],
        "places": TrialPlaceTable(places, request, proposal=proposal, day=shown.day),
        "loosens": proposal.by_prefecture and any(row.released for row in days),
        "is_old": proposal.is_open and trial.day < timezone.localdate(),
    }


def _region(request) -> Region:
    """`?region=` within the reader's own; anything else does not exist for them."""
    own, code = request.user.region, request.GET.get("region", "")
    if not code:
        return own
    return get_object_or_404(Region.objects.within(own).select_related("parent__parent"), code=code)


def _path(region: Region) -> list[Region]:
    return [*_path(region.parent), region] if region.parent else [region]


@require_GET
@access(Role.OFFICER)
def trial_findings(request, code, pk):
    """What one day finds: new, gone and unchanged, of the projects the reader sees."""
    proposal = _proposal(request, code, pk)
    trial = getattr(proposal, "trial", None)
    if trial is None:
        return redirect(proposal)
    filters = FindingFilters(request.GET, days=trial.checked_days)
    found = TrialFinding.objects.visible_to(request.user).filter(trial=trial)
    found = filters.apply(found).select_related("project__jurisdiction")
    context = {
        "proposal": proposal,
        "rule": rule_of(code),
        "filters": filters,
        "day": filters.day_asked,
        "is_today": filters.day_asked == trial.day,
        "table": FindingTable(found, request),
        "listed": LISTED,
    }
    return render(request, "alerts/trial_findings.html", context)


@require_GET
@access(Role.OFFICER)
def trial_progress(request, code, pk):
    """For every reader of the proposal, not only for whoever started the trial."""
    proposal = _proposal(request, code, pk)
    if not request.htmx or proposal.job is None:
        return redirect(proposal)
    return render(request, "components/job_progress.html", {"job": proposal.job, "asks": request.path})


@require_POST
@access(Role.OFFICER)
def proposal_try(request, code, pk):
    proposal = _proposal(request, code, pk)
    return _act(request, proposal, permissions.can_try_proposal, None, services.try_again, "已开始试算。")


@require_POST
@access(Role.OFFICER)
def proposal_approve(request, code, pk):
    proposal, form = _proposal(request, code, pk), ApprovalForm(request.POST, prefix="approve")
    done = f"已批准，{proposal.valid_from} 起生效，当晚全面核对时执行。"
    return _act(request, proposal, permissions.can_decide_proposal, form, services.approve_proposal, done)


@require_POST
@access(Role.OFFICER)
def proposal_refuse(request, code, pk):
    proposal, form = _proposal(request, code, pk), RefusalForm(request.POST, prefix="refuse")
    return _act(request, proposal, permissions.can_decide_proposal, form, services.refuse_proposal, "已登记不予批准。")


@require_POST
@access(Role.OFFICER)
def proposal_withdraw(request, code, pk):
    proposal, form = _proposal(request, code, pk), WithdrawalForm(request.POST, prefix="withdraw")
    done = "提议已撤回，留存备查。"
    return _act(request, proposal, permissions.can_withdraw_proposal, form, services.withdraw_proposal, done)


def _act(request, proposal: RuleProposal, may, form, service, done: str):
    """Whoever may not is refused; what has been decided meanwhile is told."""
    if proposal.is_open and not may(request.user, proposal):
        raise PermissionDenied

    def act():
        service(proposal, by=request.user, **(form.cleaned_data if form else {}))

    return dialog_answer(request, proposal, form, act, done)
