"""The pages of what an office asks of a unit."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from alerts import services
from alerts.enums import DemandState, WarningState
from alerts.models import Demand, Warning
from tests.alerts.factories import warning
from tests.alerts.test_demands import order, report, soon
from tests.organizations.factories import clerk, department, industry_officer, officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db):
    department("530902", "housing")
    return officer("530902")


@pytest.fixture
def verified(county):
    made = services.accept(warning=warning(due_on=soon(30)), by=county)
    return services.verify(warning=made, text="已核对。", by=county)


def pdf(name: str = "证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 proof", "application/pdf")


def act(demand: Demand, key: str) -> str:
    return reverse("alerts:demand_act", args=[demand.pk, key])


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_an_order_is_issued_from_the_warnings_page_and_printed(client, county, verified):
    client.force_login(county)
    unit = verified.project.general_contractor
    assert "责令限期整改" in text_of(client, verified.get_absolute_url())
    sent = {"seen": "verifying", "of": unit.pk, "text": "补发工资。", "basis": "条例第五十五条", "due_on": soon()}
    sent["consequence"] = "逾期不改正的，依法处理。"
    address = reverse("alerts:warning_act", args=[verified.pk, "order"])
    late = client.post(address, {f"order-{name}": value for name, value in (sent | {"due_on": "2020-01-01"}).items()})
    assert (late.status_code, "须晚于今天" in late.content.decode()) == (422, True)
    answer = client.post(address, {f"order-{name}": value for name, value in sent.items()})
    assert answer.url == verified.get_absolute_url()
    demand = Demand.objects.get()
    assert demand.number in text_of(client, verified.get_absolute_url())
    paper = text_of(client, reverse("alerts:demand_paper", args=[demand.pk]))
    for said in (
        "劳动保障监察限期整改指令书",
        demand.number,
        unit.name,
        "补发工资。",
        "条例第五十五条",
        f"{soon().year}年{soon().month}月{soon().day}日",
        "盖章",
    ):
        assert said in paper, said
    assert "逾期不改正的，依法处理。" in paper
    assert str(timezone.localdate()) not in paper
    assert paper.count(verified.message) == 1
    Warning.objects.filter(pk=verified.pk).update(message="后来的情况。")
    assert text_of(client, reverse("alerts:demand_paper", args=[demand.pk])).count(verified.message) == 1


@pytest.mark.parametrize(
    ("basis", "begins", "status"),
    [
        (
            "《保障农民工工资支付条例》第二十八条、第五十五条",
            "逾期不改正的，依照《保障农民工工资支付条例》第五十五条",
            422,
        ),
        ("《保障农民工工资支付条例》第十三条", "逾期不改正的，依照《保障农民工工资支付条例》第五十三条", 302),
    ],
)
def test_what_follows_is_left_out_only_where_no_article_says_it(client, county, basis, begins, status):
    made = services.accept(warning=warning(basis=basis, due_on=soon(30)), by=county)
    made = services.verify(warning=made, text="已核对。", by=county)
    client.force_login(county)
    address = reverse("alerts:warning_act", args=[made.pk, "order"])
    assert client.get(address).context["form"].initial["consequence"].startswith(begins)
    sent = {"seen": made.state, "of": made.project.general_contractor.pk, "text": "补发。", "basis": basis}
    sent |= {"due_on": soon(), "consequence": " "}
    answer = client.post(address, {f"order-{name}": value for name, value in sent.items()})
    assert answer.status_code == status
    assert list(Demand.objects.values_list("consequence", flat=True)) == ([""] if status == 302 else [])


def test_the_clerk_acknowledges_and_reports_on_the_demands_page(client, county, verified):
    demand = order(verified, county)
    own = clerk(demand.of)
    client.force_login(own)
    assert "督办与整改待办" in text_of(client, "/")
    text = text_of(client, demand.get_absolute_url())
    assert "提交整改报告" in text
    assert "未改正，延长整改" not in text
    client.post(act(demand, "acknowledge"), {"acknowledge-seen": demand.seen})
    demand.refresh_from_db()
    assert demand.acknowledged_by == own
    bare = client.post(act(demand, "report"), {"report-seen": demand.seen, "report-text": "已补发。"})
    assert bare.status_code == 422
    sent = {"report-seen": demand.seen, "report-text": "已补发。", "report-files": [pdf()]}
    assert client.post(act(demand, "report"), sent).url == demand.get_absolute_url()
    demand.refresh_from_db()
    assert demand.state == DemandState.ANSWERED
    again = sent | {"report-files": [pdf()]}
    assert client.post(act(demand, "report"), again, follow=True).content.decode().count("刚由") == 1
    assert "证明.pdf" in text_of(client, demand.get_absolute_url())
    assert "督办与整改待办" not in text_of(client, "/")
    client.force_login(county)
    assert "复核并解除" in text_of(client, demand.get_absolute_url())
    assert "督办与整改待办" in text_of(client, "/")


def test_a_stranger_finds_nothing(client, county, verified):
    demand = order(verified, county)
    for stranger in (clerk(), officer("530921"), industry_officer("530921")):
        client.force_login(stranger)
        for address in (demand.get_absolute_url(), reverse("alerts:demand_paper", args=[demand.pk])):
            assert client.get(address).status_code == 404
        assert client.post(act(demand, "report"), {}).status_code == 404


def test_the_industry_officer_is_asked_and_answers(client, county, verified):
    demand = services.ask_opinion(warning=verified, text="请核实。", due_on=soon(), by=county, seen=verified.state)
    expert = industry_officer("530902")
    client.force_login(expert)
    assert "督办与整改待办" in text_of(client, "/")
    order(verified, county)
    warning(verified.project)
    tile, count, query = client.get(reverse("alerts:warning_list")).context["waiting"]
    assert (tile, count) == ("待我部门答复", 1)
    found = client.get(reverse("alerts:warning_list") + query).context["table"].page
    assert [one.pk for one in found] == [verified.pk]
    listed = [
        [one.pk for one in client.get(reverse("alerts:demand_list"), asked).context["table"].page]
        for asked in ({}, {"desk": "all"})
    ]
    assert listed[0] == [demand.pk]
    assert len(listed[1]) == 2
    sent = {"answer-seen": demand.seen, "answer-text": "人工费已拨付。", "answer-files": [pdf("意见.pdf")]}
    client.post(act(demand, "answer"), sent)
    client.force_login(county)
    text = text_of(client, verified.get_absolute_url())
    assert "人工费已拨付。" in text
    assert "意见.pdf" in text
    client.force_login(clerk(verified.project.general_contractor))
    assert "人工费已拨付。" not in text_of(client, verified.get_absolute_url())


def test_the_list_shows_what_waits_by_its_day(client, county, verified):
    first = order(verified, county)
    verified.refresh_from_db()
    second = services.ask_opinion(warning=verified, text="…", due_on=soon(3), by=county, seen=verified.state)
    client.force_login(county)
    address = reverse("alerts:demand_list")

    def listed(**asked) -> list[int]:
        return [demand.pk for demand in client.get(address, asked).context["table"].page]

    assert listed() == [second.pk, first.pk]
    assert listed(kind="opinion") == [second.pk]
    assert listed(desk="by") == [second.pk, first.pk]
    assert listed(desk="of") == []
    client.force_login(officer("530900"))
    assert listed() == []
    assert listed(desk="all") == [second.pk, first.pk]
    client.force_login(county)
    Demand.objects.filter(pk=second.pk).update(due_on=soon(-1), first_due_on=soon(-1))
    assert listed(overdue="on") == [second.pk]
    report(first)
    assert listed(state="answered") == [first.pk]


def test_a_warning_raised_again_shows_what_happened_before(client, county):
    before = services.accept(warning=warning(due_on=soon(30)), by=county)
    services.note(warning=before, text="上次已约谈。", by=county)
    proof = [("证明.pdf", b"%PDF-1.7 proof")]
    services.release(warning=before, text="已补发。", files=proof, by=county, seen=WarningState.ACCEPTED)
    again = warning(before.project, follows=before, due_on=soon(30))
    client.force_login(county)
    text = text_of(client, again.get_absolute_url())
    assert "此前的处置记录" in text
    assert "上次已约谈。" in text
    client.force_login(clerk(before.project.general_contractor))
    assert "上次已约谈。" not in text_of(client, again.get_absolute_url())


def test_what_has_no_paper_is_not_printed(client, county, verified):
    asked = services.ask_opinion(warning=verified, text="…", due_on=soon(), by=county, seen=verified.state)
    client.force_login(county)
    assert client.get(reverse("alerts:demand_paper", args=[asked.pk])).status_code == 404
    assert client.get(act(asked, "nonsense")).status_code == 404
    assert timezone.localdate() < asked.due_on
