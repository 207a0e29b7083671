"""Pages of wage deposits: who sees and does what, what is lacking leads to its field, the papers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import DepositForm, InstrumentState, UseState
from accounts.indicators import DEPOSIT_GROUPS
from accounts.models import Deposit, DepositInstrument, DepositUse
from accounts.selectors import deposits as selectors
from accounts.services import deposit_refunds
from core import indicators, working_days
from projects.models import Project
from projects.services import merge_projects
from tests.accounts import deposits as made
from tests.accounts.factories import payroll, payroll_line
from tests.organizations import factories as who
from tests.projects.factories import permit, project

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    def get(user, name: str, *args, expect: int = 200, **query) -> str:
        client.force_login(user)
        response = client.get(reverse(f"deposits:{name}", args=args), query)
        assert response.status_code == expect, response.content.decode()[:500]
        return response.content.decode()

    return get


@pytest.fixture
def post(client):
    def send(user, name: str, *args, **data):
        client.force_login(user)
        return client.post(reverse(f"deposits:{name}", args=args), data)

    return send


# --- the annex -------------------------------------------------------------------------------------------------------


def lacking(of: Project) -> list[int]:
    return sorted(gap.number for gap in indicators.gaps(of, DEPOSIT_GROUPS))


def test_a_project_without_a_deposit_lacks_its_assessment_and_the_gap_leads_to_the_form(page):
    site = project()
    assert lacking(site) == [83, 84, 85, 86, 87]
    clerk = who.clerk(site.general_contractor)
    assert reverse("deposits:deposit_apply", args=[site.pk]) + "#id_payer_name" in page(
        clerk, "project_deposit", site.pk
    )
    assert 'id="id_payer_name"' in page(clerk, "deposit_apply", site.pk)


def test_what_is_not_assessed_leads_the_officer_to_the_result_of_the_assessment(page):
    made.standard()
    deposit = made.declared(project(contract_amount=Decimal(10_000_000)))
    assert lacking(deposit.project) == [86, 87]
    told = page(who.officer(), "deposit_detail", deposit.pk)
    address = reverse("deposits:deposit_assess", args=[deposit.pk])
    assert f"{address}#id_due_amount" in told
    asked = page(who.officer(), "deposit_assess", deposit.pk)
    assert 'id="id_due_amount"' in asked
    assert 'id="id_differential_amount"' in asked
    clerk = who.clerk(deposit.payer)
    assert address not in page(clerk, "deposit_detail", deposit.pk)


@pytest.mark.parametrize("form", DepositForm)
def test_the_form_of_an_instrument_has_every_field_that_may_be_lacking(form, page):
    deposit = made.assessed(project(), form=form)
    instrument = made.offered(deposit, form=form)
    asked = page(who.clerk(deposit.payer), "instrument_edit", instrument.pk)
    group = indicators.group("deposit_account")
    fields = {item.field_name for item in group.indicators if item.is_required(instrument)}
    assert fields
    assert [name for name in fields if f'id="id_{name}"' not in asked] == []
    assert lacking(deposit.project) == ([90] if form == DepositForm.BANK else [])


@pytest.mark.parametrize("form", DepositForm)
def test_a_whole_life_lacks_nothing(form):
    deposit = made.stored(project(), form=form)
    use = made.approved(made.proposed(deposit))
    role = who.insurer_clerk if form == DepositForm.INSURANCE else who.bank_clerk
    keeper, today = role(use.instrument.keeper), timezone.localdate()
    made.deposit_uses.confirm_payment(use, by=keeper, moved_on=today)
    deposit_refunds.confirm_refund(made.refund_approved(deposit), by=keeper, moved_on=today)
    assert lacking(deposit.project) == []
    own = Project.objects.filter(pk=deposit.project_id)
    filled, required = indicators.completeness(own, DEPOSIT_GROUPS)[deposit.project_id]
    of_form = {"bank": 5 + 3 + 4 + 2 * 7 + 8, "guarantee": 5 + 2 + 6 + 2 * 7, "insurance": 5 + 2 + 6 + 2 * 7}
    assert filled == required == of_form[form]


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_a_bank_sees_what_it_keeps_and_only_its_own_part_of_it(page):
    deposit = made.stored(project(name="妇幼保健院"), form=DepositForm.GUARANTEE)
    first = made.in_force(deposit)
    made.confirm(made.offered(deposit, form=DepositForm.BANK, keeper_name="新开户行"))
    told = page(who.bank_clerk(first.keeper), "deposit_detail", deposit.pk)
    assert "妇幼保健院" in told
    assert first.document_number in told
    assert "新开户行" not in told
    assert reverse("projects:project_detail", args=[deposit.project_id]) not in told
    assert "计算步骤" not in told
    page(who.bank_clerk(), "deposit_detail", deposit.pk, expect=404)
    assert "妇幼保健院" not in page(who.bank_clerk(), "deposit_list")


def test_a_bank_that_keeps_a_deposit_sees_no_more_projects_for_it():
    deposit = made.stored(project())
    bank = who.bank_clerk(made.in_force(deposit).keeper)
    assert not Project.objects.visible_to(bank).exists()
    assert Deposit.objects.visible_to(bank).get() == deposit


@pytest.mark.parametrize("role", [who.construction_unit_clerk, who.worker_login, who.administrator])
def test_others_see_none(role):
    made.stored(project())
    assert not Deposit.objects.visible_to(role()).exists()
    assert not DepositInstrument.objects.visible_to(role()).exists()


def test_the_proposer_is_not_offered_the_approval_and_cannot_force_it(page, post):
    officer = who.officer()
    use = made.proposed(made.stored(project()), by=officer)
    assert "须由本单位另一名工作人员审批" in page(officer, "use_detail", use.pk)
    post(officer, "use_approve", use.pk)
    use.refresh_from_db()
    assert use.state == UseState.PROPOSED
    assert post(who.officer("530900"), "use_approve", use.pk).status_code == 403
    post(who.officer(), "use_approve", use.pk)
    use.refresh_from_db()
    assert use.state == UseState.APPROVED


def test_the_notice_names_the_workers_with_masked_numbers(page):
    use = made.proposed(made.stored(project()))
    assert "尚未批准" in page(who.officer(), "use_notice", use.pk)
    use, line = made.approved(use), use.lines.first()
    told = page(who.bank_clerk(use.instrument.keeper), "use_notice", use.pk)
    assert use.notice_number in told
    assert line.name in told
    assert line.id_number not in told


def test_a_keeper_may_ask_for_the_numbers_of_whom_it_pays(client):
    use = made.approved(made.proposed(made.stored(project())))
    line = use.lines.first()
    asked = {"model": "accounts.deposituseline", "pk": line.pk, "field": "id_number", "reason": "支付工资"}
    client.force_login(who.bank_clerk(use.instrument.keeper))
    assert line.id_number in client.post(reverse("core:reveal"), asked).content.decode()
    client.force_login(who.bank_clerk())
    assert client.post(reverse("core:reveal"), asked).status_code == 404


# --- lists -----------------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_what_presses(page):
    today = timezone.localdate()
    made.stored(project(name="函将到期"), form=DepositForm.GUARANTEE, ends_on=today + timedelta(days=9))
    used = made.stored(project(name="动用未补"))
    made.paid(made.approved(made.proposed(used)))
    made.assessed(project(name="逾期未存", contract_signed_on=today - timedelta(days=90)))
    officer = who.officer("530900")
    for state, name in (("expiring", "函将到期"), ("short", "动用未补"), ("late", "逾期未存")):
        told = page(officer, "deposit_list", state=state)
        assert [one for one in ("函将到期", "动用未补", "逾期未存") if f"{one}</a>" in told] == [name]
    assert "动用未补</a>" not in page(officer, "deposit_list", state="overdue")
    DepositUse.objects.update(refill_by=today - timedelta(days=1))
    assert "动用未补</a>" in page(officer, "deposit_list", state="overdue")
    assert "函将到期</a>" in page(officer, "deposit_list", q="函将", form="guarantee", place="530902")
    assert "函将到期</a>" not in page(officer, "deposit_list", place=who.region("530921").pk)


def test_projects_that_declared_nothing_are_listed_with_their_term(page):
    made.calendar()
    late = project(name="超期工程")
    permit(late, issued_on=date(2026, 6, 1))
    made.stored(project(name="已存工程"))
    fresh = project(name="新工程", contract_signed_on=timezone.localdate())
    told = page(who.officer(), "undeclared_list")
    assert "超期工程" in told
    assert "2026-06-29" in told
    assert "已存工程" not in told
    assert "新工程" not in page(who.officer(), "undeclared_list", late="on")
    everything = Project.objects.unscoped("test")
    assert list(selectors.unstored_projects(everything, timezone.localdate())) == [late]
    assert fresh.pk


# --- refused ---------------------------------------------------------------------------------------------------------


def test_an_assessment_without_a_standard_or_a_contract_sum_says_what_is_missing(page, client):
    deposit = made.declared(project(contract_amount=None))
    client.force_login(who.officer())
    for said in ("合同价款尚未填写", "本省尚未设定"):
        told = client.get(reverse("deposits:deposit_assess", args=[deposit.pk]), follow=True).content.decode()
        assert said in told
        Project.objects.filter(pk=deposit.project_id).update(contract_amount=1)


ORDER = {"order_number": "1", "opinion": "x", "method": "transfer"}


def order() -> dict:
    today = timezone.localdate()
    return ORDER | {"ordered_on": today - timedelta(days=9), "order_due_on": today - timedelta(days=2)}


def test_nobody_is_chosen_beforehand_and_a_slip_pays_nobody(page, post):
    deposit = made.stored(project())
    first, second = made.owed(deposit.project, "6000", "4000")
    shown = page(who.officer(), "use_propose", deposit.pk)
    assert shown.count('name="chosen"') == 2
    assert "checked" not in shown
    amounts = {f"amount_{line.pk}": line.net for line in (first, second)}
    answer = post(who.officer(), "use_propose", deposit.pk, **order(), **amounts)
    assert answer.status_code == 422
    assert "请至少勾选一名工人" in answer.content.decode()
    assert not DepositUse.objects.exists()


def test_only_the_chosen_are_paid_and_what_they_come_to_is_decided(post):
    deposit = made.stored(project())
    first, second = made.owed(deposit.project, "6000", "4000")
    amounts = {f"amount_{first.pk}": "6000", f"amount_{second.pk}": "1500"}
    answer = post(who.officer(), "use_propose", deposit.pk, **order(), **amounts, chosen=[second.pk])
    assert answer.status_code == 302
    use = DepositUse.objects.get()
    assert (use.amount, [line.payroll_line for line in use.lines.all()]) == (1500, [second])


@pytest.mark.parametrize(
    ("amount", "is_chosen", "said"),
    [("", True, "已勾选，请填写支付金额"), ("1500", False, "填了金额但没有勾选")],
)
def test_an_amount_and_its_box_have_to_agree(post, amount, is_chosen, said):
    deposit = made.stored(project())
    first, second = made.owed(deposit.project, "6000", "4000")
    chosen = [first.pk, second.pk] if is_chosen else [first.pk]
    amounts = {f"amount_{first.pk}": "6000", f"amount_{second.pk}": amount}
    answer = post(who.officer(), "use_propose", deposit.pk, **order(), **amounts, chosen=chosen)
    assert said in answer.content.decode()
    assert f'value="{first.pk}" data-adds="id_amount_{first.pk}"' in answer.content.decode()
    assert "checked" in answer.content.decode()
    assert not DepositUse.objects.exists()


def test_a_bank_refuses_with_a_reason(post):
    instrument = made.offered(made.assessed(project()))
    bank = who.bank_clerk(instrument.keeper)
    post(bank, "instrument_refuse", instrument.pk, **{"refuse-reason": ""})
    instrument.refresh_from_db()
    assert instrument.state == InstrumentState.OFFERED
    post(bank, "instrument_refuse", instrument.pk, **{"refuse-reason": "账号不存在"})
    instrument.refresh_from_db()
    assert (instrument.state, instrument.refused_reason) == (InstrumentState.REFUSED, "账号不存在")


def test_a_merge_keeps_both_deposits_and_marks_the_one_that_came():
    site, other = project(), project()
    other.participations.all().delete()
    for one in (site, other):
        one.supervised_from = timezone.localdate()
        one.save()
    made.stored(site)
    deposit = Deposit(project=other, payer=site.general_contractor, payer_name="甲", payer_uscc="1", form="bank")
    deposit.save()
    merge_projects(other, site, by=who.officer(), reason="同一工程")
    deposit.refresh_from_db()
    assert (deposit.project, deposit.came_by_merge) == (site, True)


def test_a_merge_that_makes_one_line_of_two_takes_the_deposits_payment_along():
    site, other = project(), project()
    for one in (site, other):
        one.supervised_from = timezone.localdate()
        one.save()
    other.participations.update(organization=site.general_contractor)
    deposit = made.stored(other)
    source = made.owed(other, "6000")[0]
    use = made.proposed(deposit, source)
    sheet = payroll(site, source.month)
    target = payroll_line(sheet, "5000", name=source.name, id_number=source.id_number, paid=Decimal(5000))
    merge_projects(other, site, by=who.officer(), reason="同一工程")
    line = use.lines.get()
    assert (line.payroll_line, line.amount) == (target, 6000)
    sql = "UPDATE accounts_deposituseline SET payroll_line_id = %s"
    stranger = payroll_line(sheet, "5000")
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [stranger.pk])


# --- what waits, and until when --------------------------------------------------------------------------------------


def waiting(user) -> list[tuple[str, date | None]]:
    return [(one.text, one.due_on) for one in selectors.waiting_for(user, timezone.localdate())]


def term(count: int) -> date:
    return working_days.add_workdays(timezone.localdate(), count).day


def test_each_to_do_bears_the_deadline_of_its_own_step_and_not_the_contractors():
    made.standard()
    long_ago = timezone.localdate() - timedelta(days=90)
    site = project(contract_amount=Decimal(10_000_000), contract_signed_on=long_ago)
    deposit = made.declared(site)
    assert deposit.due_on < timezone.localdate()  # the contractor is late; the office has just been asked
    assert waiting(who.officer()) == [("核定存储金额", term(5))]
    made.deposits.assess_deposit(deposit, by=who.officer(), stated={})
    deposit.refresh_from_db()
    assert waiting(who.clerk(deposit.payer)) == [("办理存储并申报凭证", deposit.due_on)]
    instrument = made.offered(deposit)
    keeper = who.bank_clerk(instrument.keeper)
    assert waiting(keeper) == [("确认银行账户缴存", term(3))]
    made.confirm(instrument)
    use = made.proposed(deposit)
    assert waiting(who.officer()) == [("审批动用", term(5))]
    made.approved(use)
    assert waiting(keeper) == [("按支付通知书支付工资", term(5))]
    made.paid(use)
    assert waiting(who.clerk(deposit.payer)) == [("补足工资保证金", term(10))]


def test_a_refund_waits_five_days_for_the_office_and_three_for_the_keeper():
    deposit = made.stored(project())
    refund = made.asked_back(deposit)
    assert waiting(who.officer()) == [("办理退还", term(5))]
    by = who.officer()
    deposit_refunds.propose_refund(refund, by=by, opinion="同意", office_uscc=who.uscc(1))
    deposit_refunds.approve_refund(refund, by=who.officer())
    assert waiting(who.bank_clerk(refund.instrument.keeper)) == [("按退还通知书退还", term(3))]


def test_an_application_left_lying_is_late_for_the_office(page):
    deposit = made.declared(project(contract_signed_on=timezone.localdate()))
    Deposit.objects.filter(pk=deposit.pk).update(applied_at=timezone.now() - timedelta(days=30))
    [asked] = selectors.waiting_for(who.officer(), timezone.localdate())
    assert asked.late
    assert asked.due_on == working_days.add_workdays(timezone.localdate() - timedelta(days=30), 5).day
    assert "已逾期" in page(who.officer(), "deposit_list")


def test_of_more_than_are_shown_the_most_urgent_stay(monkeypatch):
    monkeypatch.setattr(selectors, "SHOWN", 1)
    first, second = made.declared(project()), made.declared(project())
    Deposit.objects.filter(pk=first.pk).update(applied_at=timezone.now() - timedelta(days=30))
    assert [one.deposit for one in selectors.waiting_for(who.officer(), timezone.localdate())] == [first]
    assert second.pk > first.pk
