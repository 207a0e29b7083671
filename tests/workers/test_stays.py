"""Entry and exit: dates that cannot go backwards, and what is owed to who leaves."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from projects.enums import Status
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import SETTLED
from tests.workers.sheets import Run, xlsx
from workers import services
from workers.enums import Settlement
from workers.imports import RosterImport, StayImport
from workers.models import Departure, Engagement
from workers.services import Exit, Settled

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
OWED = Settled(Settlement.OWED, Decimal(3000), date(2026, 12, 15))


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    return project()


@pytest.fixture
def keeper(site):
    return clerk(site.general_contractor)


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="岩温"))


@pytest.fixture
def signed_in(client, keeper):
    client.force_login(keeper)
    return client


# --- the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settled", "field"),
    [
        (Settled(""), "settlement"),
        (Settled("owed"), "owed_amount"),
        (Settled("owed", Decimal(0), TODAY), "owed_amount"),
        (Settled("owed", Decimal(1)), "owed_due_on"),
        (Settled("owed", Decimal(1), date(2026, 10, 31)), "owed_due_on"),
        (Settled("settled", Decimal(1)), "owed_amount"),
    ],
)
def test_an_exit_without_a_whole_answer_is_refused(person, keeper, settled, field):
    with pytest.raises(ValidationError) as refused:
        services.exit_engagement(person, on=date(2026, 11, 1), settled=settled, by=keeper)
    assert field in refused.value.error_dict
    assert not Departure.objects.exists()


def test_an_exit_keeps_the_stay_and_ends_the_contract(person, keeper):
    contract = factories.contract(person)
    services.exit_engagement(person, on=date(2026, 11, 1), settled=OWED, by=keeper)
    kept = Departure.objects.get()
    assert (kept.entered_on, kept.exited_on, kept.owed_amount) == (date(2026, 8, 1), date(2026, 11, 1), 3000)
    contract.refresh_from_db()
    assert (contract.ended_on, contract.end_reason) == (date(2026, 11, 1), "exit")
    services.return_engagement(person, by=keeper)
    contract.refresh_from_db()
    assert contract.ended_on is None
    assert not Departure.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "settlement = 'owed', owed_amount = NULL",
        "settlement = 'settled', owed_amount = 5",
        "exited_on = entered_on - 1",
        "paid_on = exited_on",
    ],
)
def test_the_database_refuses_half_an_answer(person, change):
    made = factories.departure(person, date(2026, 11, 1))
    with pytest.raises(IntegrityError, match="departure_"), transaction.atomic():
        connection.cursor().execute(f"UPDATE workers_departure SET {change} WHERE id = %s", [made.pk])


def test_the_database_keeps_stays_apart(person):
    factories.departure(person, date(2026, 11, 1))
    with pytest.raises(IntegrityError, match="departure_stays_apart"), transaction.atomic():
        factories.departure(person, date(2026, 11, 5))


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "said"), [(TODAY + timedelta(1), "晚于今天"), (date(2026, 7, 31), "早于进场日期 2026-08-01")]
)
def test_an_exit_outside_the_stay_is_refused(person, keeper, on, said):
    with pytest.raises(ValidationError, match=said):
        services.exit_engagement(person, on=on, settled=SETTLED, by=keeper)


def test_an_exit_before_the_last_day_worked_is_refused_with_the_day(person, keeper):
    factories.attendance(person, date(2026, 9, 29), date(2026, 10, 3))
    with pytest.raises(ValidationError, match="2026-10-03 仍有出勤"):
        services.exit_engagement(person, on=date(2026, 10, 2), settled=SETTLED, by=keeper)
    services.exit_engagement(person, on=date(2026, 10, 3), settled=SETTLED, by=keeper)


def test_who_has_left_cannot_leave_again(person, keeper):
    factories.departure(person, date(2026, 10, 3))
    with pytest.raises(ValidationError, match="已于 2026-10-03 退场"):
        services.exit_engagement(person, on=date(2026, 10, 9), settled=SETTLED, by=keeper)


def roster(person, entered):
    head = ["姓名", "身份证号", "班组", "工种", "进场日期"]
    return xlsx([head, [person.worker.name, person.worker.id_number, "钢筋一班", "钢筋工", entered]])


def test_who_comes_back_keeps_every_stay(site, person, keeper):
    services.exit_engagement(person, on=date(2026, 9, 1), settled=SETTLED, by=keeper)
    Run(RosterImport, site, roster(person, "2026-10-01"))
    person.refresh_from_db()
    assert (person.entered_on, person.exited_on) == (date(2026, 10, 1), None)
    services.exit_engagement(person, on=date(2026, 11, 1), settled=OWED, by=keeper)
    assert list(Departure.objects.values_list("entered_on", "exited_on")) == [
        (date(2026, 10, 1), date(2026, 11, 1)),
        (date(2026, 8, 1), date(2026, 9, 1)),
    ]


def test_an_entry_cannot_move_before_the_exit_before(site, person, keeper):
    factories.departure(person, date(2026, 9, 1))
    Run(RosterImport, site, roster(person, "2026-10-01"))
    run = Run(RosterImport, site, roster(person, "2026-08-15"))
    assert "上一次退场为 2026-09-01" in run.at(2)
    problems = services.why_not_update(Engagement.objects.get(), {"entered_on": date(2026, 9, 1)}, TODAY)
    assert "上一次退场为 2026-09-01" in problems["entered_on"]


def test_a_corrected_entry_of_somebody_who_left_corrects_the_record(site, person):
    factories.departure(person, date(2026, 9, 1))
    Run(RosterImport, site, roster(person, "2026-08-10"))
    assert Departure.objects.get().entered_on == date(2026, 8, 10)


# --- several at once -------------------------------------------------------------------------------------------------


def test_several_leave_at_once_or_none(site, person, keeper):
    late = factories.engagement(site, factories.worker(name="玉香"), entered_on=date(2026, 11, 10))
    exits = [Exit(person, SETTLED), Exit(late, OWED)]
    with pytest.raises(ValidationError, match="玉香：退场日期不能早于进场日期"):
        services.exit_people(site, exits, on=date(2026, 11, 5), by=keeper)
    assert not Departure.objects.exists()
    services.exit_people(site, exits, on=date(2026, 11, 20), by=keeper)
    assert Departure.objects.owed().get().engagement == late
    assert not Engagement.objects.filter(exited_on__isnull=True).exists()


def test_the_form_for_several_wants_the_amounts_explained(signed_in, site, person):
    page = reverse("workers:exit_many", args=[site.pk])
    posted = {"on": "2026-11-20", "confirmed": "on", f"leave-{person.pk}": "on", f"owed-{person.pk}": "3000"}
    assert "请填写约定支付日期" in signed_in.post(page, posted).content.decode()
    signed_in.post(page, posted | {"owed_due_on": "2026-12-15"})
    assert Departure.objects.get().owed_amount == 3000
    assert "没有在场人员" in signed_in.get(page).content.decode()


def test_nobody_of_another_project_leaves_with_the_form(signed_in, site, person):
    other = factories.engagement(project())
    posted = {"on": "2026-11-20", "confirmed": "on", f"leave-{other.pk}": "on"}
    signed_in.post(reverse("workers:exit_many", args=[site.pk]), posted)
    assert not Departure.objects.exists()


# --- what is owed ----------------------------------------------------------------------------------------------------


def test_what_is_owed_is_listed_until_it_is_paid(client, signed_in, site, person, keeper):
    services.exit_engagement(person, on=date(2026, 11, 1), settled=OWED, by=keeper)
    listed = reverse("workers:owed_list")
    assert "3,000.00" in signed_in.get(listed).content.decode()
    departure = Departure.objects.get()
    page = reverse("workers:departure_settle", args=[departure.pk])
    assert "结清日期不能早于退场日期" in signed_in.post(page, {"paid_on": "2026-10-31"}).content.decode()
    slip = ContentFile(b"%PDF-1.7 slip", "回单.pdf")
    told = {"paid_on": "2026-11-20", "vouchers": slip}
    assert "请选择上传的是结算单还是其他凭证" in signed_in.post(page, told).content.decode()
    slip.seek(0)
    signed_in.post(page, told | {"voucher_kind": "other"})
    departure.refresh_from_db()
    assert (departure.paid_on, departure.is_signed) == (date(2026, 11, 20), False)
    sheet = reverse("workers:departure_sheet", args=[departure.pk])
    assert "必填" in signed_in.post(sheet).content.decode()
    signed_in.post(sheet, {"vouchers": ContentFile(b"%PDF-1.7 signed", "结算单.pdf")})
    departure.refresh_from_db()
    assert departure.is_signed
    assert "补传结算单" not in signed_in.get(reverse("workers:departure_detail", args=[departure.pk])).content.decode()
    assert "3,000.00" not in signed_in.get(listed).content.decode()
    client.force_login(officer(site.jurisdiction_id))
    assert "岩温" in client.get(listed, {"settlement": "paid"}).content.decode()


def test_the_list_of_what_is_owed_is_searched_by_name(signed_in, person, keeper):
    services.exit_engagement(person, on=date(2026, 11, 1), settled=OWED, by=keeper)
    listed = reverse("workers:owed_list")
    found = [len(signed_in.get(listed, {"q": name}).context["table"].page) for name in ("岩温", "某人")]
    assert found == [1, 0]


def test_a_completed_project_settles_nothing(site, person, keeper):
    made = factories.departure(person, date(2026, 11, 1), owed_amount=Decimal(100))
    site.status, site.completed_on = Status.COMPLETED, TODAY
    site.save()
    with pytest.raises(ValidationError):
        services.settle_departure(made, paid_on=TODAY, by=keeper)


# --- in two places ---------------------------------------------------------------------------------------------------


def test_who_is_on_two_sites_is_shown(signed_in, site, person):
    factories.engagement(project(), person.worker)
    shown = signed_in.get(reverse("workers:worker_detail", args=[person.worker_id])).content.decode()
    assert "同时在其他 1 个项目在场" in shown
    register = reverse("workers:register", args=[site.pk])
    assert "岩温" in signed_in.get(register, {"lacks": "elsewhere"}).content.decode()
    Engagement.objects.exclude(pk=person.pk).update(exited_on=TODAY - timedelta(1))
    assert "岩温" not in signed_in.get(register, {"lacks": "elsewhere"}).content.decode()


# --- by sheet --------------------------------------------------------------------------------------------------------

HEAD = ["姓名", "身份证号码", "类型", "日期", "工资结算", "欠付金额", "约定支付日期"]


def line(person, kind, on, *settled):
    return [person.worker.name, person.worker.id_number, kind, on, *settled]


def test_a_sheet_of_movements_in_any_order(site, person):
    rows = [
        line(person, "进场", "2026-10-08"),
        line(person, "退场", "2026-11-01", "未结清", 1200, "2026-12-01"),
        line(person, "退场", "2026-09-20", "已结清"),
        line(person, "进场", "2026-08-01"),
    ]
    run = Run(StayImport, site, xlsx([HEAD, *rows]))
    assert (run.bad, run.outcome.created, run.outcome.updated, run.outcome.unchanged) == ([], 2, 1, 1)
    person.refresh_from_db()
    assert (person.entered_on, person.exited_on) == (date(2026, 10, 8), date(2026, 11, 1))
    assert Departure.objects.owed().get().owed_amount == 1200
    again = Run(StayImport, site, xlsx([HEAD, *rows]))
    assert (again.outcome.created, again.outcome.updated, again.outcome.unchanged) == (0, 0, 4)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("退场", "2026-09-20"), "请选择退场时工资是否结清"),
        (("退场", "2026-09-20", "未结清"), "请填写欠付金额"),
        (("退场", "2026-12-01", "已结清"), "晚于今天"),
        (("退场", "2026-07-01", "已结清"), "早于进场日期"),
        (("进场", "2026-09-01"), "自 2026-08-01 起在场"),
        (("不详", "2026-09-01"), "不在可选范围内"),
    ],
)
def test_a_wrong_movement_is_refused_at_its_cell(site, person, row, said):
    run = Run(StayImport, site, xlsx([HEAD, line(person, *row)]))
    assert run.good == []
    assert said in run.at(2)


def test_a_movement_of_a_stranger_is_refused(site, person):
    stranger = factories.engagement(project())
    run = Run(StayImport, site, xlsx([HEAD, line(stranger, "退场", "2026-09-20", "已结清")]))
    assert "不在本项目花名册中" in run.at(2)


def test_an_exit_nobody_answered_for_is_answered_by_the_sheet(site, person):
    factories.departure(person, date(2026, 9, 20), settlement="")
    run = Run(StayImport, site, xlsx([HEAD, line(person, "退场", "2026-09-20", "已结清")]))
    assert run.outcome.updated == 1
    assert Departure.objects.get().settlement == Settlement.SETTLED
