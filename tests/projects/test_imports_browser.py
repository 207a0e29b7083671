"""A clerk at the desk and on the phone."""

import pytest
from playwright.sync_api import expect

from projects.models import WageClerk
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.projects.sheets import PEOPLE, sheet, toy  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toy")]

BAD = ["4", "段文", "530625198103215276", "13887771234", 1.255]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def site():
    return project(name="临翔区妇幼保健院迁建项目")


@pytest.fixture(params=SIZES)
def visiting(request, visitor, site):
    visitor.page.set_viewport_size(SIZES[request.param])
    visitor.sign_in(clerk(site.general_contractor))
    return visitor


def send(visiting, content: bytes, name: str = "名单.xlsx") -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    visiting.page.get_by_label("文件").set_input_files(files=[file])
    visiting.page.get_by_role("button", name="上传并检查").click()


def fits(visiting) -> None:
    wide = visiting.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{visiting.page.url} is {wide} px wider than the screen"


def test_from_the_centre_to_the_register(visiting, site):
    visiting.open(f"/imports/projects/{site.pk}/")
    visiting.check_accessible()
    fits(visiting)
    visiting.page.get_by_role("link", name="上传专管员名单").click()
    send(visiting, b"no sheet", "说明.docx")
    expect(visiting.page.get_by_role("link", name="不支持 .docx 文件")).to_be_visible()
    send(visiting, sheet([*PEOPLE, BAD]))
    expect(visiting.page.get_by_text("公民身份号码校验位不符")).to_be_visible()
    expect(visiting.page.get_by_text("530625********5275")).to_be_visible()
    visiting.check_accessible()
    fits(visiting)
    with visiting.page.expect_download() as download:
        visiting.page.get_by_role("link", name="下载标注副本").click()
    assert download.value.suggested_filename == "名单（问题标注）.xlsx"
    visiting.page.get_by_role("button", name="导入合格的 3 行").click()
    expect(visiting.page.get_by_text("已导入 3 行")).to_be_visible()
    visiting.check_accessible()
    assert WageClerk.objects.count() == 3


def test_columns_are_named_by_hand(visiting, site):
    visiting.open(f"/imports/projects/{site.pk}/toy/")
    send(visiting, sheet(head=["序号", "工友", "证号", "联络方式", "补助"]))
    visiting.page.get_by_label("工友").select_option(label="姓名（必填）")
    visiting.page.get_by_role("button", name="保存并检查").click()
    expect(visiting.page.get_by_text("还没有指定必填项：公民身份号码").first).to_be_visible()
    visiting.check_accessible()
    fits(visiting)
    visiting.page.get_by_label("证号").select_option(label="公民身份号码（必填）")
    visiting.page.get_by_role("button", name="保存并检查").click()
    expect(visiting.page.get_by_role("button", name="导入全部 3 行")).to_be_visible()


def test_giving_up_asks_first(visiting, site):
    visiting.open(f"/imports/projects/{site.pk}/toy/")
    send(visiting, sheet())
    visiting.page.get_by_role("button", name="放弃").click()
    visiting.page.get_by_role("dialog").get_by_role("button", name="放弃").click()
    expect(visiting.page.get_by_text("没有导入任何数据")).to_be_visible()
    assert not WageClerk.objects.exists()
