"""A release by hand: alone of what the rule no longer finds, by two officers of what it still finds."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import PayrollLine
from alerts import engine, recheck, selectors, services
from alerts.enums import Act, DemandKind, DemandState, ReleaseKind, WarningState
from alerts.models import Demand, Warning
from alerts.rules import rules
from alerts.rules.pay_01_overdue import WagesOverdue
from core import attachments
from core.models import Notice
from organizations.enums import Role
from tests.accounts.factories import payroll, payroll_line, set_paid
from tests.alerts.factories import setting, warning
from tests.alerts.test_demands import PDF, order, report
from tests.organizations.factories import clerk, officer, user
from tests.projects.factories import project
from tests.workers.factories import attendance, engagement, worker

pytestmark = pytest.mark.django_db
REASON = "三名工人已书面确认现金领取，承诺书附后。"


@pytest.fixture
def county(db):
    return officer("530902")


@pytest.fixture
def colleague(county):
    return user(Role.OFFICER, county.organization)


@pytest.fixture
def prefecture(db):
    return officer("530900")


@pytest.fixture
def unpaid(county) -> Warning:
    """PAY-01: wages that are owed today as well."""
    last_month = (timezone.localdate().replace(day=1) - timedelta(days=40)).replace(day=1)
    zhang = engagement(project(), worker(name="张伟成"), entered_on=last_month)
    attendance(zhang, last_month + timedelta(days=2))
    payroll_line(payroll(zhang.project, last_month), "6000.00", engagement=zhang)
    engine.sweep(timezone.localdate(), only=[WagesOverdue])
    made = services.accept(warning=Warning.objects.get(rule_code="PAY-01"), by=county)
    return services.verify(warning=made, text="已到现场核对。", by=county)


def pay() -> None:
    set_paid(PayrollLine.objects.get(), "6000.00")


def ask(made: Warning, by, of=None, **fields) -> Demand:
    facts = {"text": REASON, "files": [PDF], "seen": made.state, "of": of or by.organization}
    return services.ask_release(warning=made, by=by, **(facts | fields))


def decide(demand: Demand, by, granted: bool = True) -> Demand:
    return services.decide_release(demand=demand, granted=granted, text="证据齐全。", by=by, seen=demand.seen)


# --- the rule is asked again -----------------------------------------------------------------------------------------


def test_what_is_still_found_is_said_and_what_is_mended_is_not(unpaid):
    today = timezone.localdate()
    assert "至今 1 人工资未足额代发，尚欠 6,000.00 元" in recheck.still_found(unpaid, today)
    assert Warning.objects.count() == 1
    pay()
    assert recheck.still_found(unpaid, today) == ""


def test_neither_a_switch_nor_a_crash_settles_anything(unpaid, monkeypatch):
    setting("PAY-01", enabled=False, valid_from=timezone.localdate())
    assert recheck.still_found(unpaid, timezone.localdate())
    monkeypatch.setattr(WagesOverdue, "find", lambda self, today: self.sql("SELECT 1 / 0 AS project_id", today))
    assert recheck.still_found(unpaid, timezone.localdate()) == recheck.CRASHED
    assert Warning.objects.filter(pk=unpaid.pk).exists()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_every_rule_can_be_asked_about_one_project(rule, db):
    made = warning(rule_code=rule.code, setting=setting(rule.code, level=rule.level, params=rule.defaults()))
    assert recheck.still_found(made, timezone.localdate()) != recheck.CRASHED


def test_another_months_finding_is_not_this_ones(unpaid):
    unpaid.subject_key = "2020-01"
    assert recheck.still_found(unpaid, timezone.localdate()) == ""


# --- one officer -----------------------------------------------------------------------------------------------------


def test_one_officer_alone_does_not_release_what_is_still_found(county, unpaid):
    with pytest.raises(ValidationError, match=r"仍核对到：.*尚欠 6,000\.00 元.*不能由一人解除.*由另一名监管员复核"):
        services.release(warning=unpaid, text=REASON, files=[PDF], by=county, seen=unpaid.state)
    assert Warning.objects.get().state == WarningState.VERIFYING
    pay()
    services.release(warning=unpaid, text=REASON, files=[PDF], by=county, seen=unpaid.state)
    made = Warning.objects.get()
    assert (made.state, made.still_found) == (WarningState.RELEASED, False)


def test_the_database_asks_for_the_second_officer_too(county, colleague, unpaid):
    facts = {"state": "released", "release_kind": ReleaseKind.EVIDENCE, "released_at": timezone.now()}
    for still_found in (None, True):
        with pytest.raises(IntegrityError, match="takes two officers"), transaction.atomic():
            Warning.objects.filter(pk=unpaid.pk).update(**facts, still_found=still_found)
    demand = ask(unpaid, county)
    settled = {"state": DemandState.DONE, "settled_at": timezone.now()}
    with pytest.raises(IntegrityError, match="settled_by_another"), transaction.atomic():
        Demand.objects.filter(pk=demand.pk).update(**settled, settled_by=county)
    Demand.objects.filter(pk=demand.pk).update(**settled, settled_by=colleague)
    assert Warning.objects.filter(pk=unpaid.pk).update(**facts, still_found=True) == 1


# --- two -------------------------------------------------------------------------------------------------------------


def test_a_colleague_consents_on_the_same_evidence(county, colleague, unpaid):
    demand = ask(unpaid, county)
    assert (demand.kind, demand.of, demand.number) == (DemandKind.RELEASE, county.organization, "")
    asked = unpaid.disposals.get(act=Act.RELEASE_ASKED)
    assert "尚欠 6,000.00 元" in asked.text
    assert attachments.of(asked).get().name == PDF[0]
    assert Notice.objects.filter(user=colleague, text__contains="申请解除预警").exists()
    assert not Notice.objects.filter(user=county, text__contains="申请解除预警").exists()
    with pytest.raises(PermissionDenied):
        decide(demand, county)
    decide(demand, colleague)
    made = Warning.objects.get()
    assert (made.state, made.release_kind, made.still_found) == ("released", ReleaseKind.EVIDENCE, True)
    last = made.disposals.get(act=Act.RELEASED)
    assert (last.by, last.demand) == (colleague, demand)
    assert county.name in last.text
    assert "尚欠 6,000.00 元" in last.text


def test_the_office_above_refuses_and_the_warning_goes_on(county, prefecture, unpaid):
    demand = decide(ask(unpaid, county, prefecture.organization), prefecture, granted=False)
    unpaid.refresh_from_db()
    assert (demand.state, unpaid.state, unpaid.still_found) == (DemandState.REFUSED, WarningState.VERIFYING, None)
    assert Notice.objects.filter(user=county, text__contains="解除申请未同意").exists()
    ask(unpaid, county, prefecture.organization)


def test_it_is_asked_once_and_of_an_office_that_may_look(county, colleague, prefecture, unpaid):
    lonely = user(Role.OFFICER, prefecture.organization)
    for of in (officer("530921").organization, officer("530000").organization):
        with pytest.raises(ValidationError, match="本单位或上一级"):
            ask(unpaid, county, of)
    ask(unpaid, county, prefecture.organization)
    with pytest.raises(services.Overtaken):
        ask(unpaid, colleague, prefecture.organization)
    with pytest.raises(IntegrityError), transaction.atomic():
        ask(unpaid, colleague)
    assert selectors.waiting_for(lonely, timezone.localdate()).count() == 1
    assert not selectors.waiting_for(colleague, timezone.localdate()).exists()


def test_without_a_colleague_only_the_office_above_is_asked(county, prefecture, unpaid):
    with pytest.raises(ValidationError, match="本单位或上一级"):
        ask(unpaid, county)
    assert ask(unpaid, county, prefecture.organization).of == prefecture.organization


def test_what_the_data_answers_meanwhile_needs_nobody(county, colleague, unpaid):
    demand = ask(unpaid, county)
    pay()
    engine.sweep(timezone.localdate(), only=[WagesOverdue])
    demand.refresh_from_db()
    assert (Warning.objects.get().release_kind, demand.state) == (ReleaseKind.DATA, DemandState.LAPSED)


# --- pages -----------------------------------------------------------------------------------------------------------


def upload(content: bytes = PDF[1], name: str = "承诺书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def release_address(made: Warning) -> str:
    return reverse("alerts:warning_act", args=[made.pk, "release"])


def test_the_page_says_what_is_found_and_asks_a_colleague(client, county, colleague, unpaid):
    client.force_login(county)
    text = client.get(unpaid.get_absolute_url()).content.decode()
    assert "按今天的数据仍核对到" in text
    assert "申请解除" in text
    sent = {"release-seen": "verifying", "release-text": REASON, "release-of": county.organization_id}
    bare = client.post(release_address(unpaid), sent)
    assert (bare.status_code, "没有证据材料不能解除" in bare.content.decode()) == (422, True)
    for bad, said in ((upload(b""), "空"), (upload(b"MZ"), "不是 .pdf 格式"), (upload(name="a.docx"), "不支持")):
        answer = client.post(release_address(unpaid), sent | {"release-files": bad})
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said
    assert client.post(release_address(unpaid), sent | {"release-files": upload()}).status_code == 302
    demand = Demand.objects.get()
    text = client.get(unpaid.get_absolute_url()).content.decode()
    assert "已申请解除，待" in text
    assert 'id="release"' not in text
    assert "复核解除申请" not in client.get(demand.get_absolute_url()).content.decode()
    client.force_login(colleague)
    text = client.get(demand.get_absolute_url()).content.decode()
    assert "尚欠 6,000.00 元" in text
    assert "复核解除申请" in text
    address = reverse("alerts:demand_act", args=[demand.pk, "review"])
    client.post(address, {"review-seen": demand.seen, "review-granted": "yes", "review-text": "同意。"})
    assert Warning.objects.get().state == WarningState.RELEASED


def test_the_contractors_files_are_taken_over_as_evidence(client, county, unpaid):
    demand = report(order(unpaid, county), files=[PDF, ("回单.pdf", b"%PDF-1.7 receipt")])
    said = services.reply(warning=unpaid, text="说明。", files=[("说明.pdf", b"%PDF-1.7 said")], by=clerk(demand.of))
    pay()
    client.force_login(county)
    assert release_address(unpaid) in client.get(demand.get_absolute_url()).content.decode()
    page = client.get(release_address(unpaid))
    assert "已全部补发。" in page.content.decode()
    names = {str(one.file.pk): one.file.name for one in selectors.sent_files(unpaid)}
    assert set(names.values()) == {PDF[0], "回单.pdf", "说明.pdf"}
    boxes = page.context["form"]["sent"].subwidgets
    assert [box.data["value"] for box in boxes] == list(names)
    assert not any(box.data["selected"] for box in boxes)  # the officer chooses what to adopt
    chosen = next(key for key, name in names.items() if name == "回单.pdf")
    sent = {"release-seen": "corrected", "release-text": "复核属实。"}
    bare = client.post(release_address(unpaid), sent)
    assert (bare.status_code, "请勾选采用企业提交的材料" in bare.content.decode()) == (422, True)
    foreign = attachments.store(b"%PDF-1.7 other", "别处.pdf", by=county, owner=said)
    other = attachments.store(b"%PDF-1.7 other", "别处.pdf", by=county, owner=county.organization)
    assert client.post(release_address(unpaid), sent | {"release-sent": [other.pk]}).status_code == 422
    assert foreign.pk
    assert client.post(release_address(unpaid), sent | {"release-sent": [chosen]}).status_code == 302
    released = unpaid.disposals.get(act=Act.RELEASED)
    (file,) = attachments.of(released)
    assert (file.name, attachments.read(file)) == (names[chosen], attachments.read(_file(chosen)))
    demand.refresh_from_db()
    assert demand.state == DemandState.DONE


def _file(key: str):
    return attachments.Attachment.objects.get(pk=key)


@pytest.mark.parametrize(
    ("state", "main"),
    [("new", "签收"), ("accepted", "核实"), ("verifying", "责令限期整改"), ("corrected", "解除预警")],
)
def test_the_main_button_is_the_next_step(client, county, unpaid, state, main):
    pay()
    Warning.objects.filter(pk=unpaid.pk).update(state=state)
    client.force_login(county)
    page = client.get(unpaid.get_absolute_url()).content.decode()
    header = page.split("page-head-actions", 1)[1].split("warning-message")[0]
    buttons = [piece.split("</button>")[0] for piece in header.split("btn-primary")[1:]]
    assert len(buttons) == 1
    assert main in buttons[0]
