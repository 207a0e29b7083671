"""The pages as each role meets them: what is shown, what is refused, and how."""

from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import AccountProject
from alerts.enums import WarningState
from core.models import AuditEntry
from organizations.enums import Industry, OrganizationKind
from projects.enums import Category, ParticipantType, Status
from projects.models import Project, WageClerk
from tests.accounts.factories import special_account
from tests.alerts.factories import warning
from tests.organizations.factories import bank, bank_clerk, clerk, industry_officer, officer, organization, region
from tests.projects.factories import participation, permit, project

pytestmark = pytest.mark.django_db

LIST = reverse("projects:project_list")
CREATE = reverse("projects:project_create")
POST_ONLY = {"project_status", "party_move", "clerk_leave"}


def at(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


class TestList:
    def test_county_officer_sees_the_county_and_not_its_sibling(self, signed_in):
        project(name="临翔的学校")
        project(name="凤庆的医院", at="530921")
        page = signed_in(officer("530902")).get(LIST).content.decode()
        assert "临翔的学校" in page
        assert "凤庆的医院" not in page

    def test_prefecture_officer_sees_both_counties_but_no_other_prefecture(self, signed_in):
        project(name="临翔的学校")
        project(name="凤庆的医院", at="530921")
        project(name="五华的桥", at="530102")
        page = signed_in(officer("530900")).get(LIST).content.decode()
        assert "临翔的学校" in page
        assert "凤庆的医院" in page
        assert "五华的桥" not in page

    def test_industry_officer_sees_the_own_industry_only(self, signed_in):
        project(name="住房的楼")
        project(name="交通的路", industry=Industry.TRANSPORT, category=Category.HIGHWAY)
        page = signed_in(industry_officer("530000", OrganizationKind.TRANSPORT)).get(LIST).content.decode()
        assert "交通的路" in page
        assert "住房的楼" not in page

    def test_clerk_sees_only_what_the_enterprise_contracts(self, signed_in):
        own = organization()
        project(name="自己的楼", contractor=own)
        other = project(name="别人的楼")
        participation(other, own, ParticipantType.LABOUR_SUBCONTRACTOR)
        page = signed_in(clerk(own)).get(LIST).content.decode()
        assert "自己的楼" in page
        assert "别人的楼" not in page

    def test_bank_sees_only_the_projects_of_its_accounts(self, signed_in):
        own, keeper = project(name="本行的楼"), bank()
        AccountProject.objects.get_or_create(account=special_account(own, bank=keeper), project=own)
        project(name="他行的楼")
        page = signed_in(bank_clerk(keeper)).get(LIST).content.decode()
        assert "本行的楼" in page
        assert "他行的楼" not in page

    def test_completeness_is_shown_with_what_it_is_made_of(self, signed_in):
        project()
        page = signed_in(officer()).get(LIST).content.decode()
        assert "6/19" in page

    def test_query_count_does_not_grow_with_the_rows(self, signed_in, django_assert_max_num_queries):
        client = signed_in(officer())
        for made in (3, 20):
            for _ in range(made):
                permit(project())
            with django_assert_max_num_queries(17):  # session, user and navigation with its counts take nine
                client.get(LIST)

    @pytest.mark.parametrize(
        ("query", "found", "left"),
        [
            ("q=学校", "甲学校", "乙医院"),
            ("q=5309029999", "甲学校", "乙医院"),
            ("q=建投", "乙医院", "甲学校"),
            (f"status={Status.SUSPENDED}", "乙医院", "甲学校"),
            (f"category={Category.MUNICIPAL}", "乙医院", "甲学校"),
            ("place=530921", "乙医院", "甲学校"),
        ],
    )
    def test_filters_narrow_the_list(self, signed_in, query, found, left):
        project(name="甲学校", code="5309029999000001")
        unit = organization(name="云南建投")
        project(name="乙医院", at="530921", contractor=unit, status=Status.SUSPENDED, category=Category.MUNICIPAL)
        page = signed_in(officer("530900")).get(f"{LIST}?{query}").content.decode()
        assert found in page
        assert left not in page

    def test_place_of_a_prefecture_takes_in_its_counties(self, signed_in):
        project(name="凤庆的医院", at="530921")
        project(name="五华的桥", at="530102")
        page = signed_in(officer("530000")).get(f"{LIST}?place=530900").content.decode()
        assert "凤庆的医院" in page
        assert "五华的桥" not in page

    def test_incomplete_filter_leaves_out_the_complete(self, signed_in):
        complete, lacking = whole_project(name="齐全的路"), project(name="缺项的楼")
        page = signed_in(officer()).get(f"{LIST}?incomplete=on").content.decode()
        assert lacking.name in page
        assert complete.name not in page

    def test_warned_filter_leaves_out_the_quiet_and_the_released(self, signed_in):
        warned, released, quiet = project(), project(), project()
        warning(warned)
        warning(released, state=WarningState.RELEASED, release_kind="auto", released_at=timezone.now())
        page = signed_in(officer()).get(f"{LIST}?warned=on").content.decode()
        assert warned.code in page
        assert released.code not in page
        assert quiet.code not in page

    def test_a_row_shows_its_open_warnings(self, signed_in):
        one = project()
        warning(one), warning(one)
        assert "2 条" in signed_in(officer()).get(LIST).content.decode()

    def test_an_impossible_place_filters_nothing_and_breaks_nothing(self, signed_in):
        project(name="甲学校")
        page = signed_in(officer("530900")).get(f"{LIST}?place=000000&sort=password&cursor=x")
        assert page.status_code == 200
        assert "甲学校" in page.content.decode()


def whole_project(**fields) -> Project:
    """A highway with every indicator filled in: address, parties, no permit needed."""
    unit = organization(
        unit_nature="150",
        registered_address="人民路1号",
        legal_representative="李敏",
        legal_representative_id="53090219900101001X",
    )
    one = project(category=Category.HIGHWAY, address="青华路", contractor=unit, **fields)
    participation(one, unit, ParticipantType.CONSTRUCTION_UNIT)
    return one


def test_a_whole_project_is_whole(signed_in):
    page = signed_in(officer()).get(at("project_detail", whole_project().pk)).content.decode()
    assert "资料齐全" in page


class TestDetail:
    def test_out_of_scope_is_404(self, signed_in):
        sibling = project(at="530921")
        assert signed_in(officer("530902")).get(at("project_detail", sibling.pk)).status_code == 404

    def test_every_gap_leads_to_its_field(self, signed_in):
        one = project()
        page = signed_in(officer()).get(at("project_detail", one.pk)).content.decode()
        assert f"{at('project_edit', one.pk)}#id_address" in page
        assert f"{at('permit_add', one.pk)}#id_number" in page
        assert f"{at('construction_unit_add', one.pk)}#id_uscc" in page
        party = one.participations.get()
        assert f"{at('party_edit', party.pk)}#id_legal_representative_id" in page

    def test_every_link_of_the_gaps_leads_to_a_field_that_is_there(self, signed_in):
        one = project(address="", contract_start_on=None)
        participation(one, organization(), ParticipantType.LABOUR_SUBCONTRACTOR, entered_on=None)
        client = signed_in(officer())
        for gap in client.get(at("project_detail", one.pk)).context["gaps"]:
            address, _, field = gap.url.partition("#")
            assert f'id="{field}"' in client.get(address).content.decode(), gap.url

    def test_a_reader_is_shown_the_gaps_without_links(self, signed_in):
        one = project()
        page = signed_in(industry_officer()).get(at("project_detail", one.pk)).content.decode()
        assert "项目地址" in page
        assert "#id_address" not in page

    def test_representatives_number_is_masked(self, signed_in):
        one = whole_project()
        page = signed_in(officer()).get(at("project_detail", one.pk)).content.decode()
        assert "53090219900101001X" not in page
        assert "530902" in page

    def test_representatives_number_is_revealed_for_a_reason_on_record(self, signed_in):
        party = whole_project().participations.first()
        asked = {
            "model": "projects.participation",
            "pk": party.pk,
            "field": "organization__legal_representative_id",
            "reason": "核对身份",
        }
        answer = signed_in(officer()).post(reverse("core:reveal"), asked)
        assert "53090219900101001X" in answer.content.decode()
        assert AuditEntry.objects.filter(action="reveal", object_id=str(party.pk)).exists()

    def test_a_reader_is_not_offered_to_see_it(self, signed_in):
        one = whole_project()
        offer = "organization__legal_representative_id"
        assert offer in signed_in(officer()).get(at("project_detail", one.pk)).content.decode()
        assert offer not in signed_in(industry_officer()).get(at("project_detail", one.pk)).content.decode()

    @pytest.mark.parametrize("path", ["project__participations__manager_id", "project__name", "organization__nothing"])
    def test_only_an_encrypted_field_of_one_row_is_revealed(self, signed_in, path):
        party = whole_project().participations.first()
        asked = {"model": "projects.participation", "pk": party.pk, "field": path, "reason": "核对身份"}
        assert signed_in(officer()).post(reverse("core:reveal"), asked).status_code in (403, 404)


class TestExport:
    def rows(self, answer) -> list[list]:
        book = openpyxl.load_workbook(BytesIO(answer.content))
        return [list(row) for row in book.active.iter_rows(min_row=2, values_only=True)]

    def test_the_filtered_list_in_scope_and_nothing_else(self, signed_in):
        one = project(name="=临翔的学校", contract_amount="1234567.80")
        project(name="临翔的医院")
        project(name="凤庆的学校", at="530921")
        answer = signed_in(officer("530902")).post(f"{at('project_export')}?q=学校")
        head, *rows = self.rows(answer)
        assert [row[0] for row in rows] == [one.code]
        shown = dict(zip(head, rows[0], strict=True))
        assert (shown["项目名称"], shown["合同价款（元）"]) == ("=临翔的学校", 1234567.8)

    def test_it_is_on_record_who_took_how_much(self, signed_in):
        project(), project()
        by = officer()
        signed_in(by).post(f"{at('project_export')}?status={Status.IN_PROGRESS}")
        entry = AuditEntry.objects.get(action="project.export")
        assert (entry.actor, entry.detail) == (by, {"rows": 2, "filters": {"status": "003"}})

    def test_query_count_does_not_grow_with_the_rows(self, signed_in, django_assert_max_num_queries):
        client = signed_in(officer())
        for made in (2, 10):
            for _ in range(made):
                permit(project())
            with django_assert_max_num_queries(18):  # the log of acts and its chain take eight of them
                client.post(at("project_export"))

    def test_a_bank_takes_no_list(self, signed_in):
        assert signed_in(bank_clerk()).post(at("project_export")).status_code == 403


FILING = {
    "name": "临翔区妇幼保健院迁建项目",
    "category": Category.BUILDING.value,
    "region": "530902",
    "address": "临翔区南塘街",
    "contract_start_on": "2026-07-01",
    "wage_pay_day": "15",
    "supervised_from": "2026-07-01",
}


class TestFiling:
    def test_officer_files_and_is_told_the_code(self, signed_in):
        by = officer()
        answer = signed_in(by).post(CREATE, FILING, follow=True)
        made = Project.objects.get()
        assert made.code in answer.content.decode()
        assert (made.jurisdiction_id, made.industry, made.filed_by) == ("530902", Industry.HOUSING, by)
        assert made.jurisdiction_confirmed_on is not None

    def test_officer_names_the_contractor(self, signed_in):
        unit = organization(name="云南滇西恒筑建设工程有限公司")
        contractor = {"contractor_uscc": unit.uscc, "contractor_name": unit.name}
        signed_in(officer()).post(CREATE, FILING | contractor)
        assert Project.objects.get().general_contractor == unit

    def test_a_code_of_another_name_is_refused_at_its_field(self, signed_in):
        unit = organization(name="云南滇西恒筑建设工程有限公司")
        contractor = {"contractor_uscc": unit.uscc, "contractor_name": "另一家公司"}
        answer = signed_in(officer()).post(CREATE, FILING | contractor)
        assert answer.status_code == 422
        assert "云南滇西恒筑建设工程有限公司" in answer.context["form"].errors["contractor_name"][0]
        assert not Project.objects.exists()

    def test_officer_cannot_file_outside_the_own_county(self, signed_in):
        organization(at="530921")
        answer = signed_in(officer("530902")).post(CREATE, FILING | {"region": "530921"})
        assert answer.status_code == 422
        assert "region" in answer.context["form"].errors

    def test_clerk_files_the_own_enterprises_project(self, signed_in):
        own = organization()
        asked = FILING | {"jurisdiction": "530921", "industry": "water", "contractor_name": "别的公司"}
        signed_in(clerk(own)).post(CREATE, asked)
        made = Project.objects.get()
        assert made.general_contractor == own
        assert (made.jurisdiction_id, made.industry, made.jurisdiction_confirmed_on) == ("530902", "housing", None)

    @pytest.mark.parametrize("make_user", [industry_officer, bank_clerk])
    def test_other_roles_may_not(self, signed_in, make_user):
        assert signed_in(make_user()).get(CREATE).status_code == 403

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"),
            ({"category": "77"}, "category"),
            ({"wage_pay_day": "32"}, "wage_pay_day"),
            ({"contract_amount": "-1"}, "contract_amount"),
            ({"contract_amount": "100", "labour_cost_amount": "200"}, "labour_cost_amount"),
            ({"actual_start_on": "2099-01-01"}, "actual_start_on"),
            ({"contract_signed_on": "2099-01-01"}, "contract_signed_on"),
            ({"contract_start_on": "0001-01-01"}, "contract_start_on"),
            ({"contract_start_on": "七月"}, "contract_start_on"),
            ({"contractor_name": "甲公司", "contractor_uscc": "123"}, "contractor_uscc"),
        ],
    )
    def test_a_wrong_value_is_refused_at_its_field(self, signed_in, wrong, field):
        answer = signed_in(officer()).post(CREATE, FILING | wrong)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert not Project.objects.exists()

    def test_the_same_project_is_not_filed_twice(self, signed_in):
        by = officer()
        signed_in(by).post(CREATE, FILING)
        answer = signed_in(by).post(CREATE, FILING)
        assert "该地已有同名项目" in answer.content.decode()
        assert Project.objects.count() == 1


class TestEditing:
    def test_clerk_completes_but_cannot_move_the_project(self, signed_in):
        own = organization()
        one = project(contractor=own, address="")
        sent = FILING | {"jurisdiction": "530921", "supervised_from": "2020-01-01", "industry": "water"}
        assert signed_in(clerk(own)).post(at("project_edit", one.pk), sent).status_code == 302
        one.refresh_from_db()
        assert one.address == "临翔区南塘街"
        assert (one.jurisdiction_id, one.industry, one.supervised_from.year) == ("530902", "housing", 2026)

    def test_form_of_a_completed_project_says_why_it_refuses(self, signed_in):
        one = project(status=Status.COMPLETED, completed_on="2026-09-01")
        client = signed_in(officer())
        for address in [at("project_edit", one.pk), at("permit_add", one.pk), at("subcontractor_add", one.pk)]:
            page = client.get(address, follow=True)
            assert "不再接受修改" in page.content.decode()
            assert client.post(address, FILING).status_code == 302
        one.refresh_from_db()
        assert one.address == ""

    def test_clerk_of_a_contractor_that_left_may_look_but_not_write(self, signed_in):
        own = organization()
        one = project(contractor=own)
        one.participations.update(status="exited")
        client = signed_in(clerk(own))
        assert client.get(at("project_detail", one.pk)).status_code == 200
        assert client.get(at("project_edit", one.pk)).status_code == 403

    def test_clerk_cannot_let_a_contractor_in(self, signed_in):
        own = organization()
        one = project(contractor=own)
        assert signed_in(clerk(own)).get(at("general_contractor_add", one.pk)).status_code == 403

    def test_an_undisclosed_number_stays_when_left_blank(self, signed_in):
        party = whole_project().participations.get(participant_type=ParticipantType.GENERAL_CONTRACTOR)
        unit = party.organization
        page = signed_in(officer()).get(at("party_edit", party.pk)).content.decode()
        assert "53090219900101001X" not in page
        sent = {"uscc": unit.uscc, "name": unit.name, "legal_representative": "王芳", "entered_on": "2026-07-20"}
        signed_in(officer()).post(at("party_edit", party.pk), sent)
        unit.refresh_from_db()
        assert (unit.legal_representative, unit.legal_representative_id) == ("王芳", "53090219900101001X")


class TestOutOfScope:
    """A sibling county's officer meets 404 at every address of the project and of what hangs on it."""

    def addresses(self, one: Project) -> list[str]:
        party = participation(one, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
        clerk_entry = WageClerk.objects.create(project=one, name="张丽")
        return [
            at("project_detail", one.pk),
            at("project_edit", one.pk),
            at("project_status", one.pk, "complete"),
            at("construction_unit_add", one.pk),
            at("general_contractor_add", one.pk),
            at("subcontractor_add", one.pk),
            at("party_edit", party.pk),
            at("party_move", party.pk, "exit"),
            at("permit_add", one.pk),
            at("permit_edit", permit(one).pk),
            at("clerk_add", one.pk),
            at("clerk_edit", clerk_entry.pk),
            at("clerk_leave", clerk_entry.pk),
        ]

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("make_user", [lambda: officer("530921"), clerk], ids=["sibling county", "other clerk"])
    def test_everything_is_404(self, signed_in, method, make_user):
        one = project()
        client = signed_in(make_user())
        for address in self.addresses(one):
            wrong_method = resolve(address).url_name in (POST_ONLY if method == "get" else {"project_detail"})
            answer = getattr(client, method)(address)
            assert answer.status_code == (405 if wrong_method else 404), address

    def test_roles_that_only_read_meet_403_at_every_form(self, signed_in):
        one = project()
        client = signed_in(industry_officer())
        for address in self.addresses(one)[1:]:
            assert client.post(address).status_code == 403, address


class TestUnitLookup:
    def line(self, client, code: str) -> str:
        return client.get(reverse("projects:unit_lookup"), {"uscc": code}).content.decode()

    def test_names_the_unit_that_bears_the_code(self, signed_in):
        unit = organization(name="云南建投")
        assert "云南建投" in self.line(signed_in(officer()), unit.uscc.lower())

    def test_says_that_a_code_is_new(self, signed_in):
        assert "尚未登记" in self.line(signed_in(officer()), "91530902MA6NX4T29W")

    def test_the_code_alone_is_enough_for_a_unit_on_record(self, signed_in):
        one, unit = project(), organization()
        sent = {"uscc": unit.uscc, "participant_type": "006"}
        assert signed_in(officer()).post(at("subcontractor_add", one.pk), sent).status_code == 302
        assert one.participations.filter(organization=unit, participant_type="006").exists()

    def test_a_new_unit_needs_a_name(self, signed_in):
        sent = {"uscc": "91530902MA6NX4T29W", "participant_type": "006"}
        answer = signed_in(officer()).post(at("subcontractor_add", project().pk), sent)
        assert "尚未登记" in answer.context["form"].errors["name"][0]


class TestUnitThatOthersAnswerFor:
    def test_a_clerk_is_shown_what_stands_and_may_fill_what_is_blank(self, signed_in):
        own = organization()
        stranger = organization(legal_representative="李敏", at="530921")
        party = participation(project(contractor=own), stranger, ParticipantType.LABOUR_SUBCONTRACTOR)
        participation(project(), stranger, ParticipantType.LABOUR_SUBCONTRACTOR)
        client = signed_in(clerk(own))
        fields = client.get(at("party_edit", party.pk)).context["form"].fields
        assert {name for name, field in fields.items() if field.disabled} == {
            "uscc",
            "name",
            "region",
            "legal_representative",
        }
        sent = {
            "legal_representative": "王芳",
            "region": "530902",
            "office_address": "人民路",
            "participant_type": "006",
        }
        assert client.post(at("party_edit", party.pk), sent).status_code == 302
        stranger.refresh_from_db()
        assert (stranger.legal_representative, stranger.region_id, stranger.office_address) == (
            "李敏",
            "530921",
            "人民路",
        )


class TestRegionOfAUnit:
    @pytest.mark.parametrize("typed", ["530921", "530921 云南省临沧市凤庆县", "凤庆县"])
    def test_taken_as_code_or_name(self, signed_in, typed):
        region("530921")
        sent = {"name": "新公司", "participant_type": "006", "region": typed}
        one = project()
        signed_in(officer()).post(at("subcontractor_add", one.pk), sent)
        assert one.participations.get(participant_type="006").organization.region_id == "530921"

    def test_an_unknown_place_is_refused(self, signed_in):
        sent = {"name": "新公司", "participant_type": "006", "region": "火星"}
        answer = signed_in(officer()).post(at("subcontractor_add", project().pk), sent)
        assert "没有这个地区" in answer.context["form"].errors["region"][0]


class TestStatus:
    def test_completion_is_the_regulators(self, signed_in):
        own = organization()
        one = project(contractor=own)
        sent = {"complete-on": "2026-09-01", "complete-reason": "验收在先"}
        assert signed_in(clerk(own)).post(at("project_status", one.pk, "complete"), sent).status_code == 403
        signed_in(officer()).post(at("project_status", one.pk, "complete"), sent)
        one.refresh_from_db()
        assert (one.status, str(one.completed_on)) == (Status.COMPLETED, "2026-09-01")

    def test_a_wrong_day_is_refused_with_a_message(self, signed_in):
        one = project()
        answer = signed_in(officer()).post(
            at("project_status", one.pk, "complete"), {"complete-on": "2099-01-01"}, follow=True
        )
        assert "日期不能晚于今天" in answer.content.decode()
        one.refresh_from_db()
        assert one.status == Status.IN_PROGRESS

    def test_an_unknown_act_is_404(self, signed_in):
        assert signed_in(officer()).post(at("project_status", project().pk, "explode")).status_code == 404

    def test_a_status_is_not_changed_by_a_get(self, signed_in):
        assert signed_in(officer()).get(at("project_status", project().pk, "suspend")).status_code == 405


def test_the_queries_of_a_projects_page_do_not_grow_with_its_parties(signed_in):
    site = project()
    browser = signed_in(officer("530902"))
    counts = []
    for _ in range(2):
        participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
        browser.get(site.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(site.get_absolute_url()).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
