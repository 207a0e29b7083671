"""A rule is changed by two people: one proposes, the change is tried, another officer of the province decides."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alerts import permissions
from alerts.enums import Level, ProposalState
from alerts.findings import settings_in_force
from alerts.models import RuleProposal, RuleSetting, RuleTrial
from alerts.models.proposal import TWO_PEOPLE
from alerts.rules import Rule
from alerts.services.rule_settings import sync_settings
from alerts.trial import TRIAL, content_of
from core import audit, jobs
from core.models import Job
from organizations.models import Region

DECIDED = "该提议已经办结，请刷新页面。"
UNTRIED = "请等待试算完成后再审批；试算失败的不能批准。"
PAST = "生效日期不能早于今天。"


@transaction.atomic
def propose_change(
    *,
    rule: type[Rule],
    by,
    valid_from: date,
    level: str,
    disposal_days: int,
    enabled: bool,
    params: dict,
    region: Region | None = None,
    industry: str = "",
    valid_to: date | None = None,
    reason: str,
) -> RuleProposal:
    """Tried at once, in the background; in force only when another officer of the province approves."""
    if not permissions.can_propose_rules(by):
        raise PermissionDenied
    sync_settings([rule])
    proposal = RuleProposal(
        rule_code=rule.code,
        level=level,
        disposal_days=disposal_days,
        enabled=enabled,
        params=rule.defaults() | params,
        region=region,
        industry=industry,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip(),
        replaces=setting_at(rule.code, region, industry, timezone.localdate()),
        office=by.organization,
        proposed_by=by,
    )
    _check(rule, proposal)
    proposal.validate_constraints()
    proposal.job = _start(proposal, by)
    audit.record("rule.propose", by=by, target=proposal, rule=rule.code, region=region.code if region else "")
    return proposal


def setting_at(code: str, region: Region | None, industry: str, day: date) -> RuleSetting | None:
    """What is in force for the whole of this reach: the most specific setting that encloses it."""
    prefix = region.prefix if region else ""
    return next(
        (
            setting
            for setting in settings_in_force([code], day)[code]
            if prefix.startswith(setting.region.prefix if setting.region else "")
            and setting.industry in ("", industry)
        ),
        None,
    )


def _check(rule: type[Rule], proposal: RuleProposal) -> None:
    problems = {}
    if proposal.valid_from < timezone.localdate():
        problems["valid_from"] = PAST
    if not proposal.reason:
        problems["reason"] = "请填写变更说明。"
    if proposal.by_prefecture:
        problems |= _local_problems(proposal)
    if problems:
        raise ValidationError(problems)
    if _terms(rule, proposal) == _terms(rule, proposal.replaces):
        raise ValidationError("与现行设置完全相同，没有变更。")


def _terms(rule: type[Rule], held: RuleProposal | RuleSetting) -> tuple:
    values = rule(held.params)
    thresholds = [getattr(values, name) for name in rule.parameters]
    return held.enabled, str(held.level), held.disposal_days, thresholds


def _local_problems(proposal: RuleProposal) -> dict[str, str]:
    """What an area adds for itself asks more, not less. Which way a threshold is stricter the rule does not say: there
    the trial shows it, and the province decides."""
    held, area = proposal.replaces, proposal.office.region
    problems = {}
    if proposal.region is None or not proposal.region.code.startswith(area.prefix):
        problems["region"] = f"只能为{area.name}范围内提议。"
    if not proposal.enabled:
        problems["enabled"] = "本地设置不能停用规则。"
    if Level(proposal.level).severity < Level(held.level).severity:
        problems["level"] = f"本地设置的级别不能低于现行的{held.get_level_display()}。"
    if proposal.disposal_days > held.disposal_days:
        problems["disposal_days"] = f"本地设置的处置期限不能长于现行的 {held.disposal_days} 天。"
    return problems


@transaction.atomic
def try_again(proposal: RuleProposal, *, by) -> None:
    proposal = _lock(proposal)
    if not permissions.can_try_proposal(by, proposal):
        raise PermissionDenied
    if proposal.job and not proposal.job.is_finished:
        raise ValidationError("试算正在进行，请稍候。")
    _start(proposal, by)


def _start(proposal: RuleProposal, by) -> Job:
    """The row first, so that the job can name it."""
    proposal.save()
    proposal.job = jobs.start(TRIAL, by=by, title=f"规则试算：{proposal.rule_code}", proposal_id=proposal.pk)
    proposal.save(update_fields=["job"])
    return proposal.job


@transaction.atomic
def approve_proposal(proposal: RuleProposal, *, by, opinion: str = "") -> RuleSetting:
    """The rule's next version, from its day on. Older versions stay as they are: where two have the same reach, the
    newer one counts from its first day."""
    proposal = _lock_for_another(proposal, by)
    if proposal.valid_from < timezone.localdate():
        raise ValidationError("生效日期已过，请撤回后重新提议。")
    tried = RuleTrial.objects.unscoped("of the proposal at hand").filter(proposal=proposal).exists()
    if not tried or not proposal.job.is_finished or proposal.job.state == Job.State.FAILED:
        raise ValidationError(UNTRIED)
    own = RuleSetting.objects.filter(rule_code=proposal.rule_code)
    list(own.order_by("pk").select_for_update())  # changes of one rule come one after the other
    newest = own.aggregate(last=Max("version"))["last"] or 0
    _decide(proposal, ProposalState.APPROVED, by, opinion)
    setting = RuleSetting.objects.create(
        version=newest + 1,
        reason=proposal.reason,
        created_by=proposal.proposed_by,
        proposal=proposal,
        **content_of(proposal),
    )
    audit.record("rule.change", by=by, target=setting, rule=setting.rule_code, version=setting.version)
    return setting


@transaction.atomic
def refuse_proposal(proposal: RuleProposal, *, by, reason: str) -> None:
    proposal = _lock_for_another(proposal, by)
    if not reason.strip():
        raise ValidationError({"reason": "请填写不予批准的原因。"})
    _decide(proposal, ProposalState.REFUSED, by, reason)
    audit.record("rule.refuse", by=by, target=proposal, rule=proposal.rule_code)


@transaction.atomic
def withdraw_proposal(proposal: RuleProposal, *, by, reason: str = "") -> None:
    proposal = _lock(proposal)
    if not permissions.can_withdraw_proposal(by, proposal):
        raise PermissionDenied
    _decide(proposal, ProposalState.WITHDRAWN, by, reason)
    audit.record("rule.withdraw", by=by, target=proposal, rule=proposal.rule_code)


def _lock(proposal: RuleProposal) -> RuleProposal:
    rows = RuleProposal.objects.unscoped("the caller has found it in scope")
    found = rows.select_for_update().get(pk=proposal.pk)
    if not found.is_open:
        raise ValidationError(DECIDED)
    return found


def _lock_for_another(proposal: RuleProposal, by) -> RuleProposal:
    if not permissions.can_decide_rules(by):
        raise PermissionDenied
    found = _lock(proposal)
    if by.pk == found.proposed_by_id:
        raise ValidationError(TWO_PEOPLE)
    return found


def _decide(proposal: RuleProposal, state: str, by, text: str) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, timezone.now()
    proposal.decision = text.strip()
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision"])
