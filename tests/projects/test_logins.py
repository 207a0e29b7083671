"""Project accounts (P6): issued in bulk by an office for its contractors, query accounts for industry departments."""

import io
import re

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from core.models import AuditEntry
from organizations.enums import Industry, OrganizationKind, Role
from organizations.models import Organization, User
from projects.enums import ParticipantType, ParticipationStatus, Status
from projects.models import WageClerk
from projects.selectors import logins
from projects.services import logins as services
from tests.organizations import factories as who
from tests.projects import factories as sites

pytestmark = pytest.mark.django_db
PASSWORD = re.compile(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b")


def contractor(at: str = "530902", **fields) -> Organization:
    """With a project in this place."""
    unit = who.organization(at=at)
    sites.project(at=at, contractor=unit, **fields)
    return unit


@pytest.fixture
def county(client):
    user = who.officer("530902")
    client.force_login(user)
    return user


class TestIssuing:
    def test_in_bulk_each_contractor_without_a_login_gets_one(self, client, county):
        units = [contractor(), contractor()]
        served = who.clerk(contractor()).organization
        foreign = contractor("530921")
        keys = [unit.pk for unit in (*units, served, foreign)]
        page = client.post(reverse("logins:issue_contractors"), {"chosen": keys})
        made = User.objects.filter(issued_by=county).order_by("username")
        assert [login.organization for login in made] == units
        assert [login.username for login in made] == ["zb5309020001", "zb5309020002"]
        told = dict(zip(made, PASSWORD.findall(page.content.decode()), strict=True))
        assert all(login.check_password(password) and login.must_change_password for login, password in told.items())
        assert "no-store" in page["Cache-Control"]
        assert AuditEntry.objects.filter(action="user.create", actor=county).count() == 2
        assert AuditEntry.objects.get(action="user.issue").detail == {"rows": 2}
        assert not any(
            password in str(entry.detail) for entry in AuditEntry.objects.all() for password in told.values()
        )

    def test_sent_twice_issues_once(self, client, county):
        form = {"chosen": [contractor().pk]}
        client.post(reverse("logins:issue_contractors"), form)
        again = client.post(reverse("logins:issue_contractors"), form, follow=True)
        assert "没有可以开通的" in again.content.decode()
        assert User.objects.filter(issued_by=county).count() == 1

    def test_all_that_the_filter_shows(self, client, county):
        units = [contractor() for _ in range(3)]
        Organization.objects.filter(pk=units[0].pk).update(name="另一家公司")
        client.post(f"{reverse('logins:issue_contractors')}?q=单位", {"everyone": "on"})
        assert set(User.objects.filter(issued_by=county).values_list("organization", flat=True)) == {
            unit.pk for unit in units[1:]
        }

    def test_at_most_so_many_at_once(self, county, monkeypatch):
        monkeypatch.setattr(services, "MOST_AT_ONCE", 2)
        units = [contractor() for _ in range(3)]
        assert len(services.issue_to_units([unit.pk for unit in units], by=county)) == 2

    def test_the_wage_affairs_clerk_on_record_holds_it(self, county):
        unit = contractor()
        project = unit.participations.get().project
        WageClerk.objects.create(project=project, name="旧人", phone="13800000001", left_on="2026-10-01")
        WageClerk.objects.create(project=project, name="张春燕", phone="13800000002")
        [(login, _)] = services.issue_to_units([unit.pk], by=county)
        assert (login.name, login.phone, login.role) == ("张春燕", "13800000002", Role.CLERK)
        [(other, _)] = services.issue_to_units([contractor().pk], by=county)
        assert other.name == logins.CONTRACTORS.unnamed

    def test_a_unit_whose_only_account_is_closed_may_have_a_new_one(self, county):
        unit = contractor()
        who.clerk(unit, is_active=False)
        assert len(services.issue_to_units([unit.pk], by=county)) == 1

    @pytest.mark.parametrize("gone", ["completed", "exited", "subcontractor"])
    def test_who_has_nothing_open_here_gets_none(self, client, county, gone):
        unit = contractor(
            **({"status": Status.COMPLETED, "completed_on": "2026-10-01"} if gone == "completed" else {})
        )
        if gone == "exited":
            unit.participations.update(status=ParticipationStatus.EXITED)
        if gone == "subcontractor":
            unit.participations.update(participant_type=ParticipantType.LABOUR_SUBCONTRACTOR)
        assert client.get(reverse("logins:issue_contractor", args=[unit.pk])).status_code == 404
        with pytest.raises(services.NobodyLeft):
            services.issue_to_units([unit.pk], by=county)

    def test_by_hand_for_one_person(self, client, county):
        unit = contractor()
        address = reverse("logins:issue_contractor", args=[unit.pk])
        form = {"name": "王芳", "phone": "13987654321"}
        page = client.post(address, form).content.decode()
        login = User.objects.get(organization=unit)
        assert (login.name, login.phone, login.issued_by) == ("王芳", "13987654321", county)
        assert login.check_password(PASSWORD.search(page)[0])
        again = client.post(address, form)
        assert again.status_code == 422
        assert f"此人已有账号 {login.username}" in again.content.decode()
        assert "手机" in client.post(address, {"name": "李四", "phone": "123"}).content.decode()

    def test_names_go_on_where_another_office_of_the_place_stopped(self, county):
        for _ in range(2):
            services.issue_to_units([contractor().pk], by=county)
        colleague = who.officer("530902")
        [(login, _)] = services.issue_to_units([contractor().pk], by=colleague)
        assert login.username == "zb5309020003"
        [(above, _)] = services.issue_to_units([contractor().pk], by=who.officer("530900"))
        assert above.username == "zb5309000001"


class TestSlips:
    def _sealed(self, client, unit) -> str:
        page = client.post(reverse("logins:issue_contractors"), {"chosen": [unit.pk]}).content.decode()
        return re.search(r'name="sealed" value="([^"]+)"', page)[1]

    def test_the_page_of_slips_is_had_as_a_workbook(self, client, county):
        unit = contractor()
        answer = client.post(reverse("logins:slip_workbook"), {"sealed": self._sealed(client, unit)})
        login = User.objects.get(organization=unit)
        assert "no-store" in answer["Cache-Control"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        row = next(row for row in sheet.iter_rows(values_only=True) if login.username in row)
        assert row[0] == unit.name
        assert login.check_password(row[4])
        assert AuditEntry.objects.get(action="user.slips").detail == {"rows": 1}

    def test_nobody_else_opens_them_nor_later(self, client, county, monkeypatch):
        sealed = self._sealed(client, contractor())
        assert services.unseal(sealed, by=county)
        assert not services.unseal(sealed, by=who.officer("530902"))
        assert not services.unseal(sealed[:-4] + "AAAA", by=county)
        assert not services.unseal("", by=county)
        now = services.time.time()
        monkeypatch.setattr(services.time, "time", lambda: now + services.SEALED_FOR + 2)
        answer = client.post(reverse("logins:slip_workbook"), {"sealed": sealed}, follow=True)
        assert "已过期" in answer.content.decode()


class TestQueryAccounts:
    def _form(self, **changed) -> dict:
        return {"kind": "water", "region": "530902", "name": "普云", "phone": "13987654321"} | changed

    def test_an_industry_department_gets_an_account_that_only_looks(self, client, county):
        page = client.post(reverse("logins:issue_query"), self._form()).content.decode()
        login = User.objects.get(issued_by=county)
        assert (login.role, login.query_only, login.username) == (Role.INDUSTRY, True, "sl5309020001")
        assert (login.organization.name, login.organization.kind) == ("临翔区水利局", OrganizationKind.WATER)
        assert login.check_password(PASSWORD.search(page)[0])
        client.force_login(login)
        mine, other = sites.project(industry=Industry.WATER), sites.project(industry=Industry.HOUSING)
        elsewhere = sites.project(at="530921", industry=Industry.WATER)
        login.must_change_password = False
        login.save()
        seen = [client.get(project.get_absolute_url()).status_code for project in (mine, other, elsewhere)]
        assert seen == [200, 404, 404]

    def test_a_department_on_record_is_used(self, county):
        unit = who.department("530902", OrganizationKind.HOUSING)
        login, _ = services.issue_to_department("housing", unit.region, by=county, name="段", phone="13987654321")
        assert login.organization == unit

    @pytest.mark.parametrize("place", ["530900", "530921", "530000"])
    def test_nothing_wider_than_the_own_region(self, client, county, place):
        who.region(place)
        assert client.post(reverse("logins:issue_query"), self._form(region=place)).status_code == 422
        with pytest.raises(ValidationError, match="本辖区"):
            services.issue_to_department("water", who.region(place), by=county, name="普云")
        assert not User.objects.filter(query_only=True).exists()

    @pytest.mark.parametrize("kind", ["human_resources", "bank_regulator", "enterprise", "operator"])
    def test_no_other_department(self, client, county, kind):
        assert client.post(reverse("logins:issue_query"), self._form(kind=kind)).status_code == 422


class TestManaging:
    def test_whose_logins_an_officer_manages(self, county):
        unit = contractor()
        sites.project(at="530921", contractor=unit)  # shared by two counties
        shared, own = who.clerk(unit), who.clerk(contractor())
        looker = who.industry_officer("530902", query_only=True)
        for stranger in (
            who.clerk(contractor("530921")),
            who.officer("530902"),
            who.industry_officer("530902"),
            who.industry_officer("530900", query_only=True),
            who.bank_clerk(),
            who.administrator(),
            who.clerk(who.organization()),
        ):
            assert stranger not in logins.logins_for(county), stranger
        assert set(logins.logins_for(county)) == {shared, own, looker}
        assert shared in logins.logins_for(who.officer("530921"))

    def test_reset_and_closing_are_on_record_with_who_did_them(self, client, county):
        login = who.clerk(contractor())
        page = client.post(reverse("logins:login_reset", args=[login.pk]))
        login.refresh_from_db()
        assert login.check_password(PASSWORD.search(page.content.decode())[0])
        assert login.must_change_password
        assert "no-store" in page["Cache-Control"]
        client.post(reverse("logins:login_active", args=[login.pk]), {"active": "0"})
        login.refresh_from_db()
        assert not login.is_active
        acts = AuditEntry.objects.filter(object_id=str(login.pk), actor=county).order_by("id")
        assert list(acts.values_list("action", flat=True)) == ["user.reset", "user.deactivate"]
        shown = client.get(reverse("logins:login_detail", args=[login.pk])).content.decode()
        assert "停用账号" in shown
        assert county.name in shown
        refused = client.post(reverse("logins:login_reset", args=[login.pk]), follow=True).content.decode()
        assert "已停用" in refused
        client.post(reverse("logins:login_active", args=[login.pk]), {"active": "1"})
        login.refresh_from_db()
        assert login.is_active

    def test_several_that_were_lost_are_reset_at_once(self, client, county):
        keys = [who.clerk(contractor()).pk, who.clerk(contractor()).pk, who.clerk(contractor("530921")).pk]
        page = client.post(reverse("logins:reissue_many"), {"chosen": keys}).content.decode()
        assert len(PASSWORD.findall(page)) == 2
        assert not User.objects.get(pk=keys[2]).must_change_password
        nobody = client.post(reverse("logins:reissue_many"), {"chosen": keys[2:]}, follow=True)
        assert "勾选" in nobody.content.decode()

    def test_the_lists_filter(self, client, county):
        bare, served = contractor(), contractor()
        login = who.clerk(served, name="用过的人", last_login="2026-11-01T09:00+08:00")
        closed = who.clerk(bare, name="离开的人", is_active=False)
        unused = who.industry_officer("530902", query_only=True, name="没来的人")
        contractors = reverse("logins:contractor_list")
        for query, names in {
            "": {bare, served},
            "login=none": {bare},
            "login=some": {served},
            "login=closed": {bare},
            f"q={bare.uscc}": {bare},
        }.items():
            page = client.get(f"{contractors}?{query}").content.decode()
            assert {unit for unit in (bare, served) if f"{unit.name}</a>" in page} == names, query
        for query, people in {
            "": {login, closed, unused},
            "state=active": {login, unused},
            "state=unused": {unused},
            "state=inactive": {closed},
            "kind=query": {unused},
            "kind=clerk": {login, closed},
            "q=离开": {closed},
        }.items():
            page = client.get(f"{reverse('logins:login_list')}?{query}").content.decode()
            assert {one for one in (login, closed, unused) if one.name in page} == people, query

    def test_a_contractor_that_has_left_can_still_be_closed(self, client, county):
        unit = contractor()
        login = who.clerk(unit)
        unit.participations.update(status=ParticipationStatus.EXITED)
        page = client.get(reverse("logins:contractor", args=[unit.pk])).content.decode()
        assert "不能再开通账号" in page
        assert login.name in page


def test_a_clerk_whose_enterprise_has_left_reads_and_writes_no_more(client):
    unit = contractor()
    project = unit.participations.get().project
    clerk = who.clerk(unit)
    client.force_login(clerk)
    edit = reverse("projects:project_edit", args=[project.pk])
    assert client.get(edit).status_code == 200
    unit.participations.update(status=ParticipationStatus.EXITED)
    assert client.get(project.get_absolute_url()).status_code == 200
    assert client.get(edit).status_code == client.post(edit, {}).status_code == 403
