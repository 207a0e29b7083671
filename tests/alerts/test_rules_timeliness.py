"""Filed late, jurisdiction late, contracts and people registered late, not merged in time; each at its boundary."""

from datetime import date, datetime, timedelta
from datetime import time as clock

import pytest
from django.utils import timezone

from alerts.enums import Level
from alerts.rules.con_01_registered_late import ContractRegisteredLate
from alerts.rules.file_01_filed_late import FiledLate
from alerts.rules.jur_01_unconfirmed import JurisdictionUnconfirmed
from alerts.rules.merge_01_unmerged import SameProjectUnmerged
from alerts.rules.real_04_enrolled_late import EnrolledLate
from alerts.rules.real_05_unregistered import UnregisteredPresent
from core.working_days import add_workdays
from projects.enums import RequestState, Status
from projects.models import JurisdictionRequest, Project
from projects.selectors.jurisdiction import with_term
from tests.alerts.days import ago, calendar  # noqa: F401
from tests.alerts.factories import TODAY
from tests.alerts.sweeping import raised
from tests.organizations.factories import officer, organization, region
from tests.projects.factories import permit, project
from tests.workers.factories import contract, engagement, id_number
from workers.models import RegistrationDeadline, StrayPunch

pytestmark = pytest.mark.django_db


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock(12)))


# --- FILE-01 ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("calendar")
class TestFiledLate:
    PERMITTED = date(2026, 9, 24)  # ten working days, over two holidays

    def home(self, supervised_from: date, **fields) -> Project:
        made = project(supervised_from=supervised_from, **fields)
        permit(made, issued_on=self.PERMITTED)
        return made

    def test_on_the_eleventh_working_day(self):
        due = add_workdays(self.PERMITTED, 10).day
        home = self.home(due + timedelta(days=1))
        permit(home, issued_on=self.PERMITTED + timedelta(days=30))  # a later one gives no more time
        (found,) = raised(FiledLate)
        assert found.message == (
            f"施工许可于 {self.PERMITTED} 发放，应在 {due} 前纳入监管，实际于 {due + timedelta(days=1)} 纳入。"
        )
        assert found.level == Level.YELLOW
        assert found.evidence["rows"][0][2:] == [str(due), str(due + timedelta(days=1))]

    def test_in_time_on_the_tenth(self):
        self.home(add_workdays(self.PERMITTED, 10).day)
        project(supervised_from=TODAY)  # no permit is known
        assert raised(FiledLate) == []

    @pytest.mark.parametrize(
        ("late", "level"), [(30, Level.YELLOW), (31, Level.ORANGE), (90, Level.ORANGE), (91, Level.RED)]
    )
    def test_the_later_the_graver(self, late, level):
        self.home(add_workdays(self.PERMITTED, 10).day + timedelta(days=late))
        assert [found.level for found in raised(FiledLate)] == [level]

    def test_without_need_of_a_permit_the_eve_of_the_works(self):
        facts = {"permit_exempt": True, "actual_start_on": date(2026, 7, 20)}
        project(supervised_from=date(2026, 7, 19), **facts)
        late = project(supervised_from=date(2026, 7, 20), **facts)
        (found,) = raised(FiledLate)
        assert found.project == late
        assert found.message == "项目于 2026-07-20 开工，应在开工前纳入监管，实际于 2026-07-20 纳入。"

    def test_the_list_of_projects_says_the_same(self):
        for days in range(16, 26):
            self.home(self.PERMITTED + timedelta(days=days))
        project(permit_exempt=True, actual_start_on=None)
        late = set(Project.objects.filed_late().values_list("pk", flat=True))
        assert late
        assert {found.project_id for found in raised(FiledLate)} == late


# --- JUR-01 ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("calendar")
class TestJurisdiction:
    ENTERED = date(2026, 11, 12)  # a Thursday; five working days end on the 19th

    def test_on_the_sixth_working_day(self):
        project(supervised_from=self.ENTERED, jurisdiction_confirmed_on=self.ENTERED)
        home = project(supervised_from=self.ENTERED)
        (found,) = raised(JurisdictionUnconfirmed)
        assert found.project == home
        where = home.jurisdiction.name
        assert found.message == (
            f"项目于 {self.ENTERED} 纳入监管，应在 2026-11-19 前确认管辖属地（拟定为{where}），至今未确认。"
        )
        assert (found.level, found.home_level) == (Level.YELLOW, 4)
        Project.objects.update(jurisdiction_confirmed_on=TODAY)
        assert raised(JurisdictionUnconfirmed) == []

    def test_in_time_on_the_fifth(self):
        project(supervised_from=self.ENTERED + timedelta(days=1))
        assert raised(JurisdictionUnconfirmed) == []

    def test_until_the_day_the_province_agreed_to(self):
        home = project(supervised_from=ago(31))
        asked = JurisdictionRequest.objects.create(
            project=home,
            kind="extension",
            until=TODAY,
            reason="跨县",
            answering=region("530000"),
            asked_by=officer(),
        )
        assert raised(JurisdictionUnconfirmed)[0].level == Level.ORANGE  # asked, not answered
        type(asked).objects.update(state=RequestState.GRANTED, answered_at=timezone.now())
        assert raised(JurisdictionUnconfirmed) == []
        type(asked).objects.update(until=ago(1))
        assert len(raised(JurisdictionUnconfirmed)) == 1

    def test_the_list_of_offices_says_the_same(self):
        for days in range(12):
            project(supervised_from=ago(days))
        late = with_term(Project.objects.all()).filter(confirm_by__lt=TODAY)
        assert late
        assert {found.project_id for found in raised(JurisdictionUnconfirmed)} == {home.pk for home in late}


# --- CON-01 ----------------------------------------------------------------------------------------------------------


class TestContractRegisteredLate:
    def signed(self, signed_on: date, registered_on: date, **fields):
        return contract(engagement(project(**fields)), signed_on=signed_on, created_at=noon(registered_on))

    def test_on_the_sixteenth_day(self):
        made = self.signed(ago(17), ago(1))
        (found,) = raised(ContractRegisteredLate)
        name = made.engagement.worker.name
        assert found.message == f"{name}的劳动合同在签订超过 15 日后才登记。"
        assert found.evidence["rows"] == [[name, str(ago(17)), str(ago(1)), 1]]

    def test_in_time_on_the_fifteenth(self):
        self.signed(ago(16), ago(1))
        assert raised(ContractRegisteredLate) == []

    def test_what_was_signed_before_the_portal_knew_of_the_site(self):
        self.signed(ago(200), ago(1), supervised_from=ago(16))
        assert raised(ContractRegisteredLate) == []

    def test_it_is_about_the_last_thirty_days(self):
        self.signed(ago(60), ago(30))
        assert len(raised(ContractRegisteredLate)) == 1
        self.signed(ago(60), ago(31))
        assert len(raised(ContractRegisteredLate)) == 1

    def test_twenty_are_orange(self):
        home = project()
        for _ in range(19):
            contract(engagement(home), signed_on=ago(60), created_at=noon(ago(1)))
        assert raised(ContractRegisteredLate)[0].level == Level.YELLOW
        contract(engagement(home), signed_on=ago(60), created_at=noon(ago(1)))
        assert raised(ContractRegisteredLate)[0].level == Level.ORANGE


# --- REAL-04 ---------------------------------------------------------------------------------------------------------


class TestEnrolledLate:
    def entered(self, entered_on: date, registered_on: date, **fields):
        return engagement(project(**fields), entered_on=entered_on, registered_at=noon(registered_on))

    def test_on_the_eleventh_day(self):
        person = self.entered(ago(12), ago(1))
        (found,) = raised(EnrolledLate)
        assert found.message == f"{person.worker.name}在进场超过 10 日才登记实名制信息。"
        assert found.evidence["rows"] == [[person.worker.name, str(ago(12)), str(ago(1)), 10]]

    def test_in_time_on_the_tenth(self):
        self.entered(ago(11), ago(1))
        assert raised(EnrolledLate) == []

    @pytest.mark.parametrize(("days", "late"), [(0, 1), (1, 2)], ids=["Hunan", "Shandong"])
    def test_the_term_is_the_places(self, days, late):
        RegistrationDeadline.objects.create(prefix="53", days=10)
        RegistrationDeadline.objects.create(prefix="5309", days=days)
        self.entered(ago(10), ago(10 - days))
        assert raised(EnrolledLate) == []
        self.entered(ago(10), ago(10 - late))
        (found,) = raised(EnrolledLate)
        assert ("之后才登记" if not days else f"超过 {days} 日才登记") in found.message

    def test_who_was_there_before_the_site_was_on_the_portal(self):
        self.entered(ago(300), ago(1), supervised_from=ago(11))
        assert raised(EnrolledLate) == []

    def test_it_is_about_the_last_thirty_days(self):
        self.entered(ago(60), ago(31))
        assert raised(EnrolledLate) == []


# --- REAL-05 ---------------------------------------------------------------------------------------------------------


class TestUnregistered:
    def clocked(self, home: Project, *days: date, number: str = "") -> None:
        number = number or id_number()
        for day in days:
            StrayPunch.objects.create(project=home, id_number=number, id_last4=number[-4:], name="无名", at=noon(day))

    def test_on_two_days(self):
        home = project()
        self.clocked(home, ago(1), ago(3))
        (found,) = raised(UnregisteredPresent)
        assert found.message == "无名没有登记实名制信息，已在工地打卡超过 1 天。"
        assert found.evidence["rows"][0][2:] == [str(ago(3)), str(ago(1)), 2]
        StrayPunch.objects.all().delete()
        assert raised(UnregisteredPresent) == []

    def test_one_day_is_a_visitor(self):
        self.clocked(project(), ago(1))
        assert raised(UnregisteredPresent) == []


# --- MERGE-01 --------------------------------------------------------------------------------------------------------


class TestUnmerged:
    def pair(self, since: date, **fields):
        unit = organization()
        home = project(name="凤翔（一期）工程", contractor=unit, supervised_from=ago(300))
        facts = {"name": "凤翔(一期) 工程", "contractor": unit, "supervised_from": since}
        return home, project(**(facts | fields))

    def test_thirty_one_days_after_both_were_there(self):
        home, other = self.pair(ago(31))
        first, second = raised(SameProjectUnmerged)
        assert (first.project, second.project) == (home, other)
        assert first.message == (
            f"另有 1 个项目与本项目名称、施工总承包单位和管辖属地都相同，自 {ago(31)} 都已纳入监管，超过 30 日未合并。"
        )
        assert first.evidence["links"] == [other.pk]
        Project.objects.filter(pk=other.pk).update(name="凤翔（二期）工程")
        assert raised(SameProjectUnmerged) == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"supervised_from": ago(30)},
            {"name": "凤翔（二期）工程"},
            {"status": Status.COMPLETED, "completed_on": ago(1)},
        ],
        ids=["in time", "another phase", "completed"],
    )
    def test_silent(self, fields):
        self.pair(ago(31), **fields)
        assert raised(SameProjectUnmerged) == []

    def test_another_contractor_builds_another_thing(self):
        self.pair(ago(31), contractor=organization())
        assert raised(SameProjectUnmerged) == []
