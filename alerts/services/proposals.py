"""A rule is changed by two people: one proposes, the change is tried, another officer of the province decides."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts import permissions
from alerts.enums import Level, ProposalState
from alerts.findings import parts_of, settings_in_force
from alerts.models import RuleProposal, RuleSetting, RuleTrial
from alerts.models.proposal import TWO_PEOPLE
from alerts.models.rule import Part
from alerts.rules import Rule
from alerts.rules.base import rule_title
from alerts.services.rule_settings import sync_settings
from alerts.trial import TRIAL, content_of
from core import audit, formats, jobs, notices
from core.models import Job
from organizations.models import User

DECIDED = "该提议已经办结，请刷新页面。"
UNTRIED = "请等待试算完成后再审批；试算失败的不能批准。"
OVERLAPS = "同一规则在同一范围（含部分相同）一次只办一份提议，"
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
    regions: Iterable[str] = (),
    industries: Iterable[str] = (),
    valid_to: date | None = None,
    reason: str,
) -> RuleProposal:
    """Tried at once, in the background; in force only when another officer of the province approves."""
    if not permissions.can_propose_rules(by):
        raise PermissionDenied
    sync_settings([rule])
    _lock_settings(rule.code)
    proposal = RuleProposal(
        rule_code=rule.code,
        level=level,
        disposal_days=disposal_days,
        enabled=enabled,
        params=rule.defaults() | params,
        regions=sorted(set(regions)),
        industries=sorted(set(industries)),
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip(),
        office=by.organization,
        proposed_by=by,
    )
    proposal.replaces = setting_at(rule.code, proposal.parts, timezone.localdate())
    _check(rule, proposal)
    proposal.validate_constraints()
    proposal.job = _start(proposal, by)
    _tell_deciders(proposal)
    audit.record("rule.propose", by=by, target=proposal, rule=rule.code, regions=proposal.regions)
    return proposal


def _tell_deciders(proposal: RuleProposal) -> None:
    """Whoever may decide it: not its proposer."""
    withdrawn = proposal.state == ProposalState.WITHDRAWN
    what = f"规则{rule_title(proposal.rule_code)}（{proposal.reach}）"
    asks = "的变更提议已撤回，不必审批。" if withdrawn else "的变更提议，请审批。"
    people = permissions.who_decide_rules().exclude(pk=proposal.proposed_by_id)
    key = f"rule-proposal:{proposal.pk}{':withdrawn' if withdrawn else ''}"
    notices.tell(people, f"{proposal.office.name}：{what}{asks}", proposal.get_absolute_url(), key=key)


def _tell_proposer(proposal: RuleProposal) -> None:
    opinion = f"：{proposal.decision}" if proposal.decision else "。"
    begins = f"，{formats.day(proposal.valid_from)} 起施行" if proposal.state == ProposalState.APPROVED else ""
    text = f"您提议的规则变更{rule_title(proposal.rule_code)}{proposal.get_state_display()}{begins}{opinion}"
    people = User.objects.filter(pk=proposal.proposed_by_id)
    notices.tell(people, text, proposal.get_absolute_url(), key=f"rule-proposal:{proposal.pk}:{proposal.state}")


def setting_at(code: str, parts: list[Part], day: date) -> RuleSetting | None:
    """What is in force for all of these parts: the most specific setting that encloses every one."""
    held = parts_of(settings_in_force([code], day)[code])
    return next((setting for _, setting in held if all(_encloses(setting, part) for part in parts)), None)


def _encloses(setting: RuleSetting, part: Part) -> bool:
    return any(own.encloses(part) for own in setting.parts)


def _check(rule: type[Rule], proposal: RuleProposal) -> None:
    _check_alone(proposal)
    problems = rule(proposal.params).contradictions()
    if proposal.valid_from < timezone.localdate():
        problems["valid_from"] = PAST
    if not proposal.reason:
        problems["reason"] = "请填写变更说明。"
    if proposal.by_prefecture:
        problems = _local_problems(rule, proposal) | problems
    if problems:
        raise ValidationError(problems)
    if all(_terms(rule, proposal) == _terms(rule, held) for held in _held(proposal, timezone.localdate())):
        raise ValidationError("与现行设置完全相同，没有变更。")


def _check_alone(proposal: RuleProposal) -> None:
    """Under the lock of the rule's settings. The constraint knows the same reach only; this one also those that share
    a part of it."""
    waiting = RuleProposal.objects.unscoped("also those of offices elsewhere").waiting().select_related("office")
    for other in waiting.filter(rule_code=proposal.rule_code).order_by("pk"):
        if any(own.overlaps(part) for own in proposal.parts for part in other.parts):
            raise ValidationError(_waits_for(other))


def _waits_for(other: RuleProposal) -> SafeString:
    """With a link: who may propose here may read what touches here."""
    link = format_html('<a href="{}">第 {} 号提议</a>', other.get_absolute_url(), other.pk)
    day = formats.day(timezone.localdate(other.proposed_at))
    told = "{}{} {} 提出的{}（适用范围：{}）已在待审批，请先办结。"
    return format_html(told, OVERLAPS, other.office.name, day, link, other.whole_reach)


def _held(proposal: RuleProposal, day: date) -> list[RuleSetting]:
    """What is in force in the reach on that day and would give way: what a part of it is under, and what lies across
    it and is less specific. Narrower settings stay."""
    held = parts_of(settings_in_force([proposal.rule_code], day)[proposal.rule_code])
    return [setting for part in proposal.parts for setting in _giving_way(held, part)]


def _giving_way(held: list[tuple[Part, RuleSetting]], part: Part) -> Iterator[RuleSetting]:
    for own, setting in held:
        if own.rank >= part.rank and own.overlaps(part):
            yield setting
        if own.encloses(part):
            return


def _terms(rule: type[Rule], held: RuleProposal | RuleSetting) -> tuple:
    values = rule(held.params)
    thresholds = [getattr(values, name) for name in rule.parameters]
    return held.enabled, str(held.level), held.disposal_days, thresholds


def _local_problems(rule: type[Rule], proposal: RuleProposal) -> dict[str, str]:
    """What an area adds for itself asks more, not less, than what holds there now and on its day."""
    area = proposal.office.region
    held = [one for day in {timezone.localdate(), proposal.valid_from} for one in _held(proposal, day)]
    gravest = max((Level(one.level) for one in held), key=lambda level: level.severity)
    shortest = min(one.disposal_days for one in held)
    problems = _loosened(rule, proposal, held)
    if not proposal.regions or not all(code.startswith(area.prefix) for code in proposal.regions):
        problems["regions"] = f"只能为{area.name}范围内提议，请勾选地区。"
    if not proposal.enabled:
        problems["enabled"] = "本地设置不能停用规则。"
    if Level(proposal.level).severity < gravest.severity:
        problems["level"] = f"本地设置的级别不能低于现行的{gravest.label}。"
    if proposal.disposal_days > shortest:
        problems["disposal_days"] = f"本地设置的处置期限不能长于现行的 {shortest} 天。"
    return problems


def _loosened(rule: type[Rule], proposal: RuleProposal, held: list[RuleSetting]) -> dict[str, str]:
    asked, before = rule(proposal.params), [rule(one.params) for one in held]
    told = {
        name: parameter.loosened(getattr(asked, name), [getattr(one, name) for one in before])
        for name, parameter in rule.parameters.items()
    }
    return {name: text for name, text in told.items() if text}


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
    _lock_settings(proposal.rule_code)
    newest = RuleSetting.objects.filter(rule_code=proposal.rule_code).aggregate(last=Max("version"))["last"] or 0
    _decide(proposal, ProposalState.APPROVED, by, opinion)
    setting = RuleSetting.objects.create(
        version=newest + 1,
        reason=proposal.reason,
        created_by=proposal.proposed_by,
        proposal=proposal,
        **content_of(proposal),
    )
    _tell_proposer(proposal)
    audit.record("rule.change", by=by, target=setting, rule=setting.rule_code, version=setting.version)
    return setting


@transaction.atomic
def refuse_proposal(proposal: RuleProposal, *, by, reason: str) -> None:
    proposal = _lock_for_another(proposal, by)
    if not reason.strip():
        raise ValidationError({"reason": "请填写不予批准的原因。"})
    _decide(proposal, ProposalState.REFUSED, by, reason)
    _tell_proposer(proposal)
    audit.record("rule.refuse", by=by, target=proposal, rule=proposal.rule_code)


@transaction.atomic
def withdraw_proposal(proposal: RuleProposal, *, by, reason: str = "") -> None:
    proposal = _lock(proposal)
    if not permissions.can_withdraw_proposal(by, proposal):
        raise PermissionDenied
    _decide(proposal, ProposalState.WITHDRAWN, by, reason)
    _tell_deciders(proposal)
    audit.record("rule.withdraw", by=by, target=proposal, rule=proposal.rule_code)


def _lock_settings(code: str) -> None:
    """Changes of one rule come one after the other, beside sweeps that open warnings under its settings. What was
    committed meanwhile a later query reads, not this one."""
    list(RuleSetting.objects.filter(rule_code=code).order_by("pk").select_for_update(no_key=True))


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
