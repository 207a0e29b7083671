"""What no door may let in: whatever a sheet's cell or a form's field holds, it is refused at its place or it fits."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from projects.enums import Status
from projects.models import Project
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import card_number, id_number
from tests.workers.sheets import Run, xlsx
from workers import services
from workers.enums import IdType, ShortReason
from workers.imports import AttendanceImport, RosterImport
from workers.models import BankCard, Engagement, LabourContract, Team, Worker
from workers.services import DayRow, RosterEntry, write_days, write_roster

pytestmark = pytest.mark.django_db

HEADER = ["姓名", "公民身份号码", "班组", "工种", "进场日期", "合同签订日期", "日工资", "工资卡卡号", "开户行", "住址"]
HOSTILE = [
    *("-280", "0", "-0", "9" * 300, "九" * 3_000, "1e400", "nan", "²", "①", "٣", "\x01", "a\u200bb", "每月 99999 日"),
    *("9999-12-31", "0001-01-01", "2026-13-45", "=1/0", "'", "。" * 201, "-1.005", "1" * 5_000),
    *(-280.0, 0.0, 1e300, float("nan"), float("inf"), -1, 10**40, True, False, None),
    *(date(9999, 12, 31), date(1900, 1, 1), date(2150, 1, 1), time(7, 30)),
]

# No workbook holds what these are.
IN_A_CELL = [raw for raw in HOSTILE if raw != "\x01" and not (isinstance(raw, float) and not isfinite(raw))]


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    return project()


@pytest.fixture
def signed_in(client, site):
    client.force_login(clerk(site.general_contractor))
    return client


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="曾小明", domicile_code="530902"))


def line(name="张三", number=None, **changes):
    values = {
        "姓名": name,
        "公民身份号码": number or id_number(),
        "班组": "泥工班",
        "工种": "泥工",
        "进场日期": "2026-08-10",
        "合同签订日期": "2026-08-09",
        "日工资": 260,
        "工资卡卡号": card_number(),
        "开户行": "农业银行",
        "住址": "临沧市",
    } | changes
    return [values[head] for head in HEADER]


def roster(*lines, header=HEADER):
    return xlsx([header, *lines])


# --- the roster: a bad cell is its own row's matter -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"日工资": -280}, "工资标准应大于零"),
        ({"日工资": 0}, "工资标准应大于零"),
        ({"住址": "长" * 201}, "最多 200 个字"),
        ({"开户行": "行" * 101}, "最多 100 个字"),
    ],
)
def test_a_cell_that_cannot_be_kept_is_named_and_the_person_taken(site, change, said):
    run = Run(RosterImport, site, roster(line(), line("李四", **change)))
    (problem,) = run.rows[1].problems
    assert said in problem.message
    assert (problem.level, problem.column) == ("notice", HEADER.index(next(iter(change))))
    assert run.outcome.created == 2
    assert not LabourContract.objects.filter(wage_rate__lte=0).exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"班组": "班" * 200}, "共 200 个字，最多 100 个字"),
        ({"合同签订日期": "2027-01-01"}, "合同签订日期晚于今天"),
        ({"合同签订日期": "1926-08-09"}, "年份不合理"),
        ({"进场日期": "2020-01-01"}, "早 60 天以上"),
        ({"进场日期": "2026-05-01"}, "早 60 天以上"),
    ],
)
def test_a_cell_that_makes_the_row_wrong_refuses_that_row_alone(site, change, said):
    run = Run(RosterImport, site, roster(line(), line("李四", **change), line("王五")))
    assert said in run.at(3)
    assert [row.values["name"] for row in run.good] == ["张三", "王五"]
    assert run.rows[1].problems[0].column == HEADER.index(next(iter(change)))
    assert Engagement.objects.count() == 2


def test_a_rare_character_of_a_private_area_is_no_reason_to_refuse(site):
    assert Run(RosterImport, site, roster(line(住址="临沧市\ue863村"))).messages() == []


def test_the_levelling_weeks_before_the_start_are_no_mistake(site):
    run = Run(RosterImport, site, roster(line(进场日期="2026-05-02", 合同签订日期="2026-04-20")))
    assert run.messages() == []


@pytest.mark.parametrize("kind", [RosterImport, AttendanceImport])
def test_no_cell_makes_a_cleaner_fail_otherwise_than_by_saying_so(kind):
    for column in kind.columns:
        for raw in HOSTILE:
            try:
                column.clean(raw)
            except ValidationError:
                pass
            except Exception as error:
                pytest.fail(f"{column.name} {raw!r:.40}: {error!r}")


@pytest.mark.parametrize("column", [column for column in RosterImport.columns if column.name != "id_number"])
def test_what_a_cell_of_the_roster_may_hold_fits_the_register(site, column):
    """Every value that the cleaner and the checks let through is written; none takes the whole file down."""
    base = ["姓名", "公民身份号码", "进场日期", "合同签订日期"]
    header = base if column.label in base else [*base, column.label]
    plain = {"姓名": "张三", "进场日期": "2026-08-10", "合同签订日期": "2026-08-09"}
    rows = (plain | {"公民身份号码": id_number(), column.label: raw} for raw in IN_A_CELL)
    lines = [[row[head] for head in header] for row in rows]
    run = Run(RosterImport, site, xlsx([header, *lines]))
    assert Engagement.objects.count() == len(run.good)


def test_a_contract_that_had_ended_is_not_stretched_backwards_by_the_next_sheet(site):
    """Known by the day it was signed, it would end before it starts."""
    number, header = id_number(), [*HEADER, "合同终止日期"]
    Run(RosterImport, site, roster([*line(number=number), "2026-09-30"], header=header))
    again = Run(RosterImport, site, roster(line(number=number, 进场日期="2026-10-05")))
    assert again.outcome.updated == 1
    assert LabourContract.objects.count() == 2


# --- entry dates -----------------------------------------------------------------------------------------------------


def test_a_sheet_that_moves_an_entry_says_so(site):
    number = id_number()
    Run(RosterImport, site, roster(line(number=number)))
    run = Run(RosterImport, site, roster(line(number=number, 进场日期="2026-08-20")))
    assert "花名册中的进场日期 2026-08-10 将改为 2026-08-20" in run.at(2)
    assert Engagement.objects.get().entered_on == date(2026, 8, 20)


def test_a_sheet_does_not_put_an_entry_after_days_that_were_worked(site):
    number = id_number()
    Run(RosterImport, site, roster(line(number=number)))
    made = Engagement.objects.get()
    write_days(
        [DayRow(made.pk, date(2026, 8, 12), Decimal(0)), DayRow(made.pk, date(2026, 8, 15), Decimal(1))],
        source="sheet",
    )
    run = Run(RosterImport, site, roster(line(number=number, 进场日期="2026-08-16")))
    assert "晚于已有的出勤 2026-08-15" in run.at(2)
    assert Engagement.objects.get().entered_on == date(2026, 8, 10)
    assert Run(RosterImport, site, roster(line(number=number, 进场日期="2026-08-15"))).bad == []


def test_who_comes_back_may_enter_after_the_days_of_the_first_stay(site):
    number = id_number()
    Run(RosterImport, site, roster(line(number=number)))
    made = Engagement.objects.get()
    write_days([DayRow(made.pk, date(2026, 8, 15), Decimal(1))], source="sheet")
    settled = replace(factories.SETTLED, short_reason=ShortReason.PAID, note="当日已付现金")
    services.exit_engagement(made, on=date(2026, 8, 20), settled=settled, by=None)
    run = Run(RosterImport, site, roster(line(number=number, 进场日期="2026-10-01")))
    assert "再次进场" in run.at(2)
    moved = Run(RosterImport, site, roster(line(number=number, 进场日期="2026-10-03")))
    assert moved.bad == []
    assert Engagement.objects.get().entered_on == date(2026, 10, 3)


def edit(**changes):
    return {
        "name": "曾小明",
        "trade": "020",
        "work_role": "20",
        "team": "钢筋一班",
        "entered_on": "2026-08-01",
    } | changes


@pytest.mark.parametrize(
    ("entered_on", "said"),
    [("2026-08-06", "晚于已有的出勤 2026-08-05"), ("2020-01-01", "早 60 天以上"), ("2026-11-22", "晚于今天")],
)
def test_an_entry_is_not_moved_by_hand_where_it_cannot_be(signed_in, person, entered_on, said):
    write_days([DayRow(person.pk, date(2026, 8, 5), Decimal(1))], source="sheet")
    page = reverse("workers:engagement_edit", args=[person.pk])
    answer = signed_in.post(page, edit(entered_on=entered_on))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with pytest.raises(ValidationError, match=said):
        services.update_engagement(person, by=None, person={}, terms={"entered_on": date.fromisoformat(entered_on)})
    assert Engagement.objects.get().entered_on == date(2026, 8, 1)


def test_an_old_entry_that_would_be_refused_today_does_not_stand_in_the_way_of_other_changes(signed_in, site):
    old = factories.engagement(site, factories.worker(name="曾小明"), entered_on=date(2024, 3, 1))
    page = reverse("workers:engagement_edit", args=[old.pk])
    assert signed_in.post(page, edit(entered_on="2024-03-01", team="瓦工班")).status_code == 302


# --- enrolling by hand -----------------------------------------------------------------------------------------------


def enrolment(**changes):
    known = {"name": "李四", "id_type": "01", "id_number": id_number(), "trade": "020", "team": "钢筋一班"}
    return known | {"entered_on": "2026-08-10", "wage_method": "day"} | changes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"signed_on": "2026-08-10", "wage_rate": "-5"}, ["工资标准应大于零"]),
        ({"signed_on": "2026-08-10", "wage_rate": "0"}, ["工资标准应大于零"]),
        ({"signed_on": "2030-01-01", "wage_rate": "-5"}, ["工资标准应大于零", "合同签订日期晚于今天"]),
        ({"signed_on": "2027-01-01", "phone": "123"}, ["手机号码", "合同签订日期晚于今天"]),
        ({"signed_on": "1926-01-01"}, ["年份不合理"]),
        ({"entered_on": "2020-01-01"}, ["早 60 天以上"]),
        ({"birth_date": "1985-03-16"}, ["出生日期与身份证号码"]),
        ({"id_number": id_number(1), "gender": "1"}, ["性别与身份证号码不符"]),
        ({"team": "班" * 101}, ["目前字符数"]),
        ({"address": "长" * 201}, ["目前字符数"]),
        ({"id_type": "08", "id_number": "E1234567", "gender": "0", "birth_date": "2012-01-01"}, ["未满 16 周岁"]),
        ({"id_type": "08", "id_number": "----", "gender": "0", "birth_date": "1990-01-01"}, ["5 至 15 位"]),
    ],
)
def test_everything_wrong_is_said_at_once_and_nothing_is_written(signed_in, site, change, said):
    answer = signed_in.post(reverse("workers:enrol", args=[site.pk]), enrolment(**change))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert [message for message in said if message not in page] == []
    assert not Worker.objects.exists()


@pytest.mark.parametrize("raw", ["-0", "9" * 300, "²", "\x00", "9999-12-31", "0001-01-01", "1e400"])
def test_no_text_in_the_form_breaks_it(signed_in, site, raw):
    for field in ("name", "id_number", "address", "card", "signed_on", "wage_rate", "pay_day", "birth_date"):
        posted = enrolment(id_type="08", gender="0", birth_date="1990-01-01", signed_on="2026-08-10") | {field: raw}
        answer = signed_in.post(reverse("workers:enrol", args=[site.pk]), posted)
        assert answer.status_code in (302, 422), field


def test_the_service_refuses_what_the_form_refuses(site):
    entry = RosterEntry(
        name="李四",
        id_number=id_number(),
        entered_on=date(2020, 1, 1),
        birth_date=date(1950, 1, 1),
        signed_on=date(2027, 1, 1),
        wage_rate=Decimal("-5"),
    )
    with pytest.raises(ValidationError) as refused:
        services.enrol(site, entry, by=None)
    assert set(refused.value.error_dict) == {"entered_on", "birth_date", "signed_on", "wage_rate"}
    assert not Worker.objects.exists()


# --- whose card ------------------------------------------------------------------------------------------------------


def test_somebody_elses_card_is_refused_with_who_holds_it(signed_in, site, person):
    card = factories.bank_card(person.worker).number
    answer = signed_in.post(reverse("workers:enrol", args=[site.pk]), enrolment(card=card))
    assert answer.status_code == 422
    assert "该卡号已绑定 曾*明" in answer.content.decode()
    assert not Worker.objects.filter(name="李四").exists()


def test_the_holder_on_another_site_is_not_named(signed_in, site, person):
    other = factories.engagement(project(), factories.worker(name="岩温罕"))
    card = factories.bank_card(other.worker).number
    page = reverse("workers:engagement_edit", args=[person.pk])
    shown = signed_in.post(page, edit(card=card)).content.decode()
    assert "该卡已被他人绑定" in shown
    assert "岩" not in shown
    assert not person.worker.bank_cards.exists()


def test_the_own_card_and_a_card_given_up_are_taken(signed_in, site, person):
    own = factories.bank_card(person.worker).number
    given_up = factories.bank_card(factories.worker(name="岩温罕"), is_current=False).number
    page = reverse("workers:engagement_edit", args=[person.pk])
    for card in (own, given_up):
        assert signed_in.post(page, edit(card=card)).status_code == 302


def test_a_sheet_takes_the_person_without_the_card_of_another(site, person):
    card = factories.bank_card(person.worker).number
    run = Run(RosterImport, site, roster(line(工资卡卡号=card)))
    assert "该卡号已绑定 曾*明" in run.at(2)
    assert run.outcome.created == 1
    assert BankCard.objects.get(is_current=True).worker == person.worker


# --- contracts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"signed_on": "2027-01-01", "wage_rate": "-5"}, ["合同签订日期晚于今天", "工资标准应大于零"]),
        ({"signed_on": "2030-06-01"}, ["合同签订日期晚于今天"]),
        ({"signed_on": "1999-12-31"}, ["合同签订日期的年份不合理"]),
        ({"wage_rate": "0"}, ["工资标准应大于零"]),
        ({"starts_on": "2035-01-01"}, ["合同起始日期的年份不合理"]),
        ({"ends_on": "9999-01-01"}, ["合同终止日期的年份不合理"]),
        ({"ends_on": "2026-07-01", "pay_day": "40"}, ["终止日期不能早于起始日期", "不能大于 31"]),
    ],
)
def test_a_contract_that_cannot_be_is_refused_with_everything_wrong_at_once(signed_in, person, change, said):
    facts = {"signed_on": "2026-08-01", "kind": "0", "starts_on": "2026-08-01", "wage_method": "day"}
    facts |= {"wage_rate": "260", "pay_day": "15"} | change
    answer = signed_in.post(reverse("workers:contract_add", args=[person.pk]), facts)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert [message for message in said if message not in page] == []
    assert not LabourContract.objects.exists()


def test_a_contract_signed_today_before_the_entry_is_none_of_these(site):
    made = factories.engagement(site, entered_on=date(2026, 11, 21))
    services.sign_contract(made, by=None, signed_on=date(2026, 11, 21), starts_on=date(2026, 12, 1))
    write_roster(site, [])
    assert LabourContract.objects.get().starts_on == date(2026, 12, 1)


def test_a_team_of_full_length_is_kept_whole(site):
    Run(RosterImport, site, roster(line(班组="班" * 100)))
    assert len(Team.objects.get().name) == 100
    assert Worker.objects.get().id_type == IdType.RESIDENT


# --- an exit undone --------------------------------------------------------------------------------------------------


def test_an_exit_registered_in_error_is_undone_on_record(signed_in, person):
    services.exit_engagement(person, on=date(2026, 9, 1), settled=factories.SETTLED, by=None)
    shown = signed_in.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()
    page = reverse("workers:engagement_return", args=[person.pk])
    assert page in shown
    assert signed_in.get(page).status_code == 405
    answer = signed_in.post(page, follow=True).content.decode()
    assert "已撤销 曾小明 的退场" in answer
    assert page not in answer
    person.refresh_from_db()
    assert person.exited_on is None
    entry = AuditEntry.objects.get(action="worker.return")
    assert entry.detail == {"exited_on": "2026-09-01", "settlement": "settled", "owed": ""}
    assert "没有退场记录" in signed_in.post(page, follow=True).content.decode()


def test_an_exit_of_a_completed_project_stands(signed_in, client, site, person):
    services.exit_engagement(person, on=date(2026, 9, 1), settled=factories.SETTLED, by=None)
    page = reverse("workers:engagement_return", args=[person.pk])
    Project.objects.filter(pk=site.pk).update(status=Status.COMPLETED, completed_on=date(2026, 10, 1))
    assert "确认完工" in signed_in.post(page, follow=True).content.decode()
    client.force_login(clerk())
    assert client.post(page).status_code == 404
    client.force_login(officer())
    assert client.post(page).status_code == 403
    person.refresh_from_db()
    assert person.exited_on == date(2026, 9, 1)
