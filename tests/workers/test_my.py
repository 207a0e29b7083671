"""A worker's own pages: only own rows, in plain words."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Payout, PayrollLine
from core import attachments
from projects.models import WageClerk
from projects.services import merge_projects
from tests.accounts import factories as money
from tests.accounts import payouts
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people
from workers.models import (
    AttendanceCorrection,
    AttendanceDay,
    AttendanceMonth,
    BankCard,
    Departure,
    Engagement,
    LabourContract,
    LoginIssue,
    Punch,
    Worker,
)
from workers.services import PunchRow, write_punches

pytestmark = pytest.mark.django_db
OWN_MODELS = (
    Worker,
    BankCard,
    Engagement,
    LabourContract,
    AttendanceDay,
    AttendanceMonth,
    Punch,
    Departure,
    PayrollLine,
    Payout,
)
SEPTEMBER = date(2026, 9, 1)


def a_month_of(project, account, **fields):
    """Somebody with a row in every table that a worker sees."""
    stay = people.engagement(project, people.worker(**fields))
    people.attendance(stay, date(2026, 9, 3), date(2026, 9, 4))
    people.contract(stay)
    people.bank_card(stay.worker)
    write_punches([PunchRow(stay.pk, timezone.now(), "01", "", people.device(project).pk)])
    line = money.payroll_line(
        money.payroll(project, SEPTEMBER), engagement=stay, deducted="200.00", remark="借支", card_last4="1712"
    )
    money.payout(line, account)
    people.departure(stay, date(2026, 9, 30), owed_amount=Decimal("1200"))
    return stay, line


@pytest.fixture
def project():
    return sites.project(name="临翔安置房")


@pytest.fixture
def account(project):
    account = money.special_account(project)
    money.entry(account, "500000")
    return account


@pytest.fixture
def own(project, account):
    return a_month_of(project, account, name="李建国")


@pytest.fixture
def mate(project, account):
    return a_month_of(project, account, name="王工友")


@pytest.fixture
def signed_in(client, own):
    client.force_login(people.login(own[0].worker))
    return client


class TestScope:
    @pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
    def test_of_every_table_only_the_own_rows(self, own, mate, model):
        user, other = people.login(own[0].worker), people.login(mate[0].worker)
        mine, theirs = (set(model.objects.visible_to(one).values_list("pk", flat=True)) for one in (user, other))
        assert mine
        assert theirs
        assert not mine & theirs
        assert len(mine) + len(theirs) == model._base_manager.count()

    def test_of_corrections_and_issues_as_well(self, own, mate):
        user, officer = people.login(own[0].worker), who.officer()
        for stay in (own[0], mate[0]):
            facts = {"project": stay.project, "engagement": stay, "by": officer, "reason": "漏打卡"}
            AttendanceCorrection.objects.create(day=date(2026, 9, 5), new_units=1, **facts)
            people.login_issue(stay.worker, stay.project, by=officer)
        assert AttendanceCorrection.objects.visible_to(user).get().engagement == own[0]
        assert LoginIssue.objects.visible_to(user).get().worker == own[0].worker

    def test_a_stay_moves_with_a_merged_project(self, own, project):
        user, target = people.login(own[0].worker), sites.project(name="同一工地")
        for site in (project, target):
            type(project).every.filter(pk=site.pk).update(supervised_from=timezone.localdate())
            site.refresh_from_db()
        kept = people.engagement(target, own[0].worker, entered_on=date(2026, 7, 1))
        merge_projects(project, target, by=who.officer(), reason="重复建档")
        assert list(Engagement.objects.visible_to(user)) == [kept]
        assert PayrollLine.objects.visible_to(user).get().project_id == target.pk

    def test_a_login_without_a_person_sees_nothing(self, own):
        user = who.worker_login()
        assert not any(model.objects.visible_to(user).exists() for model in OWN_MODELS)


class TestPages:
    def test_the_first_page_says_what_was_paid_and_where_one_works(self, signed_in, project, own):
        Engagement.objects.filter(pk=own[0].pk).update(exited_on=None)
        page = signed_in.get("/").content.decode()
        for said in ("临翔安置房", "2026年9月工资", "6,000.00", "200.00", "借支", "5,800.00", "已发放", "****1712"):
            assert said in page, said
        assert "nav-desk" not in page

    def test_a_wage_that_is_owed_is_said_first(self, signed_in, project, own):
        month, why = money.payroll(project, date(2026, 10, 1)), {"difference_reason": "按班组记工"}
        line = money.payroll_line(month, "4000.00", engagement=own[0], **why)
        payouts.approve(line.sheet, by=who.officer())
        page = signed_in.get("/").content.decode()
        assert "还有 <strong>1</strong> 笔工资没有发足，共差 <strong>4,000.00</strong> 元" in page
        assert "还没发" in page

    def test_wages_by_month_and_one_of_them(self, signed_in, own, mate):
        listed = signed_in.get("/my/wages/").content.decode()
        assert "2026年" in listed
        assert "5,800.00" in listed
        assert mate[0].worker.name not in listed
        page = signed_in.get(reverse("my_wages:detail", args=[own[1].pk])).content.decode()
        assert "2026-10-15" in page
        assert "已发出" in page
        assert signed_in.get(reverse("my_wages:detail", args=[mate[1].pk])).status_code == 404

    def test_attendance_with_days_and_clockings(self, signed_in, own, mate):
        address = reverse("my:attendance_month", args=[own[0].pk])
        page = signed_in.get(f"{address}?month=2026-09").content.decode()
        assert '<span class="my-money-figure">2</span>' in page
        assert "9月3日 全天" in page
        day = signed_in.get(reverse("my:attendance_day", args=[own[0].pk, "2026-09-03"])).content.decode()
        assert '<span class="my-money-figure">1</span>' in day
        for name, args in (("attendance_month", []), ("attendance_day", ["2026-09-03"])):
            assert signed_in.get(reverse(f"my:{name}", args=[mate[0].pk, *args])).status_code == 404
        assert signed_in.get(reverse("my:attendance_day", args=[own[0].pk, "9999-99-99"])).status_code == 404

    def test_contracts_with_their_scans(self, signed_in, own, mate):
        files = [
            attachments.store(b"%PDF-1.7\n", "合同.pdf", by=who.clerk(), owner=stay.contracts.get())
            for stay in (own[0], mate[0])
        ]
        page = signed_in.get("/my/contracts/").content.decode()
        addresses = [reverse("core:attachment", args=[file.key]) for file in files]
        assert addresses[0] in page
        assert addresses[1] not in page
        assert [signed_in.get(address).status_code for address in addresses] == [200, 404]

    def test_whom_to_turn_to(self, signed_in, project):
        WageClerk.objects.create(project=project, name="张春燕", phone="13800001111")
        WageClerk.objects.create(project=project, name="离任人", phone="13800002222", left_on=date(2026, 9, 1))
        page = signed_in.get("/my/help/").content.decode()
        assert "tel:13800001111" in page
        assert "tel:12333" in page
        assert "离任人" not in page

    def test_cards_and_who_had_a_hand_in_the_login(self, signed_in, own, project):
        clerk = who.clerk(project.general_contractor, name="张春燕")
        people.login_issue(own[0].worker, project, by=clerk, is_first=False)
        card = own[0].worker.bank_cards.get()
        page = signed_in.get("/my/account/").content.decode()
        assert f"****{card.last4}" in page
        assert card.number not in page
        assert "重新发放" in page
        assert "张春燕" in page
        assert own[0].worker.id_number not in page
        home = signed_in.get("/").content.decode()
        assert "重新发放过" in home
        assert "不是您自己要求的" in home

    def test_somebody_without_rows_is_told_what_to_do(self, client):
        client.force_login(people.login(people.worker()))
        for address in ("/", "/my/wages/", "/my/attendance/", "/my/contracts/", "/my/help/", "/my/account/"):
            assert client.get(address).status_code == 200, address
        assert "还没有工地登记您" in client.get("/my/attendance/").content.decode()

    def test_nothing_else_opens(self, signed_in, own):
        closed = ["/projects/", "/workers/", "/wage-accounts/payrolls/", "/alerts/", "/imports/", "/users/"]
        closed += [reverse("workers:worker_detail", args=[own[0].worker_id])]
        assert {signed_in.get(address).status_code for address in closed} == {403}
