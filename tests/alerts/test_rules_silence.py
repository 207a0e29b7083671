"""Days of silence: around the Spring Festival, with age, of linear works; the presence of key managers."""

from datetime import date, timedelta

import pytest

from alerts.enums import Level
from alerts.rules.data_01_late_attendance import AttendanceLate
from alerts.rules.key_01_managers_absent import ManagersAbsent
from alerts.rules.pausing import Festival
from alerts.rules.real_02_no_contract import NoContract
from alerts.rules.real_03_no_attendance import NobodyAttends
from core.models import CalendarDay
from core.working_days import LUNAR_NEW_YEARS
from projects.enums import Status
from tests.alerts.days import ago, calendar, span  # noqa: F401
from tests.alerts.factories import setting
from tests.alerts.sweeping import raised
from tests.projects.factories import project, suspension
from tests.workers.factories import attendance, engagement
from workers.enums import Post, WorkRole

pytestmark = pytest.mark.django_db
YEARS = [date(2026, 2, 17), date(2027, 2, 6)]
BEFORE, AFTER = 15, 20


def plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


def silent_since(last_day: date, **fields):
    """A site whose people attended last on this day."""
    home = project(actual_start_on=date(2025, 6, 1), **fields)
    attendance(engagement(home, entered_on=date(2025, 6, 1)), last_day)
    return home


# --- the festival ----------------------------------------------------------------------------------------------------


def test_the_holidays_of_the_notices_lie_within_the_stretch(calendar):  # noqa: F811
    """The notice of 2026 frees 15–23 February."""
    free = CalendarDay.objects.filter(is_workday=False, day__range=("2026-02-16", "2026-02-22"))
    assert free.count() == 7
    assert all(Festival(BEFORE, AFTER).covers(day) for day in free.values_list("day", flat=True))
    assert [day.year for day in LUNAR_NEW_YEARS] == list(range(2015, 2041))


@pytest.mark.parametrize("new_year", YEARS)
class TestFestival:
    """The stretch is fifteen days before to twenty days after the lunar New Year's day."""

    def test_a_site_that_went_home_is_silent_until_it_should_be_back(self, new_year):
        silent_since(plus(new_year, -BEFORE - 1))
        back = plus(new_year, AFTER + 1)  # the first day that counts again
        assert raised(NobodyAttends, today=plus(new_year, 3)) == []
        assert raised(NobodyAttends, today=plus(back, 6)) == []
        assert len(raised(NobodyAttends, today=plus(back, 7))) == 1

    def test_days_of_silence_before_it_count_with_those_after_it(self, new_year):
        silent_since(plus(new_year, -BEFORE - 4))  # three days before
        back = plus(new_year, AFTER + 1)
        assert raised(NobodyAttends, today=plus(back, 3)) == []
        assert len(raised(NobodyAttends, today=plus(back, 4))) == 1

    def test_silence_that_was_long_before_it_is_warned_of_within_it(self, new_year):
        silent_since(plus(new_year, -BEFORE - 8))
        assert len(raised(NobodyAttends, today=new_year)) == 1

    def test_attendance_is_not_late_meanwhile(self, new_year):
        silent_since(plus(new_year, -BEFORE - 1))
        back = plus(new_year, AFTER + 1)
        assert raised(AttendanceLate, today=plus(new_year, AFTER)) == []
        assert raised(AttendanceLate, today=plus(back, 2)) == []
        assert len(raised(AttendanceLate, today=plus(back, 3))) == 1

    def test_a_batch_that_the_festival_cuts_into_is_not_asked_for(self, new_year):
        """Of the batches of linear works, the last whole one before it, until the first whole one after it is due."""
        home = silent_since(date(new_year.year, 1, 16), is_linear=True)
        last = plus(new_year, AFTER)
        whole = last.replace(day=16) if last.day < 16 else plus(last.replace(day=28), 10).replace(day=1)
        due = plus(whole.replace(day=28), 10).replace(day=1) if whole.day == 16 else whole.replace(day=16)
        assert raised(AttendanceLate, today=plus(due, 2)) == []
        (found,) = raised(AttendanceLate, today=plus(due, 3))
        assert found.project == home
        assert f"线性工程 {whole} 起的一批考勤已过报送期限" in found.message


def test_a_setting_changes_the_stretch_from_its_day_on():
    silent_since(date(2026, 2, 1))
    assert raised(NobodyAttends, today=date(2026, 2, 25)) == []
    params = NobodyAttends.defaults() | {"festival_before": 2, "festival_after": 3}
    setting("REAL-03", params=params, valid_from=date(2026, 2, 24))
    assert raised(NobodyAttends, today=date(2026, 2, 23)) == []
    assert len(raised(NobodyAttends, today=date(2026, 2, 25))) == 1


# --- graver with age and number --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "level"), [(8, Level.ORANGE), (30, Level.ORANGE), (31, Level.RED)])
def test_long_silence_is_red(days, level):
    silent_since(ago(days))
    assert [found.level for found in raised(NobodyAttends)] == [level]


@pytest.mark.parametrize(
    ("number", "level"), [(9, Level.YELLOW), (10, Level.ORANGE), (49, Level.ORANGE), (50, Level.RED)]
)
def test_the_more_people_without_a_contract_the_graver(number, level):
    home = project()
    for _ in range(number):
        attendance(engagement(home), ago(2))
    assert [found.level for found in raised(NoContract)] == [level]


# --- KEY-01 ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("calendar")
class TestManagers:
    """November 2026 has 21 working days: 80 % are 16.8."""

    TODAY = date(2026, 12, 5)

    def manager(self, home, days: int, **fields):
        facts = {"post": Post.PROJECT_MANAGER, "work_role": WorkRole.MANAGER} | fields
        person = engagement(home, **facts)
        attendance(person, *span(date(2026, 11, 1), date(2026, 11, days))) if days else None
        return person

    def site(self):
        home = project()
        attendance(engagement(home), date(2026, 11, 2))
        return home

    def test_sixteen_of_twenty_one_days_are_too_few(self):
        person = self.manager(self.site(), 16)
        (found,) = raised(ManagersAbsent, today=self.TODAY)
        name = person.worker.name
        assert found.message == f"2026年11月关键岗位人员{name}到岗率低于 80%。"
        assert (found.level, found.evidence["rows"]) == (Level.YELLOW, [[name, "项目经理", "16.0", 21, "76"]])

    def test_seventeen_are_enough(self):
        self.manager(self.site(), 17)
        assert raised(ManagersAbsent, today=self.TODAY) == []

    def test_below_half_is_orange(self):
        self.manager(self.site(), 10)
        assert raised(ManagersAbsent, today=self.TODAY)[0].level == Level.ORANGE

    def test_until_the_fifth_attendance_may_still_come(self):
        self.manager(self.site(), 0)
        assert raised(ManagersAbsent, today=self.TODAY - timedelta(days=1)) == []
        assert len(raised(ManagersAbsent, today=self.TODAY)) == 1

    def test_posts_that_need_not_be_there_and_sites_without_attendance(self):
        self.manager(self.site(), 0, post=Post.RECORDS)
        self.manager(project(), 0)
        assert raised(ManagersAbsent, today=self.TODAY) == []

    def test_only_days_on_which_the_manager_was_to_be_there(self):
        home = self.site()
        suspension(home, date(2026, 11, 9), date(2026, 11, 28))
        self.manager(home, 5, entered_on=date(2026, 8, 1))  # 2–6 and 30 November: six working days, 5 of them
        self.manager(home, 0, entered_on=date(2026, 12, 1))
        assert raised(ManagersAbsent, today=self.TODAY) == []

    def test_the_days_around_the_spring_festival_are_nobodys(self):
        home = project(actual_start_on=date(2025, 6, 1), status=Status.IN_PROGRESS)
        person = engagement(home, entered_on=date(2025, 6, 1), post=Post.SAFETY)
        attendance(person, date(2026, 2, 1))  # the one day of February before the stretch, a Sunday
        assert raised(ManagersAbsent, today=date(2026, 3, 10)) == []
