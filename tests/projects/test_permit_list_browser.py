"""An officer loads the department's list, finds what is missing, and the rate rises."""

import io

import openpyxl
import pytest
from playwright.sync_api import expect

from projects.models import ListedPermit, Subcontract
from tests.organizations.factories import clerk, officer, organization
from tests.projects.factories import participation, permit, project

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
HEAD = ["施工许可证编号", "工程名称", "施工单位", "行政区划", "发证日期"]


@pytest.fixture(params=SIZES)
def visiting(request, visitor):
    visitor.page.set_viewport_size(SIZES[request.param])
    return visitor


def fits(visiting) -> None:
    wide = visiting.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{visiting.page.url} is {wide} px wider than the screen"


def permits(*rows: list) -> dict:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in [HEAD, *rows]:
        book.active.append(row)
    book.save(content)
    return {"name": "许可清单.xlsx", "mimeType": "application/octet-stream", "buffer": content.getvalue()}


def test_from_the_list_to_a_higher_rate(visiting):
    unit = organization(name="云南一建集团")
    site = project(name="临翔区人民医院迁建项目", contractor=unit)
    wrong = permit(site, number="530902202606990101")
    permit(project(), number="530902202607010202")
    visiting.sign_in(officer("530902"))
    load_a_list(visiting)
    expect(visiting.page.get_by_text("33.3%").first).to_be_visible()
    looks_well(visiting)
    take_for_one(visiting, wrong.number)
    assert site.permits.get().number == "530902202606200101"
    visiting.open("/projects/permits/")
    expect(visiting.page.get_by_text("66.7%").first).to_be_visible()
    set_the_last_aside(visiting)
    visiting.open("/projects/permits/")
    expect(visiting.page.get_by_text("100.0%").first).to_be_visible()


def looks_well(visiting) -> None:
    visiting.check_accessible()
    fits(visiting)


def load_a_list(visiting) -> None:
    page = visiting.page
    visiting.open("/projects/permits/")
    page.get_by_role("link", name="载入清单").click()
    page.get_by_label("文件").set_input_files(
        files=[
            permits(
                ["530902202606200101", "临翔区人民医院整体迁建", "云南一建集团", "临翔区", "2026-06-20"],
                ["第530902-20260701-0202号", "临翔区第一中学", "云南二建", "530902", "2026-07-01"],
                ["530902202608010303", "临翔区老旧小区改造", "云南三建", "530902", "2026-08-01"],
                ["530902202608010404", "临翔区体育馆", "云南四建", "530902", "八月"],
            )
        ]
    )
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("不是日期").first).to_be_visible()
    looks_well(visiting)
    page.get_by_role("button", name="导入合格的 3 行").click()
    page.get_by_role("link", name="查看比对结果").click()


def take_for_one(visiting, wrong: str) -> None:
    page = visiting.page
    page.get_by_role("link", name="未纳入").first.click()
    expect(page.get_by_text("临翔区人民医院迁建项目")).to_be_visible()
    looks_well(visiting)
    page.get_by_role("link", name="临翔区人民医院整体迁建").click()
    expect(page.get_by_text("总承包单位一致")).to_be_visible()
    looks_well(visiting)
    page.get_by_role("button", name="是同一项目").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("登记方式").select_option(label=f"更正原编号 {wrong}")
    dialog.get_by_role("button", name="确认").click()
    expect(page.get_by_text("已纳入平台")).to_be_visible()


def set_the_last_aside(visiting) -> None:
    page = visiting.page
    missing = ListedPermit.objects.unscoped("test").missing().get()
    visiting.open(missing.get_absolute_url())
    page.get_by_role("button", name="不纳入").click()
    page.get_by_role("dialog").get_by_label("不纳入原因").select_option(label="换证、重复发证")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("不纳入：换证、重复发证")).to_be_visible()
    looks_well(visiting)


def test_a_clerk_files_a_subcontract_and_withdraws_it(visiting):
    site = project()
    participation(site, organization(name="临沧劳务公司"), "006")
    visiting.sign_in(clerk(site.general_contractor))
    page = visiting.page
    visiting.open(f"/projects/{site.pk}/subcontracts/")
    page.get_by_role("link", name="登记合同").click()
    page.get_by_label("合同编号").fill("LW-2026-01")
    page.get_by_label("合同价款（元）").fill("500000")
    page.get_by_label("人工费占比（%）").fill("80")
    page.get_by_label("签订日期").fill("2026-07-25")
    page.get_by_role("button", name="备案").click()
    expect(page.get_by_role("link", name="请上传合同扫描件")).to_be_visible()
    visiting.check_accessible()
    scan = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}
    page.get_by_label("合同扫描件").set_input_files(files=[scan])
    page.get_by_role("button", name="备案").click()
    expect(page.get_by_text("400,000.00（80%）")).to_be_visible()
    expect(page.get_by_role("link", name="合同.pdf")).to_be_visible()
    visiting.check_accessible()
    fits(visiting)
    page.get_by_role("button", name="撤销").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("撤销原因").fill("合同解除")
    dialog.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销", exact=True)).to_be_visible()
    assert Subcontract.objects.get().withdrawn_reason == "合同解除"
