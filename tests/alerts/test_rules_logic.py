"""What cannot be: one person on two sites, dates out of order, attendance outside of a stay or while the site stands
still, ages against the law. Each fires and is silent at the boundary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from alerts import evidence
from alerts.enums import Level
from alerts.rules.age_01_minors import AgeOutsideLaw
from alerts.rules.log_02_two_sites import OnTwoSites
from alerts.rules.log_03_dates import CHECKS, DatesOutOfOrder
from alerts.rules.log_05_outside_stay import AttendanceOutsideStay
from alerts.rules.log_06_standing_still import AttendanceWhileIdle
from projects.enums import Status
from projects.models import ChangedProject, Project, WageClerk
from tests.alerts.days import ago, span
from tests.alerts.factories import TODAY
from tests.alerts.sweeping import raised
from tests.organizations.factories import clerk, officer
from tests.projects.factories import permit, project, suspension
from tests.workers.factories import attendance, certificate, contract, departure, engagement, worker
from workers.enums import AttendanceSource, Trade
from workers.models import AttendanceDay, AttendanceMonth, Engagement, Worker
from workers.services.attendance import DayRow, write_days

pytestmark = pytest.mark.django_db


# --- LOG-02 ----------------------------------------------------------------------------------------------------------


class TestTwoSites:
    def both(self):
        person = worker()
        return engagement(project(), person), engagement(project(), person)

    def test_each_site_is_told_and_not_of_which_other_one(self):
        here, there = self.both()
        attendance(here, ago(2), ago(3))
        attendance(there, ago(3), ago(4))
        found = raised(OnTwoSites)
        assert [one.project for one in found] == [here.project, there.project]
        name = here.worker.name
        assert found[0].message == f"{name}在本工地和另一工地同日都有出勤，共 1 人日，最近在 {ago(3)}。"
        assert found[0].evidence["rows"] == [[name, str(ago(3)), "1.0", "1.0"]]
        told = f"{found[0].message}{found[0].evidence}"
        assert there.project.name not in told
        assert there.project.code not in told

    def test_the_link_leads_to_the_person_whose_page_shows_what_is_in_scope(self):
        here, there = self.both()
        attendance(here, ago(3))
        attendance(there, ago(3))
        found = raised(OnTwoSites)[0]
        for user in (officer("530902"), clerk(here.project.general_contractor)):
            assert evidence.evidence_of(found, user).rows[0].url == here.worker.get_absolute_url()

    def test_half_a_day_here_and_half_a_day_there_is_one_day(self):
        here, there = self.both()
        attendance(here, ago(3), units="0.5")
        attendance(there, ago(3), units="0.5")
        assert raised(OnTwoSites) == []
        AttendanceDay.objects.filter(engagement=there).update(units=1)
        assert len(raised(OnTwoSites)) == 2

    def test_the_next_day_elsewhere_is_no_fault(self):
        here, there = self.both()
        attendance(here, ago(3))
        attendance(there, ago(2))
        assert raised(OnTwoSites) == []

    def test_a_rest_day_is_no_attendance(self):
        here, there = self.both()
        attendance(here, ago(3))
        attendance(there, ago(3), units="0")
        assert raised(OnTwoSites) == []

    def test_months_longer_back_are_not_looked_at(self):
        here, there = self.both()
        for day in (date(2026, 5, 1), date(2026, 4, 30)):
            AttendanceDay.objects.all().delete()
            AttendanceMonth.objects.all().delete()
            attendance(here, day)
            attendance(there, day)
            assert len(raised(OnTwoSites)) == (2 if day.month == 5 else 0)

    def test_five_people_are_orange(self):
        one, other = project(), project()
        for number in range(5):
            assert [found.level for found in raised(OnTwoSites)] == ([Level.YELLOW] * 2 if number else [])
            person = worker()
            for of in (engagement(one, person), engagement(other, person)):
                attendance(of, ago(3))
        assert {found.level for found in raised(OnTwoSites)} == {Level.ORANGE}

    def test_days_written_at_one_site_have_the_other_looked_at_too(self):
        here, there = self.both()
        attendance(there, ago(3))
        ChangedProject.objects.all().delete()
        write_days([DayRow(here.pk, ago(3), Decimal(1))], source=AttendanceSource.SHEET)
        marked = set(ChangedProject.objects.values_list("project", flat=True))
        assert marked == {here.project_id, there.project_id}


# --- LOG-03 ----------------------------------------------------------------------------------------------------------


def change(row, **fields) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**fields)


def completed(home: Project, on: date, **fields) -> None:
    change(home, status=Status.COMPLETED, completed_on=on, **fields)


def signed(home: Project, stay: dict, **fields) -> Engagement:
    return contract(engagement(home, **stay), **fields).engagement


def certified(home: Project, born: date, issued_on: date) -> Engagement:
    person = engagement(home, worker(birth_date=born), entered_on=born)
    certificate(person.worker, issued_on=issued_on)
    return person


# What lays a later day before an earlier one; answers the person it is about, if it is about one.
SPOIL = {
    "竣工早于开工": lambda home, day, late: completed(home, late, actual_start_on=day),
    "施工许可早于施工合同": lambda home, day, late: (
        change(home, contract_signed_on=day) or (permit(home, issued_on=late) and None)
    ),
    "竣工早于施工许可": lambda home, day, late: permit(home, issued_on=day) and completed(home, late),
    "开工早于施工合同": lambda home, day, late: change(home, contract_signed_on=day, actual_start_on=late),
    "专管员离任早于登记": lambda home, day, late: (
        WageClerk.objects.create(project=home, name="李四", registered_on=day, left_on=late) and None
    ),
    "进场早于出生": lambda home, day, late: engagement(home, worker(birth_date=day), entered_on=late),
    "进场时年龄超过 90 岁": lambda home, day, late: engagement(
        home, worker(birth_date=late.replace(year=late.year - 90)), entered_on=day
    ),
    "劳动合同签订晚于退场": lambda home, day, late: signed(home, {"exited_on": late}, signed_on=day),
    "劳动合同起始晚于退场": lambda home, day, late: signed(
        home, {"exited_on": late}, signed_on=date(2026, 8, 1), starts_on=day
    ),
    "劳动合同终止早于签订": lambda home, day, late: signed(home, {}, signed_on=day, ends_on=late, kind="0"),
    "证书发放早于出生": certified,
}


class TestDates:
    """Each check with the dates equal, which is in order, and a day apart, which is not."""

    DAY = date(2026, 8, 20)

    def equal(self, said: str, by: int) -> tuple[Project, Engagement | None]:
        """A project on whose record the later day lies so many days before the earlier one."""
        home = project(contract_signed_on=None, actual_start_on=None)
        return home, SPOIL[said](home, self.DAY, self.DAY - timedelta(days=by))

    @pytest.mark.parametrize("said", [check.said for check in CHECKS])
    def test_a_check(self, said):
        self.equal(said, 0)
        assert raised(DatesOutOfOrder) == []
        home, person = self.equal(said, 1)
        (found,) = raised(DatesOutOfOrder)
        assert found.project == home
        assert found.message.startswith(f"有 1 处日期先后颠倒：{said}（")
        (row,) = found.evidence["rows"]
        assert row[0] == said
        assert row[3] > row[5]
        where = f"worker/{person.worker_id}" if person else f"project/{home.pk}"
        assert found.evidence["links"] == [where]

    def test_each_row_leads_to_its_record(self):
        home, person = self.equal("劳动合同签订晚于退场", 1)
        change(home, contract_signed_on=self.DAY, actual_start_on=ago(300))
        (found,) = raised(DatesOutOfOrder)
        rows = evidence.evidence_of(found, officer("530902")).rows
        assert {row.url for row in rows} == {home.get_absolute_url(), person.worker.get_absolute_url()}

    def test_correcting_one_of_two_changes_the_list(self):
        home, person = self.equal("劳动合同签订晚于退场", 1)
        permit(home, issued_on=self.DAY - timedelta(days=1))
        change(home, contract_signed_on=self.DAY)
        assert raised(DatesOutOfOrder)[0].message.startswith("有 2 处")
        change(person, exited_on=self.DAY)
        assert raised(DatesOutOfOrder)[0].message.startswith("有 1 处")


# --- LOG-05 ----------------------------------------------------------------------------------------------------------


class TestOutsideStay:
    def test_the_day_before_the_entry_and_the_day_after_the_exit(self):
        person = engagement(project(), entered_on=ago(40), exited_on=ago(5))
        attendance(person, ago(40), ago(5))
        assert raised(AttendanceOutsideStay) == []
        attendance(person, ago(41), ago(4))
        (found,) = raised(AttendanceOutsideStay)
        name = person.worker.name
        assert found.message == f"{name}在进场前或退场后仍有考勤，共 2 天。"
        assert sum(row[-1] for row in found.evidence["rows"]) == 2
        Engagement.objects.update(entered_on=ago(41), exited_on=ago(4))
        assert raised(AttendanceOutsideStay) == []

    def test_an_earlier_stay_is_a_stay(self):
        person = engagement(project(), entered_on=ago(60))
        departure(person, ago(40))
        Engagement.objects.update(entered_on=ago(30), exited_on=None)
        attendance(person, ago(60), ago(40), ago(30), ago(1))
        assert raised(AttendanceOutsideStay) == []
        attendance(person, ago(35))
        assert raised(AttendanceOutsideStay)[0].evidence["rows"][0][-1] == 1

    def test_a_rest_day_outside_is_no_attendance(self):
        attendance(engagement(project(), entered_on=ago(10)), ago(11), units="0")
        assert raised(AttendanceOutsideStay) == []


def test_days_of_a_month_as_bits():
    """Against counting on the fingers, at the ends of months and with open ends."""
    month = date(2026, 2, 1)
    days = [None, date(2026, 1, 15), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 9)]
    with connection.cursor() as cursor:
        for since in days:
            for until in days:
                cursor.execute("SELECT month_bits(%s, %s::date, %s::date)", [month, since, until])
                covers = [
                    (since is None or day >= since) and (until is None or day <= until)
                    for day in span(month, date(2026, 2, 28))
                ]
                assert cursor.fetchone()[0] & (1 << 28) - 1 == sum(1 << at for at, held in enumerate(covers) if held)


def test_the_roll_up_keeps_the_days_attended():
    person = engagement(project())
    rows = [DayRow(person.pk, date(2026, 10, day), Decimal(units)) for day, units in ((1, "1"), (2, "0"), (31, "0.5"))]
    write_days(rows, source=AttendanceSource.SHEET)
    assert AttendanceMonth.objects.get().day_bits == 1 | 1 << 30
    write_days([DayRow(person.pk, date(2026, 10, 2), Decimal(1))], source=AttendanceSource.SHEET)
    assert AttendanceMonth.objects.get().day_bits == 0b11 | 1 << 30


# --- LOG-06 ----------------------------------------------------------------------------------------------------------


class TestStandingStill:
    def crew(self, home: Project, number: int, *days: date) -> None:
        for _ in range(number):
            attendance(engagement(home), *days)

    def test_more_people_than_keep_watch(self):
        home = project(status=Status.SUSPENDED)
        suspension(home, ago(5))
        self.crew(home, 3, ago(5), ago(6))
        assert raised(AttendanceWhileIdle) == []
        self.crew(home, 1, ago(5))
        (found,) = raised(AttendanceWhileIdle)
        assert found.message == "2026年11月停工期间或完工之后有 4 人出勤，共 4 人日，与登记的工程进度不符。"
        assert (found.subject_key, found.level, found.evidence["total"]) == ("2026-11", Level.YELLOW, 4)

    def test_the_day_before_and_the_day_of_resumption_are_days_of_work(self):
        home = project()
        suspension(home, ago(10), ago(5))
        self.crew(home, 4, ago(11), ago(5))
        assert raised(AttendanceWhileIdle) == []
        self.crew(home, 4, ago(6))
        assert len(raised(AttendanceWhileIdle)) == 1

    def test_after_the_completion(self):
        home = project(status=Status.COMPLETED, completed_on=ago(8))
        self.crew(home, 4, ago(8))
        assert raised(AttendanceWhileIdle) == []
        self.crew(home, 4, ago(7))
        assert len(raised(AttendanceWhileIdle)) == 1
        Project.objects.update(completed_on=ago(7))
        assert raised(AttendanceWhileIdle) == []

    def test_twenty_people_are_orange(self):
        home = project(status=Status.SUSPENDED)
        suspension(home, ago(5))
        self.crew(home, 20, ago(2))
        assert raised(AttendanceWhileIdle)[0].level == Level.ORANGE


# --- AGE-01 ----------------------------------------------------------------------------------------------------------


class TestAge:
    def person(self, born: date, **fields) -> Engagement:
        gender = fields.pop("gender", "0")
        return engagement(project(), worker(birth_date=born, gender=gender), **fields)

    def test_a_day_before_the_sixteenth_birthday(self):
        entered = date(2026, 8, 1)
        self.person(date(2010, 8, 1), entered_on=entered)
        assert raised(AgeOutsideLaw) == []
        child = self.person(date(2010, 8, 2), entered_on=entered)
        (found,) = raised(AgeOutsideLaw)
        assert found.message == f"{child.worker.name}进场时未满 16 周岁，属于招用童工。"
        assert (found.level, found.subject_key) == (Level.RED, "child")

    def test_who_left_was_a_child_all_the_same(self):
        self.person(date(2011, 8, 2), exited_on=ago(1))
        assert len(raised(AgeOutsideLaw)) == 1

    def test_special_trades_begin_at_eighteen(self):
        self.person(TODAY.replace(year=2008), trade=Trade.SCAFFOLDER)
        self.person(TODAY.replace(year=2009), trade=Trade.REBAR)
        assert raised(AgeOutsideLaw) == []
        self.person(TODAY.replace(year=2008) + timedelta(days=1), trade=Trade.SCAFFOLDER)
        (found,) = raised(AgeOutsideLaw)
        assert (found.level, found.subject_key) == (Level.ORANGE, "minor")
        Engagement.objects.update(exited_on=ago(1))
        assert raised(AgeOutsideLaw) == []

    @pytest.mark.parametrize(("gender", "year"), [("0", 1963), ("1", 1971)])
    def test_and_end_with_the_age_of_retirement(self, gender, year):
        facts = {"gender": gender, "trade": Trade.WELDER}
        self.person(TODAY.replace(year=year), **facts)
        assert raised(AgeOutsideLaw) == []
        self.person(TODAY.replace(year=year) - timedelta(days=1), **facts)
        (found,) = raised(AgeOutsideLaw)
        assert (found.level, found.subject_key) == (Level.YELLOW, "retired")

    def test_nobody_is_judged_whose_birth_is_unknown(self):
        self.person(date(2020, 1, 1), trade=Trade.WELDER)
        Worker.objects.update(birth_date=None)
        assert raised(AgeOutsideLaw) == []
