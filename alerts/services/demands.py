"""What one office asks of a unit by a day, and what becomes of it (A4, A7).

Whoever asks holds the warning's lock, whoever answers the demand's as well: of two, one acts and the other is told.
"""

from collections.abc import Sequence
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from alerts import penalties, permissions, recheck
from alerts.enums import WAITING_STATES, Act, DemandKind, DemandState, WarningState
from alerts.models import Demand, Warning
from alerts.services import offices
from alerts.services.acts import File, Overtaken, hold_series, leave, locked, locked_demand, settle
from alerts.services.disposal import check_proof, end_with_evidence
from alerts.services.withdrawals import end_release_asked
from core import notices
from core.working_days import add_workdays
from organizations.models import Organization

LONGEST_CORRECTION, LONGEST = 90, 180  # days
REVIEW_WITHIN = 3  # working days
# The word of the paper's number: 临翔区人社监令〔2026〕1号.
WORDS = {
    DemandKind.CORRECTION: "令",
    DemandKind.INTERVIEW: "约",
    DemandKind.SUPERVISION: "督",
    DemandKind.RETURN: "督",
}

# --- asking ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def order_correction(
    *,
    warning: Warning,
    of: Organization,
    text: str,
    basis: str,
    due_on: date,
    by,
    seen: str,
    consequence: str | None = None,
) -> Demand:
    """限期整改: served on the unit, which has until `due_on`. `consequence`: as the officer worded it; None: as the
    law says."""
    warning = locked(warning, by, seen, permissions.can_order)
    _check_unit(warning, of)
    _check_day(due_on, LONGEST_CORRECTION)
    warning.handler = by
    end_release_asked(warning, by, "已责令限期整改")
    follows = penalties.consequence(warning) if consequence is None else consequence
    facts = {"basis": basis, "consequence": follows}
    demand = _ask(warning, DemandKind.CORRECTION, of=of, text=text, due_on=due_on, by=by, **facts)
    told = f"{demand.number}，责令{of.name}于 {due_on} 前改正。{text}"
    leave(warning, Act.ORDERED, WarningState.CORRECTING, by=by, text=told, demand=demand, number=demand.number)
    _tell(
        demand,
        f"{warning.named}：收到{by.organization.name}限期整改指令书，请于 {due_on} 前整改并提交整改报告。",
        sms=True,
    )
    return demand


@transaction.atomic
def ask_opinion(*, warning: Warning, text: str, due_on: date, by, seen: str) -> Demand:
    """The industry department of the same place, for a joint verification."""
    warning = locked(warning, by, seen, permissions.can_ask_opinion)
    _check_day(due_on, LONGEST)
    of = offices.industry_department(warning)
    demand = _ask(warning, DemandKind.OPINION, of=of, text=text, due_on=due_on, by=by)
    leave(
        warning, Act.OPINION_ASKED, warning.state, by=by, text=f"请{of.name}于 {due_on} 前答复。{text}", demand=demand
    )
    _tell(demand, f"{by.organization.name}请贵单位联合核实{warning.named}，{due_on} 前答复意见。")
    return demand


@transaction.atomic
def supervise(*, warning: Warning, text: str, due_on: date, by, seen: str) -> Demand:
    """督办: an office above has the office below act by a day."""
    warning = locked(warning, by, seen, permissions.can_supervise)
    demand = _supervise(warning, DemandKind.SUPERVISION, offices.home_office(warning), text, due_on, by)
    told = f"{demand.number}，请{demand.of.name}于 {due_on} 前办理并答复。{text}"
    leave(warning, Act.SUPERVISED, warning.state, by=by, text=told, demand=demand, number=demand.number)
    return demand


@transaction.atomic
def send_back(*, warning: Warning, text: str, due_on: date, by, seen: str) -> Demand:
    """退回: what came up goes back to the office right below. Until the day it does not come up again."""
    warning = locked(warning, by, seen, permissions.can_return)
    warning.office_level += offices.STEP
    warning.handler = None
    below = offices.office_at(warning.project, warning.office_level)
    demand = _supervise(warning, DemandKind.RETURN, below, text, due_on, by)
    told = f"{demand.number}，退回{demand.of.name}，于 {due_on} 前办结。{text}"
    leave(warning, Act.RETURNED, warning.state, by=by, text=told, demand=demand, number=demand.number)
    return demand


@transaction.atomic
def call_interview(
    *,
    warning: Warning,
    of: Organization,
    text: str,
    due_on: date,
    hour: time,
    place: str,
    people: str,
    by,
    seen: str,
) -> Demand:
    """约谈: the unit's people are called in for a day and hour."""
    warning = locked(warning, by, seen, permissions.can_interview)
    _check_unit(warning, of)
    _check_day(due_on, LONGEST)
    facts = {"hour": hour, "place": place, "people": people, "basis": warning.basis}
    demand = _ask(warning, DemandKind.INTERVIEW, of=of, text=text, due_on=due_on, by=by, **facts)
    told = f"{demand.number}，定于 {due_on} {hour:%H:%M} 在{place}约谈{of.name}（{people}）。{text}"
    leave(warning, Act.INTERVIEW_CALLED, warning.state, by=by, text=told, demand=demand, number=demand.number)
    when = f"{due_on} {hour:%H:%M} 在{place}"
    _tell(demand, f"{warning.named}：{by.organization.name}定于 {when}约谈贵单位，请按约谈通知书到场。", sms=True)
    return demand


@transaction.atomic
def ask_extension(*, warning: Warning, text: str, due_on: date, by, seen: str) -> Demand:
    """延期: a later deadline, of the office above."""
    warning = locked(warning, by, seen, permissions.can_ask_extension)
    if due_on <= warning.due_on:
        raise ValidationError({"due_on": f"须晚于现处置期限 {warning.due_on}。"})
    _check_day(due_on, LONGEST)
    of = offices.office_above(warning)
    demand = _ask(warning, DemandKind.EXTENSION, of=of, text=text, due_on=warning.due_on, wished_on=due_on, by=by)
    leave(warning, Act.EXTENSION_ASKED, warning.state, by=by, text=f"申请延期至 {due_on}。{text}", demand=demand)
    _tell(demand, f"{by.organization.name}申请{warning.named}延期至 {due_on}，请于 {warning.due_on} 前审批。")
    return demand


@transaction.atomic
def ask_release(*, warning: Warning, of: Organization, text: str, files: Sequence[File], by, seen: str) -> Demand:
    """申请解除: what the rule still finds is released by two officers, on the same evidence."""
    check_proof(files)
    warning = locked(warning, by, seen, permissions.can_release)
    if of not in offices.reviewers(warning, by):
        raise ValidationError({"of": offices.NO_REVIEWER})
    today = timezone.localdate()
    due_on = add_workdays(today, REVIEW_WITHIN).day
    demand = _ask(warning, DemandKind.RELEASE, of=of, text=text, due_on=due_on, by=by)
    told = f"请{of.name}复核。申请时核对到：{recheck.still_found(warning, today) or '无'}\n理由：{text}"
    leave(warning, Act.RELEASE_ASKED, warning.state, by=by, text=told, files=files, demand=demand)
    _tell(demand, f"{by.name}申请解除预警{warning.named}，请复核。", but=by)
    return demand


# --- answering -------------------------------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(*, demand: Demand, by, seen: str) -> Demand:
    demand = locked_demand(demand, by, seen, permissions.can_acknowledge)
    demand.acknowledged_by, demand.acknowledged_at = by, timezone.now()
    demand.save(update_fields=["acknowledged_by", "acknowledged_at"])
    leave(demand.warning, Act.ACKNOWLEDGED, demand.warning.state, by=by, text=demand.number, demand=demand)
    return demand


@transaction.atomic
def report_correction(*, demand: Demand, text: str, files: Sequence[File], by, seen: str) -> Demand:
    """整改报告, with what proves it; the officer looks again."""
    if not files:
        raise ValidationError({"files": "整改报告须附证明材料。"})
    demand = locked_demand(demand, by, seen, permissions.can_report)
    _answer(demand, text, by)
    demand.state = DemandState.ANSWERED
    if demand.acknowledged_at is None:
        demand.acknowledged_by, demand.acknowledged_at = by, demand.answered_at
    demand.save()
    warning = demand.warning
    leave(warning, Act.REPORTED, WarningState.CORRECTED, by=by, text=text, files=files, demand=demand)
    notices.tell(
        offices.people_of(demand.office),
        f"{warning.named}：{demand.of.name}已提交整改报告（{demand.number}），请复核。",
        warning.get_absolute_url(),
        key=f"demand:{demand.pk}:reported:{demand.due_on}",
    )
    return demand


@transaction.atomic
def give_more_time(*, demand: Demand, text: str, due_on: date, by, seen: str) -> Demand:
    """Not done, or not reported in time: a later day. The first one stays on record. A request to release what is not
    mended ends with it: the unit is told one thing."""
    demand = locked_demand(demand, by, seen, permissions.can_give_more_time)
    if due_on <= demand.due_on:
        raise ValidationError({"due_on": f"须晚于原整改期限 {demand.due_on}。"})
    _check_day(due_on, LONGEST_CORRECTION)
    before, demand.due_on = demand.due_on, due_on
    demand.state, demand.answered_by, demand.answered_at, demand.answer = DemandState.OPEN, None, None, ""
    demand.escalated_on, demand.unmet = None, text
    demand.save()
    warning = demand.warning
    warning.handler = by
    end_release_asked(warning, by, "整改复核未通过")
    told = f"整改期限由 {before} 延长至 {due_on}。{text}"
    leave(warning, Act.NOT_MET, WarningState.CORRECTING, by=by, text=told, demand=demand)
    unmet = Truncator(text).chars(60)
    told = (
        f"{warning.named}：整改复核未通过（{demand.number}）。未改正：{unmet} 请于 {due_on} 前改正并重新提交整改报告。"
    )
    _tell(demand, told, sms=True)
    return demand


@transaction.atomic
def answer(*, demand: Demand, text: str, files: Sequence[File], by, seen: str) -> Demand:
    """An industry department's opinion; what the office below did about a supervision."""
    demand = locked_demand(demand, by, seen, permissions.can_answer)
    _answer(demand, text, by)
    settle(demand, DemandState.DONE, by)
    act = Act.OPINION_GIVEN if demand.kind == DemandKind.OPINION else Act.SUPERVISION_ANSWERED
    leave(demand.warning, act, demand.warning.state, by=by, text=text, files=files, demand=demand)
    _tell_asker(demand, f"{demand.of.name}已答复{demand.get_kind_display()}：{demand.warning.named}。")
    return demand


@transaction.atomic
def hold_interview(*, demand: Demand, text: str, people: str, files: Sequence[File], by, seen: str) -> Demand:
    """What was said and promised, with the signed record."""
    if not files:
        raise ValidationError({"files": "请上传约谈记录。"})
    demand = locked_demand(demand, by, seen, permissions.can_hold)
    _answer(demand, text, by)
    demand.people = people
    settle(demand, DemandState.DONE, by)
    told = f"到场：{people}。{text}"
    leave(demand.warning, Act.INTERVIEW_HELD, demand.warning.state, by=by, text=told, files=files, demand=demand)
    return demand


@transaction.atomic
def decide_extension(*, demand: Demand, granted: bool, text: str, by, seen: str) -> Demand:
    """Only this moves a warning's deadline; the database holds it to that."""
    demand = locked_demand(demand, by, seen, permissions.can_decide)
    _answer(demand, text, by)
    settle(demand, DemandState.DONE if granted else DemandState.REFUSED, by)
    warning = demand.warning
    if granted:
        before, warning.due_on = warning.due_on, demand.wished_on
        warning.save(update_fields=["due_on"])
        told = f"处置期限由 {before} 延至 {warning.due_on}。{text}"
        leave(warning, Act.EXTENSION_GRANTED, warning.state, by=by, text=told, demand=demand)
    else:
        leave(warning, Act.EXTENSION_REFUSED, warning.state, by=by, text=text, demand=demand)
    told = f"已同意，处置期限延至 {warning.due_on}" if granted else f"未同意，处置期限仍为 {warning.due_on}"
    _tell_asker(demand, f"{warning.named}延期申请{told}。")
    return demand


@transaction.atomic
def decide_release(*, demand: Demand, granted: bool, text: str, by, seen: str) -> Demand:
    """By a second officer; the database holds it to that."""
    demand = locked_demand(demand, by, seen, permissions.can_review)
    _answer(demand, text, by)
    settle(demand, DemandState.DONE if granted else DemandState.REFUSED, by)
    warning = demand.warning
    if granted:
        found = recheck.still_found(warning, timezone.localdate())
        told = f"{demand.asked_by.name}申请，{by.name}复核同意。解除时核对到：{found or '无'}\n复核意见：{text}"
        end_with_evidence(warning, by=by, text=told, still_found=bool(found), demand=demand)
    else:
        leave(warning, Act.RELEASE_REFUSED, warning.state, by=by, text=text, demand=demand)
    _tell_asker(demand, f"{warning.named}的解除申请{'已同意' if granted else '未同意'}。")
    return demand


# --- what they share -------------------------------------------------------------------------------------------------


def _supervise(warning: Warning, kind: str, of: Organization, text: str, due_on: date, by) -> Demand:
    _check_day(due_on, LONGEST)
    demand = _ask(warning, kind, of=of, text=text, due_on=due_on, by=by)
    _tell(
        demand,
        f"{by.organization.name}{demand.get_kind_display()}{warning.named}，请于 {due_on} 前答复。",
        sms=True,
    )
    return demand


def _ask(warning: Warning, kind: str, *, of: Organization, text: str, due_on: date, by, **facts) -> Demand:
    waiting = warning.demands.filter(kind=kind, of=of, state__in=WAITING_STATES).select_related("asked_by").first()
    if waiting:
        told = f"{waiting.asked_by.name}已提出{waiting.get_kind_display()}，{waiting.due_on} 到期，尚未办结。"
        raise Overtaken(f"{told}请查看最新处置记录后再操作。")
    return Demand.objects.create(
        warning=warning,
        kind=kind,
        of=of,
        office=by.organization,
        asked_by=by,
        finding=warning.message,
        text=text,
        due_on=due_on,
        first_due_on=due_on,
        number=_next_number(by.organization, kind),
        **facts,
    )


def _next_number(office: Organization, kind: str) -> str:
    """Counted within an office, a word and a year, without gaps or twins; blank where there is no paper."""
    if kind not in WORDS:
        return ""
    prefix = f"{office.region.name}人社监{WORDS[kind]}〔{timezone.localdate().year}〕"
    hold_series("alerts.demand", f"{office.pk}{prefix}")
    own = Demand.objects.unscoped("numbers are counted over all").filter(office=office, number__startswith=prefix)
    return f"{prefix}{own.count() + 1}号"


def _check_unit(warning: Warning, of: Organization) -> None:
    if of not in offices.units_of(warning.project):
        raise ValidationError({"of": "请选择本项目的施工总承包单位或建设单位。"})


def _check_day(day: date, longest: int) -> None:
    days = (day - timezone.localdate()).days
    if not 0 < days <= longest:
        raise ValidationError({"due_on": f"须晚于今天，且不超过 {longest} 天。"})


def _answer(demand: Demand, text: str, by) -> None:
    demand.answer, demand.answered_by, demand.answered_at = text[:1000], by, timezone.now()


def _tell(demand: Demand, text: str, *, sms: bool = False, but=None) -> None:
    """Whom it is asked of."""
    key = f"demand:{demand.pk}:{demand.due_on}"
    notices.tell(offices.people_of(demand.of, but=but), text, demand.get_absolute_url(), key=key, sms=sms)


def _tell_asker(demand: Demand, text: str) -> None:
    people = offices.people_of(demand.office)
    notices.tell(people, text, demand.get_absolute_url(), key=f"demand:{demand.pk}:{demand.state}")
