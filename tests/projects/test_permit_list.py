"""施工许可比对: the department's list against the platform (P8)."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from core import working_days
from core.models import AuditEntry
from organizations.enums import Industry, OrganizationKind
from projects import imports, services
from projects.enums import Category, ImportState, ParticipantType, SetAsideReason, Status
from projects.imports import permits, preview
from projects.models import AcceptedMatch, ListedPermit, Permit, Project
from projects.models.listed_permit import PermitCounts
from projects.selectors.comparison import Comparison
from projects.selectors.suggestions import suggestions
from tests.organizations.factories import clerk, industry_officer, officer, organization, region
from tests.projects.factories import listed_permit, participation, permit, project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
HEAD = [
    "序号",
    "施工许可证编号",
    "工程名称",
    "建设单位",
    "施工单位",
    "所属区县",
    "发证日期",
    "合同价格（万元）",
    "工程类别",
]
ROW = [
    "1",
    "530902202610120101",
    "临翔区人民医院迁建",
    "临翔区卫健局",
    "云南一建",
    "临翔区",
    "2026-10-12",
    1234.5678,
    "房建",
]


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-20 09:00+08:00", tick=False)
    for code in ("530902", "530921", "530102"):
        region(code)


@pytest.fixture
def county():
    return officer("530902")


def sheet(*rows: list, head: list = HEAD) -> bytes:
    book = openpyxl.Workbook()
    for row in [["施工许可证核发清单"], head, *rows]:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def load(by, *rows: list, **options):
    batch = imports.receive(None, "permits", content=sheet(*rows, **options), filename="许可.xlsx", by=by)
    batch = imports.examine(batch)
    return imports.apply(batch, by=by) if batch.state == ImportState.CHECKED else batch


def told(batch) -> list[str]:
    return [problem.message for problem in batch.problems.order_by("id")]


def changed(row: list, **cells) -> list:
    return [cells.get(name, cell) for name, cell in zip(HEAD, row, strict=True)]


# --- loading ---------------------------------------------------------------------------------------------------------


def test_a_departments_own_sheet_is_understood(county):
    batch = load(county, ROW)
    assert batch.outcome["created"] == 1
    assert batch.project is None
    listed = ListedPermit.objects.get()
    assert (listed.number, listed.region_id, listed.issued_on) == (ROW[1], "530902", date(2026, 10, 12))
    assert listed.contract_amount == Decimal("12345678.00")
    assert (listed.category, listed.industry, listed.loaded_by) == (Category.BUILDING, Industry.HOUSING, county)


def test_the_same_list_again_changes_nothing_and_a_corrected_one_updates(county):
    load(county, ROW)
    assert load(county, ROW).outcome == {"created": 0, "updated": 0, "unchanged": 1}
    again = changed(ROW, 施工许可证编号="第 530902-20261012-0101 号", 工程名称="临翔区人民医院整体迁建", 施工单位="")
    assert load(county, again).outcome["updated"] == 1
    listed = ListedPermit.objects.get()
    assert (listed.project_name, listed.contractor) == ("临翔区人民医院整体迁建", "云南一建")


def test_a_list_without_places_takes_them_from_the_numbers(county):
    head, row = [*HEAD[:5], *HEAD[6:]], [*ROW[:5], *ROW[6:]]
    load(county, row, head=head)
    assert ListedPermit.objects.get().region_id == "530902"


def test_the_preview_shows_the_number_though_it_is_as_long_as_an_id():
    assert preview.show("530902202610120102", permits.permit_number) == "530902202610120102"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"施工许可证编号": "无证"}, "不是施工许可证编号"),
        ({"发证日期": "2026-12-01"}, "晚于今天"),
        ({"发证日期": "十月"}, "不是日期"),
        ({"所属区县": "五华区"}, "没有“五华区”，或有多个"),
        ({"所属区县": "530102"}, "不在临翔区辖区"),
        ({"合同价格（万元）": "面议"}, "不是金额"),
        ({"工程类别": "桥"}, "不在可选范围内"),
    ],
)
def test_what_is_wrong_is_refused_at_its_cell(county, cells, message):
    bad = changed(ROW, **({"施工许可证编号": "530902202610120102"} | cells))
    batch = load(county, ROW, bad)
    assert (batch.accepted, batch.refused) == (1, 1)
    assert any(message in text for text in told(batch)), told(batch)


def test_one_permit_twice_in_a_list_is_kept_once(county):
    batch = load(county, ROW, changed(ROW, 施工许可证编号="５３０９０２２０２６１０１２０１０１号"))
    assert (batch.accepted, batch.refused) == (1, 1)
    assert "第 3 行是同一张许可证" in told(batch)[0]


def test_nobody_rewrites_the_list_of_another_place_or_industry(county):
    load(officer("530000"), changed(ROW, 所属区县="530921"))
    batch = load(county, ROW)
    assert batch.state == ImportState.REFUSED
    assert "已在另一地区或行业的清单中" in told(batch)[0]
    assert ListedPermit.objects.get().region_id == "530921"


def test_an_industrys_department_loads_its_own_permits_only():
    water = industry_officer("530900", OrganizationKind.WATER)
    batch = load(water, ROW, changed(ROW, 施工许可证编号="云水许〔2026〕3号", 工程类别=""))
    assert (batch.accepted, batch.refused) == (1, 1)
    assert "属于“房建市政”行业" in told(batch)[0]
    assert ListedPermit.objects.get().industry == Industry.WATER


def test_a_clerk_or_the_bank_regulator_loads_none(client):
    for user in (clerk(), industry_officer("530900", OrganizationKind.BANK_REGULATOR)):
        client.force_login(user)
        assert client.get(reverse("projects:permit_upload")).status_code == 403


def test_the_shell_loads_a_list_without_a_project(tmp_path):
    from django.core.management import call_command

    file = tmp_path / "许可.xlsx"
    file.write_bytes(sheet(ROW))
    call_command("import_sheet", str(file), kind="permits", verbosity=0)
    assert ListedPermit.objects.get().loaded_by is None


# --- matching --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "registered"),
    [
        ("530902202610120101", "５３０９０２２０２６１０１２０１０１"),
        ("530902202610120101", "第 530902-20261012-0101 号"),
        ("建施字〔2026〕第12号", "建施[2026]12"),
        ("建施（2026）12号", "建施【2026】12 号"),
        ("NO.云建施2026-8", "云建施 2026-8"),
    ],
)
def test_numbers_written_differently_are_one(listed, registered):
    site = project()
    permit(site, number=registered)
    row = ListedPermit.objects.compared().get(pk=listed_permit(number=listed).pk)
    assert (row.is_found, row.project_id) == (True, site.pk)


@pytest.mark.parametrize(
    ("listed", "registered"),
    [("建施〔2026〕1-2号", "建施〔2026〕12号"), ("530902202610120101", "530902202610120102"), ("建施2026-1", "")],
)
def test_other_numbers_are_others(listed, registered):
    permit(project(), number=registered)
    assert not ListedPermit.objects.compared().get(pk=listed_permit(number=listed).pk).is_found


def test_a_number_registered_later_counts_at_once():
    listed = listed_permit()
    assert ListedPermit.objects.missing().exists()
    services.save_permit(Permit(project=project()), by=None, number=f" {listed.number}号", issued_on=None)
    assert not ListedPermit.objects.missing().exists()


def test_one_number_written_differently_is_not_registered_twice():
    services.save_permit(Permit(project=project()), by=None, number="建施〔2026〕12号")
    with pytest.raises(ValidationError, match="另一个项目"):
        services.save_permit(Permit(project=project()), by=None, number="建施[2026]12")


@pytest.mark.parametrize(("issued", "overdue"), [(date(2026, 11, 5), 1), (date(2026, 11, 6), 0)])
def test_ten_working_days_after_the_permit_it_is_overdue(issued, overdue):
    working_days.rebuild()
    listed_permit(issued_on=issued)
    assert ListedPermit.objects.counts(TODAY)["530902", "housing"] == PermitCounts(due=1, overdue=overdue)


def test_counts_add_up_from_county_to_province(county):
    permit(project(), number=listed_permit().number)
    listed_permit(), listed_permit(at="530921"), listed_permit(at="530921", industry=Industry.WATER)
    aside = listed_permit()
    services.set_aside(aside, by=county, reason=SetAsideReason.REPLACED)
    whole = Comparison(officer("530000"), region("530000"), TODAY)
    assert (whole.whole.counts.rate, whole.whole.counts.set_aside) == ((1, 4), 1)
    prefecture = Comparison(officer("530900"), region("530900"), TODAY)
    by_code = {place.code: place.counts.rate for place in prefecture.below()}
    assert (by_code["530902"], by_code["530921"]) == ((1, 2), (0, 2))
    assert [(row.code, row.counts.due) for row in prefecture.industries()] == [("housing", 3), ("water", 1)]
    water = Comparison(industry_officer("530900", OrganizationKind.WATER), region("530900"), TODAY)
    assert water.whole.counts.due == 1


# --- suggestions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def listed():
    return listed_permit(
        project_name="临翔区人民医院整体迁建工程", contractor="云南一建集团", construction_unit="临翔区卫健局"
    )


@pytest.fixture
def likely(listed):
    site = project(name="临翔区人民医院迁建项目", contractor=organization(name="云南一建集团"))
    participation(site, organization(name="临翔区卫健局"), ParticipantType.CONSTRUCTION_UNIT)
    return site


def test_the_likeliest_project_comes_first_with_what_agrees(listed, likely, county):
    project(name="临翔区人民公园改造项目")
    best, *others = suggestions([listed], county)[listed.pk]
    assert best.project == likely
    assert best.percent >= 70
    assert {"总承包单位一致", "建设单位一致", "同一地区"} <= set(best.agreeing)
    assert all(other.score < best.score for other in others)


def test_foreign_completed_and_unlike_projects_are_not_suggested(listed, county):
    unit = organization(name="云南一建集团")
    name = listed.project_name
    project(name=name, contractor=unit, at="530102")
    project(name=name, contractor=unit, at="530921")
    project(name=name, contractor=unit, status=Status.COMPLETED, completed_on=TODAY)
    project(name="云县污水处理厂")
    assert suggestions([listed], county) == {}


def test_accepting_registers_the_number_and_can_be_taken_back(listed, likely, county):
    accepted = services.accept_match(listed, likely, by=county)
    assert likely.permits.get().number == listed.number
    assert not ListedPermit.objects.missing().exists()
    assert AuditEntry.objects.filter(action="permit.accept").exists()
    services.take_back_match(accepted, by=county)
    assert not likely.permits.exists()
    assert ListedPermit.objects.missing().exists()


def test_accepting_may_correct_a_wrong_number_and_gives_it_back(listed, likely, county):
    wrong = permit(likely, number="5309022026XX", issued_on=date(2026, 1, 1))
    accepted = services.accept_match(listed, likely, by=county, instead_of=wrong)
    assert [(p.number, p.issued_on) for p in likely.permits.all()] == [(listed.number, listed.issued_on)]
    services.take_back_match(accepted, by=county)
    assert [(p.number, p.issued_on) for p in likely.permits.all()] == [("5309022026XX", date(2026, 1, 1))]


def test_a_permit_changed_since_is_not_taken_back(listed, likely, county):
    accepted = services.accept_match(listed, likely, by=county)
    services.save_permit(likely.permits.get(), by=county, number="另号2026-1")
    with pytest.raises(ValidationError, match="又被修改过"):
        services.take_back_match(accepted, by=county)


def test_what_is_found_set_aside_or_closed_is_not_accepted(listed, likely, county):
    services.set_aside(listed, by=county, reason=SetAsideReason.NO_WAGES)
    with pytest.raises(ValidationError, match="先恢复"):
        services.accept_match(listed, likely, by=county)
    services.put_back(listed, by=county)
    Project.objects.filter(pk=likely.pk).update(status=Status.COMPLETED, completed_on=TODAY)
    with pytest.raises(ValidationError, match="完工"):
        services.accept_match(listed, likely, by=county)


def test_another_reason_must_be_told(listed, county):
    with pytest.raises(ValidationError, match="请写明原因"):
        services.set_aside(listed, by=county, reason=SetAsideReason.OTHER, note=" ")


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_permit_accepts_and_undoes(client, listed, likely, county):
    client.force_login(county)
    page = client.get(listed.get_absolute_url()).content.decode()
    assert likely.name in page
    client.post(reverse("projects:listed_permit_accept", args=[listed.pk, likely.pk]), {})
    assert AcceptedMatch.objects.get().permit.project == likely
    assert "已纳入平台" in client.get(listed.get_absolute_url()).content.decode()
    client.post(reverse("projects:listed_permit_take_back", args=[listed.pk]))
    assert not AcceptedMatch.objects.exists()


def test_filing_begins_with_what_the_list_tells(client, listed, county):
    client.force_login(county)
    url = reverse("projects:listed_permit_file", args=[listed.pk])
    form = client.get(url).context["form"]
    assert form.initial["contractor_name"] == "云南一建集团"
    facts = {"name": listed.project_name, "category": "01", "region": "530902", "wage_pay_day": 15}
    answer = client.post(url, facts | {"supervised_from": "2026-11-20", "contractor_name": "云南一建集团"})
    made = Project.objects.get()
    assert answer.url == made.get_absolute_url()
    assert made.permits.get().number == listed.number
    assert {p.organization.name for p in made.participations.all()} == {"云南一建集团", "临翔区卫健局"}
    assert not ListedPermit.objects.missing().exists()


def test_the_export_holds_the_filtered_rows(client, listed, county):
    permit(project(), number=listed_permit().number)
    client.force_login(county)
    answer = client.post(reverse("projects:listed_permit_export") + "?state=missing")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = [[str(cell or "") for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert sum(listed.project_name in row for row in rows) == 1
    assert AuditEntry.objects.filter(action="permit.export").get().detail["rows"] == 1
