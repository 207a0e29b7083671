"""Contracts, exits and teams as a clerk keeps them, on a phone."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core import attachments
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.sheets import xlsx
from workers.models import Departure, Engagement, LabourContract, Team

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
PDF = b"%PDF-1.7 page "


@pytest.fixture
def site():
    return project(name="临翔区某某项目")


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="岩温"))


@pytest.fixture
def phone(visitor, site):
    visitor.sign_in(clerk(site.general_contractor))
    visitor.page.set_viewport_size(PHONE)
    return visitor


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_contract_is_signed_renewed_and_its_photos_hang_on_it(phone, site, person):
    page = phone.page
    phone.open(reverse("workers:worker_detail", args=[person.worker_id]))
    page.get_by_role("link", name="登记合同").click()
    page.get_by_label("合同签订日期").fill("2026-08-01")
    page.get_by_label("工资计算方式").select_option(label="计件")
    page.get_by_label("工资标准").fill("12.50")
    page.get_by_label("计量单位").select_option(label="平方米")
    pages = [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": PDF + b"%d" % n} for n in (1, 2)]
    page.get_by_label("合同扫描件或照片").set_input_files(pages)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("计件 12.50 元/平方米")).to_be_visible()
    made = LabourContract.objects.get()
    assert attachments.of(made).count() == 2
    page.get_by_role("link", name="续签").click()
    page.get_by_label("合同起始日期").fill("2026-10-01")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("续签新合同")).to_be_visible()
    made.refresh_from_db()
    assert made.ended_on == date(2026, 9, 30)


def test_the_contract_prints_on_a4(phone, person):
    factories.contract(person)
    phone.open(reverse("workers:contract_print", args=[person.pk]))
    assert fits(phone.page)
    phone.check_accessible()
    phone.page.get_by_role("button", name="带出完整证件号码").click()
    expect(phone.page.get_by_text(person.worker.id_number)).to_be_visible()
    sheet = phone.page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in sheet or b"/MediaBox [0 0 595" in sheet


def test_several_leave_from_the_phone_and_what_is_owed_is_paid_later(phone, site, person):
    page = phone.page
    other = factories.engagement(site, factories.worker(name="玉香"))
    phone.open(reverse("workers:departure_list", args=[site.pk]))
    page.get_by_role("link", name="批量退场").click()
    for one in (person, other):
        page.get_by_label(f"{one.worker.name} 退场").check()
    page.get_by_label("岩温 欠付金额").fill("3000")
    page.get_by_label("已核对").check()
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_text("有人员未结清，请填写约定支付日期").first).to_be_visible()
    page.get_by_label("约定支付日期").fill((timezone.localdate() + timedelta(20)).isoformat())
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_text("已登记 2 人退场")).to_be_visible()
    assert fits(page)
    phone.check_accessible()
    page.get_by_role("link", name="岩温").click()
    page.get_by_role("link", name="登记结清").click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("补付")).to_be_visible()
    assert not Departure.objects.owed().exists()


def test_one_person_leaves_with_an_answer_and_comes_back_when_it_was_wrong(phone, person):
    page = phone.page
    phone.open(reverse("workers:worker_detail", args=[person.worker_id]))
    page.get_by_role("link", name="退场", exact=True).click()
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_text("请选择工资是否结清").first).to_be_visible()
    page.get_by_label("已结清").check()
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_role("heading", name="进退场记录")).to_be_visible()
    page.get_by_role("button", name="撤销退场").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤销退场").click()
    expect(page.get_by_text("恢复在场")).to_be_visible()
    assert Engagement.objects.get().exited_on is None


def test_a_team_is_made_and_people_move_to_it(phone, site, person):
    page = phone.page
    phone.open(reverse("workers:team_list", args=[site.pk]))
    page.get_by_role("link", name="新建班组").first.click()
    page.get_by_label("班组名称").fill("木工班")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="木工班")).to_be_visible()
    phone.open(reverse("workers:team_detail", args=[person.team_id]))
    page.get_by_role("link", name="调整人员").click()
    page.get_by_label("岩温").check()
    page.get_by_label("调入班组").select_option(label="木工班")
    page.get_by_role("button", name="调整").click()
    expect(page.get_by_text("已将 1 人调到 木工班")).to_be_visible()
    assert Team.objects.get(name="木工班").engagements.get() == person
    assert fits(page)
    phone.check_accessible()


def test_a_heap_of_scans_is_matched_and_the_rest_is_told(phone, site, person):
    factories.contract(person)
    phone.open(reverse("workers:contract_list", args=[site.pk]))
    phone.page.get_by_role("link", name="批量上传扫描件").click()
    names = ("岩温.pdf", "不认识.pdf")
    files = [{"name": name, "mimeType": "application/pdf", "buffer": PDF + name.encode()} for name in names]
    phone.page.get_by_label("合同扫描件").set_input_files(files)
    phone.page.get_by_role("button", name="上传").click()
    expect(phone.page.get_by_text("已归入 1 人的劳动合同，共 1 个文件")).to_be_visible()
    expect(phone.page.get_by_role("cell", name="不认识.pdf")).to_be_visible()
    phone.check_accessible()


def test_a_sheet_of_contracts_goes_through_preview(phone, site, person):
    head = ["姓名", "公民身份号码", "合同签订日期", "工资标准"]
    content = xlsx([head, [person.worker.name, person.worker.id_number, "2026-08-01", 260]])
    phone.open(reverse("workers:contract_list", args=[site.pk]))
    page = phone.page
    page.get_by_role("link", name="导入合同").click()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("input[type=file]").first.set_input_files(
        [{"name": "合同.xlsx", "mimeType": kind, "buffer": content}]
    )
    page.get_by_role("button", name="上传").first.click()
    page.get_by_role("button", name="导入").first.click()
    expect(page.get_by_role("link", name="查看劳动合同")).to_be_visible()
    assert LabourContract.objects.get().wage_rate == 260
