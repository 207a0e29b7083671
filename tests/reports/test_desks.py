from datetime import date, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from alerts.models import Warning
from organizations.enums import Industry, OrganizationKind, Role
from projects import imports
from projects.enums import Status
from projects.models import ImportBatch
from tests.accounts import factories as money
from tests.alerts.factories import set_due, warning
from tests.organizations import factories as people
from tests.projects.factories import project
from tests.reports.counting import noon, province
from tests.workers import factories as workers
from workers.models import AttendanceMonth

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
REGULATORS_QUERIES = 28


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(noon(TODAY), tick=False):
        yield


def desk(client, user, address: str = "/"):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer


def tile(answer, label: str):
    every = [*answer.context["tiles"], *answer.context.get("monthly_tiles", [])]
    return next(tile for tile in every if tile.label == label)


def text(answer) -> str:
    return answer.content.decode()


# --- everyone --------------------------------------------------------------------------------------------------------


def _users():
    yield people.officer("530000")
    yield people.officer("530900")
    yield people.officer("530902")
    yield people.industry_officer("530000")
    yield people.industry_officer("530000", OrganizationKind.BANK_REGULATOR)
    yield people.clerk()
    yield people.bank_clerk()
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        yield people.administrator(role)


def test_everyone_has_a_desk_also_where_nothing_is_there_yet(client):
    for user in _users():
        desk(client, user)


# --- regulators ------------------------------------------------------------------------------------------------------


def test_a_regulator_goes_down_to_the_own_places_and_nowhere_else(client):
    project(at="530902")
    project(at="530102", name="昆明的项目")
    client.force_login(people.officer("530900"))
    assert "临翔区" in text(client.get("/"))
    for page in ("/", reverse("reports:statistics"), reverse("reports:figure_projects")):
        assert client.get(f"{page}?region=530902").status_code == 200
        for foreign in ("530102", "530100", "530000", "5309", "530999", "x"):
            assert client.get(f"{page}?region={foreign}").status_code == 404, (page, foreign)
        assert "昆明的项目" not in text(client.get(page))


@pytest.mark.parametrize(("at", "region"), [("530000", ""), ("530000", "530900"), ("530902", "")])
def test_every_figure_agrees_with_the_list_it_leads_to(client, at, region):
    province(Random(11), projects=10)
    for made in Warning.objects.filter(state="new")[:4]:
        set_due(made, TODAY + timedelta(days=3))
    user = people.officer(at)
    answer = desk(client, user, f"/?region={region}")
    for label in ("未办结预警", "已逾期", "7 日内到期"):
        found = tile(answer, label)
        assert client.get(found.url).context["table"].count.value == found.value, label
    projects = tile(answer, "在建项目")
    assert client.get(projects.url).context["table"].count.value == projects.value
    assert projects.value > 0 or at == "530902"
    for label in ("专户开设率", "考勤更新率", "人工费拨付率"):
        found = tile(answer, label)
        lacking = client.get(found.url).context["table"].count.value
        assert lacking == found.denominator - found.numerator, label
    for label in ("劳动合同签订率", "实名制覆盖率", "代发率（人数）"):
        found = tile(answer, label)
        assert client.get(found.url).context["rate"] == (found.numerator, found.denominator), label


def test_bars_of_warnings_lead_to_as_many_warnings(client):
    province(Random(12), projects=8)
    answer = desk(client, people.officer("530000"))
    for chart in (answer.context["charts"]["level"], answer.context["charts"]["age"]):
        for row, link in zip(chart.rows, chart.links, strict=True):
            assert client.get(link).context["table"].count.value == sum(row[1:]), (chart.title, row)


def test_places_are_ranked_by_any_figure_and_those_without_one_come_last(client):
    project(at="530902")
    money.special_account(project(at="530102"))
    warning(project(at="530921"))
    user = people.officer("530000")
    people.region("530900")

    def order(sort: str = "") -> list[str]:
        table = desk(client, user, f"/?sort={sort}").context["places"]
        return [row.now.name for row in table.page]

    assert order() == ["临沧市", "昆明市"]
    assert order("account") == ["临沧市", "昆明市"]
    assert order("-account") == ["昆明市", "临沧市"]
    assert order("-projects") == ["临沧市", "昆明市"]
    assert order("nonsense") == order()
    assert order("payout") == ["昆明市", "临沧市"]  # nobody was paid anywhere: in the order of the codes


def test_a_county_shows_its_projects_the_most_warned_first(client):
    project(name="平静的项目")
    warning(project(name="有预警的项目"))
    answer = desk(client, people.officer("530902"))
    assert answer.context["places"] is None
    assert [row.name for row in answer.context["county_projects"].page] == ["有预警的项目", "平静的项目"]


def test_the_own_list_holds_what_is_overdue_nearly_due_or_sent_up(client):
    made = project()
    warning(made, title="逾期的", due_on=TODAY - timedelta(days=1))
    warning(made, title="将到期的", due_on=TODAY + timedelta(days=7))
    warning(made, title="还早的", due_on=TODAY + timedelta(days=8))
    warning(made, title="上报到市的", due_on=TODAY + timedelta(days=20), office_level=4)
    county = desk(client, people.officer("530902")).context["due"]
    assert [row.title for row in county.page] == ["逾期的", "将到期的"]
    prefecture = desk(client, people.officer("530900")).context["due"]
    assert [row.title for row in prefecture.page] == ["逾期的", "上报到市的"]


def test_an_industry_officer_sees_the_own_industry_only(client):
    project(name="房建项目")
    warning(project(name="水利项目", industry=Industry.WATER), due_on=TODAY)
    answer = desk(client, people.industry_officer("530902", OrganizationKind.WATER))
    assert tile(answer, "在建项目").value == 1
    assert "水利项目" in text(answer)
    assert "房建项目" not in text(answer)


def test_no_more_queries_for_more_projects(client, django_assert_max_num_queries):
    for at in ("530000", "530902"):
        user = people.officer(at)
        desk(client, user)
        for _ in range(2):
            province(Random(3), projects=4)
            with django_assert_max_num_queries(REGULATORS_QUERIES):
                client.get("/")


# --- statistics ------------------------------------------------------------------------------------------------------


def test_statistics_show_every_place_and_industry_with_part_and_whole(client):
    money.special_account(project(supervised_from=date(2026, 7, 1)))
    project(at="530921", industry=Industry.WATER)
    answer = desk(client, people.officer("530900"), reverse("reports:statistics"))
    assert [place.name for place in answer.context["places"].page] == ["临沧市", "临翔区", "凤庆县"]
    assert "1/2" in text(answer)
    assert "50.0%" in text(answer)
    narrow = client.get(reverse("reports:statistics"), {"industry": "water"})
    assert narrow.context["places"].page.rows[0].figures["projects"] == 1


# --- a contractor's clerk --------------------------------------------------------------------------------------------


def own_card(answer, name: str):
    return next(card for card in answer.context["cards"] if card.project.name == name)


def test_a_clerk_sees_what_is_missing_and_where_to_fill_it(client):
    unit = people.organization()
    made = project(contractor=unit, name="我的项目", address="")
    project(name="别家的项目")
    answer = desk(client, people.clerk(unit))
    card = own_card(answer, "我的项目")
    assert card.missing == len(card.gaps) > 0
    assert reverse("projects:project_edit", args=[made.pk]) in text(answer)
    assert "别家的项目" not in text(answer)


def test_a_clerk_sees_what_is_due(client):
    unit = people.organization()
    made = project(contractor=unit, name="欠报的项目", contract_signed_on=date(2026, 9, 1))
    person = workers.engagement(made)
    workers.attendance(person, date(2026, 10, 8))
    answer = desk(client, people.clerk(unit))
    told = {task.text: task.late for task in own_card(answer, "欠报的项目").tasks}
    assert told == {
        "尚未开设工资专用账户，应于 2026-10-01 前开设": True,
        "昨日考勤未报送，最近考勤 2026-10-08": True,
        "2026年10月工资表未上传（1 人有考勤），发放日 2026-11-15": True,
    }


def test_a_clerk_who_is_up_to_date_has_nothing_to_do(client):
    unit = people.organization()
    made = project(contractor=unit, name="按时的项目")
    account = money.special_account(made)
    person = workers.engagement(made)
    workers.attendance(person, date(2026, 10, 8), date(2026, 11, 23))
    money.entry(account, 9000)
    line = money.payroll_line(money.payroll(made, date(2026, 10, 1)), engagement=person)
    answer = desk(client, people.clerk(unit))
    assert [task.text for task in own_card(answer, "按时的项目").tasks] == [
        "2026年10月工资还有 6,000.00 元未代发，发放日 2026-11-15"
    ]
    money.payout(line, account)
    assert own_card(desk(client, people.clerk(unit)), "按时的项目").tasks == []


def test_pay_day_31_is_the_last_day_of_a_shorter_month_and_not_late_on_it(client):
    unit = people.organization()
    made = project(contractor=unit, name="月底发", wage_pay_day=31)
    money.special_account(made)
    workers.attendance(workers.engagement(made), date(2026, 10, 8), date(2026, 11, 23))
    tasks = own_card(desk(client, people.clerk(unit)), "月底发").tasks
    assert [(task.text, task.late) for task in tasks] == [
        ("2026年10月工资表未上传（1 人有考勤），发放日 2026-11-30", False)
    ]


@pytest.mark.parametrize(
    ("fields", "last", "expected"),
    [
        ({}, date(2026, 11, 23), None),
        ({}, date(2026, 11, 22), False),
        ({}, date(2026, 11, 21), False),
        ({}, date(2026, 11, 20), True),
        ({"is_linear": True}, date(2026, 11, 8), None),
        ({"is_linear": True}, date(2026, 11, 7), False),
        ({"is_linear": True}, date(2026, 11, 4), True),
        ({"actual_start_on": date(2026, 11, 23)}, None, None),
        ({"actual_start_on": date(2026, 11, 1)}, None, True),
    ],
)
def test_attendance_is_due_the_next_day_and_late_after_three(client, fields, last, expected):
    unit = people.organization()
    made = project(contractor=unit, name="工地", **fields)
    if last:
        workers.attendance(workers.engagement(made), last)
    tasks = own_card(desk(client, people.clerk(unit)), "工地").tasks
    assert next((task.late for task in tasks if "考勤未报送" in task.text), None) is expected


def test_a_project_that_does_not_work_owes_no_attendance(client):
    unit = people.organization()
    project(contractor=unit, name="停工的", status=Status.SUSPENDED)
    tasks = own_card(desk(client, people.clerk(unit)), "停工的").tasks
    assert not [task for task in tasks if "考勤" in task.text]


def test_a_clerk_sends_every_sheet_from_the_desk(client):
    unit = people.organization()
    made = project(contractor=unit)
    answer = desk(client, people.clerk(unit))
    labels = [label for label, _ in answer.context["cards"][0].sheets]
    assert {"上传农民工花名册", "上传考勤表", "上传工资表", "上传专户对账单"} <= set(labels)
    for kind in imports.project_kinds():
        address = reverse("imports:upload", args=[made.pk, kind])
        assert address in text(answer)
        assert client.get(address).status_code == 200


def test_a_clerk_reads_warnings_with_what_would_release_them_and_refused_sheets(client, file_of):
    unit = people.organization()
    user = people.clerk(unit)
    made = project(contractor=unit)
    warning(made, release_when="补发当月工资后自动解除。")
    fields = {"project": made, "kind": "roster", "by": user}
    ImportBatch.objects.create(file=file_of("退回.xlsx", user), state="applied", refused=3, **fields)
    ImportBatch.objects.create(file=file_of("好的.xlsx", user), state="applied", accepted=3, **fields)
    ImportBatch.objects.create(file=file_of("放弃.xlsx", user), state="discarded", refused=3, **fields)
    page = text(desk(client, user))
    assert "补发当月工资后自动解除。" in page
    assert "退回.xlsx" in page
    assert "好的.xlsx" not in page
    assert "放弃.xlsx" not in page


def test_no_more_queries_for_more_projects_of_a_clerk(client):
    unit = people.organization()
    user = people.clerk(unit)
    counts = []
    for _ in range(2):
        for _ in range(3):
            workers.attendance(workers.engagement(project(contractor=unit)), date(2026, 10, 8))
        client.force_login(user)
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1] < 28


# --- banks, administrators -------------------------------------------------------------------------------------------


def test_a_bank_sees_the_accounts_it_keeps_and_what_does_not_add_up(client):
    bank = people.bank()
    account = money.special_account(project(), bank=bank, name="本行专户")
    money.special_account(project(), name="他行专户")
    money.entry(account, 9000, stated_balance="9001.00", booked_on=date(2026, 10, 8))
    money.entry(account, -3000, "wage", booked_on=date(2026, 10, 9))
    answer = desk(client, people.bank_clerk(bank))
    assert "本行专户" in text(answer)
    assert "他行专户" not in text(answer)
    told = {tile.label: tile.value for tile in answer.context["tiles"]}
    assert told == {
        "在管专户": 1,
        "待返回结果的代发批次": 0,
        "30 天无流水": 1,
        "对账差异": 1,
        "余额与推算不符": 1,
    }


def test_administrators_see_counts_and_links_and_no_project(client):
    project(name="某项目")
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        answer = desk(client, people.administrator(role))
        assert answer.context["tiles"]
        assert escape("某项目") not in text(answer)
        for _, _, url in answer.context["duties"]:
            assert client.get(url).status_code == 200, url


def test_months_of_zero_days_are_no_attendance(client):
    unit = people.organization()
    made = project(contractor=unit, name="零天")
    person = workers.engagement(made)
    AttendanceMonth.objects.create(engagement=person, project=made, month=date(2026, 11, 1), days=0)
    tasks = own_card(desk(client, people.clerk(unit)), "零天").tasks
    assert "昨日考勤未报送，还没有任何考勤" in [task.text for task in tasks]
