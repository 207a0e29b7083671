"""What one office asks of a unit by a day: orders, opinions, supervision, interviews, extensions."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from alerts import permissions, services
from alerts.enums import Act, DemandKind, DemandState, ReleaseKind, WarningState
from alerts.models import Demand, Disposal, Warning
from core import attachments
from core.models import AuditEntry, Notice
from organizations.enums import OrganizationKind
from projects.enums import ParticipantType
from tests.alerts.factories import set_due, setting, warning
from tests.organizations.factories import (
    bank_clerk,
    clerk,
    construction_unit_clerk,
    department,
    industry_officer,
    officer,
    organization,
)
from tests.projects.factories import participation, project

pytestmark = pytest.mark.django_db
PDF = ("整改照片.pdf", b"%PDF-1.7 proof")


def soon(days: int = 10):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture(autouse=True)
def _offices(db):
    """Every office of the place is registered, with somebody in it."""
    for at in ("530902", "530900", "530000"):
        officer(at, phone=f"1380000{at[-4:]}")
    department("530902", OrganizationKind.HOUSING)


@pytest.fixture
def county(db):
    return officer("530902")


@pytest.fixture
def prefecture(db):
    return officer("530900")


@pytest.fixture
def verified(county):
    made = services.accept(warning=warning(due_on=soon(30)), by=county)
    return services.verify(warning=made, text="已到现场核对。", by=county)


def order(made: Warning, by, **fields) -> Demand:
    facts = {"text": "补发工资。", "basis": made.basis, "due_on": soon(), "of": made.project.general_contractor}
    return services.order_correction(warning=made, by=by, seen=made.state, **(facts | fields))


def report(demand: Demand, by=None, **fields) -> Demand:
    facts = {"text": "已全部补发。", "files": [PDF], "seen": demand.seen}
    return services.report_correction(demand=demand, by=by or clerk(demand.of), **(facts | fields))


def last(of: Warning) -> Disposal:
    return of.disposals.order_by("-id").first()


# --- the correction order --------------------------------------------------------------------------------------------


def test_an_order_is_served_acknowledged_reported_and_released_after_the_second_look(county, verified):
    own = clerk(verified.project.general_contractor, phone="13900001234")
    asked = order(verified, county)
    verified.refresh_from_db()
    assert verified.state == WarningState.CORRECTING
    assert asked.number == f"临翔区人社监令〔{timezone.localdate().year}〕1号"
    assert "逾期不改正的" in asked.consequence
    assert Notice.objects.get(user=own).sms == Notice.Sms.WAITING
    asked = services.acknowledge(demand=asked, by=own, seen=asked.seen)
    assert (asked.acknowledged_by, asked.state) == (own, DemandState.OPEN)
    asked = report(asked, own)
    verified.refresh_from_db()
    assert (verified.state, asked.state) == (WarningState.CORRECTED, DemandState.ANSWERED)
    said = last(verified)
    assert (said.act, attachments.of(said).get().name, said.demand) == (Act.REPORTED, PDF[0], asked)
    assert Notice.objects.filter(user=county, text__contains="已提交整改报告").exists()
    services.release(warning=verified, text="现场复核属实。", files=[PDF], by=county, seen=WarningState.CORRECTED)
    asked.refresh_from_db()
    verified.refresh_from_db()
    assert (asked.state, asked.settled_by, verified.release_kind) == (DemandState.DONE, county, ReleaseKind.EVIDENCE)
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"warning.ordered", "warning.acknowledged", "warning.reported", "warning.released"} <= acts


def test_what_is_not_done_gets_a_later_day_and_keeps_the_first(county, verified):
    asked = report(order(verified, county))
    more = {"text": "尚有 2 人未补发。", "by": county}
    with pytest.raises(ValidationError, match="须晚于原整改期限"):
        services.give_more_time(demand=asked, due_on=asked.due_on, seen=asked.seen, **more)
    asked = services.give_more_time(demand=asked, due_on=soon(20), seen=asked.seen, **more)
    assert (asked.state, asked.first_due_on, asked.due_on) == (DemandState.OPEN, soon(10), soon(20))
    assert Warning.objects.get(pk=verified.pk).state == WarningState.CORRECTING
    assert str(soon(10)) in last(verified).text
    lead = services.transfer(warning=verified, reason="拒不改正。", by=county, seen=WarningState.CORRECTING)
    asked.refresh_from_db()
    assert (lead.warning, asked.state) == (verified, DemandState.LAPSED)


def test_a_report_takes_proof_and_only_the_unit_that_is_asked_makes_it(county, verified):
    asked = order(verified, county)
    with pytest.raises(ValidationError, match="证明材料"):
        report(asked, files=[])
    other = participation(verified.project, organization(), ParticipantType.LABOUR_SUBCONTRACTOR).organization
    for stranger in (clerk(other), county, bank_clerk()):
        with pytest.raises(PermissionDenied):
            report(asked, stranger)


def test_the_construction_unit_reads_and_answers_only_what_is_asked_of_itself(county, verified):
    unit = participation(verified.project, organization(), ParticipantType.CONSTRUCTION_UNIT).organization
    with pytest.raises(ValidationError, match="请选择本项目的"):
        order(verified, county, of=organization())
    asked = order(verified, county, of=unit)
    owner, contractor = construction_unit_clerk(unit), clerk(verified.project.general_contractor)
    assert list(Demand.objects.visible_to(owner)) == [asked]
    assert not Demand.objects.visible_to(contractor).exists()
    said = report(asked, owner).disposals.last()
    assert said in Disposal.objects.visible_to(owner)


def test_the_law_says_what_follows(county):
    for basis, words in (
        (
            "《保障农民工工资支付条例》第二十六条、第五十五条",
            "第五十五条的规定，责令项目停工，并处5万元",
        ),
        ("《保障农民工工资支付条例》第二十四条、第五十七条", "第五十七条的规定，责令项目停工"),
        ("《保障农民工工资支付条例》第三十四条、第五十六条", "第五十六条的规定，处5万元以上10万元以下"),
        ("《保障农民工工资支付条例》第十三条", "第五十三条"),
        ("《保障农民工工资支付条例》第二十八条、第三十八条", "第五十三条"),
    ):
        made = services.accept(warning=warning(basis=basis, due_on=soon(30)), by=county)
        made = services.verify(warning=made, text="核实。", by=county)
        assert words in order(made, county).consequence


def test_numbers_of_an_office_run_without_gaps(county):
    numbers = []
    for _ in range(3):
        made = services.accept(warning=warning(due_on=soon(30)), by=county)
        numbers.append(order(services.verify(warning=made, text="核实。", by=county), county).number[-2:])
    assert numbers == ["1号", "2号", "3号"]


def test_what_the_data_answers_ends_what_was_asked(county, verified):
    asked = order(verified, county)
    Warning.objects.filter(pk=verified.pk).update(
        state=WarningState.RELEASED, release_kind=ReleaseKind.DATA, released_at=timezone.now()
    )
    asked.refresh_from_db()
    assert asked.state == DemandState.LAPSED
    assert not permissions.can_report(clerk(asked.of), asked)


def test_a_late_correction_goes_up_once_and_again_after_a_new_day(county, verified):
    asked = order(verified, county)
    late = asked.due_on + timedelta(days=1)
    assert services.escalate_demands(today=asked.due_on) == 0
    assert services.escalate_demands(today=late) == 1
    assert services.escalate_demands(today=late) == 0
    verified.refresh_from_db()
    assert verified.office_level == 4
    assert last(verified).act == Act.ESCALATED
    assert Notice.objects.filter(user__organization__region="530900", text__contains="上报本级").exists()
    asked.refresh_from_db()
    assert asked.escalated_on == late


# --- joint verification ----------------------------------------------------------------------------------------------


def test_the_industry_department_of_the_place_is_asked_and_answers(county, verified):
    asked = services.ask_opinion(
        warning=verified, text="请核实人工费。", due_on=soon(), by=county, seen=verified.state
    )
    expert = industry_officer("530902")
    assert asked.of == expert.organization
    assert list(Demand.objects.visible_to(expert)) == [asked]
    for stranger in (industry_officer("530902", OrganizationKind.WATER), industry_officer("530900"), county):
        assert not permissions.can_answer(stranger, asked)
    services.answer(demand=asked, text="人工费已拨付。", files=[PDF], by=expert, seen=asked.seen)
    verified.refresh_from_db()
    assert verified.state == WarningState.VERIFYING
    assert (last(verified).act, attachments.of(last(verified)).count()) == (Act.OPINION_GIVEN, 1)
    assert not Demand.objects.visible_to(clerk(verified.project.general_contractor)).exists()


def test_where_the_county_has_no_department_the_prefectures_is_asked(prefecture):
    away = officer("530921")
    above = department("530900", OrganizationKind.HOUSING)
    made = services.accept(warning=warning(project(at="530921"), due_on=soon(30)), by=away)
    asked = services.ask_opinion(warning=made, text="请核实。", due_on=soon(), by=away, seen=made.state)
    assert asked.of == above


# --- supervision, return, interview ----------------------------------------------------------------------------------


def test_an_office_above_supervises_and_the_office_below_answers(county, prefecture):
    made = warning(due_on=soon(30))
    with pytest.raises(PermissionDenied):
        services.supervise(warning=made, text="…", due_on=soon(), by=county, seen=made.state)
    with pytest.raises(PermissionDenied):
        services.supervise(warning=made, text="…", due_on=soon(), by=officer("530100"), seen=made.state)
    asked = services.supervise(warning=made, text="请尽快核实。", due_on=soon(), by=prefecture, seen=made.state)
    assert (asked.of, asked.kind) == (county.organization, DemandKind.SUPERVISION)
    services.answer(demand=asked, text="已核实。", files=[], by=county, seen=asked.seen)
    assert last(made).act == Act.SUPERVISION_ANSWERED


def test_an_unanswered_supervision_lets_the_office_that_asked_act(prefecture):
    made = warning(due_on=soon(30))
    services.supervise(warning=made, text="请尽快核实。", due_on=soon(), by=prefecture, seen=made.state)
    assert not permissions.can_accept(prefecture, made)
    services.escalate_demands(today=soon(11))
    made.refresh_from_db()
    assert permissions.can_accept(prefecture, made)


def test_what_is_sent_back_stays_below_until_its_day(county, prefecture):
    made = warning(due_on=soon(1), setting=setting(disposal_days=30))
    late = soon(2)
    services.escalate_overdue(today=late)
    made.refresh_from_db()
    services.send_back(warning=made, text="材料不全。", due_on=soon(10), by=prefecture, seen=made.state)
    made.refresh_from_db()
    assert (made.office_level, permissions.can_accept(county, made)) == (6, True)
    assert not permissions.can_accept(prefecture, made)
    assert services.escalate_overdue(today=soon(10)) == 0
    assert services.escalate_overdue(today=soon(11)) == 1


def test_an_interview_is_called_and_recorded_on_its_day(county, verified):
    facts = {"of": verified.project.general_contractor, "place": "三楼会议室", "people": "项目经理", "text": "欠薪。"}
    facts["hour"] = time(9, 30)
    asked = services.call_interview(warning=verified, due_on=soon(1), by=county, seen=verified.state, **facts)
    assert asked.number.startswith("临翔区人社监约")
    assert "09:30 在三楼会议室" in last(verified).text
    record = {"text": "承诺补发。", "people": "项目经理、法人", "files": [PDF], "by": county}
    with pytest.raises(PermissionDenied):
        services.hold_interview(demand=asked, seen=asked.seen, **record)
    Demand.objects.filter(pk=asked.pk).update(due_on=timezone.localdate(), first_due_on=timezone.localdate())
    asked.refresh_from_db()
    services.hold_interview(demand=asked, seen=asked.seen, **record)
    asked.refresh_from_db()
    assert (asked.state, last(verified).act) == (DemandState.DONE, Act.INTERVIEW_HELD)


# --- extension -------------------------------------------------------------------------------------------------------


def test_the_office_above_decides_on_an_extension_and_the_old_deadline_stays_on_record(county, prefecture, verified):
    before, wished = verified.due_on, verified.due_on + timedelta(days=15)
    asked = services.ask_extension(warning=verified, text="需要审计。", due_on=wished, by=county, seen=verified.state)
    verified.refresh_from_db()
    assert verified.due_on == before
    for stranger in (county, officer("530000"), officer("530100")):
        assert not permissions.can_decide(stranger, asked)
    services.decide_extension(demand=asked, granted=True, text="同意。", by=prefecture, seen=asked.seen)
    verified.refresh_from_db()
    asked.refresh_from_db()
    assert (verified.due_on, asked.due_on, asked.wished_on) == (wished, before, wished)
    assert str(before) in last(verified).text
    assert str(wished) in last(verified).text


def test_a_refused_extension_moves_nothing(county, prefecture, verified):
    before, wished = verified.due_on, verified.due_on + timedelta(days=15)
    asked = services.ask_extension(warning=verified, text="需要审计。", due_on=wished, by=county, seen=verified.state)
    services.decide_extension(demand=asked, granted=False, text="理由不足。", by=prefecture, seen=asked.seen)
    verified.refresh_from_db()
    asked.refresh_from_db()
    assert (verified.due_on, asked.state) == (before, DemandState.REFUSED)


def test_an_extension_is_asked_in_time_only(county, verified):
    set_due(verified, timezone.localdate() - timedelta(days=1))
    assert not permissions.can_ask_extension(county, verified)


def test_the_database_moves_no_deadline_without_an_extension(verified):
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Warning.objects.filter(pk=verified.pk).update(due_on=soon(60))
    verified.refresh_from_db()
    assert verified.due_on == soon(30)


# --- two officers at once --------------------------------------------------------------------------------------------


def test_the_second_of_two_who_ask_the_same_is_told(county, verified):
    wished = verified.due_on + timedelta(days=15)
    asks = {
        "opinion": lambda: services.ask_opinion(
            warning=verified, text="请核实。", due_on=soon(), by=county, seen=WarningState.VERIFYING
        ),
        "extension": lambda: services.ask_extension(
            warning=verified, text="审计。", due_on=wished, by=county, seen=WarningState.VERIFYING
        ),
        "order": lambda: order(verified, county),
    }
    for name, ask in asks.items():
        verified.state = WarningState.VERIFYING
        ask()
        verified.state = WarningState.VERIFYING
        with pytest.raises(services.Overtaken):
            ask()
        assert Demand.objects.filter(kind={"order": "correction"}.get(name, name)).count() == 1


def test_the_second_of_two_who_answer_the_same_is_told(county, prefecture, verified):
    asked = order(verified, county)
    seen = asked.seen
    report(asked)
    with pytest.raises(services.Overtaken, match="已整改待复核"):
        report(asked, seen=seen)
    wished = verified.due_on + timedelta(days=15)
    verified.refresh_from_db()
    late = services.ask_extension(warning=verified, text="审计。", due_on=wished, by=county, seen=verified.state)
    answer = {"demand": late, "text": "…", "by": prefecture, "seen": late.seen}
    services.decide_extension(granted=True, **answer)
    with pytest.raises(services.Overtaken):
        services.decide_extension(granted=False, **answer)
    assert Warning.objects.get(pk=verified.pk).due_on == wished


def test_an_order_cannot_be_reported_on_after_the_officer_gave_more_time(county, verified):
    asked = order(verified, county)
    old = asked.seen
    asked = report(asked)
    services.give_more_time(demand=asked, text="…", due_on=soon(20), by=county, seen=asked.seen)
    with pytest.raises(services.Overtaken):
        report(asked, seen=old)


@pytest.mark.parametrize("kind", [DemandKind.OPINION, DemandKind.SUPERVISION, DemandKind.INTERVIEW])
def test_only_corrections_are_looked_at_again(county, verified, kind):
    asked = order(verified, county)
    with pytest.raises(IntegrityError), transaction.atomic():
        Demand.objects.filter(pk=asked.pk).update(kind=kind, state=DemandState.ANSWERED, answered_at=timezone.now())
