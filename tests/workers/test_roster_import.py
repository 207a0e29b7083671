from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from projects.enums import Status
from projects.models import ChangedProject
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import card_number, id_number
from tests.workers.sheets import Run, xlsx
from workers.enums import Gender, Trade, WageMethod, WorkRole
from workers.imports import RosterImport
from workers.models import BankCard, Engagement, LabourContract, Team, Worker

pytestmark = pytest.mark.django_db

HEADER = [
    "编号",
    "农民工姓名",
    "公民身份号码",
    "所属班组",
    "岗位",
    "进场时间",
    "合同签订日期",
    "日工资",
    "银行卡号",
    "手机号",
]


def row(name="张三", number=None, **changes):
    values = {
        "编号": 1,
        "农民工姓名": name,
        "公民身份号码": number or id_number(),
        "所属班组": "泥工班",
        "岗位": "泥工",
        "进场时间": "2026.8.10",
        "合同签订日期": date(2026, 8, 9),
        "日工资": 260,
        "银行卡号": card_number(),
        "手机号": 13988880001,
    } | changes
    return [values[head] for head in HEADER]


def sheet(*rows, header=HEADER):
    return xlsx([["某某项目部人员名册"], [], header, [], *rows, ["共 2 人"], [], ["制表人：", None, None, "审核："]])


@pytest.fixture
def site():
    return project()


def test_a_row_becomes_a_person_with_team_card_engagement_and_contract(site):
    number, card = id_number(born="19850315"), card_number()
    run = Run(RosterImport, site, sheet(row("曾 小明", number.lower(), 银行卡号=f"{card[:4]} {card[4:]}")))
    assert (run.outcome.created, run.bad) == (1, [])
    person = Worker.objects.get()
    assert (person.name, person.id_number, person.id_last4) == ("曾小明", number, number[-4:])
    assert (person.gender, person.birth_date, person.domicile_code) == (
        Gender.MALE if int(number[16]) % 2 else Gender.FEMALE,
        date(1985, 3, 15),
        "530902",
    )
    assert (person.name_pinyin, person.phone) == ("zengxiaoming zxm", "13988880001")
    engagement = Engagement.objects.get()
    assert (engagement.trade, engagement.team.name) == (Trade.MASON, "泥工班")
    assert (engagement.entered_on, engagement.work_role) == (date(2026, 8, 10), WorkRole.WORKER)
    assert BankCard.objects.get(worker=person, is_current=True).number == card
    contract = LabourContract.objects.get(engagement=engagement)
    assert (contract.signed_on, contract.starts_on) == (date(2026, 8, 9), date(2026, 8, 10))
    assert (contract.wage_method, contract.wage_rate) == (WageMethod.DAY, Decimal("260.00"))
    assert contract.pay_day == site.wage_pay_day


def test_uploading_twice_changes_nothing(site):
    content = sheet(row(), row("李四", 手机号="", 合同签订日期=""))
    Run(RosterImport, site, content)
    ChangedProject.objects.all().delete()
    before = list(Worker.objects.order_by("pk").values())
    again = Run(RosterImport, site, content).outcome
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert list(Worker.objects.order_by("pk").values()) == before
    assert not ChangedProject.objects.exists()


def test_a_mended_sheet_updates_only_what_it_says(site):
    number = id_number()
    Run(RosterImport, site, sheet(row(number=number), row("李四")))
    card = card_number()
    mended = sheet(row(number=number, 岗位="钢筋工", 银行卡号=card, 手机号="", 合同签订日期=date(2026, 8, 8)))
    outcome = Run(RosterImport, site, mended).outcome
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 0)
    person = Worker.objects.get(name="张三")
    assert person.phone == "13988880001"
    assert person.engagements.get().trade == Trade.REBAR
    assert [item.number for item in person.bank_cards.filter(is_current=True)] == [card]
    assert person.bank_cards.count() == 2
    assert LabourContract.objects.get(engagement__worker=person).signed_on == date(2026, 8, 8)


def test_a_corrected_entry_moves_the_contract_instead_of_doubling_it(site):
    number = id_number()
    Run(RosterImport, site, sheet(row(number=number)))
    Run(RosterImport, site, sheet(row(number=number, 进场时间="2026-08-12")))
    assert LabourContract.objects.get().starts_on == date(2026, 8, 12)


def test_a_wrong_check_digit_is_refused_at_its_cell_and_the_good_row_is_taken(site):
    number = id_number()
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    run = Run(RosterImport, site, sheet(row("王五", wrong), row("李四")))
    assert "校验位" in run.at(5)
    assert run.bad[0].problems[0].cell == "C5"
    assert [worker.name for worker in Worker.objects.all()] == ["李四"]


def test_a_repeated_number_is_refused_where_it_contradicts_itself(site):
    """The row whose own birth date speaks against the number loses, even when it comes first."""
    header = [*HEADER, "出生日期"]
    number = id_number(born="19900101")
    content = sheet([*row("甲乙", number), date(1970, 5, 5)], [*row("丙丁", number), date(1990, 1, 1)], header=header)
    run = Run(RosterImport, site, content)
    assert "与第 6 行重复" in run.at(5)
    assert "出生日期" in run.at(5)
    assert [worker.name for worker in Worker.objects.all()] == ["丙丁"]


def test_children_are_refused_on_the_day_of_entry(site):
    under, over = id_number(born="20100811"), id_number(born="20100810")
    run = Run(RosterImport, site, sheet(row("小明", under), row("小红", over)))
    assert "未满 16 周岁" in run.at(5)
    assert run.at(6) == ""


def test_without_contract_date_the_person_is_taken_with_a_notice_and_no_contract(site):
    run = Run(RosterImport, site, sheet(row(合同签订日期="")))
    assert "只登记人员，不登记劳动合同" in run.at(5)
    assert run.outcome.created == 1
    assert not LabourContract.objects.exists()


def test_a_wrong_card_or_phone_does_not_cost_the_person(site):
    run = Run(RosterImport, site, sheet(row(银行卡号="6222021234567890123", 手机号="1234")))
    assert "本项不登记" in run.at(5)
    assert run.outcome.created == 1
    assert not BankCard.objects.exists()


def test_an_unknown_trade_is_refused_and_the_known_ones_are_named(site):
    run = Run(RosterImport, site, sheet(row(岗位="炊事员")))
    assert "砌筑工" in run.at(5)
    assert run.outcome is None


@pytest.mark.parametrize(
    ("written", "trade"),
    [
        ("木模工", Trade.FORMWORK),
        ("木工", Trade.CARPENTER),
        ("电工", Trade.ELECTRICIAN),
        ("架子工", Trade.SCAFFOLDER),
        ("240", Trade.CARPENTER),
        ("施工员", Trade.MANAGEMENT),
    ],
)
def test_trades_are_known_by_label_code_and_usage(site, written, trade):
    Run(RosterImport, site, sheet(row(岗位=written)))
    assert Engagement.objects.get().trade == trade


def test_managers_are_recognised_by_their_trade(site):
    Run(RosterImport, site, sheet(row(岗位="管理人员")))
    assert Engagement.objects.get().work_role == WorkRole.MANAGER


def test_one_person_at_two_projects_is_one_worker(site):
    number, other = id_number(), project()
    Run(RosterImport, site, sheet(row(number=number)))
    Run(RosterImport, other, sheet(row(number=number)))
    assert Worker.objects.count() == 1
    assert Engagement.objects.count() == 2


def test_a_person_known_elsewhere_keeps_their_name(site):
    number = id_number()
    factories.engagement(project(), factories.worker(id_number=number, name="原名"))
    run = Run(RosterImport, site, sheet(row("别名", number)))
    assert "其他姓名" in run.at(5)
    assert "原名" not in run.at(5)
    assert Worker.objects.get().name == "原名"


def test_who_left_and_comes_again_is_on_site_again(site):
    number = id_number()
    factories.engagement(
        site, factories.worker(id_number=number, name="张三"), entered_on=date(2026, 7, 1), exited_on=date(2026, 7, 31)
    )
    run = Run(RosterImport, site, sheet(row(number=number)))
    assert "再次进场" in run.at(5)
    engagement = Engagement.objects.get()
    assert (engagement.entered_on, engagement.exited_on) == (date(2026, 8, 10), None)


def test_a_later_import_of_the_old_sheet_does_not_undo_an_exit(site):
    content = sheet(row())
    Run(RosterImport, site, content)
    Engagement.objects.update(exited_on=date(2026, 9, 1))
    assert Run(RosterImport, site, content).outcome.unchanged == 1
    assert Engagement.objects.get().exited_on == date(2026, 9, 1)


def test_months_wage_is_a_monthly_contract(site):
    header = [head if head != "日工资" else "月工资" for head in HEADER]
    Run(RosterImport, site, sheet(row(日工资="7,500.00"), header=header))
    contract = LabourContract.objects.get()
    assert (contract.wage_method, contract.wage_rate) == (WageMethod.MONTH, Decimal("7500.00"))


def test_a_completed_project_takes_no_more_people(site):
    site.status, site.completed_on = Status.COMPLETED, date(2026, 10, 1)
    site.save()
    with pytest.raises(ValidationError, match="确认完工"):
        Run(RosterImport, site, sheet(row()))


def test_new_teams_are_made_once(site):
    Run(RosterImport, site, sheet(row(), row("李四"), row("王五", 所属班组="钢筋一班")))
    assert sorted(Team.objects.values_list("name", flat=True)) == ["泥工班", "钢筋一班"]


def test_the_number_of_statements_does_not_grow_with_the_rows(site, django_assert_max_num_queries):
    for number in (6, 60):
        people = [row(f"工人{'甲乙丙丁戊己庚辛壬癸'[i % 10]}") for i in range(number)]
        with django_assert_max_num_queries(34):
            assert Run(RosterImport, site, sheet(*people)).outcome.created == number
