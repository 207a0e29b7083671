"""What the services of projects do, refuse and leave on record."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.models import AuditEntry
from organizations.enums import Industry, OrganizationKind
from organizations.models import Organization
from projects import services
from projects.enums import Category, ParticipantType, ParticipationStatus, Status, StatusAct
from projects.models import ChangedProject, Participation, Permit, Project, WageClerk
from tests.organizations.factories import clerk, officer, organization, region, uscc
from tests.projects.factories import participation, permit, project

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
REPRESENTATIVE = "53090219900101001X"
GENERAL = ParticipantType.GENERAL_CONTRACTOR
LABOUR = ParticipantType.LABOUR_SUBCONTRACTOR


def file_one(by=None, **fields) -> Project:
    facts = {"name": "临翔区妇幼保健院迁建项目", "category": Category.BUILDING, "region": region("530902")}
    return services.file_project(by=by or officer(), **(facts | fields))


def acts(of) -> list[str]:
    found = AuditEntry.objects.filter(object_type=of._meta.label, object_id=str(of.pk)).order_by("id")
    return list(found.values_list("action", flat=True))


class TestFiling:
    def test_code_is_region_month_and_serial(self):
        month = f"{TODAY():%Y%m}"
        assert [file_one().code for _ in range(3)] == [f"530902{month}000{n}" for n in (1, 2, 3)]

    def test_codes_of_another_region_count_for_themselves(self):
        file_one()
        assert file_one(by=officer("530900"), region=region("530921")).code.endswith("0001")

    def test_serial_goes_on_after_9999(self):
        project(code=f"530902{TODAY():%Y%m}9999")
        assert file_one().code == f"530902{TODAY():%Y%m}10000"

    def test_codes_of_other_shapes_do_not_disturb(self):
        project(code=f"530902{TODAY():%Y%m}-A7")
        assert file_one().code.endswith("0001")

    @pytest.mark.parametrize(
        ("category", "industry"),
        [
            (Category.BUILDING, Industry.HOUSING),
            (Category.MUNICIPAL, Industry.HOUSING),
            (Category.INSTALLATION, Industry.HOUSING),
            (Category.RAILWAY, Industry.TRANSPORT),
            (Category.HIGHWAY, Industry.TRANSPORT),
            (Category.PORT, Industry.TRANSPORT),
            (Category.HYDRAULIC, Industry.WATER),
            (Category.POWER, Industry.OTHER),
            (Category.OTHER, Industry.OTHER),
        ],
    )
    def test_industry_follows_the_category(self, category, industry):
        assert file_one(category=category).industry == industry

    def test_industry_may_be_told(self):
        assert file_one(category=Category.OTHER, industry=Industry.WATER).industry == Industry.WATER

    def test_a_project_that_has_started_is_in_progress_from_its_start(self):
        one = file_one(actual_start_on=date(2026, 7, 20))
        assert one.status == Status.IN_PROGRESS
        assert [change.on for change in one.status_changes.all()] == [date(2026, 7, 20)]

    def test_a_project_that_has_not_is_being_prepared(self):
        assert file_one().status == Status.PREPARING

    def test_filing_is_on_record_and_wakes_the_rules(self):
        one = file_one()
        assert acts(one) == ["project.file"]
        assert ChangedProject.objects.filter(project=one).exists()

    def test_a_new_contractor_is_put_on_record_and_leads(self):
        one = file_one(contractor=Organization(kind=OrganizationKind.ENTERPRISE, name="新公司", uscc=uscc(7001)))
        assert one.general_contractor.name == "新公司"
        assert one.participations.get().is_lead

    def test_a_clerk_files_for_the_own_enterprise_whatever_is_told(self):
        by = clerk()
        one = file_one(by=by, contractor=organization())
        assert one.general_contractor == by.organization
        assert one.jurisdiction_confirmed_on is None

    def test_nothing_is_filed_when_something_is_wrong(self):
        bad = Organization(kind=OrganizationKind.ENTERPRISE, name="新公司", uscc="91530902MA6NX4T290")
        with pytest.raises(ValidationError):
            file_one(contractor=bad)
        assert not Project.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_filing_at_once_get_two_codes():
    by, codes = officer(), []

    def file():
        try:
            codes.append(file_one(by=by).code)
        finally:
            connection.close()

    threads = [threading.Thread(target=file) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(codes)) == 4


class TestUpdating:
    def test_an_actual_start_sets_a_prepared_project_in_progress(self):
        one = file_one()
        services.update_project(one, by=officer(), actual_start_on=date(2026, 7, 20))
        one.refresh_from_db()
        assert one.status == Status.IN_PROGRESS
        assert one.status_changes.order_by("-id").first().on == date(2026, 7, 20)

    def test_a_jurisdiction_is_not_moved_in_passing(self):
        one = file_one(by=officer("530900"))
        with pytest.raises(ValueError, match="jurisdiction"):
            services.update_project(one, by=officer("530900"), jurisdiction=region("530921"))

    def test_row_history_is_kept_by_the_database(self):
        one = file_one()
        services.update_project(one, by=officer(), address="南塘街")
        events = Project._meta.get_field("events").related_model.objects.filter(pgh_obj_id=one.pk)
        assert list(events.order_by("pgh_id").values_list("address", flat=True)) == ["", "南塘街"]


class TestStatus:
    def change(self, one, act, *, on=None, reason="说明", by=None):
        return services.change_status(one, act, by=by or officer(), on=on or TODAY(), reason=reason)

    def test_course_of_a_project(self):
        one = file_one()
        for act in [StatusAct.START, StatusAct.SUSPEND, StatusAct.RESUME, StatusAct.COMPLETE, StatusAct.REOPEN]:
            one = self.change(one, act)
            assert one.status == act.to_status
        assert one.completed_on is None
        assert one.actual_start_on == TODAY()
        assert acts(one) == ["project.file", *(f"project.{act}" for act in StatusAct)]
        assert one.status_changes.count() == 6

    @pytest.mark.parametrize("act", [act for act in StatusAct if Status.IN_PROGRESS not in act.from_statuses])
    def test_only_what_follows_from_the_status_is_possible(self, act):
        with pytest.raises(ValidationError, match="不能办理"):
            self.change(project(), act)

    def test_a_completed_project_is_not_suspended(self):
        one = self.change(project(), StatusAct.COMPLETE)
        with pytest.raises(services.ProjectClosed):
            self.change(one, StatusAct.SUSPEND)

    def test_tomorrow_has_not_happened(self):
        with pytest.raises(ValidationError, match="不能晚于今天"):
            self.change(project(), StatusAct.COMPLETE, on=TODAY() + timedelta(days=1))

    def test_completion_is_not_before_the_start(self):
        with pytest.raises(ValidationError, match="不能早于"):
            self.change(project(), StatusAct.COMPLETE, on=date(2026, 7, 19))

    def test_a_change_is_not_before_the_last_one(self):
        one = self.change(project(), StatusAct.SUSPEND, on=date(2026, 9, 1))
        with pytest.raises(ValidationError, match="2026-09-01"):
            self.change(one, StatusAct.RESUME, on=date(2026, 8, 31))
        assert self.change(one, StatusAct.RESUME, on=date(2026, 9, 1)).status == Status.IN_PROGRESS

    def test_a_start_may_lie_before_the_filing(self):
        one = self.change(file_one(), StatusAct.START, on=date(2026, 7, 20))
        assert one.actual_start_on == date(2026, 7, 20)

    @pytest.mark.parametrize("act", [StatusAct.SUSPEND, StatusAct.REOPEN])
    def test_suspending_and_reopening_need_a_reason(self, act):
        done = {"status": Status.COMPLETED, "completed_on": date(2026, 9, 1)} if act == StatusAct.REOPEN else {}
        with pytest.raises(ValidationError, match="原因"):
            self.change(project(**done), act, reason=" ")


class TestCompletionStopsEverything:
    @pytest.fixture
    def done(self) -> Project:
        one = project()
        participation(one, organization(), LABOUR)
        permit(one)
        WageClerk.objects.create(project=one, name="张丽")
        return services.change_status(one, StatusAct.COMPLETE, by=officer(), on=TODAY(), reason="验收在先")

    def writes(self, one: Project) -> dict:
        by, party = officer(), one.participations.get(participant_type=LABOUR)
        return {
            "update": lambda: services.update_project(one, by=by, address="新地址"),
            "enter": lambda: services.enter_unit(one, LABOUR, by=by, unit_facts={"name": "新公司"}),
            "edit": lambda: services.update_party(party, by=by, manager="王强"),
            "exit": lambda: services.exit_party(party, by=by, on=TODAY()),
            "return": lambda: services.return_party(party, by=by),
            "lead": lambda: services.make_lead(one.participations.get(participant_type=GENERAL), by=by),
            "permit": lambda: services.save_permit(Permit(project=one), by=by, number="1"),
            "clerk": lambda: services.save_clerk(WageClerk(project=one), by=by, name="李四"),
            "leave": lambda: services.leave_clerk(one.wage_clerks.get(), by=by, on=TODAY()),
        }

    @pytest.mark.parametrize(
        "write", ["update", "enter", "edit", "exit", "return", "lead", "permit", "clerk", "leave"]
    )
    def test_no_service_writes_to_a_completed_project(self, done, write):
        with pytest.raises(services.ProjectClosed, match="确认完工"):
            self.writes(done)[write]()
        assert not Organization.objects.filter(name="新公司").exists()

    def test_a_stale_object_does_not_get_round_it(self):
        one = project()
        stale = Project.objects.get(pk=one.pk)
        services.change_status(one, StatusAct.COMPLETE, by=officer(), on=TODAY(), reason="验收在先")
        with pytest.raises(services.ProjectClosed):
            services.update_project(stale, by=officer(), address="新地址")

    def test_reopening_lets_writes_in_again(self, done):
        services.change_status(done, StatusAct.REOPEN, by=officer(), on=TODAY(), reason="误操作")
        services.update_project(done, by=officer(), address="新地址")
        assert Project.objects.get(pk=done.pk).address == "新地址"


class TestUnits:
    def test_found_by_code(self):
        unit = organization(name="甲公司")
        assert services.find_unit(uscc=unit.uscc, name="甲公司") == unit

    def test_found_by_exact_name_without_code(self):
        unit = organization(name="甲公司")
        assert services.find_unit(uscc=None, name="甲公司") == unit
        assert services.find_unit(uscc=None, name="甲公") is None

    def test_two_of_one_name_need_the_code(self):
        organization(name="甲公司"), organization(name="甲公司")
        with pytest.raises(ValidationError, match="同名"):
            services.find_unit(uscc=None, name="甲公司")

    def test_a_bank_is_no_party(self):
        keeper = organization(OrganizationKind.BANK)
        with pytest.raises(ValidationError, match="不能作为参建单位"):
            services.find_unit(uscc=keeper.uscc, name=keeper.name)

    def test_a_wrong_code_is_not_put_on_record(self):
        with pytest.raises(ValidationError, match="统一社会信用代码"):
            services.enter_unit(
                project(), LABOUR, by=officer(), unit_facts={"name": "新公司", "uscc": "91530902MA6NX4T290"}
            )
        assert not Organization.objects.filter(name="新公司").exists()

    def test_a_clerk_fills_blanks_of_a_stranger_but_overwrites_nothing(self):
        own = organization()
        one, stranger = project(contractor=own), organization(legal_representative="李敏")
        elsewhere = participation(project(), stranger, LABOUR).project
        facts = {"name": stranger.name, "legal_representative": "王芳", "office_address": "人民路"}
        services.enter_unit(one, LABOUR, by=clerk(own), unit_facts=facts)
        stranger.refresh_from_db()
        assert (stranger.legal_representative, stranger.office_address) == ("李敏", "人民路")
        assert ChangedProject.objects.filter(project=elsewhere).exists()

    def test_a_clerk_corrects_a_unit_of_the_own_projects_only(self):
        own = organization()
        one = project(contractor=own)
        party = participation(one, organization(legal_representative="李敏"), LABOUR)
        services.update_party(party, by=clerk(own), unit_facts={"legal_representative": "王芳"})
        party.organization.refresh_from_db()
        assert party.organization.legal_representative == "王芳"

    def test_an_officers_correction_is_on_record_without_the_values(self):
        party = participation(project(), organization(legal_representative_id=REPRESENTATIVE), LABOUR)
        services.update_party(party, by=officer(), unit_facts={"legal_representative_id": "530902199001010028"})
        entry = AuditEntry.objects.get(action="organization.correct")
        assert entry.detail == {"fields": ["legal_representative_id"]}

    def test_a_corrected_unit_wakes_the_rules_of_all_its_projects(self):
        unit = organization()
        ones = [project(), project()]
        parties = [participation(one, unit, LABOUR) for one in ones]
        services.update_party(parties[0], by=officer(), unit_facts={"office_address": "人民路"})
        assert set(ChangedProject.objects.values_list("project", flat=True)) == {one.pk for one in ones}


class TestJointVenture:
    def leads(self, one: Project) -> list[str]:
        return list(one.participations.filter(is_lead=True).values_list("organization__name", flat=True))

    def test_the_only_contractor_leads(self):
        one = project()
        one.participations.all().delete()
        services.add_party(one, organization(name="甲"), GENERAL, by=officer())
        services.add_party(one, organization(name="乙"), GENERAL, by=officer())
        assert self.leads(one) == ["甲"]
        assert one.general_contractor.name == "甲"

    def test_the_lead_is_handed_over(self):
        one = project(contractor=organization(name="甲"))
        second = services.add_party(one, organization(name="乙"), GENERAL, by=officer())
        services.make_lead(second, by=officer())
        assert self.leads(one) == ["乙"]

    def test_the_leader_does_not_leave_before_handing_over(self):
        one = project(contractor=organization(name="甲"))
        leader = one.participations.get()
        second = services.add_party(one, organization(name="乙"), GENERAL, by=officer())
        with pytest.raises(ValidationError, match="牵头人"):
            services.exit_party(leader, by=officer(), on=TODAY())
        services.make_lead(second, by=officer())
        leader.refresh_from_db()
        assert services.exit_party(leader, by=officer(), on=TODAY()).status == ParticipationStatus.EXITED

    def test_a_new_contractor_takes_the_lead_of_one_that_left(self):
        one = project(contractor=organization(name="甲"))
        services.exit_party(one.participations.get(), by=officer(), on=TODAY())
        services.add_party(one, organization(name="乙"), GENERAL, by=officer())
        assert self.leads(one) == ["乙"]

    def test_one_that_returns_does_not_take_the_lead_back(self):
        one = project(contractor=organization(name="甲"))
        first = services.exit_party(one.participations.get(), by=officer(), on=TODAY())
        services.add_party(one, organization(name="乙"), GENERAL, by=officer())
        services.return_party(Participation.objects.get(pk=first.pk), by=officer())
        assert self.leads(one) == ["乙"]

    def test_a_subcontractor_never_leads(self):
        with pytest.raises(ValidationError, match="总承包"):
            services.make_lead(participation(project(), organization(), LABOUR), by=officer())

    def test_the_same_unit_enters_once_in_one_capacity(self):
        one, unit = project(), organization()
        services.add_party(one, unit, LABOUR, by=officer())
        with pytest.raises(ValidationError, match="同一类型"):
            services.add_party(one, unit, LABOUR, by=officer())


def test_an_exit_is_not_before_the_entry():
    party = participation(project(), organization(), LABOUR, entered_on=date(2026, 8, 1))
    with pytest.raises(ValidationError, match="退场日期不能早于进场日期"):
        services.exit_party(party, by=officer(), on=date(2026, 7, 31))


def test_a_permit_belongs_to_one_project():
    number = permit(project()).number
    with pytest.raises(ValidationError, match="另一个项目"):
        services.save_permit(Permit(project=project()), by=officer(), number=number)


class TestWageClerk:
    def test_number_is_encrypted_and_findable(self):
        from core import crypto

        made = services.save_clerk(WageClerk(project=project()), by=officer(), name="张丽", id_number=REPRESENTATIVE)
        assert WageClerk.objects.get(id_number_index=crypto.blind_index(REPRESENTATIVE)) == made

    def test_nobody_leaves_before_being_registered(self):
        one = WageClerk.objects.create(project=project(), name="张丽", registered_on=date(2026, 8, 1))
        with pytest.raises(ValidationError, match="离任日期"):
            services.leave_clerk(one, by=officer(), on=date(2026, 7, 31))


class TestTheDatabaseItselfRefuses:
    """Raw SQL, past every form and service."""

    def refuses(self, constraint: str, sql: str, *params) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)

    def test_a_completed_project_without_its_day(self):
        one = project()
        self.refuses(
            "project_completed_has_its_day", "UPDATE projects_project SET status = '004' WHERE id = %s", one.pk
        )

    def test_a_pay_day_that_is_none(self):
        one = project()
        for day in (0, 32):
            self.refuses(
                "project_pay_day_is_a_day_of_month",
                "UPDATE projects_project SET wage_pay_day = %s WHERE id = %s",
                day,
                one.pk,
            )

    def test_a_contract_for_nothing(self):
        self.refuses(
            "project_contract_amount_positive",
            "UPDATE projects_project SET contract_amount = 0 WHERE id = %s",
            project().pk,
        )

    def test_a_second_construction_unit(self):
        one = project()
        participation(one, organization(), ParticipantType.CONSTRUCTION_UNIT)
        other = participation(one, organization(), LABOUR)
        self.refuses(
            "project_has_one_construction_unit",
            "UPDATE projects_participation SET participant_type = '008' WHERE id = %s",
            other.pk,
        )

    def test_a_second_leader(self):
        one = project()
        second = participation(one, organization(), GENERAL)
        self.refuses(
            "project_has_one_leading_contractor",
            "UPDATE projects_participation SET is_lead = true WHERE id = %s",
            second.pk,
        )

    def test_an_exit_before_the_entry(self):
        party = project().participations.get()
        self.refuses(
            "participation_exit_after_entry",
            "UPDATE projects_participation SET exited_on = '2026-07-19' WHERE id = %s",
            party.pk,
        )

    def test_a_permit_of_two_projects(self):
        first, second = permit(project()), permit(project())
        self.refuses(
            "permit_number_unique", "UPDATE projects_permit SET number = %s WHERE id = %s", first.number, second.pk
        )

    def test_an_empty_credit_code(self):
        self.refuses(
            "organization_uscc_null_not_empty",
            "UPDATE organizations_organization SET uscc = '' WHERE id = %s",
            organization().pk,
        )


@pytest.mark.django_db(transaction=True)
def test_completion_waits_for_a_write_that_is_under_way():
    """Whoever came first is served first: the write lands, then the project closes; nothing slips in afterwards."""
    one, by, order = project(), officer(), []
    locked, finish = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                services.lock_open(one)
                locked.set()
                finish.wait(5)
                order.append("write")
        finally:
            connection.close()

    def complete():
        try:
            services.change_status(one, StatusAct.COMPLETE, by=by, on=TODAY(), reason="验收在先")
            order.append("complete")
        finally:
            connection.close()

    threads = [threading.Thread(target=write), threading.Thread(target=complete)]
    threads[0].start()
    assert locked.wait(5)
    threads[1].start()
    threads[1].join(0.3)
    assert order == []
    finish.set()
    for thread in threads:
        thread.join()
    assert order == ["write", "complete"]
    with pytest.raises(services.ProjectClosed):
        services.update_project(one, by=by, address="新地址")
