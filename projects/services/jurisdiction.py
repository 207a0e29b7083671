"""Confirming, extending and moving a jurisdiction (P4). Whoever asks and whoever answers is on record, twice: in the
log of acts, and in the entries that the offices read beside the project."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from organizations.models import Region
from projects.enums import JurisdictionAct, RequestState
from projects.models import JurisdictionEntry, JurisdictionRequest, Project
from projects.selectors.jurisdiction import common_superior, confirm_by, latest_extension, office_above, propose
from projects.services.changes import lock_open, mark_changed

Kind = JurisdictionRequest.Kind
CONFIRMED = "管辖属地已经确认，无须再办。"


def begin(project: Project, *, by, confirmed: bool) -> None:
    """The first entry, when a project is filed: an officer's own word, or a proposal to be confirmed."""
    if confirmed:
        _enter(project, JurisdictionAct.CONFIRMED, by=by, region=project.jurisdiction, reason="建档时确定")
    else:
        why = propose(project.address, project.region).why
        _enter(project, JurisdictionAct.PROPOSED, by=None, region=project.jurisdiction, reason=why)


def propose_again(project: Project) -> None:
    """Within a service that changed the address or the place of an unconfirmed project, before it saves."""
    asked = project.jurisdiction_requests.filter(state=RequestState.WAITING, kind=Kind.TRANSFER)
    if project.jurisdiction_confirmed_on is not None or asked.exists():
        return
    proposal = propose(project.address, project.region)
    if proposal.region != project.jurisdiction:
        project.jurisdiction = proposal.region
        _enter(project, JurisdictionAct.PROPOSED, by=None, region=proposal.region, reason=proposal.why)


@transaction.atomic
def confirm(project: Project, *, by, region: Region | None = None) -> Project:
    """This place it is, or another one within the officer's region."""
    project = lock_open(project)
    if project.jurisdiction_confirmed_on is not None:
        raise ValidationError(CONFIRMED)
    region = region or project.jurisdiction
    _refuse_beyond(by, region)
    before = project.jurisdiction_id
    _place(project, region)
    _enter(project, JurisdictionAct.CONFIRMED, by=by, region=region)
    audit.record("jurisdiction.confirm", by=by, target=project, before=before, after=region.pk)
    _settle(project, by=by)
    return project


@transaction.atomic
def move(project: Project, *, by, region: Region, reason: str) -> Project:
    """To another place within the officer's region; whoever has a say over both places needs nobody's consent."""
    project = lock_open(project)
    _refuse_beyond(by, region)
    if region.pk == project.jurisdiction_id:
        raise ValidationError({"region": f"管辖属地已经是{region.name}。"})
    before = project.jurisdiction_id
    _place(project, region)
    _enter(project, JurisdictionAct.MOVED, by=by, region=region, reason=reason)
    audit.record("project.jurisdiction", by=by, target=project, before=before, after=region.pk)
    _settle(project, by=by)
    return project


@transaction.atomic
def ask_transfer(project: Project, *, by, region: Region | None, reason: str) -> JurisdictionRequest:
    """Not ours. With a place, the lowest office over both decides; without one, the next office up. Until then the
    project stays where it is, so that nobody's workers are nobody's business."""
    project = lock_open(project)
    if region is not None and region.pk == project.jurisdiction_id:
        raise ValidationError({"region": f"管辖属地已经是{region.name}。"})
    above = common_superior([by.region, region]) if region else office_above(by.region)
    request = JurisdictionRequest(kind=Kind.TRANSFER, to_region=region, answering=above)
    return _ask(request, project, JurisdictionAct.TRANSFER_ASKED, by=by, reason=reason)


@transaction.atomic
def ask_extension(project: Project, *, by, until: date, reason: str) -> JurisdictionRequest:
    """More than five working days, at most thirty days from entering supervision: the province must agree."""
    project = lock_open(project)
    if project.jurisdiction_confirmed_on is not None:
        raise ValidationError(CONFIRMED)
    last, due = latest_extension(project), confirm_by(project)
    if until > last:
        raise ValidationError({"until": f"最迟 {last:%Y-%m-%d}（纳入监管之日起 30 日内）。"})
    if until <= due or until < timezone.localdate():
        raise ValidationError({"until": f"应晚于现在的期限 {due:%Y-%m-%d}，且不早于今天。"})
    request = JurisdictionRequest(kind=Kind.EXTENSION, until=until, answering=_province_of(project))
    return _ask(request, project, JurisdictionAct.EXTENSION_ASKED, by=by, reason=reason)


@transaction.atomic
def answer(request: JurisdictionRequest, *, by, grant: bool, text: str = "", region: Region | None = None) -> None:
    """Agree or not. A transfer that is agreed to moves the project, to the place asked for or to another one."""
    project = lock_open(request.project)
    request = JurisdictionRequest.objects.visible_to(by).select_for_update().get(pk=request.pk)
    if not request.is_waiting:
        raise ValidationError(f"该申请已有结果：{request.get_state_display()}。")
    if not grant and not text.strip():
        raise ValidationError({"text": "请填写不同意的理由。"})
    request.answer = text
    _close(request, RequestState.GRANTED if grant else RequestState.REFUSED, by=by)
    if request.is_extension:
        _answer_extension(request, project, by=by, grant=grant)
    elif grant:
        _move_as_asked(request, project, by=by, region=region)
    else:
        _enter(project, JurisdictionAct.TRANSFER_REFUSED, by=by, region=request.to_region, reason=text)
    audit.record("jurisdiction.answer", by=by, target=request, project=project.code, state=request.state)


def _answer_extension(request: JurisdictionRequest, project: Project, *, by, grant: bool) -> None:
    if grant and project.jurisdiction_confirmed_on is not None:
        raise ValidationError(CONFIRMED)
    act = JurisdictionAct.EXTENSION_GRANTED if grant else JurisdictionAct.EXTENSION_REFUSED
    _enter(project, act, by=by, until=request.until, reason=request.answer)
    mark_changed([project.pk])


def _move_as_asked(request: JurisdictionRequest, project: Project, *, by, region: Region | None) -> None:
    region = region or request.to_region
    if region is None:
        raise ValidationError({"region": "请选择由哪里管辖。"})
    move(project, by=by, region=region, reason=request.answer or request.reason)


# --- steps -----------------------------------------------------------------------------------------------------------


def _province_of(project: Project) -> Region:
    region = project.jurisdiction
    while region.parent:
        region = region.parent
    return region


def _refuse_beyond(by, region: Region) -> None:
    if not region.code.startswith(by.region.prefix):
        raise ValidationError({"region": f"{region.name}不在本辖区，请提请上级变更。"})


def _place(project: Project, region: Region) -> None:
    project.jurisdiction = region
    project.jurisdiction_confirmed_on = project.jurisdiction_confirmed_on or timezone.localdate()
    project.full_clean(exclude=["filed_by"])
    project.save()
    mark_changed([project.pk])


def _ask(request: JurisdictionRequest, project: Project, act: JurisdictionAct, *, by, reason: str):
    request.project, request.asked_by, request.reason = project, by, reason
    request.full_clean()
    request.save()
    _enter(project, act, by=by, region=request.to_region, until=request.until, reason=reason)
    audit.record("jurisdiction.ask", by=by, target=request, project=project.code, kind=request.kind)
    return request


def _settle(project: Project, *, by) -> None:
    """What was still asked has been overtaken."""
    for request in project.jurisdiction_requests.filter(state=RequestState.WAITING):
        _close(request, RequestState.SETTLED, by=by)


def _close(request: JurisdictionRequest, state: RequestState, *, by) -> None:
    request.state, request.answered_by, request.answered_at = state, by, timezone.now()
    request.save()


def _enter(project: Project, act: JurisdictionAct, *, by, region=None, until=None, reason: str = "") -> None:
    facts = {"region": region, "until": until, "reason": reason[:500]}
    JurisdictionEntry.objects.create(project=project, act=act, by=by, **facts)
