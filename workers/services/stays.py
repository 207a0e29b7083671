"""Entry and exit: who left, when, and how the wages stood."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers import selectors
from workers.enums import Settlement
from workers.models import Departure, Engagement
from workers.services import contracts
from workers.services.dues import Due, dues_of


@dataclass(frozen=True)
class Settled:
    """The answer an exit needs: wages settled, or how much is owed and when it will be paid."""

    settlement: str
    owed_amount: Decimal | None = None
    owed_due_on: date | None = None
    note: str = ""
    short_reason: str = ""
    is_signed: bool = False  # the worker's own signature on the settlement sheet

    def problems(self, on: date, due: Due | None = None) -> dict[str, str]:
        """`due`: what payrolls and attendance come to; who says otherwise says why."""
        problems = self._own_problems(on)
        return problems or (due.why_not(self) if due else {})

    def _own_problems(self, on: date) -> dict[str, str]:
        if self.settlement not in Settlement.values:
            return {"settlement": "请选择退场时工资是否结清。"}
        if self.settlement == Settlement.SETTLED:
            return {"owed_amount": "已结清的不填欠付金额。"} if self.owed_amount else {}
        problems = {}
        if not self.owed_amount or self.owed_amount <= 0:
            problems["owed_amount"] = "未结清的请填写欠付金额，应大于零。"
        if not self.owed_due_on:
            problems["owed_due_on"] = "未结清的请填写约定支付日期。"
        elif self.owed_due_on < on:
            problems["owed_due_on"] = f"约定支付日期不能早于退场日期 {on}。"
        return problems

    def facts(self) -> dict:
        """An amount is kept only with a debt."""
        facts = {"settlement": self.settlement, "note": self.note.strip(), "is_signed": self.is_signed}
        if self.note.strip():
            facts["short_reason"] = self.short_reason
        if self.settlement == Settlement.OWED:
            facts |= {"owed_amount": self.owed_amount, "owed_due_on": self.owed_due_on}
        return facts


def why_not_exit(entered_on: date, on: date, last_worked: date | None, today: date) -> str:
    if on > today:
        return "退场日期不能晚于今天。"
    if on < entered_on:
        return f"退场日期不能早于进场日期 {entered_on}。"
    if last_worked and last_worked > on:
        return f"{last_worked} 仍有出勤记录，退场日期不能早于最后出勤日。"
    return ""


@dataclass(frozen=True)
class Exit:
    engagement: Engagement
    settled: Settled


@transaction.atomic
def exit_people(
    project: Project, exits: Iterable[Exit], *, on: date, by, today: date | None = None
) -> list[Departure]:
    """Several people leave on one day, all or none.

    Refused: a completed project; by name somebody who is not on site, who entered later or worked later, whose
    settlement says neither paid nor how much is owed and until when.
    """
    lock_open(project)
    today, exits = today or timezone.localdate(), list(exits)
    people = _locked(project, [leaver.engagement.pk for leaver in exits])
    worked = selectors.last_worked(people)
    dues = dues_of(project, dict.fromkeys(people, on))
    problems = {}
    for leaver in exits:
        stored = people.get(leaver.engagement.pk)
        if problem := _why_not(stored, leaver, on, worked, today, dues):
            problems[leaver.engagement.worker.name] = problem
    if problems:
        raise ValidationError([f"{name}：{problem}" for name, problem in problems.items()])
    return _leave(project, [(people[leaver.engagement.pk], leaver.settled) for leaver in exits], dues, on=on, by=by)


def _locked(project: Project, ids: list[int]) -> dict[int, Engagement]:
    """As they stand now, in one order, so that two exits at once do not wait for each other."""
    people = Engagement._base_manager.filter(project=project, pk__in=ids).order_by("pk")
    return {person.pk: person for person in people.select_for_update(of=("self",))}


def _why_not(
    stored: Engagement | None, leaver: Exit, on: date, worked: dict[int, date], today: date, dues: dict[int, Due]
) -> str:
    if stored is None:
        return "不在本项目花名册中。"
    if stored.exited_on:
        return f"已于 {stored.exited_on} 退场。"
    if problem := why_not_exit(stored.entered_on, on, worked.get(stored.pk), today):
        return problem
    return " ".join(leaver.settled.problems(on, dues[stored.pk]).values())


def _leave(
    project: Project, leavers: list[tuple[Engagement, Settled]], dues: dict[int, Due], *, on: date, by
) -> list[Departure]:
    ids = [engagement.pk for engagement, _ in leavers]
    Engagement._base_manager.filter(pk__in=ids).update(exited_on=on)
    departures = Departure.objects.bulk_create(
        Departure(
            project=project,
            engagement=engagement,
            entered_on=engagement.entered_on,
            exited_on=on,
            by=by,
            **settled.facts(),
            **dues[engagement.pk].facts(),
        )
        for engagement, settled in leavers
    )
    contracts.end_with_exit(ids, on)
    mark_changed([project.pk])
    for departure in departures:
        audit.record(
            "worker.exit", by=by, target=departure.engagement, on=on.isoformat(), settlement=departure.settlement
        )
    return departures


@transaction.atomic
def exit_engagement(
    engagement: Engagement,
    *,
    on: date,
    settled: Settled,
    by,
    vouchers: contracts.Files = (),
    today: date | None = None,
) -> Departure:
    """One person leaves; `vouchers` are pages of the settlement sheet, where `settled` says that it is signed, or
    other papers.

    Refused: a completed project, and by field what `why_not_exit` and `Settled` say.
    """
    lock_open(engagement.project)
    today, worked = today or timezone.localdate(), selectors.last_worked([engagement.pk])
    stored = _locked(engagement.project, [engagement.pk])[engagement.pk]
    if stored.exited_on:
        raise ValidationError({"on": f"该人员已于 {stored.exited_on} 退场。"})
    dues = dues_of(engagement.project, {stored.pk: on})
    settled = replace(settled, is_signed=settled.is_signed and bool(vouchers))
    problem = why_not_exit(stored.entered_on, on, worked.get(stored.pk), today)
    if problems := ({"on": problem} if problem else {}) | settled.problems(on, dues[stored.pk]):
        raise ValidationError(problems)
    [departure] = _leave(engagement.project, [(stored, settled)], dues, on=on, by=by)
    attachments.store_all(vouchers, by=by, owner=departure)
    engagement.exited_on = on
    return departure


@transaction.atomic
def return_engagement(engagement: Engagement, *, by) -> None:
    """Undo an exit that was registered in error: the stay goes on as if it had never ended, and so does the contract.

    Refused: a completed project, somebody who has not left.
    """
    lock_open(engagement.project)
    engagement = Engagement._base_manager.select_for_update(of=("self",)).get(pk=engagement.pk)
    if engagement.exited_on is None:
        raise ValidationError("该人员没有退场记录。")
    left, engagement.exited_on = engagement.exited_on, None
    engagement.save(update_fields=["exited_on"])
    departures = Departure.objects.unscoped("the engagement is in scope").filter(engagement=engagement, exited_on=left)
    undone = list(departures.values_list("settlement", "owed_amount"))
    departures.delete()
    contracts.resume_after_exit(engagement, left)
    mark_changed([engagement.project_id])
    detail = {"settlement": undone[0][0], "owed": str(undone[0][1] or "")} if undone else {}
    audit.record("worker.return", by=by, target=engagement, exited_on=left.isoformat(), **detail)


@transaction.atomic
def add_signed_sheet(departure: Departure, *, vouchers: contracts.Files, by) -> None:
    """The sheet that the worker signed after the exit was registered."""
    if not vouchers:
        raise ValidationError({"vouchers": "请上传本人签字的退场工资结算单。"})
    lock_open(departure.project)
    departure = Departure._base_manager.select_for_update(of=("self",)).get(pk=departure.pk)
    if departure.is_signed:
        raise ValidationError("已上传本人签字的结算单。")
    departure.is_signed = True
    departure.save(update_fields=["is_signed"])
    attachments.store_all(vouchers, by=by, owner=departure)
    mark_changed([departure.project_id])
    audit.record("worker.sheet_signed", by=by, target=departure)


@transaction.atomic
def settle_departure(
    departure: Departure,
    *,
    paid_on: date,
    by,
    vouchers: contracts.Files = (),
    is_signed: bool = False,
    today: date | None = None,
) -> None:
    """What was owed at the exit has been paid; `is_signed`: the vouchers are the sheet the worker has signed.

    Refused: a completed project, nothing owed, in the future, before the exit. Completing a project does not pay
    anybody, but the regulator reopens it before the register is written.
    """
    lock_open(departure.project)
    departure = Departure._base_manager.select_for_update(of=("self",)).get(pk=departure.pk)
    if not departure.is_owed:
        raise ValidationError("没有未结清的工资。")
    if paid_on > (today or timezone.localdate()):
        raise ValidationError({"paid_on": "结清日期不能晚于今天。"})
    if paid_on < departure.exited_on:
        raise ValidationError({"paid_on": f"结清日期不能早于退场日期 {departure.exited_on}。"})
    departure.paid_on = paid_on
    departure.is_signed = departure.is_signed or (is_signed and bool(vouchers))
    departure.save(update_fields=["paid_on", "is_signed"])
    attachments.store_all(vouchers, by=by, owner=departure)
    mark_changed([departure.project_id])
    audit.record("worker.settle", by=by, target=departure, paid_on=paid_on.isoformat())
