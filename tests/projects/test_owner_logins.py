"""Logins of construction units (P6): issued as those of contractors are, and what they open."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountProject
from organizations.enums import Role
from organizations.models import User
from projects.enums import ParticipantType
from projects.selectors import logins
from projects.services import logins as services
from tests.accounts import factories as money
from tests.alerts import factories as alarms
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people

pytestmark = pytest.mark.django_db


def owner_of(project, **fields):
    unit = who.organization(**fields)
    sites.participation(project, unit, ParticipantType.CONSTRUCTION_UNIT)
    return unit


@pytest.fixture
def county(client):
    user = who.officer("530902")
    client.force_login(user)
    return user


class TestIssuing:
    def test_in_bulk_and_named_apart_from_contractors(self, client, county):
        project = sites.project()
        unit, foreign = owner_of(project), owner_of(sites.project(at="530921"))
        assert unit.name in client.get(reverse("logins:owner_list")).content.decode()
        form = {"chosen": [unit.pk, foreign.pk, project.general_contractor.pk]}
        page = client.post(reverse("logins:issue_owners"), form)
        made = User.objects.get(issued_by=county)
        assert (made.role, made.organization, made.username) == (Role.CONSTRUCTION_UNIT, unit, "js5309020001")
        assert made.name in page.content.decode()
        [(clerk, _)] = services.issue_to_units([project.general_contractor.pk], by=county)
        assert (clerk.role, clerk.username) == (Role.CLERK, "zb5309020001")

    def test_a_unit_with_both_parts_gets_logins_for_each(self, county):
        project = sites.project()
        unit = project.general_contractor
        sites.participation(project, unit, ParticipantType.CONSTRUCTION_UNIT)
        services.issue_to_units([unit.pk], by=county)
        services.issue_to_units([unit.pk], by=county, side=logins.OWNERS)
        assert set(unit.users.values_list("role", flat=True)) == {Role.CLERK, Role.CONSTRUCTION_UNIT}
        with pytest.raises(services.NobodyLeft):
            services.issue_to_units([unit.pk], by=county, side=logins.OWNERS)

    def test_one_for_a_person_then_reset_and_closed(self, client, county):
        unit = owner_of(sites.project())
        facts = {"name": "罗志强", "phone": "13987651234"}
        assert client.post(reverse("logins:issue_owner", args=[unit.pk]), facts).status_code == 200
        login = unit.users.get()
        detail = client.get(reverse("logins:login_detail", args=[login.pk])).content.decode()
        assert reverse("logins:owner", args=[unit.pk]) in detail
        assert "一次性密码" in client.post(reverse("logins:login_reset", args=[login.pk])).content.decode()
        client.post(reverse("logins:login_active", args=[login.pk]), {"active": "0"})
        assert not unit.users.get().is_active

    def test_only_offices_that_see_its_projects_manage_its_logins(self, client, county):
        foreign = who.construction_unit_clerk(owner_of(sites.project(at="530921")))
        assert client.get(reverse("logins:login_detail", args=[foreign.pk])).status_code == 404
        assert client.get(reverse("logins:owner", args=[foreign.organization_id])).status_code == 404


class TestWhatItReads:
    @pytest.fixture
    def project(self):
        started = timezone.localdate() - timedelta(days=90)
        return sites.project(name="临翔区人民医院住院楼项目", actual_start_on=started)

    @pytest.fixture
    def signed_in(self, client, project):
        client.force_login(who.construction_unit_clerk(owner_of(project)))
        return client

    def test_the_desk_says_what_it_owes(self, signed_in, project):
        alarms.warning(project, title="人工费拨付不足")
        line = money.payroll_line(money.payroll(project), "4200.00")
        page = signed_in.get("/").content.decode()
        assert project.name in page
        assert '">超过一个月未拨付' in page
        assert "未提供" in page
        assert "4,200.00" in page
        assert "人工费拨付不足" in page
        assert line.name not in page

    def test_labour_cost_of_this_month_is_not_late(self, signed_in, project):
        account = money.special_account(project)
        money.entry(account, "350000", booked_on=timezone.localdate())
        page = signed_in.get("/").content.decode()
        assert "350,000.00" in page
        assert '">超过一个月未拨付' not in page

    def test_papers_of_people_and_imports_stay_closed(self, signed_in, project):
        stay = people.engagement(project)
        closed = [
            reverse("workers:register", args=[project.pk]),
            reverse("workers:worker_detail", args=[stay.worker_id]),
            reverse("workers:attendance", args=[project.pk]),
            reverse("imports:center", args=[project.pk]),
            reverse("projects:project_edit", args=[project.pk]),
        ]
        assert {signed_in.get(address).status_code for address in closed} == {403}

    def test_a_shared_account_names_no_project_of_another_owner(self, signed_in, project):
        other = sites.project(name="别家的工地", contractor=project.general_contractor)
        account = money.special_account(project)
        AccountProject.objects.create(account=account, project=other)
        for address in (reverse("accounts:account_list"), reverse("accounts:ledger", args=[account.pk])):
            page = signed_in.get(address).content.decode()
            assert account.name in page
            assert "别家的工地" not in page

    def test_it_writes_nothing(self, signed_in, project):
        for name in ("construction_unit_add", "permit_add", "guarantee_add", "clerk_add"):
            assert signed_in.post(reverse(f"projects:{name}", args=[project.pk])).status_code == 403
        assert signed_in.post(reverse("projects:acceptance_ask", args=[project.pk])).status_code == 403
