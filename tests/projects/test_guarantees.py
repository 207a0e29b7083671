"""Payment guarantees: recorded in time or late, renewed, listed by state, exported."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from core import attachments, working_days
from core.models import AuditEntry
from projects import services
from projects.enums import Status
from projects.models import PaymentGuarantee, Project
from projects.selectors.guarantees import with_guarantees
from tests.organizations.factories import clerk, officer, organization
from tests.projects.factories import guarantee, project

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def today(time_machine) -> date:
    """A Friday; without published years every weekday is worked."""
    time_machine.move_to(datetime(2026, 11, 20, 9, 0, tzinfo=timezone.get_default_timezone()))
    working_days.rebuild()
    return timezone.localdate()


def save(one, **fields) -> PaymentGuarantee:
    facts = {
        "guarantor_name": "云南恒信融资担保有限公司",
        "guarantor_uscc": organization().uscc,
        "amount": Decimal("500000"),
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2027, 10, 31),
        "received_on": date(2026, 11, 17),
    }
    held = PaymentGuarantee(project=one, renews=fields.pop("renews", None))
    return services.save_guarantee(held, by=officer(), **(facts | fields))


@pytest.mark.parametrize(("received", "late"), [(date(2026, 11, 17), False), (date(2026, 11, 16), True)])
def test_the_third_working_day_is_in_time_and_the_fourth_is_late(received, late):
    held = save(project(), received_on=received)
    assert (held.is_late, held.recorded_by is not None) == (late, True)


def test_the_document_is_kept_and_the_act_on_record():
    held = save(project(), files=[("保函.pdf", PDF)])
    assert attachments.of(held).get().name == "保函.pdf"
    assert AuditEntry.objects.filter(action="guarantee.save").count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends_on": date(2026, 10, 31)}, "不能早于开始日期"),
        ({"amount": Decimal(0)}, "大于零"),
        ({"received_on": date(2026, 11, 21)}, "不能晚于今天"),
        ({"received_on": date(1999, 1, 1)}, "核对年份"),
    ],
)
def test_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        save(project(), **fields)


def test_a_renewal_keeps_the_first_and_is_made_once():
    one = project()
    first = save(one)
    again = save(one, renews=first, starts_on=first.ends_on, ends_on=date(2028, 10, 31))
    assert PaymentGuarantee.objects.get(pk=first.pk).renewed_by == again
    with pytest.raises(ValidationError, match="已经续保"):
        save(one, renews=first, ends_on=date(2029, 10, 31))
    with pytest.raises(ValidationError, match="应晚于原担保"):
        save(one, renews=again, ends_on=date(2028, 10, 31))


def test_nothing_is_recorded_once_the_project_is_completed():
    with pytest.raises(services.ProjectClosed):
        save(project(status=Status.COMPLETED, completed_on=date(2026, 11, 1)))


@pytest.mark.parametrize("wrong", ["ends_on = starts_on - 1", "amount = 0"])
def test_the_database_itself_refuses(wrong):
    held = guarantee(project())
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(f"UPDATE projects_paymentguarantee SET {wrong} WHERE id = %s", [held.pk])


@pytest.fixture
def four(today):
    ends = {"有效的": 31, "将到期": 30, "已到期": -1}
    for name, days in ends.items():
        guarantee(project(name=name), ends_on=today + timedelta(days=days), recorded_at=timezone.now())
    project(name="没有的")


@pytest.mark.parametrize(
    ("state", "names"),
    [("none", ["没有的"]), ("expired", ["已到期"]), ("expiring", ["将到期"]), ("in_force", ["有效的"])],
)
def test_the_list_shows_who_stands_how(client, four, state, names):
    client.force_login(officer())
    answer = client.get(reverse("projects:guarantee_list"), {"state": state})
    assert [row.record.name for row in answer.context["table"].rows()] == names


@pytest.mark.parametrize(("gap", "state", "until"), [(0, "in_force", 400), (1, "in_force", 400), (2, "expiring", 10)])
def test_a_renewal_takes_over_only_without_a_gap(today, gap, state, until):
    one = project()
    ends_on = today + timedelta(days=10)
    guarantee(one, ends_on=ends_on)
    guarantee(one, starts_on=ends_on + timedelta(days=gap), ends_on=today + timedelta(days=400))
    stands = with_guarantees(Project.objects.filter(pk=one.pk), today).get()
    assert (stands.guarantee_state, stands.guaranteed_until) == (state, today + timedelta(days=until))


def test_the_export_holds_what_the_list_holds(client, four):
    client.force_login(officer())
    answer = client.post(f"{reverse('projects:guarantee_export')}?state=expired")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    head, *rows = sheet.to_python()[-2:]
    assert [row[1] for row in rows] == ["已到期"]
    assert "担保终止日期" in head
    assert AuditEntry.objects.filter(action="guarantee.export").count() == 1


def test_a_subcontractors_clerk_records_nothing(client):
    one = project()
    client.force_login(clerk(organization()))
    assert client.post(reverse("projects:guarantee_add", args=[one.pk])).status_code == 404
