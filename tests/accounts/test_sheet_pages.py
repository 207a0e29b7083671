"""The pages of wage sheets, as the clerk, the construction unit and the officer meet them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import SheetState
from accounts.models import PayrollLine, PayrollSheet, PayrollStep
from projects.enums import Status
from tests.accounts.sheets import SEPTEMBER, hire, site
from tests.organizations.factories import bank_clerk, officer
from tests.workers import factories as people
from workers.enums import WageMethod

pytestmark = pytest.mark.django_db
S = SheetState


def login(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def step(client, sheet, state, *, follow=True, **fields):
    data = {"step-seen": state, "step-text": "", **fields}
    return client.post(reverse("payrolls:sheet_step", args=[sheet.pk]), data, follow=follow)


def scan():
    return SimpleUploadedFile("签字表.pdf", b"%PDF-1.7\n", "application/pdf")


def test_the_clerk_makes_the_sheets_of_a_month():
    here = site()
    client = login(here.clerk)
    answer = client.post(
        reverse("payrolls:make", args=[here.project.pk]),
        {"month": "2026-09", "teams": [here.crew[0].team_id]},
        follow=True,
    )
    assert "新编制 2 人" in text(answer)
    assert PayrollLine.objects.count() == 2
    assert "10,400.00" in text(client.get(PayrollSheet.objects.get().get_absolute_url()))


def test_nothing_to_make_is_said_at_the_form():
    here = site(crew=0)
    people.team(here.project)
    teams = list(here.project.teams.values_list("pk", flat=True))
    answer = login(here.clerk).post(
        reverse("payrolls:make", args=[here.project.pk]), {"month": "2026-09", "teams": teams}
    )
    assert answer.status_code == 422
    assert "没有考勤" in text(answer)


def test_the_walk_from_draft_to_approval():
    here = site()
    sheet, clerk, owner = here.sheet(), login(here.clerk), login(here.owner_clerk)
    assert "已提交" in text(step(clerk, sheet, S.DRAFT))
    assert "请选择签字盖章的工资表" in text(step(clerk, sheet, S.CONFIRMING))
    assert "班组已确认" in text(step(clerk, sheet, S.CONFIRMING, **{"step-files": scan()}))
    assert "已审核" in text(step(clerk, sheet, S.CONFIRMED))
    assert step(clerk, sheet, S.REVIEWED).status_code == 403  # the construction unit has a login of its own
    assert "可以提交银行代发" in text(step(owner, sheet, S.REVIEWED))
    sheet.refresh_from_db()
    assert sheet.state == S.APPROVED


def test_a_construction_unit_without_a_login_approves_on_paper():
    here = site()
    sheet = here.walk(here.sheet(), S.REVIEWED)
    here.owner_clerk.is_active = False
    here.owner_clerk.save()
    clerk = login(here.clerk)
    assert "请选择签字盖章的工资表" in text(step(clerk, sheet, S.REVIEWED))
    step(clerk, sheet, S.REVIEWED, **{"step-files": scan()})
    assert PayrollStep.objects.get(to_state=S.APPROVED).means == "paper"


def test_whoever_comes_second_is_told():
    here = site()
    sheet = here.walk(here.sheet(), S.REVIEWED)
    assert "已经办理到下一步" in text(step(login(here.owner_clerk), sheet, S.CONFIRMED))


def test_the_construction_unit_sends_back_with_a_reason():
    here = site()
    sheet = here.walk(here.sheet(), S.REVIEWED)
    owner, url = login(here.owner_clerk), reverse("payrolls:sheet_back", args=[sheet.pk])
    assert "请填写退回原因" in text(owner.post(url, {"back-text": "", "back-seen": "reviewed"}, follow=True))
    assert "已退回编制" in text(owner.post(url, {"back-text": "人数不符", "back-seen": "reviewed"}, follow=True))
    assert "人数不符" in text(owner.get(sheet.get_absolute_url()))


def test_a_difference_is_shown_with_what_it_should_be_and_explained_at_once():
    here = site()
    sheet, client = here.sheet(), login(here.clerk)
    for person in here.crew:
        people.attendance(person, SEPTEMBER.replace(day=28))
    step(client, sheet, S.DRAFT)
    line = here.line(here.crew[0])
    edit = reverse("payrolls:line_edit", args=[line.pk])
    client.post(edit, {"days": "20", "due": "5,300.00", "difference_reason": ""})
    page = text(client.get(sheet.get_absolute_url()))
    assert "2 人与考勤或合同不一致" in page
    assert "考勤 21 天" in page
    assert "应为 5,460.00 元" in page
    client.post(reverse("payrolls:sheet_explain", args=[sheet.pk]), {"explain-reason": "28 日补录未计"})
    assert set(PayrollLine.objects.values_list("difference_reason", flat=True)) == {"28 日补录未计"}
    assert "已提交" in text(step(client, sheet, S.DRAFT))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"due": ""}, "请填写应发工资"),
        ({"due": "100", "deducted": "200", "deduction_reason": "伙食费"}, "扣款不能超过应发工资"),
        ({"due": "100", "deducted": "50"}, "请填写扣款原因"),
        ({"due": "100", "deducted": "50", "advance_deducted": "60", "deduction_reason": "借支"}, "不能超过扣款合计"),
        ({"due": "100", "deducted": "50", "advance_deducted": "50", "deduction_reason": "借支"}, "超过已预支的工资"),
        ({"due": "100.005"}, "金额最多保留 2 位小数"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(wrong, told):
    here = site(crew=1)
    here.sheet()
    line = here.line(here.crew[0])
    answer = login(here.clerk).post(reverse("payrolls:line_edit", args=[line.pk]), {"days": "20"} | wrong)
    assert answer.status_code == 422
    assert told in text(answer)
    line.refresh_from_db()
    assert line.due == 5200


def test_piece_work_is_due_by_its_quantity():
    here = site(crew=0)
    hire(here, rate="12.50", wage_method=WageMethod.PIECE, wage_unit="81")
    here.sheet()
    line = PayrollLine.objects.get()
    login(here.clerk).post(reverse("payrolls:line_edit", args=[line.pk]), {"quantity": "333.33", "due": ""})
    line.refresh_from_db()
    assert str(line.due) == "4166.63"


def test_a_quantity_changes_the_wage_that_nobody_changed():
    here = site(crew=0)
    hire(here, rate="24.50", wage_method=WageMethod.PIECE, wage_unit="81")
    here.sheet()
    line, client = PayrollLine.objects.get(), login(here.clerk)
    for quantity, before, due in (("300", "", "7350.00"), ("310", "7350.00", "7595.00")):
        client.post(reverse("payrolls:line_edit", args=[line.pk]), {"quantity": quantity, "due": before})
        line.refresh_from_db()
        assert str(line.due) == due


def test_people_are_added_and_taken_out_of_a_draft():
    here = site(crew=1)
    sheet, client = here.sheet(), login(here.clerk)
    late = hire(here, days=0)
    add = reverse("payrolls:line_add", args=[sheet.pk])
    client.post(add, {"engagement": late.pk, "days": "2", "due": "520", "difference_reason": "设备故障补记"})
    line = PayrollLine.objects.get(engagement=late)
    assert (line.name, line.card_last4) == (late.worker.name, late.worker.bank_cards.get().last4)
    client.post(reverse("payrolls:line_remove", args=[line.pk]))
    assert not PayrollLine.objects.filter(engagement=late).exists()


def test_a_sheet_under_way_is_written_by_nobody():
    here = site(crew=1)
    sheet = here.walk(here.sheet(), S.CONFIRMING)
    client, line = login(here.clerk), here.line(here.crew[0])
    assert client.get(reverse("payrolls:line_edit", args=[line.pk])).status_code == 403
    assert client.post(reverse("payrolls:line_add", args=[sheet.pk])).status_code == 403
    assert client.post(reverse("payrolls:line_remove", args=[line.pk])).status_code == 403


def test_back_pay_leads_on_to_its_people():
    here = site(crew=1)
    here.sheet()
    client = login(here.clerk)
    url = reverse("payrolls:back_pay", args=[here.project.pk])
    answer = client.post(url, {"month": "2026-09", "reason": "漏计加班"}, follow=True)
    assert "补发工资表已建立" in text(answer)
    add = answer.redirect_chain[-1][0]
    client.post(add, {"engagement": here.crew[0].pk, "due": "300", "difference_reason": "加班"})
    assert PayrollLine.objects.filter(engagement=here.crew[0], month=SEPTEMBER).count() == 2


def test_an_advance_is_recorded_and_corrected():
    here = site(crew=1)
    client, url = login(here.clerk), reverse("payrolls:advances", args=[here.project.pk])
    client.post(url, {"engagement": here.crew[0].pk, "amount": "800", "paid_on": "2026-09-05", "note": "家中急用"})
    advance = here.project.wage_advances.get()
    assert "800.00" in text(client.get(url))
    page = client.post(reverse("payrolls:advance", args=[advance.pk]), {"note": "金额记错"}, follow=True)
    assert "已更正" in text(page)
    assert sum(here.project.wage_advances.values_list("amount", flat=True)) == 0


def test_officers_read_and_do_not_touch():
    here = site()
    sheet, client = here.sheet(), login(officer())
    assert client.get(sheet.get_absolute_url()).status_code == 200
    assert client.get(reverse("payrolls:sheet_print", args=[sheet.pk])).status_code == 200
    assert step(client, sheet, S.DRAFT).status_code == 403
    assert client.get(reverse("payrolls:make", args=[here.project.pk])).status_code == 403


def test_a_bank_sees_no_sheets():
    here = site()
    assert login(bank_clerk(here.account.bank)).get(here.sheet().get_absolute_url()).status_code == 403


def test_of_a_completed_project_nothing_moves():
    here = site()
    sheet = here.sheet()
    here.project.status, here.project.completed_on = Status.COMPLETED, SEPTEMBER
    here.project.save()
    assert "已由监管部门确认完工" in text(step(login(here.clerk), sheet, S.DRAFT))
    sheet.refresh_from_db()
    assert sheet.state == S.DRAFT


def test_the_list_finds_what_waits_for_me():
    here = site()
    here.walk(here.sheet(), S.REVIEWED)
    url = reverse("payrolls:sheet_list")
    assert "10,400.00" in text(login(here.owner_clerk).get(url, {"mine": "on"}))
    assert "10,400.00" not in text(login(here.clerk).get(url, {"mine": "on"}))
