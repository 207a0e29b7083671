"""管辖属地 (P4): proposed by address, confirmed in time, extended by the province, moved by who has a say."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from core import working_days
from core.models import AuditEntry, CalendarDay, PublishedYear, WorkdayOverride
from organizations.enums import Industry
from organizations.models import Region
from organizations.regions import load
from projects.enums import JurisdictionAct, RequestState, Status
from projects.models import ChangedProject, JurisdictionEntry, JurisdictionRequest, Project
from projects.selectors import jurisdiction as places
from projects.selectors.jurisdiction import propose, short_name
from projects.services import ProjectClosed, file_project, update_project
from projects.services import jurisdiction as services
from tests.organizations import factories as who
from tests.projects import factories as sites

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 20)


@pytest.fixture
def today():
    with time_machine.travel("2026-11-20 09:00:00+08:00", tick=False):
        yield FRIDAY


@pytest.fixture(scope="module", autouse=True)
def _calendar(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        working_days.load_published(range(2026, 2027))
        yield
        for model in (WorkdayOverride, PublishedYear, CalendarDay):
            model.objects.all().delete()


def waiting(at: str = "530902", **fields) -> Project:
    """Unconfirmed."""
    return sites.project(at=at, supervised_from=fields.pop("since", FRIDAY), **fields)


def told(project: Project) -> list[str]:
    return list(project.jurisdiction_entries.order_by("id").values_list("act", flat=True))


class TestProposal:
    @pytest.fixture(autouse=True)
    def _regions(self, db):
        load()

    @pytest.mark.parametrize(
        ("address", "place", "expected"),
        [
            ("临沧市凤庆县凤山镇滨河路8号", "530902", "凤庆县"),
            ("凤庆凤山镇", "530902", "凤庆县"),
            ("临翔区凤庆路12号", "530902", "临翔区"),  # a street called after another county
            ("景东路与云海路交叉口", "530902", "临翔区"),
            ("双江沙河乡允俸村", "530902", "双江拉祜族佤族布朗族傣族自治县"),
            ("红河州蒙自市文澜镇", "530902", "蒙自市"),  # not 红河县
            ("红河县迤萨镇", "530902", "红河县"),
            ("西双版纳勐腊县", "530902", "勐腊县"),
            ("大理州大理市下关镇", "530902", "大理市"),
            ("昆明市人民中路", "530902", "昆明市"),
            ("临沧市世纪路", "530902", "临翔区"),
            ("云县爱华镇", "530902", "云县"),
            ("工业园区3号地块", "530902", "临翔区"),
            ("", "530902", "临翔区"),
            ("湖南省长沙市岳麓区", "530902", "临翔区"),  # nothing of this province
        ],
    )
    def test_the_county_the_address_names_else_the_place_reported(self, address, place, expected):
        assert propose(address, Region.objects.get(pk=place)).region.name == expected

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("凤庆县凤山镇", "地址写明“凤庆县”，与填报的项目所在地“临翔区”不一致，请核实"),
            ("临翔区南塘街", "地址写明“临翔区”，与填报的项目所在地相符"),
            ("", "没有填写地址，按填报的项目所在地“临翔区”"),
        ],
    )
    def test_it_says_why(self, address, words):
        assert propose(address, Region.objects.get(pk="530902")).why == words

    def test_names_without_their_ending(self):
        names = Region.objects.current().filter(code__startswith="53", level__gt=2).values_list("name", flat=True)
        short = {name: short_name(name) for name in names}
        assert short["西双版纳傣族自治州"] == "西双版纳"
        assert short["镇沅彝族哈尼族拉祜族自治县"] == "镇沅"
        assert all("族" not in name for name in short.values())


class TestFiling:
    def _file(self, by, **facts) -> Project:
        facts = {"name": "某项目", "category": "01", "region": who.region("530902"), **facts}
        return file_project(by=by, **facts)

    def test_what_a_contractor_files_is_proposed_by_its_address(self):
        who.region("530921")
        project = self._file(who.clerk(), address="凤庆县凤山镇")
        assert (project.jurisdiction_id, project.jurisdiction_confirmed_on) == ("530921", None)
        assert told(project) == ["proposed"]
        assert "凤庆县" in project.jurisdiction_entries.get().reason

    def test_an_officer_who_files_has_said_so(self):
        project = self._file(who.officer("530902"), address="凤庆县凤山镇")
        assert (project.jurisdiction_id, project.jurisdiction_confirmed_on) == ("530902", timezone.localdate())
        assert told(project) == ["confirmed"]

    def test_a_corrected_address_proposes_again_until_it_is_confirmed(self):
        who.region("530921")
        project = self._file(who.clerk(), address="临翔区南塘街")
        update_project(project, by=None, address="凤庆县凤山镇")
        project.refresh_from_db()
        assert project.jurisdiction_id == "530921"
        services.confirm(project, by=who.officer("530921"))
        project.refresh_from_db()
        update_project(project, by=None, address="临翔区南塘街")
        project.refresh_from_db()
        assert project.jurisdiction_id == "530921"
        assert told(project) == ["proposed", "proposed", "confirmed"]

    def test_saving_other_facts_confirms_nothing(self):
        project = self._file(who.clerk())
        update_project(project, by=who.officer("530902"), name="另名")
        project.refresh_from_db()
        assert project.jurisdiction_confirmed_on is None


class TestTerm:
    def test_five_working_days(self, today):
        assert places.confirm_by(waiting(since=date(2026, 11, 20))) == date(2026, 11, 27)
        assert places.confirm_by(waiting(since=date(2026, 9, 30))) == date(2026, 10, 13)  # National Day lies between

    def test_beyond_the_calendar_a_week(self, today):
        assert places.confirm_by(waiting(since=date(2014, 11, 20))) == date(2014, 11, 27)

    def test_an_extension_the_province_agreed_to(self, today):
        project = waiting()
        asked = services.ask_extension(project, by=who.officer("530902"), until=date(2026, 12, 10), reason="跨县管线")
        assert places.confirm_by(project) == date(2026, 11, 27)
        services.answer(asked, by=who.officer("530000"), grant=True)
        assert places.confirm_by(project) == date(2026, 12, 10)


class TestConfirming:
    def test_as_it_is_proposed(self, today):
        project, by = waiting(), who.officer("530902")
        services.confirm(project, by=by)
        project.refresh_from_db()
        assert project.jurisdiction_confirmed_on == today
        assert AuditEntry.objects.get(action="jurisdiction.confirm").actor == by
        assert ChangedProject.objects.filter(project=project).exists()
        with pytest.raises(ValidationError, match="已经确认"):
            services.confirm(project, by=by)

    def test_a_prefecture_says_which_county(self):
        project = waiting("530902")
        services.confirm(project, by=who.officer("530900"), region=who.region("530921"))
        project.refresh_from_db()
        assert project.jurisdiction_id == "530921"

    def test_not_beyond_the_own_region(self):
        with pytest.raises(ValidationError, match="不在本辖区"):
            services.confirm(waiting(), by=who.officer("530902"), region=who.region("530921"))

    def test_a_completed_project_is_left_alone(self):
        project = waiting(status=Status.COMPLETED, completed_on="2026-10-01")
        with pytest.raises(ProjectClosed):
            services.confirm(project, by=who.officer("530902"))


class TestExtension:
    @pytest.mark.parametrize(
        ("until", "words"),
        [("2026-12-21", "最迟 2026-12-20"), ("2026-11-27", "应晚于现在的期限"), ("2026-11-01", "应晚于现在的期限")],
    )
    def test_up_to_thirty_days_in_all(self, today, until, words):
        with pytest.raises(ValidationError, match=words):
            services.ask_extension(waiting(), by=who.officer("530902"), until=date.fromisoformat(until), reason="跨县")

    def test_the_last_day_is_allowed_and_asked_once(self, today):
        project, by = waiting(), who.officer("530902")
        asked = services.ask_extension(project, by=by, until=date(2026, 12, 20), reason="跨县")
        assert asked.answering_id == "530000"
        with pytest.raises(ValidationError, match="已有待答复"):
            services.ask_extension(project, by=by, until=date(2026, 12, 20), reason="跨县")

    def test_a_refusal_says_why_and_leaves_the_term(self, today):
        project = waiting()
        asked = services.ask_extension(project, by=who.officer("530902"), until=date(2026, 12, 1), reason="跨县")
        with pytest.raises(ValidationError, match="理由"):
            services.answer(asked, by=who.officer("530000"), grant=False)
        services.answer(asked, by=who.officer("530000"), grant=False, text="不属特殊情况")
        asked.refresh_from_db()
        assert asked.state == RequestState.REFUSED
        assert places.confirm_by(project) == date(2026, 11, 27)
        assert told(project) == ["extension_asked", "extension_refused"]
        with pytest.raises(ValidationError, match="已有结果"):
            services.answer(asked, by=who.officer("530000"), grant=True)

    def test_confirming_meanwhile_settles_it(self, today):
        project, by = waiting(), who.officer("530902")
        asked = services.ask_extension(project, by=by, until=date(2026, 12, 1), reason="跨县")
        services.confirm(project, by=by)
        asked.refresh_from_db()
        assert asked.state == RequestState.SETTLED


class TestMoving:
    def test_at_once_by_who_has_a_say_over_both(self):
        project = waiting(jurisdiction_confirmed_on="2026-10-01")
        services.move(project, by=who.officer("530900"), region=who.region("530921"), reason="跨县标段")
        project.refresh_from_db()
        assert (project.jurisdiction_id, str(project.jurisdiction_confirmed_on)) == ("530921", "2026-10-01")
        entry = AuditEntry.objects.get(action="project.jurisdiction")
        assert entry.detail == {"before": "530902", "after": "530921"}
        assert told(project) == ["moved"]

    @pytest.mark.parametrize(("to", "answering"), [("530921", "530900"), ("530102", "530000"), (None, "530900")])
    def test_else_the_lowest_office_over_both_is_asked(self, to, answering):
        project = waiting()
        region = who.region(to) if to else None
        asked = services.ask_transfer(project, by=who.officer("530902"), region=region, reason="不属本地")
        assert asked.answering_id == answering
        project.refresh_from_db()
        assert project.jurisdiction_id == "530902"  # until then it is still theirs
        assert asked in places.requests_to_answer(who.officer(answering))
        assert asked not in places.requests_to_answer(who.officer("530902"))

    def test_agreeing_moves_and_confirms(self, today):
        project = waiting()
        asked = services.ask_transfer(
            project, by=who.officer("530902"), region=who.region("530921"), reason="不属本地"
        )
        services.answer(asked, by=who.officer("530900"), grant=True)
        project.refresh_from_db()
        asked.refresh_from_db()
        assert (project.jurisdiction_id, project.jurisdiction_confirmed_on) == ("530921", today)
        assert asked.state == RequestState.GRANTED
        assert told(project) == ["transfer_asked", "moved"]

    def test_where_nobody_was_named_the_answer_names_it(self):
        project = waiting()
        asked = services.ask_transfer(project, by=who.officer("530902"), region=None, reason="不属本地")
        with pytest.raises(ValidationError, match="由哪里管辖"):
            services.answer(asked, by=who.officer("530900"), grant=True)
        services.answer(asked, by=who.officer("530900"), grant=True, region=who.region("530921"))
        project.refresh_from_db()
        assert project.jurisdiction_id == "530921"

    def test_a_refusal_leaves_it_where_it_is(self):
        project = waiting()
        asked = services.ask_transfer(
            project, by=who.officer("530902"), region=who.region("530921"), reason="不属本地"
        )
        services.answer(asked, by=who.officer("530900"), grant=False, text="施工现场在临翔")
        project.refresh_from_db()
        assert (project.jurisdiction_id, project.jurisdiction_confirmed_on) == ("530902", None)


class TestPages:
    @pytest.fixture(autouse=True)
    def _at(self, today):
        pass

    def test_the_list_is_sorted_by_what_is_left_and_marks_what_is_late(self, client):
        by = who.officer("530902")
        late = waiting(since=date(2026, 11, 9), name="逾期的项目")
        soon = waiting(since=date(2026, 11, 16), name="将到期的项目")
        fresh = waiting(name="新来的项目")
        waiting("530921", name="别县的项目")
        sites.project(name="确认过的项目", jurisdiction_confirmed_on="2026-10-01")
        client.force_login(by)
        page = client.get(reverse("projects:jurisdiction_list")).content.decode()
        assert page.index(late.name) < page.index(soon.name) < page.index(fresh.name)
        assert "已逾期 4 天" in page
        assert "还剩 3 天" in page
        assert "别县" not in page
        assert "确认过的项目" not in page
        only_late = client.get(reverse("projects:jurisdiction_list"), {"state": "late"}).content.decode()
        assert late.name in only_late
        assert soon.name not in only_late

    def test_several_are_confirmed_at_once(self, client):
        by = who.officer("530902")
        own, moving, foreign = waiting(), waiting(), waiting("530921")
        services.ask_transfer(moving, by=by, region=None, reason="不属本地")
        client.force_login(by)
        form = {"chosen": [own.pk, moving.pk, foreign.pk]}
        page = client.post(reverse("projects:jurisdiction_confirm_many"), form, follow=True).content.decode()
        assert "已确认 1 个项目" in page
        confirmed = Project.objects.filter(jurisdiction_confirmed_on__isnull=False)
        assert list(confirmed) == [own]

    def test_the_navigation_counts_what_waits_for_this_very_office(self):
        county, prefecture = who.officer("530902"), who.officer("530900")
        project = waiting()
        waiting("530900")
        assert (places.own_work(county), places.own_work(prefecture)) == (1, 1)
        services.ask_transfer(project, by=county, region=None, reason="不属本地")
        assert (places.own_work(county), places.own_work(prefecture)) == (1, 2)
        assert places.own_work(who.clerk()) == 0

    def test_a_county_moves_what_is_not_its_own_to_the_office_above(self, client):
        who.region("530921")
        project = waiting()
        client.force_login(who.officer("530902"))
        form = {"move-region": "530921", "move-reason": "现场在凤庆"}
        page = client.post(reverse("projects:jurisdiction_move", args=[project.pk]), form, follow=True)
        assert "已提请临沧市人社部门决定" in page.content.decode()
        client.force_login(who.officer("530900"))
        asked = JurisdictionRequest.objects.get()
        address = reverse("projects:jurisdiction_answer", args=[asked.pk])
        assert "现场在凤庆" in client.get(address).content.decode()
        assert client.post(address, {"grant": "no", "region": "530921"}).status_code == 422
        client.post(address, {"grant": "yes", "region": "530921"})
        project.refresh_from_db()
        assert project.jurisdiction_id == "530921"
        shown = client.get(reverse("projects:jurisdiction", args=[project.pk])).content.decode()
        assert "提请变更管辖" in shown
        answered = client.get(address, follow=True).content.decode()
        assert "已有结果" in answered

    def test_a_prefecture_moves_at_once(self, client):
        who.region("530921")
        project = waiting(jurisdiction_confirmed_on="2026-11-01")
        client.force_login(who.officer("530900"))
        form = {"move-region": "530921", "move-reason": "现场在凤庆"}
        client.post(reverse("projects:jurisdiction_move", args=[project.pk]), form)
        project.refresh_from_db()
        assert project.jurisdiction_id == "530921"

    def test_the_province_answers_an_extension_and_a_prefecture_does_not(self, client):
        project = waiting()
        client.force_login(who.officer("530902"))
        form = {"extend-until": "2026-12-10", "extend-reason": "跨两县"}
        client.post(reverse("projects:jurisdiction_extend", args=[project.pk]), form)
        address = reverse("projects:jurisdiction_answer", args=[JurisdictionRequest.objects.get().pk])
        for other in ("530902", "530900"):
            client.force_login(who.officer(other))
            assert client.get(address).status_code == client.post(address, {"grant": "yes"}).status_code == 403
        client.force_login(who.officer("530000"))
        client.post(address, {"grant": "yes", "text": "同意"})
        assert places.confirm_by(project) == date(2026, 12, 10)

    def test_the_province_asks_nobody(self, client):
        client.force_login(who.officer("530000"))
        page = client.get(reverse("projects:jurisdiction", args=[waiting().pk])).content.decode()
        assert "申请延期</button>" not in page
        assert "确认管辖" in page

    def test_what_is_confirmed_or_completed_says_so(self, client):
        client.force_login(who.officer("530902"))
        confirmed = sites.project(jurisdiction_confirmed_on="2026-10-01")
        page = client.post(reverse("projects:jurisdiction_confirm", args=[confirmed.pk]), follow=True)
        assert "已经确认" in page.content.decode()
        done = waiting(status=Status.COMPLETED, completed_on="2026-10-01")
        page = client.post(reverse("projects:jurisdiction_confirm", args=[done.pk]), follow=True)
        assert "不再接受修改" in page.content.decode()

    def test_an_industry_department_reads_the_record_and_a_contractor_does_not(self, client):
        project = waiting(industry=Industry.HOUSING)
        services.ask_transfer(project, by=who.officer("530902"), region=None, reason="内部理由")
        address = reverse("projects:jurisdiction", args=[project.pk])
        client.force_login(who.industry_officer("530900"))
        assert "内部理由" in client.get(address).content.decode()
        client.force_login(who.clerk(project.participations.get().organization))
        assert client.get(address).status_code == 403
        assert "管辖记录" not in client.get(project.get_absolute_url()).content.decode()
        assert not JurisdictionEntry.objects.visible_to(who.clerk(project.participations.get().organization)).exists()


class TestDatabase:
    def _sql(self, statement: str, *params):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)

    def test_an_entry_is_never_rewritten(self):
        project = waiting()
        JurisdictionEntry.objects.create(project=project, act=JurisdictionAct.PROPOSED)
        with pytest.raises(ProgrammingError):
            self._sql("UPDATE projects_jurisdictionentry SET reason = 'x'")

    @pytest.mark.parametrize(
        "change", ["state = 'granted'", "until = '2026-12-01'", "kind = 'extension'", "answered_at = now()"]
    )
    def test_a_request_makes_sense(self, change):
        services.ask_transfer(waiting(), by=who.officer("530902"), region=None, reason="不属本地")
        with pytest.raises(IntegrityError):
            self._sql(f"UPDATE projects_jurisdictionrequest SET {change}")
