"""Before a term runs out, when it has, and what the month's bulletin says of it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from alerts import selectors, services
from alerts.enums import Conclusion, ReleaseKind, WarningState
from alerts.models import CaseLead, SavedFilter, Warning
from core.models import Notice
from core.working_days import add_workdays
from tests.alerts.factories import TODAY, case_lead, warning
from tests.organizations.factories import clerk, industry_officer, officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


# --- the reminder ----------------------------------------------------------------------------------------------------


def test_five_days_before_each_officer_is_told_once_of_all_that_is_theirs(few_queries):
    mine, colleague = officer("530902", phone="13900001234"), officer("530902")
    elsewhere, above = officer("530921"), officer("530900")
    soon = TODAY + timedelta(days=5)
    warning(due_on=soon)
    warning(due_on=soon, state="accepted", handler=mine)
    warning(due_on=soon + timedelta(days=1))
    warning(due_on=soon, state="transferred")
    with few_queries(1):
        assert services.remind(today=TODAY) == 2
    assert services.remind(today=TODAY) == 0
    texts = {notice.user: (notice.text[0], notice.sms) for notice in Notice.objects.all()}
    assert texts == {mine: ("2", "waiting"), colleague: ("1", "")}
    assert not {elsewhere, above} & set(texts)


def test_what_an_office_above_handles_is_remembered_there():
    above = officer("530900")
    officer("530902")
    warning(due_on=TODAY + timedelta(days=5), home_level=4, office_level=4)
    services.remind(today=TODAY)
    assert [notice.user for notice in Notice.objects.all()] == [above]


def test_a_handler_who_has_left_leaves_it_to_the_office():
    gone, here = officer("530902", is_active=False), officer("530902")
    warning(due_on=TODAY + timedelta(days=5), state="accepted", handler=gone)
    services.remind(today=TODAY)
    assert [notice.user for notice in Notice.objects.all()] == [here]


def test_the_office_above_is_told_once_of_all_that_came_up():
    above = officer("530900")
    for _ in range(3):
        warning(due_on=TODAY - timedelta(days=1))
    services.escalate_overdue(today=TODAY)
    assert [(notice.user, notice.text) for notice in Notice.objects.all()] == [(above, "3 条预警逾期上报本级。")]


# --- the bulletin ----------------------------------------------------------------------------------------------------

OCTOBER = date(2026, 10, 1)


def at(day: date):
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 12))


def released(due: date, on: date, **fields) -> Warning:
    facts = {"state": WarningState.RELEASED, "release_kind": ReleaseKind.EVIDENCE, "released_at": at(on)}
    return warning(due_on=due, **facts, **fields)


def test_the_bulletin_counts_what_passed_its_deadline_in_the_month():
    county = project()
    released(date(2026, 10, 1), date(2026, 10, 1))  # on its last day: in time
    late = [released(date(2026, 10, 1), date(2026, 10, 2)), warning(due_on=date(2026, 10, 31), office_level=4)]
    handed_over = warning(county, due_on=date(2026, 10, 10), state="transferred")
    case_lead(handed_over, officer("530902"), opened_at=at(date(2026, 10, 11)))
    warning(due_on=date(2026, 9, 30))
    warning(due_on=date(2026, 11, 1))
    away = warning(project(at="530921"), due_on=date(2026, 10, 5), home_level=4, office_level=4)
    every = Warning.objects.all()
    figures = {figure.region.code: figure for figure in selectors.bulletin(every, OCTOBER, TODAY)}
    assert (figures["530902"].due, figures["530902"].late, figures["530902"].still_open) == (4, 3, 1)
    assert figures["530902"].sent_up == 1
    assert (figures["530900"].due, figures["530900"].late) == (1, 1)
    chosen = set(selectors.with_settled(every).filter(selectors.late_q(TODAY), due_on__month=10))
    assert chosen == {*late, handed_over, away}


def test_each_row_of_the_bulletin_leads_to_its_warnings(client):
    warning(due_on=date(2026, 10, 31))
    released(date(2026, 10, 1), date(2026, 10, 2))
    client.force_login(officer("530900"))
    page = client.get(reverse("alerts:bulletin"), {"month": "2026-10"})
    table = page.context["table"]
    (row,) = table.page.rows
    listed = client.get(table.row_url(row)).context["table"]
    assert listed.count.value == row.late == 2
    client.force_login(clerk())
    assert client.get(reverse("alerts:bulletin")).status_code == 403


# --- case leads ------------------------------------------------------------------------------------------------------


def handed_over(by, **fields) -> CaseLead:
    made = services.accept(warning=warning(due_on=timezone.localdate() + timedelta(days=30), **fields), by=by)
    return services.transfer(warning=made, reason="涉嫌拖欠。", by=by, seen=made.state)


def test_a_case_is_filed_in_five_working_days_and_concluded_in_sixty_or_thirty_more():
    county, today = officer("530902"), timezone.localdate()
    lead = handed_over(county)
    assert lead.due_on == add_workdays(today, 5).day
    lead = services.move_case_lead(lead=lead, state="filed", text="立案。", by=county)
    assert (lead.begun_on, lead.due_on) == (today, add_workdays(today, 60).day)
    lead = services.prolong_case_lead(lead=lead, text="情况复杂。", by=county)
    assert lead.due_on == add_workdays(add_workdays(today, 60).day, 30).day
    with pytest.raises(PermissionDenied):
        services.prolong_case_lead(lead=lead, text="再延。", by=county)
    closing = {"state": "closed", "conclusion": Conclusion.PUNISHED}
    lead = services.move_case_lead(lead=lead, text="处罚。", by=county, **closing)
    assert (lead.conclusion, lead.concluded_on) == (Conclusion.PUNISHED, today)
    assert "行政处罚决定" in lead.warning.disposals.last().text
    lead = services.move_case_lead(lead=lead, state="filed", text="复查。", by=county)
    assert (lead.conclusion, lead.concluded_on, lead.is_prolonged) == ("", None, True)


def test_the_second_of_two_who_move_a_case_is_told(client):
    county = officer("530902")
    lead = handed_over(county)
    services.move_case_lead(lead=lead, state="filed", text="立案。", by=county)
    client.force_login(county)
    answer = client.post(lead.get_absolute_url(), {"seen": "open", "state": "mediated", "text": "协调。"}, follow=True)
    assert "刚由他人办理，现为“已立案”" in answer.content.decode()
    lead.refresh_from_db()
    assert lead.state == "filed"


def test_the_list_of_cases_is_sorted_by_what_is_due(client):
    county, today = officer("530902"), timezone.localdate()
    leads = [handed_over(county) for _ in range(3)]
    for lead, days in zip(leads, (5, -2, 1), strict=True):
        CaseLead.objects.filter(pk=lead.pk).update(due_on=today + timedelta(days=days))
    client.force_login(county)
    listed = client.get(reverse("alerts:case_lead_list"))
    assert [lead.pk for lead in listed.context["table"].page] == [leads[1].pk, leads[2].pk, leads[0].pk]
    assert "逾期 2 天" in listed.content.decode()
    late = client.get(reverse("alerts:case_lead_list"), {"overdue": "on"}).context["table"]
    assert late.count.value == 1


# --- filters kept under a name ---------------------------------------------------------------------------------------


def test_a_filter_is_kept_under_a_name_replaced_and_forgotten(client):
    me, other = officer("530902"), industry_officer("530902")
    client.force_login(me)
    save = reverse("alerts:filter_save")
    client.post(f"{save}?level=red&cursor=abc&nonsense=1&state=", {"save-name": "红色"})
    kept = SavedFilter.objects.get()
    assert (kept.user, kept.query) == (me, "level=red")
    assert 'href="/alerts/?level=red"' in client.get(reverse("alerts:warning_list")).content.decode()
    other_one = f"{save}?level=orange&overdue=on"
    assert "已有名为“红色”的常用筛选" in client.post(other_one, {"save-name": "红色"}, follow=True).content.decode()
    kept.refresh_from_db()
    assert kept.query == "level=red"
    client.post(other_one, {"save-name": "红色", "save-replace": "on"})
    kept.refresh_from_db()
    assert kept.query == "level=orange&overdue=on"
    client.post(save, {"save-name": "空"})
    assert SavedFilter.objects.count() == 1
    forget = reverse("alerts:filter_forget", args=[kept.pk])
    client.force_login(other)
    assert client.post(forget).status_code == 404
    client.force_login(me)
    client.post(forget)
    assert not SavedFilter.objects.exists()
