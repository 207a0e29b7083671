"""A sheet uploaded at the wrong place is recognized and moved, not mapped column by column."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from projects.enums import ImportState
from projects.models import ImportBatch
from tests.accounts.documents import Person, statement
from tests.accounts.documents import payroll as payroll_sheet
from tests.accounts.factories import special_account
from tests.accounts.test_statement_import import lines
from tests.organizations.factories import bank_clerk, clerk
from tests.projects.factories import project
from tests.workers.factories import id_number
from tests.workers.sheets import xlsx
from workers.models import Engagement

pytestmark = pytest.mark.django_db

ROSTER = [["农民工花名册"], ["姓名", "性别", "身份证号", "工种", "手机号", "进场日期"]]


@pytest.fixture
def site():
    return project()


@pytest.fixture
def sender(client, site):
    user = clerk(site.general_contractor)
    client.force_login(user)
    return user


def roster() -> bytes:
    return xlsx([*ROSTER, ["张三", "男", id_number(), "钢筋工", "13887771234", "2026-08-01"]])


def upload(client, site, kind: str, content: bytes, name: str = "表.xlsx"):
    address = reverse("imports:upload", args=[site.pk, kind])
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True)


def test_a_roster_uploaded_as_payroll_is_moved_and_imported(client, site, sender):
    page = upload(client, site, "payroll", roster()).content.decode()
    batch = ImportBatch.objects.get()
    assert "这份表像是农民工花名册，请到“农民工花名册”上传" in page
    assert "保存并检查" in page, "the mapping is still there"
    assert reverse("imports:move", args=[batch.pk]) in page
    page = client.post(reverse("imports:move", args=[batch.pk]), follow=True).content.decode()
    batch.refresh_from_db()
    assert (batch.kind, batch.state, batch.accepted, batch.resembles) == ("roster", ImportState.CHECKED, 1, "")
    assert "导入全部 1 行" in page
    client.post(reverse("imports:apply", args=[batch.pk]))
    assert Engagement.objects.unscoped("the one imported").get().project == site


@pytest.mark.parametrize("sent", ["roster", "attendance"])
def test_a_statement_sent_as_something_about_people_is_told(client, site, sender, sent):
    upload(client, site, sent, statement(lines(), of=site), "对账单.csv")
    assert "这份表像是专户对账单，请到“专户对账单”上传" in ImportBatch.objects.get().message


def test_a_payroll_with_a_column_of_another_name_stays_a_payroll(client, site, sender):
    strange = xlsx(
        [
            ["2026年9月工资表"],
            ["姓名", "身份证号", "班组", "应得", "实发工资", "银行卡号", "进场日期"],
            ["张三", id_number(), "钢筋一班", 8100, 7600, "6217004671835732783", "2026-08-01"],
        ]
    )
    page = upload(client, site, "payroll", strange).content.decode()
    assert "没有认出必填列：应发工资" in page
    assert "这份表像是" not in page


def test_a_payroll_sent_as_attendance_is_recognized(client, site, sender):
    upload(client, site, "attendance", payroll_sheet([Person("张三")]))
    assert ImportBatch.objects.get().resembles == "payroll"


def test_a_bank_is_not_sent_where_it_may_not_upload(client, site):
    user = bank_clerk()
    special_account(site, bank=user.organization)
    client.force_login(user)
    upload(client, site, "bank-statement", roster())
    batch = ImportBatch.objects.get()
    assert batch.resembles == ""
    client.post(reverse("imports:move", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.kind == "bank-statement"


def test_a_sheet_that_was_read_is_not_moved(client, site, sender):
    upload(client, site, "roster", roster())
    batch = ImportBatch.objects.get()
    client.post(reverse("imports:move", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.kind, batch.state) == ("roster", ImportState.CHECKED)


def test_the_centre_lists_the_kinds_as_a_site_makes_them(client, site, sender):
    page = client.get(reverse("imports:center", args=[site.pk])).content.decode()
    places = [page.index(f"上传{title}") for title in ("农民工花名册", "考勤表", "工资表", "专户对账单")]
    assert places == sorted(places)
