"""One project's month, end to end, in a real browser: site spreadsheets in, warnings on the officer's desk within a
minute (a real worker runs beside the portal), one disposed of with evidence, one answered by mending the data, the
month's workbook downloaded and right."""

import re
import time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from celery.contrib.testing.worker import start_worker
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Payout
from alerts.models import Warning
from organizations.demo import PASSWORD, make_people
from projects.models import Project
from tests.documents import Documents
from wagemonitor.celery import app
from workers.models import Engagement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NAME, CONTRACTOR = "临翔区第三幼儿园新建项目", "云南滇西恒筑建设工程有限公司"
A_MINUTE = 60_000
FOUND = [
    "无考勤发放工资",
    "发放金额异常偏高",
    "一卡多人",
    "专户资金挪用",
    "专户余额不衔接",
    "向未实名登记人员发放工资",
]


@pytest.fixture
def province(transactional_db) -> None:
    call_command("setup", verbosity=0)
    make_people()


@pytest.fixture
def worker(province, monkeypatch):
    """A worker in a thread of this process, on a broker of its own."""
    with start_worker(app, perform_ping_check=False, shutdown_timeout=30):
        yield


@pytest.fixture
def documents() -> Documents:
    return Documents(NAME, CONTRACTOR)


def sign_in(visitor, username: str) -> None:
    visitor.page.context.clear_cookies()
    visitor.log_in(username, PASSWORD)


def upload(visitor, project: Project, kind: str, name: str, content: bytes) -> None:
    visitor.open(f"/imports/projects/{project.pk}/{kind}/")
    visitor.page.locator("#id_file").set_input_files({"name": name, "mimeType": "", "buffer": content})
    visitor.page.get_by_role("button", name="上传并检查").click()


def take_over(visitor) -> None:
    """Apply the good rows of the page that shows the checked sheet."""
    visitor.page.get_by_role("button", name=re.compile("导入(合格的|全部)")).click()
    expect(visitor.page.get_by_text(re.compile("已导入|均已在册")).first).to_be_visible()


def test_one_projects_month(visitor, worker, documents):
    project = file_project(visitor)
    hand_in_the_documents(visitor, project, documents)
    the_desk_knows_within_a_minute(visitor, project)
    dispose_with_evidence(visitor, project)
    mend_the_data(visitor, project, documents)
    the_workbook_is_right(visitor, documents)


def file_project(visitor) -> Project:
    sign_in(visitor, "clerk")
    page = visitor.page
    visitor.open("/projects/new/")
    page.get_by_label("项目名称").fill(NAME)
    page.get_by_label("项目种类").select_option(label="房屋建筑工程")
    page.locator("#id_region").select_option("530902")
    page.get_by_label("实际开工日期").fill("2026-07-20")
    page.get_by_label("施工合同签订日期").fill("2026-07-01")
    page.get_by_role("button", name="建档").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    return Project.objects.get(name=NAME)


def hand_in_the_documents(visitor, project: Project, documents: Documents) -> None:
    page = visitor.page
    upload(visitor, project, "roster", "花名册.xlsx", documents.roster())
    for person in (documents.wrong_digit, documents.repeated, documents.child, documents.no_contract):
        expect(page.get_by_role("row").filter(has_text=f"{documents.row_of(person)}").first).to_be_visible()
    for words in ("校验位不符", "重复", "未满 16 周岁", "没有劳动合同签订日期"):
        expect(page.get_by_text(words).first).to_be_visible()
    take_over(visitor)
    assert Engagement.objects.filter(project=project).count() == len(documents.people) - 3

    upload(visitor, project, "attendance", "2026年9月考勤.xlsx", documents.attendance())
    expect(page.get_by_text("不在本项目花名册中").first).to_be_visible()
    expect(page.get_by_text(re.compile("合计.*不一致")).first).to_be_visible()
    take_over(visitor)

    upload(visitor, project, "payroll", "2026年9月工资.xlsx", documents.payroll())
    for words in ("没有考勤记录", "68,000.00", "同用一张银行卡"):
        expect(page.get_by_text(re.compile(words)).first).to_be_visible()
    take_over(visitor)

    upload(visitor, project, "bank-statement", "对账单.csv", documents.statement())
    expect(page.get_by_text(re.compile("多 1,000.00 元")).first).to_be_visible()
    take_over(visitor)
    paid = sum(Payout.objects.filter(project=project).values_list("amount", flat=True))
    assert paid == documents.net


def reload_until(visitor, path: str, sign) -> None:
    """Open the page again and again, for a minute at most, until it shows the sign."""
    until = time.monotonic() + 60
    visitor.open(path)
    while not sign.count() and time.monotonic() < until:
        visitor.page.wait_for_timeout(500)
        visitor.open(path)
    expect(sign.first).to_be_visible()


def the_desk_knows_within_a_minute(visitor, project: Project) -> None:
    sign_in(visitor, "county")
    for title in FOUND:
        reload_until(visitor, f"/alerts/?project={project.pk}", visitor.page.get_by_role("link", name=title))


def dispose_with_evidence(visitor, project: Project) -> None:
    page = visitor.page
    warning = Warning.objects.get(project=project, rule_code="PAY-04")
    visitor.open(f"/alerts/{warning.pk}/")
    expect(page.get_by_text("68,000.00").first).to_be_visible()
    page.get_by_role("button", name="签收").click()
    warning.refresh_from_db()
    assert warning.state == "accepted"
    page.get_by_role("button", name=re.compile("核实")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("已向项目部核实，68,000 元为班组结算款")
    dialog.get_by_role("button", name=re.compile("核实")).click()
    page.get_by_role("button", name="申请解除").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("解除理由").fill("核实为结算多月工资，已提供结算单")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "结算单.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 settlement"}
    )
    dialog.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("解除申请已提交，待复核。")).to_be_visible()
    consent(visitor)
    visitor.open(f"/alerts/{warning.pk}/")
    expect(page.get_by_text("已解除").first).to_be_visible()
    expect(page.get_by_text("结算单.pdf").first).to_be_visible()


def consent(visitor) -> None:
    """The amount is still above the limit: a second officer has to look."""
    page = visitor.page
    sign_in(visitor, "county2")
    page.get_by_role("link", name="解除复核").first.click()
    page.get_by_role("button", name="复核解除申请").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("复核意见").select_option("yes")
    dialog.get_by_label("理由").fill("结算单与工资表一致。")
    dialog.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("复核结果已保存。")).to_be_visible()


def mend_the_data(visitor, project: Project, documents: Documents) -> None:
    """The attendance sheet comes again with the man who was forgotten, and his warning releases itself."""
    warning = Warning.objects.get(project=project, rule_code="PAY-02")
    sign_in(visitor, "clerk")
    upload(visitor, project, "attendance", "2026年9月考勤-更正.xlsx", documents.attendance(mended=True))
    take_over(visitor)
    sign_in(visitor, "county")
    reload_until(visitor, f"/alerts/{warning.pk}/", visitor.page.locator("main").get_by_text("数据自动解除"))


def the_workbook_is_right(visitor, documents: Documents) -> None:
    page = visitor.page
    visitor.open("/reports/months/")
    page.get_by_label("月份").select_option(label="2026年9月")
    page.get_by_role("button", name="开始生成").click()
    done = page.locator("main").get_by_role("link", name=re.compile("下载|xlsx"))
    expect(done.first).to_be_visible(timeout=A_MINUTE)
    with page.expect_download() as download:
        done.first.click()
    figures = figures_of(BytesIO(Path(download.value.path()).read_bytes()))
    assert figures["当月实发工资（元）"] == figures["已代发工资（元）"] == float(documents.net)
    known, all_paid = (
        len(documents.people) - 3,
        len(documents.people),
    )  # three were refused by the roster, all were paid
    assert figures["出勤工人（人）"] == figures["已实名登记人员（人）"] == known
    assert figures["出勤或列入工资表人员（人）"] == all_paid


def figures_of(workbook: BytesIO) -> dict:
    """The project's own line of the month: filed late, it counts from the month it was begun in."""
    head, row = None, None
    for cells in openpyxl.load_workbook(workbook)["项目明细"].iter_rows(values_only=True):
        if NAME in cells:
            row = cells
        elif row is None and "项目名称" in cells:
            head = cells
    return dict(zip(head, row, strict=True))
