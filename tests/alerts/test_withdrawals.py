"""What was asked and is answered by nobody: withdrawn, overtaken by another act, gone up past the office it was asked
of. Whoever it concerns is told, and reads one thing at a time."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from alerts import engine, permissions, services
from alerts.enums import Act, DemandKind, DemandState, WarningState
from alerts.models import Demand, Warning
from alerts.rules.pay_01_overdue import WagesOverdue
from core.models import Notice
from organizations.enums import OrganizationKind, Role
from tests.alerts.factories import set_due, setting, warning
from tests.alerts.test_demands import PDF, order, report, soon
from tests.alerts.test_releases import ask, decide, pay, unpaid  # noqa: F401
from tests.organizations.factories import clerk, department, industry_officer, officer, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db):
    return officer("530902")


@pytest.fixture
def colleague(county):
    return user(Role.OFFICER, county.organization)


@pytest.fixture
def prefecture(db):
    return officer("530900")


@pytest.fixture
def province(db):
    return officer("530000")


@pytest.fixture
def verified(county):
    made = services.accept(warning=warning(due_on=soon(30)), by=county)
    return services.verify(warning=made, text="已到现场核对。", by=county)


def withdraw(demand: Demand, by, text: str = "对象有误。") -> Demand:
    return services.withdraw(demand=demand, text=text, by=by, seen=demand.seen)


def told(whom, words: str) -> bool:
    return Notice.objects.filter(user=whom, text__contains=words).exists()


def interview(made: Warning, by) -> Demand:
    facts = {"of": made.project.general_contractor, "place": "三楼", "people": "项目经理", "hour": time(9, 30)}
    return services.call_interview(warning=made, text="欠薪。", due_on=soon(3), by=by, seen=made.state, **facts)


# --- withdrawn -------------------------------------------------------------------------------------------------------


def test_an_order_is_withdrawn_before_it_is_answered_and_its_paper_stays(client, county, verified):
    demand = order(verified, county)
    own = clerk(demand.of)
    withdraw(demand, county)
    demand.refresh_from_db()
    verified.refresh_from_db()
    assert (demand.state, demand.settled_by, verified.state) == ("withdrawn", county, WarningState.VERIFYING)
    assert told(own, f"已撤回限期整改{demand.number}，不必再办理。理由：对象有误。")
    assert not permissions.can_report(own, demand)
    client.force_login(own)
    assert "撤回，不必再办理。理由：对象有误。" in client.get(demand.get_absolute_url()).content.decode()
    assert "撤回，不再执行" in client.get(reverse("alerts:demand_paper", args=[demand.pk])).content.decode()
    again = order(verified, county)
    assert (again.number[-2:], again.state) == ("2号", DemandState.OPEN)


def test_only_the_office_that_asked_withdraws_and_nothing_that_is_answered(county, prefecture, verified):
    demand = order(verified, county)
    for stranger in (prefecture, officer("530921"), clerk(demand.of)):
        with pytest.raises(PermissionDenied):
            withdraw(demand, stranger)
    demand = report(demand)
    with pytest.raises(PermissionDenied):
        withdraw(demand, county)


def test_whatever_was_asked_by_mistake_is_withdrawn(county, prefecture, colleague, verified):
    department("530902", OrganizationKind.HOUSING)
    asks = {"by": county, "seen": verified.state}
    made = [
        (county, interview(verified, county)),
        (county, services.ask_opinion(warning=verified, text="…", due_on=soon(), **asks)),
        (county, services.ask_extension(warning=verified, text="…", due_on=soon(45), **asks)),
        (prefecture, services.supervise(warning=verified, text="…", due_on=soon(), by=prefecture, seen="verifying")),
    ]
    for by, demand in made:
        withdraw(demand, by)
        demand.refresh_from_db()
        assert demand.state == DemandState.WITHDRAWN
    assert Warning.objects.get(pk=verified.pk).state == WarningState.VERIFYING


def test_what_has_sent_a_warning_back_stands(county, prefecture):
    made = warning(due_on=soon(-1), setting=setting(disposal_days=30))
    services.escalate_overdue(today=timezone.localdate())
    made.refresh_from_db()
    demand = services.send_back(warning=made, text="…", due_on=soon(), by=prefecture, seen=made.state)
    assert not permissions.can_withdraw(prefecture, demand)
    facts = {"state": "withdrawn", "ended_for": "…", "settled_by": prefecture, "settled_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Demand.objects.filter(pk=demand.pk).update(**facts)


def test_the_database_asks_for_the_reason(county, verified):
    demand = order(verified, county)
    with pytest.raises(IntegrityError), transaction.atomic():
        Demand.objects.filter(pk=demand.pk).update(state="withdrawn", settled_by=county, settled_at=timezone.now())


def test_a_unit_reads_of_no_withdrawal_between_offices(client, county, verified):
    department("530902", OrganizationKind.HOUSING)
    demand = services.ask_opinion(warning=verified, text="…", due_on=soon(), by=county, seen=verified.state)
    withdraw(demand, county)
    client.force_login(clerk(verified.project.general_contractor))
    assert "撤回事项" not in client.get(verified.get_absolute_url()).content.decode()
    client.force_login(industry_officer("530902"))
    assert "撤回联合核实" in client.get(verified.get_absolute_url()).content.decode()


# --- a correction and a release at the same time ---------------------------------------------------------------------


def test_a_refused_report_ends_the_request_to_release(county, colleague, unpaid):  # noqa: F811
    demand = report(order(unpaid, county))
    unpaid.refresh_from_db()
    request = ask(unpaid, county)
    services.give_more_time(demand=demand, text="尚欠 2 人。", due_on=soon(20), by=county, seen=demand.seen)
    request.refresh_from_db()
    assert request.state == DemandState.LAPSED
    assert "整改复核未通过" in request.ended_for
    assert told(colleague, "解除复核已终止")
    with pytest.raises(PermissionDenied):
        decide(request, colleague)
    assert Warning.objects.get(pk=unpaid.pk).state == WarningState.CORRECTING


def test_a_new_order_ends_the_request_to_release(county, colleague, unpaid):  # noqa: F811
    request = ask(unpaid, county)
    order(unpaid, county)
    request.refresh_from_db()
    assert request.state == DemandState.LAPSED


def test_while_a_release_waits_the_report_is_not_confirmed_apart(client, county, colleague, unpaid):  # noqa: F811
    demand = report(order(unpaid, county))
    unpaid.refresh_from_db()
    client.force_login(county)
    assert "复核并解除" in client.get(demand.get_absolute_url()).content.decode()
    request = ask(unpaid, county)
    assert "复核并解除" not in client.get(demand.get_absolute_url()).content.decode()
    pay()
    with pytest.raises(services.Overtaken, match="已申请解除，待"):
        services.release(warning=unpaid, text="…", files=[PDF], by=county, seen=unpaid.state)
    withdraw(request, county)
    services.release(warning=unpaid, text="…", files=[PDF], by=county, seen=unpaid.state)
    assert Warning.objects.get(pk=unpaid.pk).state == WarningState.RELEASED


def test_the_unit_is_told_that_it_is_over(county, colleague, unpaid):  # noqa: F811
    demand = report(order(unpaid, county))
    unpaid.refresh_from_db()
    own = clerk(demand.of)
    decide(ask(unpaid, county), colleague)
    assert told(own, "预警已解除")


# --- what is not mended ----------------------------------------------------------------------------------------------


def test_the_unit_reads_what_is_not_mended(client, county, verified):
    demand = report(order(verified, county))
    own = clerk(demand.of)
    services.give_more_time(demand=demand, text="尚有 2 人未补发。", due_on=soon(20), by=county, seen=demand.seen)
    assert told(own, "未改正：尚有 2 人未补发。")
    client.force_login(own)
    for page in (demand.get_absolute_url(), verified.get_absolute_url()):
        assert "未改正的事项：尚有 2 人未补发。" in client.get(page).content.decode()


def test_the_unit_reads_nothing_of_the_officers_second_look(client, county, prefecture, unpaid):  # noqa: F811
    decide(ask(unpaid, county, prefecture.organization), prefecture, granted=False)
    client.force_login(clerk(unpaid.project.general_contractor))
    page = client.get(unpaid.get_absolute_url()).content.decode()
    assert "申请解除" not in page
    assert "不同意解除" not in page
    client.force_login(county)
    assert "不同意解除" in client.get(unpaid.get_absolute_url()).content.decode()


# --- whose it is once it has gone up ---------------------------------------------------------------------------------


@pytest.fixture
def gone_up(county, prefecture, province):
    """Handled by the province: overdue by more than one further term."""
    made = warning(due_on=soon(-31), setting=setting(disposal_days=30))
    made = services.accept(warning=made, by=county)
    made = services.verify(warning=made, text="核实。", by=county)
    services.escalate_overdue(today=timezone.localdate())
    made.refresh_from_db()
    assert made.office_level == 2
    return made


def test_only_the_office_it_has_come_up_to_ends_it(county, prefecture, province, gone_up):
    for below in (county, prefecture):
        with pytest.raises(PermissionDenied):
            services.transfer(warning=gone_up, reason="…", by=below, seen=gone_up.state)
        with pytest.raises(ValidationError, match="现由省级人社部门办理"):
            services.release(warning=gone_up, text="…", files=[PDF], by=below, seen=gone_up.state)
    services.transfer(warning=gone_up, reason="拒不改正。", by=province, seen=gone_up.state)


def test_an_office_below_asks_the_one_it_has_come_up_to(client, county, prefecture, province, gone_up):
    client.force_login(county)
    page = client.get(reverse("alerts:warning_act", args=[gone_up.pk, "release"]))
    assert [name for _, name in page.context["form"].fields["of"].choices if name] == [province.organization.name]
    with pytest.raises(ValidationError):
        ask(gone_up, county, prefecture.organization)
    decide(ask(gone_up, county, province.organization), province)
    assert Warning.objects.get(pk=gone_up.pk).state == WarningState.RELEASED


def test_it_goes_back_one_step_at_a_time(county, prefecture, province, gone_up):
    assert not permissions.can_return(prefecture, gone_up)
    demand = services.send_back(warning=gone_up, text="…", due_on=soon(), by=province, seen=gone_up.state)
    assert demand.of == prefecture.organization
    gone_up.refresh_from_db()
    assert gone_up.office_level == 4
    demand = services.send_back(warning=gone_up, text="…", due_on=soon(5), by=prefecture, seen=gone_up.state)
    assert demand.of == county.organization


def test_a_request_to_an_office_it_has_gone_past_ends(county, prefecture, colleague):
    made = warning(due_on=timezone.localdate(), setting=setting(disposal_days=30))
    made = services.accept(warning=made, by=county)
    made = services.verify(warning=made, text="核实。", by=county)
    request = ask(made, county)
    services.escalate_overdue(today=soon(1))
    request.refresh_from_db()
    assert request.state == DemandState.LAPSED
    assert told(county, "预警已逾期上报，解除须由上报后的承办单位复核")
    ask(made, county, prefecture.organization)


# --- an extension ----------------------------------------------------------------------------------------------------


def test_an_extension_is_due_on_the_day_it_asks_to_have_moved(client, county, prefecture, verified):
    before = verified.due_on
    wished = before + timedelta(days=15)
    demand = services.ask_extension(warning=verified, text="…", due_on=wished, by=county, seen=verified.state)
    assert (demand.due_on, demand.wished_on) == (before, wished)
    client.force_login(prefecture)
    page = client.get(demand.get_absolute_url()).content.decode()
    assert page.index(str(before)) < page.index(str(wished))
    with pytest.raises(IntegrityError), transaction.atomic():
        Demand.objects.filter(pk=demand.pk).update(wished_on=before)


# --- ended by the data -----------------------------------------------------------------------------------------------


def test_who_still_owed_an_answer_is_told_that_the_data_answered(county, unpaid):  # noqa: F811
    demand = order(unpaid, county)
    own = clerk(demand.of)
    pay()
    engine.sweep(timezone.localdate(), only=[WagesOverdue])
    for _ in range(2):
        services.tell_ended(timezone.localdate())
    assert Notice.objects.filter(user=own, text__contains="已终止：预警已解除，不再办理").count() == 1


def test_the_page_withdraws(client, county, verified):
    demand = order(verified, county)
    client.force_login(county)
    address = reverse("alerts:demand_act", args=[demand.pk, "withdraw"])
    assert address in client.get(demand.get_absolute_url()).content.decode()
    assert client.post(address, {"withdraw-seen": demand.seen, "withdraw-text": ""}).status_code == 422
    assert client.post(address, {"withdraw-seen": demand.seen, "withdraw-text": "对象有误。"}).status_code == 302
    assert verified.disposals.filter(act=Act.WITHDRAWN, demand__kind=DemandKind.CORRECTION).exists()


def test_an_overdue_warning_is_accepted_without_a_promise_that_is_broken_already(client, county):
    late = warning()
    set_due(late, soon(-3))
    client.force_login(county)
    address = reverse("alerts:warning_act", args=[late.pk, "accept"])
    page = client.post(address, {"accept-seen": "new"}, follow=True).content.decode()
    assert f"处置期限 {soon(-3)} 已过，请尽快核实办结。" in page


# --- what concerns an office -----------------------------------------------------------------------------------------


def test_no_unit_is_ordered_to_mend_what_an_office_left_undone(county, prefecture):
    """It could not even read it."""
    made = warning(state=WarningState.VERIFYING, home_level=4, office_level=4, due_on=soon(30))
    assert made.is_about_office
    assert not permissions.can_order(prefecture, made)
    assert not permissions.can_interview(prefecture, made)
    assert permissions.can_supervise(officer("530000"), made)


def test_an_ended_request_is_told_once(county, colleague, unpaid):  # noqa: F811
    demand = report(order(unpaid, county))
    unpaid.refresh_from_db()
    ask(unpaid, county)
    demand = services.give_more_time(demand=demand, text="…", due_on=soon(20), by=county, seen=demand.seen)
    unpaid.refresh_from_db()
    decide(ask(unpaid, county), colleague)
    services.tell_ended(timezone.localdate())
    assert told(county, "解除申请已同意")
    assert not told(county, "已终止")


def test_the_paper_keeps_the_day_it_was_served_with(client, county, verified):
    demand = report(order(verified, county))
    services.give_more_time(demand=demand, text="…", due_on=soon(20), by=county, seen=demand.seen)
    client.force_login(county)
    page = client.get(reverse("alerts:demand_paper", args=[demand.pk])).content.decode()
    first, later = (f"{day.year}年{day.month}月{day.day}日" for day in (soon(10), soon(20)))
    assert page.index(first) < page.index("整改期限已延长至") < page.index(later)


def test_a_colleague_refuses_a_request_and_does_not_withdraw_it(county, colleague, unpaid):  # noqa: F811
    request = ask(unpaid, county)
    assert not permissions.can_withdraw(colleague, request)
    assert permissions.can_withdraw(county, request)


def test_what_goes_back_is_nobodys_yet(county, prefecture):
    made = warning(due_on=soon(-1), setting=setting(disposal_days=30))
    services.escalate_overdue(today=timezone.localdate())
    made.refresh_from_db()
    made = services.accept(warning=made, by=prefecture)
    services.send_back(warning=made, text="…", due_on=soon(), by=prefecture, seen=made.state)
    assert Warning.objects.get(pk=made.pk).handler is None
