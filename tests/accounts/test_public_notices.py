"""What has to be posted each month, the sheets for the printer, and the proof that it was."""

import sys
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.urls import reverse

from accounts import services
from accounts.enums import NoticeSheet
from accounts.models import Payout, PublicNotice
from accounts.selectors import notices as public_notices
from accounts.selectors.notices import ProjectNotices, due_on, with_postings
from core import pdf
from core.models import AuditEntry
from projects.enums import Status
from projects.models import Project
from projects.services import ProjectClosed
from tests.accounts.factories import payout, payroll, payroll_line, set_paid, special_account
from tests.organizations.factories import bank_clerk, clerk, officer
from tests.projects.factories import project
from tests.workers.factories import attendance, engagement, team, worker

pytestmark = pytest.mark.django_db
SEPTEMBER, TODAY = date(2026, 9, 1), date(2026, 11, 2)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def site():
    return project(wage_pay_day=15)


@pytest.fixture
def person(site):
    found = engagement(site, worker(name="张三"), team=team(site, "钢筋一班"))
    attendance(found, date(2026, 9, 1), date(2026, 9, 2))
    return found


@pytest.fixture
def line(site, person):
    return payroll_line(
        payroll(site), "6000.00", engagement=person, deducted="500.00", days="2", card_last4="4321", rate="300.00"
    )


def post(site, *sheets, by=None, on=date(2026, 10, 4), month=SEPTEMBER) -> PublicNotice:
    return services.post_notice(
        site, month=month, sheets=sheets, posted_on=on, place="生活区宣传栏", photos=[("墙.png", PNG)], by=by
    )


def states(site) -> dict[str, str]:
    month = ProjectNotices(site, TODAY).month(SEPTEMBER)
    return {state.sheet.value: state.text for state in month.sheets}


class TestDue:
    def test_last_months_sheets_by_the_fifth(self):
        assert due_on(NoticeSheet.ATTENDANCE, SEPTEMBER, 15) == date(2026, 10, 5)
        assert due_on(NoticeSheet.SETTLEMENT, date(2026, 12, 1), 15) == date(2027, 1, 5)

    def test_the_payout_sheet_by_the_fifth_after_the_pay_day(self):
        assert due_on(NoticeSheet.PAYOUT, SEPTEMBER, 15) == date(2026, 11, 5)
        assert due_on(NoticeSheet.PAYOUT, SEPTEMBER, 5) == date(2026, 10, 5)


class TestStates:
    def test_nothing_happened_nothing_to_post(self, site):
        assert list(ProjectNotices(site, TODAY)) == []

    def test_late_waiting_and_without_data(self, site, line):
        assert states(site) == {"attendance": "逾期未公示", "settlement": "逾期未公示", "payout": "没有数据"}
        payout(line, special_account(site))
        assert states(site)["payout"] == "待公示"

    def test_posted_in_time_or_late(self, site, line):
        post(site, "attendance", on=date(2026, 10, 5))
        post(site, "settlement", on=date(2026, 10, 6))
        assert states(site) == {"attendance": "已公示", "settlement": "逾期公示", "payout": "没有数据"}

    def test_the_list_says_the_same_as_the_project(self, site, line):
        post(site, "attendance")
        row = with_postings(Project.objects.filter(pk=site.pk), SEPTEMBER).get()
        assert public_notices.states_of(row, SEPTEMBER, TODAY) == states(site)

    @pytest.mark.parametrize(
        ("posted", "today", "missing"),
        [
            ((), date(2026, 10, 5), False),
            ((), date(2026, 10, 6), True),
            (("attendance",), date(2026, 10, 6), True),
            (("attendance", "settlement"), date(2026, 10, 6), False),
            (("attendance", "settlement"), date(2026, 11, 5), False),
            (("attendance", "settlement"), date(2026, 11, 6), True),
            (("attendance", "settlement", "payout"), date(2026, 11, 6), False),
        ],
    )
    def test_who_is_listed_as_missing(self, site, line, posted, today, missing):
        payout(line, special_account(site))
        if posted:
            post(site, *posted)
        found = with_postings(Project.objects.all(), SEPTEMBER).filter(public_notices.missing_q(SEPTEMBER, today))
        assert found.exists() == missing

    def test_what_changed_after_the_posting_shows(self, site, person, line):
        post(site, "attendance", "settlement")
        attendance(person, date(2026, 9, 3))
        month = ProjectNotices(site, TODAY).month(SEPTEMBER)
        assert [state.changed_since for state in month.sheets] == [True, False, False]


class TestPosting:
    def test_the_figures_of_the_day_are_kept(self, site, line):
        notice = post(site, "attendance", "settlement")
        assert notice.figures == {
            "attendance": {"people": 1, "days": "2.0"},
            "settlement": {"people": 1, "amount": "5500.00"},
        }

    @pytest.mark.parametrize("on", [date(2026, 8, 31), date(2026, 11, 3)])
    def test_not_before_the_month_and_not_in_the_future(self, site, line, on):
        with pytest.raises(ValidationError, match="公示日期"):
            post(site, "attendance", on=on)

    def test_an_empty_sheet_cannot_have_been_posted(self, site, line):
        with pytest.raises(ValidationError, match="工资发放表还没有数据"):
            post(site, "attendance", "payout")
        assert not PublicNotice.objects.exists()

    def test_a_completed_project_takes_no_posting(self, site, line):
        Project.objects.update(status=Status.COMPLETED, completed_on=TODAY)
        with pytest.raises(ProjectClosed):
            post(site, "attendance")

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("sheets = '{}'", "public_notice_has_a_sheet"),
            ("sheets = '{wall}'", "public_notice_sheets_are_known"),
            ("posted_on = '2026-08-31'", "public_notice_not_before_its_month"),
            ("month = '2026-09-02'", "public_notice_month_is_a_first"),
            ("withdrawn_at = now()", "public_notice_withdrawn_with_reason"),
        ],
    )
    def test_the_database_holds_it_too(self, site, line, change, constraint):
        post(site, "attendance")
        with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounts_publicnotice SET {change}")

    def test_a_withdrawn_posting_no_longer_counts_and_stays(self, site, line):
        notice = post(site, "attendance")
        services.withdraw_notice(notice, reason="照片传错", by=None)
        assert states(site)["attendance"] == "逾期未公示"
        with pytest.raises(ValidationError, match="已经撤回"):
            services.withdraw_notice(notice, reason="再撤一次", by=None)
        assert AuditEntry.objects.filter(action="notice.withdraw").count() == 1


class TestPages:
    def test_a_clerk_posts_and_sees_it(self, client, site, line):
        client.force_login(clerk(site.general_contractor))
        address = reverse("accounts:notice_post", args=[site.pk, SEPTEMBER])
        assert client.get(address).context["form"]["sheets"].initial == ["attendance", "settlement"]
        data = {
            "sheets": ["attendance"],
            "posted_on": "2026-10-03",
            "place": "生活区",
            "photos": SimpleUploadedFile("墙.png", PNG),
        }
        page = client.post(address, data, follow=True).content.decode()
        assert "公示已登记" in page
        assert "墙.png" in page
        assert "2026-10-03" in page

    def test_without_a_photo_it_is_refused_at_the_field(self, client, site, line):
        client.force_login(clerk(site.general_contractor))
        data = {"sheets": ["attendance"], "posted_on": "2026-10-03", "place": "生活区"}
        answer = client.post(reverse("accounts:notice_post", args=[site.pk, SEPTEMBER]), data)
        assert answer.status_code == 422
        assert "photos" in answer.context["form"].errors

    def test_an_officer_reads_and_does_not_post(self, client, site, line):
        client.force_login(officer())
        page = client.get(reverse("accounts:project_notices", args=[site.pk])).content.decode()
        assert "逾期未公示" in page
        assert "登记公示" not in page
        assert client.post(reverse("accounts:notice_post", args=[site.pk, SEPTEMBER])).status_code == 403

    def test_a_banks_clerk_reads_no_sheets(self, client, site, line):
        client.force_login(bank_clerk())
        assert client.get(reverse("accounts:notice_list")).status_code == 403

    def test_the_list_narrows_to_what_is_overdue(self, client, site, line):
        client.force_login(officer())
        address = reverse("accounts:notice_list") + "?month=2026-09&missing=on"
        assert site.name in client.get(address).content.decode()
        post(site, "attendance", "settlement")
        assert site.name not in client.get(address).content.decode()


class TestPaper:
    def sheet(self, client, site, sheet) -> str:
        client.force_login(clerk(site.general_contractor))
        return client.get(reverse("accounts:notice_sheet", args=[site.pk, SEPTEMBER, sheet])).content.decode()

    def test_settlement_has_a_place_to_sign_and_the_sum(self, client, site, person, line):
        payroll_line(payroll(site), "4000.00", name="李四")
        page = self.sheet(client, site, "settlement")
        assert "本人签字" in page
        assert "钢筋一班（1 人）" in page
        assert "未分班组（1 人）" in page
        assert "5,500.00" in page
        assert "9,500.00" in page

    def test_payout_says_what_is_owed(self, client, site, line):
        payout(line, special_account(site), paid_on=date(2026, 10, 15))
        line.refresh_from_db()
        Payout.objects.update(amount=Decimal("5000.00"))
        set_paid(line, "5000.00")
        page = self.sheet(client, site, "payout")
        assert "2026-10-15" in page
        assert "4321" in page
        assert "500.00" in page

    def test_attendance_has_every_day(self, client, site, person):
        page = self.sheet(client, site, "attendance")
        assert page.count("<td>√</td>") == 2
        assert '<th scope="col">30</th>' in page
        assert "31</th>" not in page

    @pytest.mark.parametrize("sheet", NoticeSheet.values)
    def test_the_wall_shows_no_more_than_four_digits(self, client, site, person, line, sheet):
        page = self.sheet(client, site, sheet)
        assert person.worker.id_number[-4:] in page
        assert person.worker.id_number[6:14] not in page

    def test_an_unknown_sheet_is_not_found(self, client, site):
        client.force_login(clerk(site.general_contractor))
        assert client.get(f"/wage-accounts/projects/{site.pk}/notices/2026-09/wall/").status_code == 404
        assert client.get(f"/wage-accounts/projects/{site.pk}/notices/2026-13/payout/").status_code == 404


class TestPdf:
    def address(self, site) -> str:
        return reverse("accounts:notice_pdf", args=[site.pk, SEPTEMBER, "settlement"])

    def test_not_offered_without_the_extra(self, client, site, line, monkeypatch):
        monkeypatch.setattr(pdf, "find_spec", lambda name: None)
        client.force_login(clerk(site.general_contractor))
        assert client.get(self.address(site)).status_code == 302
        sheet = reverse("accounts:notice_sheet", args=[site.pk, SEPTEMBER, "settlement"])
        assert "下载 PDF" not in client.get(sheet).content.decode()

    def test_the_same_page_goes_to_the_extra_with_its_style_and_nothing_to_fetch_with(
        self, client, site, line, monkeypatch
    ):
        made = []
        monkeypatch.setattr(pdf, "find_spec", lambda name: True)
        monkeypatch.setitem(sys.modules, "weasyprint", weasyprint_that_keeps(made))
        monkeypatch.setitem(sys.modules, "weasyprint.urls", SimpleNamespace(URLFetcher=SimpleNamespace))
        client.force_login(clerk(site.general_contractor))
        answer = client.get(self.address(site))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content == b"%PDF-1.7"
        style, page = made
        assert "size: A4" in style["string"]
        assert "本人签字" in page["string"]
        assert {given["url_fetcher"].allowed_protocols for given in made} == {()}


def weasyprint_that_keeps(made: list[dict]) -> SimpleNamespace:
    class Kept:
        def __init__(self, **given):
            made.append(given)

        def write_pdf(self, stylesheets) -> bytes:
            return b"%PDF-1.7"

    return SimpleNamespace(HTML=Kept, CSS=Kept)
