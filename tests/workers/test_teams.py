"""Teams: whose they are, who leads them, who belongs to them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from projects.enums import ParticipantType
from tests.organizations.factories import clerk, organization
from tests.projects.factories import participation, project
from tests.workers import factories
from tests.workers.factories import id_number
from tests.workers.sheets import Run, xlsx
from workers import services
from workers.imports import RosterImport
from workers.models import Engagement, Team
from workers.selectors import crews

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


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


def subcontractor(site, name="某某劳务有限公司"):
    return participation(site, organization(name=name), ParticipantType.LABOUR_SUBCONTRACTOR)


def roster(*rows):
    return xlsx([["姓名", "身份证号", "所属单位", "班组", "工种", "进场日期"], *rows])


def line(unit, team="木工一班"):
    return ["张三", id_number(), unit, team, "木工", "2026-08-01"]


# --- whose they are --------------------------------------------------------------------------------------------------


def test_the_only_subcontractor_is_the_employer_of_a_new_team(site):
    unit = subcontractor(site)
    Run(RosterImport, site, roster(line("")))
    assert Team.objects.get().employer == unit


def test_with_two_subcontractors_the_sheet_says_whose_a_team_is(site):
    subcontractor(site)
    other = subcontractor(site, "另一劳务有限公司")
    Run(
        RosterImport,
        site,
        roster(line(""), line("另一劳务有限公司", "木工二班"), line(other.organization.uscc, "三班")),
    )
    assert dict(Team.objects.values_list("name", "employer")) == {
        "木工一班": None,
        "木工二班": other.pk,
        "三班": other.pk,
    }


def test_a_unit_that_is_not_on_site_is_noticed_and_left_out(site):
    run = Run(RosterImport, site, roster(line("不认识的公司")))
    assert "不是本项目在场" in run.at(2)
    assert len(run.good) == 1
    assert Team.objects.get().employer is None


def test_an_employer_on_record_is_not_overwritten(site):
    first = subcontractor(site)
    subcontractor(site, "另一劳务有限公司")
    factories.team(site, "木工一班", employer=first)
    Run(RosterImport, site, roster(line("另一劳务有限公司")))
    assert Team.objects.get().employer == first


def test_a_team_by_hand_with_leader_and_employer(signed_in, site):
    unit, number = subcontractor(site), id_number()
    posted = {"name": "钢筋二班", "employer": unit.pk, "leader_name": "岩温", "leader_phone": "13988880001"}
    posted |= {"leader_id_number": number, "entered_on": "2026-08-01"}
    page = reverse("workers:team_add", args=[site.pk])
    answer = signed_in.post(page, posted, follow=True)
    team = Team.objects.get()
    assert (team.employer, team.leader_id_number, team.leader_id_last4) == (unit, number, number[-4:])
    assert number not in answer.content.decode()
    assert "已有同名班组" in signed_in.post(page, posted).content.decode()
    signed_in.post(reverse("workers:team_edit", args=[team.pk]), posted | {"leader_id_number": "", "remark": "夜班"})
    team.refresh_from_db()
    assert (team.leader_id_number, team.remark) == (number, "夜班")


def test_a_unit_of_another_project_is_no_employer(site, keeper):
    stranger = subcontractor(project())
    with pytest.raises(ValidationError, match="不是本项目的参建单位"):
        services.save_team(factories.team(site), by=keeper, employer=stranger)


# --- who belongs to them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "said"), [(date(2016, 8, 1), "比项目开工早"), (date(2099, 1, 1), "不能晚于今天")])
def test_a_team_does_not_enter_before_there_is_a_site_nor_tomorrow(site, keeper, day, said):
    with pytest.raises(ValidationError, match=said):
        services.save_team(Team(project=site, name="钢筋二班"), by=keeper, entered_on=day)
    assert not Team.objects.exists()


def test_people_move_between_teams(signed_in, site):
    person, to = factories.engagement(site), factories.team(site, "木工班")
    page = reverse("workers:team_move", args=[person.team_id])
    signed_in.post(page, {"to": to.pk, "people": [person.pk]})
    person.refresh_from_db()
    assert person.team == to


def test_nobody_moves_to_another_project_or_a_team_that_left(site, keeper):
    person, gone = factories.engagement(site), factories.team(site, "木工班", exited_on=date(2026, 10, 1))
    with pytest.raises(ValidationError, match="已于 2026-10-01 退场"):
        services.move_people(site, [person], to=gone, by=keeper)
    with pytest.raises(ValidationError, match="不是本项目的班组"):
        services.move_people(site, [person], to=factories.team(project(), "外班"), by=keeper)


def test_a_team_leaves_when_nobody_of_it_is_left(site, keeper):
    person = factories.engagement(site)
    with pytest.raises(ValidationError, match="还有 1 人在场"):
        services.exit_team(person.team, on=TODAY, by=keeper)
    factories.departure(person, date(2026, 11, 1))
    with pytest.raises(ValidationError, match="最晚于 2026-11-01 退场"):
        services.exit_team(person.team, on=date(2026, 10, 31), by=keeper)
    services.exit_team(person.team, on=date(2026, 11, 1), by=keeper)
    services.return_team(person.team, by=keeper)
    assert Team.objects.get().exited_on is None


def test_the_page_counts_people_trades_and_wages(signed_in, site):
    first, second = factories.engagement(site), factories.engagement(site, trade="240")
    factories.contract(first, wage_rate=Decimal(240))
    factories.contract(second, wage_rate=Decimal(300))
    factories.departure(factories.engagement(site), date(2026, 11, 1))
    [team] = crews.with_people(Team.objects.all(), TODAY)
    assert (team.on_site, team.left_count) == (2, 1)
    [span] = crews.wages_of(Engagement.objects.on_site(TODAY))
    assert (span.method, span.people, span.least, span.most) == ("计日", 2, 240, 300)
    shown = signed_in.get(reverse("workers:team_detail", args=[team.pk])).content.decode()
    assert "钢筋工 1 人" in shown
    assert "240.00 至 300.00 元/日（2 人）" in shown
