"""Labour contracts one by one: signed, corrected, renewed, ended. By the sheet: `workers.services.contract_rows`."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from projects.services import lock_open, mark_changed
from workers.enums import EndReason
from workers.models import Engagement, LabourContract
from workers.services import checks

Files = Iterable[tuple[str, bytes]]  # name and content of each page


def why_not_sign(
    engagement: Engagement, facts: dict, today: date, *, contract: LabourContract | None = None
) -> dict[str, str]:
    """What is wrong with these terms, by field, all at once: a signature in the future, an end before the start, no
    wage, a second contract from the same day or while another runs. `contract` is the one that is changed."""
    problems = checks.contract_problems(today, **facts)
    starts_on, ends_on = facts.get("starts_on"), facts.get("ends_on")
    if not starts_on or problems.keys() & {"starts_on", "ends_on"}:
        return problems
    until = contract.ended_on or ends_on if contract else ends_on
    if contract and until and until < starts_on:
        problems["starts_on"] = f"合同起始日期不能晚于实际终止日期 {until}。"
    elif other := _in_the_way(engagement, starts_on, until, contract):
        problems["starts_on"] = overlap_problem(other.starts_on, other.until, starts_on)
    return problems


def _in_the_way(engagement, starts_on: date, until: date | None, contract) -> LabourContract | None:
    others = LabourContract.objects.unscoped("the engagement is in scope").filter(engagement=engagement)
    return others.exclude(pk=contract.pk if contract else None).overlapping(starts_on, until).first()


def overlap_problem(starts_on: date, until: date | None, wanted: date) -> str:
    if starts_on == wanted:
        return "该人员同一起始日期的合同已登记。"
    runs = f"{starts_on} 至 {until or '工作完成'}"
    return f"与该人员已有合同（{runs}）的期限重叠，请先登记该合同终止，或在该合同上办理续签。"


@transaction.atomic
def sign_contract(
    engagement: Engagement,
    *,
    by,
    scans: Files = (),
    contract: LabourContract | None = None,
    today: date | None = None,
    **facts,
) -> LabourContract:
    """A new contract of the engagement, or `contract` corrected; `scans` are pages that are added to it.

    Refused: a completed project, by field what `why_not_sign` says, a scan that is none.
    """
    lock_open(engagement.project)
    contract = _as_it_is(contract) if contract else LabourContract(engagement=engagement, project=engagement.project)
    if contract.engagement_id != engagement.pk:
        raise ValidationError("该合同不属于此人员。")
    if problems := why_not_sign(engagement, facts, today or timezone.localdate(), contract=contract):
        raise ValidationError(problems)
    for field, value in facts.items():
        setattr(contract, field, value)
    contract.full_clean()
    contract.save()
    pages = add_scans(contract, scans, by=by)
    mark_changed([engagement.project_id])
    audit.record("contract.sign", by=by, target=contract, scans=pages)
    return contract


def _as_it_is(contract: LabourContract) -> LabourContract:
    """The page somebody answers may be old: an exit may have ended the contract meanwhile."""
    rows = LabourContract.objects.unscoped("the contract is in scope").select_related("project", "engagement")
    return rows.select_for_update(of=("self",)).get(pk=contract.pk)


def add_scans(contract: LabourContract, scans: Files, *, by) -> int:
    """How many pages were new; one that hangs there already is not kept twice."""
    known = set(attachments.of(contract).values_list("sha256", flat=True))
    pages = 0
    for name, content in scans:
        if attachments.digest(content) not in known:
            known.add(attachments.store(content, name, by=by, owner=contract).sha256)
            pages += 1
    return pages


@transaction.atomic
def renew_contract(
    contract: LabourContract, *, by, scans: Files = (), today: date | None = None, **facts
) -> LabourContract:
    """The next contract; the one before ends the day before it starts, if it would run on.

    Refused: as for `sign_contract`; a start that is not after the start of the one before.
    """
    lock_open(contract.project)
    contract = _as_it_is(contract)
    if facts["starts_on"] <= contract.starts_on:
        raise ValidationError({"starts_on": f"续签合同的起始日期应晚于原合同起始日期 {contract.starts_on}。"})
    if contract.until is None or contract.until >= facts["starts_on"]:
        contract.ended_on, contract.end_reason = facts["starts_on"] - timedelta(1), EndReason.RENEWED
        contract.save(update_fields=["ended_on", "end_reason"])
    renewed = sign_contract(contract.engagement, by=by, scans=scans, today=today, **facts)
    audit.record("contract.renew", by=by, target=renewed, follows=contract.pk)
    return renewed


@transaction.atomic
def end_contract(
    contract: LabourContract, *, on: date, reason: str, by, note: str = "", today: date | None = None
) -> None:
    """Refused: a completed project, in the future, before the start, after the agreed end, one ended already."""
    lock_open(contract.project)
    contract = _as_it_is(contract)
    if contract.ended_on:
        raise ValidationError(f"该合同已于 {contract.ended_on} 终止。")
    if on > (today or timezone.localdate()):
        raise ValidationError({"on": "终止日期不能晚于今天。"})
    if on < contract.starts_on:
        raise ValidationError({"on": f"终止日期不能早于合同起始日期 {contract.starts_on}。"})
    if contract.ends_on and on > contract.ends_on:
        raise ValidationError({"on": f"该合同已于 {contract.ends_on} 期满，终止日期不能更晚；继续用工的请续签。"})
    contract.ended_on, contract.end_reason, contract.end_note = on, reason, note.strip()
    contract.save(update_fields=["ended_on", "end_reason", "end_note"])
    mark_changed([contract.project_id])
    audit.record("contract.end", by=by, target=contract, on=on.isoformat(), reason=str(reason))


@transaction.atomic
def resume_contract(contract: LabourContract, *, by) -> None:
    """Undo an end that was registered in error.

    Refused: a completed project, one that was not ended or ended with the exit, one after which another was signed.
    """
    lock_open(contract.project)
    contract = _as_it_is(contract)
    if contract.ended_on is None:
        raise ValidationError("该合同没有终止记录。")
    if contract.end_reason == EndReason.EXIT:
        raise ValidationError("该合同随退场终止；退场登记有误的，请撤销退场。")
    if other := _in_the_way(contract.engagement, contract.starts_on, contract.ends_on, contract):
        raise ValidationError(f"该人员已有自 {other.starts_on} 起的另一份合同，不能撤销终止。")
    ended_on = contract.ended_on
    contract.ended_on, contract.end_reason, contract.end_note = None, "", ""
    contract.save(update_fields=["ended_on", "end_reason", "end_note"])
    mark_changed([contract.project_id])
    audit.record("contract.resume", by=by, target=contract, ended_on=ended_on.isoformat())


def end_with_exit(engagement_ids: Iterable[int], on: date) -> None:
    """Whoever leaves the site works under no contract of this site any longer."""
    running = LabourContract.objects.unscoped("of engagements in scope").filter(engagement__in=engagement_ids)
    running.running(on).exclude(ends_on=on).update(ended_on=on, end_reason=EndReason.EXIT)


def resume_after_exit(engagement: Engagement, exited_on: date) -> None:
    """Refused where another contract was signed for the days after the exit."""
    own = LabourContract.objects.unscoped("the engagement is in scope").filter(engagement=engagement)
    ended = own.filter(ended_on=exited_on, end_reason=EndReason.EXIT).first()
    if ended is None:
        return
    if other := _in_the_way(engagement, ended.starts_on, ended.ends_on, ended):
        raise ValidationError(f"该人员已有自 {other.starts_on} 起的另一份合同，不能撤销退场；回场的请登记再次进场。")
    ended.ended_on, ended.end_reason = None, ""
    ended.save(update_fields=["ended_on", "end_reason"])


def record_print(engagement: Engagement, *, by) -> None:
    """A contract was printed with the ID number in full."""
    audit.record("contract.print", by=by, target=engagement, project=engagement.project.code)
