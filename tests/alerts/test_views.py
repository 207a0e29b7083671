from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from alerts import services
from alerts.enums import Act, Level, WarningState
from alerts.models import CaseLead, Warning
from alerts.rules import rules
from core.models import AuditEntry
from organizations.enums import OrganizationKind, Role
from tests.alerts.factories import warning
from tests.alerts.sweeping import HasAddress, sweep
from tests.organizations.factories import administrator, bank_clerk, clerk, industry_officer, officer, region
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
LIST = reverse("alerts:warning_list")


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def county():
    return officer("530902")


@pytest.fixture
def desk(client, county):
    client.force_login(county)
    return client


def page(client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def pdf(name: str = "凭证.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 proof", "application/pdf")


def address(of: Warning, act: str) -> str:
    return reverse("alerts:warning_act", args=[of.pk, act])


def listed(client, query: str = "") -> set[int]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {record.pk for record in response.context["table"].page}


# --- list ------------------------------------------------------------------------------------------------------------


def test_the_desk_shows_open_warnings_of_the_area_most_urgent_first(desk, today):
    later = warning(due_on=today + timedelta(days=9))
    sooner = warning(due_on=today - timedelta(days=1))
    warning(state=WarningState.TRANSFERRED)
    elsewhere = warning(project(at="530921", name="凤庆项目"))
    text = page(desk, LIST)
    assert text.index(f"/alerts/{sooner.pk}/") < text.index(f"/alerts/{later.pk}/")
    assert "逾期 1 天" in text
    assert "剩 9 天" in text
    assert elsewhere.project.name not in text
    assert listed(desk) == {later.pk, sooner.pk}


def test_every_filter_narrows(desk, county, today):
    region("530921")
    one = warning(level=Level.RED, due_on=today - timedelta(days=1), rule_code="PAY-01", subject="pay")
    two = warning(
        project(name="特别的项目"), level=Level.YELLOW, due_on=today + timedelta(days=3), rule_code="ACC-01",
        subject="account", raised_at=timezone.now() - timedelta(days=20),
    )  # fmt: skip
    mine = warning(due_on=today + timedelta(days=20), state=WarningState.ACCEPTED, handler=county)
    done = warning(state=WarningState.RELEASED, release_kind="data", released_at=timezone.now())
    assert listed(desk, "?overdue=on") == {one.pk}
    assert listed(desk, "?due_soon=on") == {two.pk}
    assert listed(desk, "?level=red") == {one.pk}
    assert listed(desk, "?rule=ACC-01") == {two.pk}
    assert listed(desk, "?subject=account") == {two.pk}
    assert listed(desk, "?age=16-30") == {two.pk}
    assert listed(desk, "?q=特别") == {two.pk}
    assert listed(desk, "?desk=mine") == {mine.pk}
    assert listed(desk, "?desk=office") == {one.pk, two.pk, mine.pk}
    assert listed(desk, "?state=accepted") == {mine.pk}
    assert listed(desk, "?state=released") == {done.pk}
    assert listed(desk, "?state=all") == {one.pk, two.pk, mine.pk, done.pk}
    assert listed(desk, f"?project={two.project_id}") == {two.pk}
    assert listed(desk, "?level=nonsense&sort=--due_on&cursor=x&age=1-&project=x") == {one.pk, two.pk, mine.pk}


def test_a_prefecture_drills_down_to_a_county(client):
    here, there = warning(), warning(project(at="530921"))
    client.force_login(officer("530900"))
    assert listed(client) == {here.pk, there.pk}
    assert listed(client, "?region=530921") == {there.pk}
    assert listed(client, "?region=530100") == {here.pk, there.pk}  # not theirs to ask for


@pytest.mark.parametrize("sort", ["due_on", "-due_on", "-severity", "severity", "-raised_at", "raised_at"])
def test_pages_follow_each_other_in_every_order(desk, sort, monkeypatch):
    monkeypatch.setattr("alerts.tables.WarningTable.page_size", 2)
    made = {warning(level=level).pk for level in (*Level, *Level)}
    seen, query = [], f"?sort={sort}"
    while query:
        table = desk.get(LIST + query).context["table"]
        seen += [record.pk for record in table.page]
        query = table.next_url
    assert len(seen) == 6
    assert set(seen) == made


def test_several_are_accepted_at_once(desk, county):
    made = [warning() for _ in range(3)]
    text = page(desk, LIST)
    assert text.count('name="warning"') == 3
    answer = desk.post(reverse("alerts:warning_accept_many") + "?level=orange", {"warning": [w.pk for w in made[:2]]})
    assert answer.url == f"{LIST}?level=orange"
    assert Warning.objects.filter(state="accepted", handler=county).count() == 2


def test_what_is_not_the_offices_cannot_be_chosen(client):
    made = warning()
    client.force_login(officer("530900"))
    assert 'name="warning"' not in page(client, LIST)
    client.post(reverse("alerts:warning_accept_many"), {"warning": [made.pk, "x", 10**30]})
    assert Warning.objects.get().state == WarningState.NEW


def test_the_export_holds_what_the_filter_shows_and_is_on_record(desk, county):
    kept = warning(level=Level.RED, message="=1+1")
    warning(level=Level.YELLOW)
    answer = desk.post(reverse("alerts:warning_export") + "?level=red")
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [kept.pk, "=1+1"] == [next(row for row in rows if "=1+1" in row)[number] for number in (0, 9)]
    assert sum(kept.project.code in row or "YELLOW" in row for row in rows) == 1
    head, row = (next(row for row in rows if mark in row) for mark in ("产生时间", "=1+1"))
    told = dict(zip(head, row, strict=True))
    assert all(isinstance(told[name], datetime) for name in ("产生时间", "处置期限"))
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor, entry.detail["rows"]) == ("warning.export", county, 1)


def test_the_list_costs_the_same_for_one_row_as_for_many(desk, django_assert_max_num_queries):
    def cost() -> int:
        with django_assert_max_num_queries(20) as queries:
            desk.get(LIST)
        return len(queries)

    warning()
    cost()  # the session
    one = cost()
    for _ in range(20):
        warning()
    assert cost() == one


# --- detail ----------------------------------------------------------------------------------------------------------


def test_the_detail_explains_the_warning(desk):
    home = project(address="世纪路1号", contract_amount="1234.50")
    sweep()
    text = page(desk, Warning.objects.get().get_absolute_url())
    for said in (
        "地址是世纪路1号。",
        "清空地址后自动解除。",
        "第 1 版",
        "letters",
        "1,234.50",
        home.name,
        "签收",
    ):
        assert said in text
    assert f"/projects/{home.pk}/" in text
    assert HasAddress.basis in text


@pytest.mark.parametrize("who", ["sibling", "bank", "clerk", "water"])
def test_out_of_scope_there_is_no_warning(client, who):
    made = warning()
    others = {
        "sibling": lambda: officer("530921"),
        "bank": bank_clerk,
        "clerk": clerk,
        "water": lambda: industry_officer("530902", OrganizationKind.WATER),
    }
    client.force_login(others[who]())
    page(client, made.get_absolute_url(), 404)
    assert listed(client) == set()


def test_administrators_have_no_business_here(client):
    made = warning()
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        client.force_login(administrator(role))
        page(client, LIST, 403)
        page(client, made.get_absolute_url(), 403)


def test_a_clerk_reads_what_would_release_it_and_nothing_internal(client, county):
    made = services.accept(warning=warning(), by=county)
    services.note(warning=made, text="内部意见", by=county)
    services.verify(warning=made, text="现场核实记录", by=county)
    client.force_login(clerk(made.project.general_contractor))
    text = page(client, made.get_absolute_url())
    assert "补发后自动解除。" in text
    assert "人社部门" in text
    for hidden in ("内部意见", "现场核实记录", county.name, "解除预警", "补充说明"):
        assert hidden not in text
    assert client.post(address(made, "release")).status_code == 403
    assert client.get(address(made, "note")).status_code == 403


def test_a_clerk_answers_from_the_warnings_page_and_the_office_reads_it(client, county):
    made = services.accept(warning=warning(), by=county)
    own = clerk(made.project.general_contractor)
    client.force_login(own)
    assert "情况说明" in page(client, made.get_absolute_url())
    assert client.post(address(made, "reply"), {"reply-seen": made.state}).status_code == 422
    sent = {"reply-seen": made.state, "reply-text": "工资已补发。", "reply-files": [pdf("回单.pdf")]}
    assert client.post(address(made, "reply"), sent).url == made.get_absolute_url()
    for reader in (own, county, industry_officer("530902")):
        client.force_login(reader)
        text = page(client, made.get_absolute_url())
        for said in ("工资已补发。", "回单.pdf", own.name):
            assert said in text, reader.role
    client.force_login(clerk())
    page(client, address(made, "reply"), 404)
    client.force_login(county)
    assert client.post(address(made, "reply"), sent).status_code == 403


def test_closing_a_case_is_confirmed_and_can_be_taken_back(desk, county):
    made = services.accept(warning=warning(), by=county)
    lead = services.transfer(warning=made, reason="…", by=county, seen=made.state)
    assert "已结案" not in page(desk, lead.get_absolute_url())
    desk.post(lead.get_absolute_url(), {"state": "filed", "text": "予以立案。"})
    refused = desk.post(lead.get_absolute_url(), {"state": "closed", "text": "已支付。"})
    assert refused.status_code == 422
    assert "请勾选“确认结案”。" in refused.content.decode()
    closing = {"state": "closed", "text": "已支付。", "confirm": "on"}
    assert "请选择结案方式。" in desk.post(lead.get_absolute_url(), closing).content.decode()
    desk.post(lead.get_absolute_url(), closing | {"conclusion": "ordered"})
    assert CaseLead.objects.get().state == CaseLead.State.CLOSED
    assert "撤销结案" in page(desk, lead.get_absolute_url())
    desk.post(lead.get_absolute_url(), {"state": "filed", "text": "支付不实。"})
    assert CaseLead.objects.get().state == CaseLead.State.FILED


def test_what_an_office_is_late_with_is_not_the_contractors_matter(client):
    made = warning(home_level=4, office_level=4)
    client.force_login(clerk(made.project.general_contractor))
    assert listed(client) == set()
    page(client, made.get_absolute_url(), 404)
    client.force_login(officer("530902"))
    assert listed(client) == {made.pk}


def test_an_industry_officer_may_only_add_notes(client):
    made = warning()
    client.force_login(industry_officer("530902"))
    answer = client.post(address(made, "note"), {"note-seen": made.state, "note-text": "已约谈总包。"})
    assert answer.url == made.get_absolute_url()
    assert "已约谈总包。" in page(client, made.get_absolute_url())
    assert client.post(address(made, "accept"), {"accept-seen": made.state}).status_code == 403


# --- acts ------------------------------------------------------------------------------------------------------------


def test_from_acceptance_to_release_with_evidence(desk, county):
    made = warning()
    desk.post(address(made, "accept"), {"accept-seen": "new"})
    desk.post(address(made, "verify"), {"verify-seen": "accepted", "verify-text": "工资已补发，正在核对。"})
    proof = {"release-seen": "verifying", "release-text": "已核对银行回单。", "release-files": [pdf(), pdf("b.pdf")]}
    answer = desk.post(address(made, "release"), proof, follow=True)
    text = answer.content.decode()
    assert "预警已解除。" in text
    assert "凭证.pdf" in text
    assert list(made.disposals.values_list("act", flat=True)) == ["raised", "accepted", "verifying", "released"]
    file = next(link for link in text.split('"') if link.startswith("/attachments/"))
    assert b"".join(desk.get(file)) == b"%PDF-1.7 proof"


def test_a_release_without_evidence_says_what_is_missing(desk, county):
    made = services.accept(warning=warning(), by=county)
    answer = desk.post(address(made, "release"), {"release-seen": "accepted", "release-text": "好了"})
    assert answer.status_code == 422
    assert "请上传证据材料；没有证据材料不能解除。" in answer.content.decode()
    assert Warning.objects.get().state == WarningState.ACCEPTED


def test_evidence_of_a_wrong_kind_is_refused_with_its_name(desk, county):
    made = services.accept(warning=warning(), by=county)
    bad = SimpleUploadedFile("程序.exe", b"MZ")
    answer = desk.post(
        address(made, "release"), {"release-seen": "accepted", "release-text": "好了", "release-files": [pdf(), bad]}
    )
    assert answer.status_code == 422
    assert "程序.exe：不支持 .exe 文件" in answer.content.decode()


def test_the_slower_of_two_officers_is_told(desk, county):
    made = warning()
    other = officer("530902")
    services.accept(warning=made, by=other)
    answer = desk.post(address(made, "accept"), {"accept-seen": "new"}, follow=True)
    assert f"本预警刚由{other.name}处理" in answer.content.decode()
    assert made.disposals.filter(act=Act.ACCEPTED).count() == 1


def test_a_transfer_makes_a_case_lead_that_is_moved_on(desk, county):
    made = services.accept(warning=warning(), by=county)
    desk.post(address(made, "transfer"), {"transfer-seen": "accepted", "transfer-reason": "涉嫌拖欠工资。"})
    lead = CaseLead.objects.get()
    text = page(desk, made.get_absolute_url())
    assert lead.number in text
    assert lead.number in page(desk, reverse("alerts:case_lead_list"))
    assert "涉嫌拖欠工资。" in page(desk, lead.get_absolute_url())
    answer = desk.post(lead.get_absolute_url(), {"state": "filed", "text": "予以立案。"})
    assert answer.status_code == 302
    assert "已立案" in page(desk, lead.get_absolute_url())
    assert desk.post(lead.get_absolute_url(), {"state": "", "text": ""}).status_code == 422


def test_an_unknown_act_is_not_found_and_a_premature_one_forbidden(desk):
    made = warning()
    assert desk.get(address(made, "nonsense")).status_code == 404
    assert desk.get(address(made, "release")).status_code == 403
    assert desk.get(address(made, "accept")).status_code == 200


def test_case_leads_of_other_places_are_out_of_sight(desk):
    away = officer("530921")
    made = services.accept(warning=warning(project(at="530921")), by=away)
    lead = services.transfer(warning=made, reason="…", by=away, seen=made.state)
    assert lead.number not in page(desk, reverse("alerts:case_lead_list"))
    assert desk.get(lead.get_absolute_url()).status_code == 404


# --- a project's warnings, the catalogue -----------------------------------------------------------------------------


def test_a_project_lists_its_warnings_open_and_closed(desk):
    home = project()
    warning(home, title="还开着")
    warning(home, title="办完了", state=WarningState.RELEASED, release_kind="data", released_at=timezone.now())
    warning(title="别家的")
    text = page(desk, reverse("alerts:project_warnings", args=[home.pk]))
    assert "还开着" in text
    assert "办完了" in text
    assert "别家的" not in text
    assert desk.get(reverse("alerts:project_warnings", args=[project(at="530921").pk])).status_code == 404


def test_the_catalogue_shows_every_rule_with_its_figures(desk):
    services.sync_settings()
    warning(rule_code="PAY-01")
    warning(project(at="530921"), rule_code="PAY-01")
    text = page(desk, reverse("alerts:rule_list"))
    assert "当月工资超过工资发放日 5 日仍未发放" in text
    assert "50,000 元" in text
    assert text.count('class="rule-entry"') == len(rules())
    entry = text[text.index('id="PAY-01"') : text.index('id="PAY-02"')]
    assert "1 条" in entry
    assert "2 条" not in entry


def test_rules_are_looked_for_by_code_name_and_article(client):
    client.force_login(officer("530902"))
    address = reverse("alerts:rule_list")

    def found(**asked) -> set[str]:
        return {entry.rule.code for entry in client.get(address, asked).context["entries"]}

    assert found(q="pay-01") == {"PAY-01"}
    assert "ACC-02" in found(q="挪用")
    assert found(subject="attendance") < found()
    assert "没有符合条件的规则" in client.get(address, {"q": "没有这样的"}).content.decode()
