from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import Attachment, AuditEntry
from projects.enums import Status
from tests.organizations.factories import bank_clerk, clerk, industry_officer, officer
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import card_number, id_number
from workers.enums import AttendanceSource
from workers.models import AttendanceCorrection, AttendanceDay, BankCard, Engagement, LabourContract, Worker
from workers.services import DayRow, write_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    return project()


@pytest.fixture
def keeper(site):
    return clerk(site.general_contractor)


@pytest.fixture
def signed_in(client, keeper):
    client.force_login(keeper)
    return client


@pytest.fixture
def person(site):
    return factories.engagement(
        site, factories.worker(name="曾小明", name_pinyin="zengxiaoming zxm", domicile_code="530902")
    )


def form(**changes):
    return {
        "name": "李四",
        "id_type": "01",
        "id_number": id_number(),
        "trade": "020",
        "work_role": "20",
        "team": "钢筋一班",
        "entered_on": "2026-08-10",
        "wage_method": "day",
    } | changes


def pages(site, engagement):
    """Every page that shows this person."""
    return [
        reverse("workers:worker_list"),
        reverse("workers:register", args=[site.pk]),
        reverse("workers:worker_detail", args=[engagement.worker_id]),
        reverse("workers:attendance", args=[site.pk]) + "?month=2026-09",
    ]


# --- scope and roles -------------------------------------------------------------------------------------------------


def test_whoever_sees_the_project_sees_its_people(client, site, person, keeper):
    for user in (keeper, officer("530902"), officer("530900"), officer("530000"), industry_officer("530902")):
        client.force_login(user)
        for page in pages(site, person):
            assert "曾小明" in client.get(page).content.decode(), (user, page)


def test_a_sibling_county_and_a_foreign_contractor_find_nothing(client, site, person):
    for user in (officer("530921"), clerk(), officer("530100")):
        client.force_login(user)
        everywhere, *own = pages(site, person)
        assert "曾小明" not in client.get(everywhere).content.decode()
        for page in own:
            assert client.get(page).status_code == 404


def test_what_is_foreign_cannot_be_written_either(client, site, person):
    contract = factories.contract(person)
    client.force_login(clerk())
    for page in (
        reverse("workers:enrol", args=[site.pk]),
        reverse("workers:engagement_edit", args=[person.pk]),
        reverse("workers:engagement_exit", args=[person.pk]),
        reverse("workers:contract_add", args=[person.pk]),
        reverse("workers:contract_edit", args=[contract.pk]),
        reverse("workers:attendance_correct", args=[person.pk, "2026-09-01"]),
    ):
        assert client.post(page, form()).status_code == 404, page


def test_officers_read_and_do_not_write_and_banks_see_no_people(client, site, person):
    client.force_login(officer())
    assert client.get(reverse("workers:enrol", args=[site.pk])).status_code == 403
    client.force_login(bank_clerk())
    assert client.get(reverse("workers:worker_list")).status_code == 403


def test_a_worker_page_shows_only_the_projects_in_scope(client, site, person):
    elsewhere = factories.engagement(project(at="530921", name="凤庆项目"), person.worker)
    client.force_login(officer("530902"))
    page = client.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()
    assert site.name in page
    assert elsewhere.project.name not in page


def test_numbers_are_masked_and_revealed_only_on_record(signed_in, person):
    factories.bank_card(person.worker)
    number = person.worker.id_number
    page = signed_in.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()
    assert number not in page
    assert f"530902********{number[-4:]}" in page
    answer = signed_in.post(
        reverse("core:reveal"),
        {"model": "workers.worker", "pk": person.worker_id, "field": "id_number", "reason": "核对身份证"},
    )
    assert number in answer.content.decode()
    assert AuditEntry.objects.filter(action="reveal").exists()


def test_the_domicile_is_named_in_full(signed_in, person):
    page = signed_in.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()
    assert "云南省临沧市临翔区" in page
    Worker.objects.update(domicile_code="999999")
    assert "999999" in signed_in.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()


# --- the register ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["小明", "zengxiao", "ZXM", "last4"])
def test_people_are_found_by_name_pinyin_initials_and_last_four(signed_in, site, person, text):
    factories.engagement(site, factories.worker(name="李四", name_pinyin="lisi ls", id_number=id_number(77)))
    text = person.worker.id_last4 if text == "last4" else text
    page = signed_in.get(reverse("workers:register", args=[site.pk]), {"q": text}).content.decode()
    assert "曾小明" in page
    assert "李四" not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "on_site"}, {"在场者", "无合同", "无卡"}),
        ({"state": "left"}, {"离场者"}),
        ({"lacks": "contract"}, {"无合同"}),
        ({"lacks": "card"}, {"无卡"}),
        ({"trade": "130"}, {"无卡"}),
        ({"team": "瓦工班"}, {"无合同"}),
    ],
)
def test_filters_of_the_register(signed_in, site, asked, found):
    for name in ("在场者", "离场者", "无合同", "无卡"):
        fields = {"exited_on": date(2026, 9, 1)} if name == "离场者" else {}
        fields |= {"trade": "130"} if name == "无卡" else {}
        fields |= {"team": factories.team(site, "瓦工班")} if name == "无合同" else {}
        made = factories.engagement(site, factories.worker(name=name), **fields)
        if name != "无合同":
            factories.contract(made)
        if name != "无卡":
            factories.bank_card(made.worker)
    if "team" in asked:
        asked = {"team": factories.team(site, asked["team"]).pk}
    table = signed_in.get(reverse("workers:register", args=[site.pk]), asked).context["table"]
    assert {row.record.worker.name for row in table.rows()} == found


def test_lists_ask_the_same_number_of_questions_for_any_number_of_people(
    signed_in, site, person, django_assert_max_num_queries
):
    for _ in range(12):
        made = factories.engagement(site)
        factories.contract(made)
        factories.bank_card(made.worker)
        write_days([DayRow(made.pk, date(2026, 9, 1), Decimal(1))], source=AttendanceSource.SHEET)
    everywhere, register, _, attendance = pages(site, person)
    for page, limit in ((everywhere, 12), (register, 14), (attendance, 16), (reverse("workers:attendance_list"), 12)):
        with django_assert_max_num_queries(limit):
            signed_in.get(page)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_person_is_enrolled_by_hand(signed_in, site):
    card = card_number()
    posted = form(card=card, bank_name="农业银行", signed_on="2026-08-10", wage_rate="280", phone="13988887777")
    answer = signed_in.post(reverse("workers:enrol", args=[site.pk]), posted, follow=True)
    assert "已登记 李四" in answer.content.decode()
    engagement = Engagement.objects.get()
    assert (engagement.worker.name_pinyin, engagement.team.name) == ("lisi ls", "钢筋一班")
    assert BankCard.objects.get().number == card
    assert LabourContract.objects.get().wage_rate == 280
    assert AuditEntry.objects.filter(action="worker.enrol").exists()


def test_who_is_past_retirement_is_enrolled_with_a_word(signed_in, site):
    posted = form(id_number=id_number(born="19600101"))
    answer = signed_in.post(reverse("workers:enrol", args=[site.pk]), posted, follow=True)
    assert Engagement.objects.exists()
    assert "超过法定退休年龄" in answer.content.decode()


def test_a_known_person_is_found_by_number(signed_in, site):
    known = factories.engagement(project(), factories.worker(name="李四"))
    signed_in.post(reverse("workers:enrol", args=[site.pk]), form(id_number=known.worker.id_number))
    assert Worker.objects.count() == 1
    assert Engagement.objects.filter(project=site, worker=known.worker).exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id_number": id_number(5)[:-1] + ("0" if id_number(5)[-1] != "0" else "1")}, "校验位"),
        ({"id_number": id_number(born="20110101")}, "未满 16 周岁"),
        ({"id_number": id_number(born="19200101")}, "已超过 90 周岁"),
        ({"work_role": "10"}, "管理人员请选择管理岗位"),
        ({"work_role": "20", "post": "12"}, "工人类型应为管理人员"),
        ({"signed_on": "2026-08-10", "wage_method": "day", "wage_rate": "26000"}, "超过 10,000 元"),
        ({"entered_on": "2026-11-22"}, "晚于今天"),
        ({"card": "6222021234567890123"}, "校验位"),
        ({"phone": "123"}, "手机号码"),
        ({"name": "李4"}, "数字或符号"),
        ({"wage_rate": "280"}, "合同签订日期"),
        ({"id_type": "08", "id_number": "E12345678"}, "出生日期"),
    ],
)
def test_what_cannot_be_enrolled_is_refused_at_its_field(signed_in, site, change, message):
    answer = signed_in.post(reverse("workers:enrol", args=[site.pk]), form(**change))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Worker.objects.exists()


def test_nobody_is_enrolled_twice(signed_in, site, person):
    answer = signed_in.post(
        reverse("workers:enrol", args=[site.pk]), form(name="曾小明", id_number=person.worker.id_number)
    )
    assert "已在本项目花名册中" in answer.content.decode()


def test_a_foreigner_is_enrolled_by_passport(signed_in, site):
    posted = form(id_type="08", id_number="e12345678", gender="1", birth_date="1990-05-05")
    signed_in.post(reverse("workers:enrol", args=[site.pk]), posted)
    worker = Worker.objects.get()
    assert (worker.id_number, worker.gender, worker.birth_date) == ("E12345678", "1", date(1990, 5, 5))


def test_editing_keeps_what_was_left_empty_secret(signed_in, person):
    person.worker.phone = "13988887777"
    person.worker.save()
    factories.bank_card(person.worker)
    page = reverse("workers:engagement_edit", args=[person.pk])
    assert "13988887777" not in signed_in.get(page).content.decode()
    posted = form(name="曾晓明", address="临沧市", team="瓦工班")
    signed_in.post(page, posted)
    person.refresh_from_db()
    assert (person.worker.name, person.worker.address) == ("曾晓明", "临沧市")
    assert (person.worker.phone, person.team.name) == ("13988887777", "瓦工班")
    assert person.worker.bank_cards.count() == 1
    new = card_number()
    signed_in.post(page, posted | {"card": new})
    assert person.worker.bank_cards.get(is_current=True).number == new


def test_a_person_of_several_projects_is_not_renamed_by_one(signed_in, person):
    factories.engagement(project(), person.worker)
    answer = signed_in.post(reverse("workers:engagement_edit", args=[person.pk]), form(name="曾晓明"))
    assert "属地人社部门" in answer.content.decode()
    assert Worker.objects.get().name == "曾小明"


def test_leaving_needs_a_day_after_the_last_one_worked(signed_in, person):
    write_days([DayRow(person.pk, date(2026, 9, 10), Decimal(1))], source=AttendanceSource.SHEET)
    page = reverse("workers:engagement_exit", args=[person.pk])
    answer = signed_in.post(page, {"on": "2026-09-09", "settlement": "settled"})
    assert "最后出勤日" in answer.content.decode()
    signed_in.post(page, {"on": "2026-09-10", "settlement": "settled"})
    person.refresh_from_db()
    assert person.exited_on == date(2026, 9, 10)


def test_a_contract_is_signed_with_its_scan(signed_in, person):
    scan = SimpleUploadedFile("合同.pdf", b"%PDF-1.7 scan", "application/pdf")
    posted = {
        "signed_on": "2026-08-01",
        "kind": "0",
        "starts_on": "2026-08-01",
        "ends_on": "2027-07-31",
        "wage_method": "day",
        "wage_rate": "260.00",
        "pay_day": "15",
    }
    page = reverse("workers:contract_add", args=[person.pk])
    signed_in.post(page, posted | {"scans": scan})
    contract = LabourContract.objects.get()
    assert (contract.wage_rate, contract.ends_on) == (Decimal("260.00"), date(2027, 7, 31))
    assert Attachment.objects.get().owner == contract
    shown = signed_in.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()
    assert "合同.pdf" in shown
    again = signed_in.post(page, posted)
    assert "同一起始日期的合同已登记" in again.content.decode()
    wrong = signed_in.post(reverse("workers:contract_edit", args=[contract.pk]), posted | {"ends_on": "2026-07-31"})
    assert "终止日期不能早于起始日期" in wrong.content.decode()
    fake = SimpleUploadedFile("合同.pdf", b"MZ not a pdf", "application/pdf")
    refused = signed_in.post(reverse("workers:contract_edit", args=[contract.pk]), posted | {"scans": fake})
    assert refused.status_code == 422
    assert Attachment.objects.count() == 1


def test_a_completed_project_says_why_it_takes_nothing(signed_in, site, person):
    site.status, site.completed_on = Status.COMPLETED, date(2026, 10, 1)
    site.save()
    answer = signed_in.get(reverse("workers:enrol", args=[site.pk]), follow=True)
    assert "确认完工" in answer.content.decode()


# --- attendance ------------------------------------------------------------------------------------------------------


def test_the_grid_shows_marks_and_the_total_of_the_roll_up(signed_in, site, person):
    rows = [(1, "1"), (2, "0.5"), (3, "0")]
    write_days([DayRow(person.pk, date(2026, 9, day), Decimal(units)) for day, units in rows], source="sheet")
    answer = signed_in.get(reverse("workers:attendance", args=[site.pk]), {"month": "2026-09"})
    (line,) = answer.context["grid"].lines
    assert [cell.mark for cell in line.cells[:4]] == ["√", "△", "○", ""]
    assert line.total == Decimal("1.5")
    assert len(line.cells) == 30


def test_teams_are_shown_one_at_a_time(signed_in, site, person):
    other = factories.engagement(site, factories.worker(name="李四"), team=factories.team(site, "瓦工班"))
    loose = factories.engagement(site, factories.worker(name="王五"), team=None)
    for team, name in ((other.team_id, "李四"), (0, "王五"), (person.team_id, "曾小明")):
        answer = signed_in.get(reverse("workers:attendance", args=[site.pk]), {"month": "2026-09", "team": team})
        assert [line.engagement.worker.name for line in answer.context["grid"].lines] == [name]
    assert loose.team is None


def test_a_day_is_corrected_by_hand_with_a_reason(signed_in, site, person, keeper):
    page = reverse("workers:attendance_correct", args=[person.pk, "2026-09-03"])
    assert signed_in.post(page, {"units": "1"}).status_code == 422
    answer = signed_in.post(page, {"units": "0.5", "reason": "闸机故障"}, follow=True)
    assert "已更正" in answer.content.decode()
    made = AttendanceCorrection.objects.get()
    assert (made.by, made.old_units, made.new_units) == (keeper, None, Decimal("0.5"))
    assert AttendanceDay.objects.get().source == AttendanceSource.MANUAL
    assert "闸机故障" in signed_in.get(page).content.decode()


@pytest.mark.parametrize(("day", "status"), [("2026-07-01", 422), ("2026-11-22", 422), ("nonsense", 404)])
def test_days_that_cannot_be_are_not_corrected(signed_in, person, day, status):
    page = reverse("workers:attendance_correct", args=[person.pk, day])
    assert signed_in.post(page, {"units": "1", "reason": "漏刷"}).status_code == status
    assert not AttendanceDay.objects.exists()


@pytest.mark.parametrize("asked", ["2027-01", "1800-01", "x", ""])
def test_a_month_that_cannot_be_is_this_month(signed_in, site, person, asked):
    answer = signed_in.get(reverse("workers:attendance", args=[site.pk]), {"month": asked})
    assert answer.context["month"] == date(2026, 11, 1)


def test_the_overview_counts_who_attended_among_who_was_on_site(signed_in, site, person):
    factories.engagement(site)
    factories.engagement(site, entered_on=date(2026, 10, 1))
    write_days([DayRow(person.pk, date(2026, 9, 5), Decimal(1))], source=AttendanceSource.SHEET)
    answer = signed_in.get(reverse("workers:attendance_list"), {"month": "2026-09"})
    (row,) = [row.record for row in answer.context["table"].rows()]
    assert (row.attended, row.on_site, row.attended_days, row.last_day) == (1, 2, 1, date(2026, 9, 5))
