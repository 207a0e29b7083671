"""Labour contracts: signed, renewed, ended, scanned, by sheet, and how people stand with them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from core import attachments
from core.models import AuditEntry
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import id_number
from tests.workers.sheets import Run, xlsx
from workers import services
from workers.enums import ContractState, EndReason, Settlement, WageMethod, WageUnit
from workers.imports import ContractImport, RosterImport
from workers.models import Engagement, LabourContract
from workers.selectors import contracts as standing
from workers.services.scans import match_scans

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
PDF = b"%PDF-1.7 "
TERMS = {"signed_on": date(2026, 8, 1), "starts_on": date(2026, 8, 1), "wage_rate": Decimal(260)}


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


# --- one at a time ---------------------------------------------------------------------------------------------------


def test_the_database_keeps_one_contract_at_a_time(person):
    factories.contract(person, ends_on=date(2026, 10, 31))
    factories.contract(person, starts_on=date(2026, 11, 1))
    later = "INSERT INTO workers_labourcontract (project_id, engagement_id, signed_on, kind, starts_on, wage_method,"
    later += " created_at) VALUES (%s, %s, '2026-12-01', '1', '2026-12-01', 'day', now())"
    with pytest.raises(IntegrityError, match="contract_one_at_a_time"), transaction.atomic():
        connection.cursor().execute(later, [person.project_id, person.pk])


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("ended_on = starts_on - 1, end_reason = 'other'", "contract_ended_after_start"),
        ("ended_on = starts_on", "contract_ended_for_a_reason"),
        ("wage_unit = '80'", "contract_unit_of_piece_work"),
    ],
)
def test_the_database_refuses_what_cannot_be(person, change, constraint):
    made = factories.contract(person)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        connection.cursor().execute(f"UPDATE workers_labourcontract SET {change} WHERE id = %s", [made.pk])


def test_a_second_contract_while_one_runs_is_refused_with_its_days(person, keeper):
    services.sign_contract(person, by=keeper, **TERMS)
    with pytest.raises(ValidationError, match="2026-08-01 至 工作完成"):
        services.sign_contract(person, by=keeper, **TERMS | {"starts_on": date(2026, 10, 1)})


def test_a_correction_may_not_run_into_the_next_contract(person, keeper):
    first = factories.contract(person, ends_on=date(2026, 9, 30))
    factories.contract(person, starts_on=date(2026, 10, 1))
    with pytest.raises(ValidationError, match="重叠"):
        services.sign_contract(person, by=keeper, contract=first, **TERMS | {"ends_on": date(2026, 10, 1)})
    services.sign_contract(person, by=keeper, contract=first, **TERMS | {"ends_on": date(2026, 9, 29)})


def test_renewal_ends_a_contract_that_would_run_on(person, keeper):
    first = services.sign_contract(person, by=keeper, **TERMS)
    services.renew_contract(first, by=keeper, **TERMS | {"starts_on": date(2026, 11, 1)})
    first.refresh_from_db()
    assert (first.ended_on, first.end_reason) == (date(2026, 10, 31), EndReason.RENEWED)


def test_renewal_leaves_a_contract_alone_that_ends_by_itself(person, keeper):
    first = factories.contract(person, ends_on=date(2026, 9, 30))
    services.renew_contract(first, by=keeper, **TERMS | {"starts_on": date(2026, 10, 1)})
    first.refresh_from_db()
    assert first.ended_on is None


def test_a_refused_renewal_leaves_the_old_contract_running(person, keeper):
    first = services.sign_contract(person, by=keeper, **TERMS)
    future = {"starts_on": date(2026, 11, 1), "signed_on": TODAY + timedelta(1)}
    with pytest.raises(ValidationError, match="签订日期晚于今天"):
        services.renew_contract(first, by=keeper, **TERMS | future)
    assert LabourContract.objects.get().ended_on is None


@pytest.mark.parametrize(
    ("on", "said"),
    [(TODAY + timedelta(1), "晚于今天"), (date(2026, 7, 31), "不能早于"), (date(2026, 10, 1), "期满")],
)
def test_an_end_outside_the_contract_is_refused(person, keeper, on, said):
    made = factories.contract(person, ends_on=date(2026, 9, 30))
    with pytest.raises(ValidationError, match=said):
        services.end_contract(made, on=on, reason=EndReason.AGREED, by=keeper)


def test_a_page_that_is_old_takes_no_end_back_that_came_meanwhile(person, keeper):
    made = services.sign_contract(person, by=keeper, **TERMS)
    old = LabourContract.objects.get(pk=made.pk)
    services.end_contract(made, on=date(2026, 9, 30), reason=EndReason.AGREED, by=keeper)
    with pytest.raises(ValidationError, match="已于 2026-09-30 终止"):
        services.end_contract(old, on=date(2026, 10, 15), reason=EndReason.OTHER, by=keeper)
    services.sign_contract(person, by=keeper, contract=old, **TERMS | {"wage_rate": Decimal(280)})
    kept = LabourContract.objects.get()
    assert (kept.wage_rate, kept.ended_on, kept.end_reason) == (280, date(2026, 9, 30), EndReason.AGREED)


def test_an_exit_is_not_undone_over_a_contract_signed_since(person, keeper):
    services.sign_contract(person, by=keeper, **TERMS)
    settled = services.Settled(Settlement.SETTLED)
    services.exit_engagement(person, on=date(2026, 10, 31), settled=settled, by=keeper)
    services.sign_contract(person, by=keeper, **TERMS | {"starts_on": date(2026, 11, 10)})
    with pytest.raises(ValidationError, match="自 2026-11-10 起的另一份合同"):
        services.return_engagement(person, by=keeper)
    assert Engagement.objects.get(pk=person.pk).exited_on == date(2026, 10, 31)


def test_an_end_is_undone_unless_another_contract_followed(person, keeper):
    made = services.sign_contract(person, by=keeper, **TERMS)
    services.end_contract(made, on=date(2026, 9, 30), reason=EndReason.AGREED, by=keeper)
    following = factories.contract(person, starts_on=date(2026, 10, 1))
    with pytest.raises(ValidationError, match="不能撤销终止"):
        services.resume_contract(made, by=keeper)
    following.delete()
    services.resume_contract(made, by=keeper)
    made.refresh_from_db()
    assert (made.ended_on, made.end_reason) == (None, "")


# --- how people stand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        (None, ContractState.MISSING),
        ({"ends_on": TODAY - timedelta(1)}, ContractState.EXPIRED),
        ({"ends_on": TODAY}, ContractState.EXPIRING),
        ({"ends_on": TODAY + timedelta(30)}, ContractState.EXPIRING),
        ({"ends_on": TODAY + timedelta(31)}, ContractState.RUNNING),
        ({"signed_on": date(2026, 8, 16)}, ContractState.RUNNING),
        ({"signed_on": date(2026, 8, 17)}, ContractState.LATE),
    ],
)
def test_state_and_filter_say_the_same(person, terms, state):
    if terms is not None:
        factories.contract(person, **terms)
    people = Engagement.objects.all()
    [shown] = people.with_contract()
    assert standing.contract_state(shown, TODAY) == state
    counts = standing.contract_counts(people, TODAY)
    asked = {name: count for name, count in counts.items() if name != "on_site"}
    assert asked == {name: int(name == state.value) for name in asked}


def test_who_has_left_needs_no_contract_that_runs(person):
    factories.contract(person, ends_on=date(2026, 9, 30))
    factories.departure(person, date(2026, 10, 15))
    [shown] = Engagement.objects.with_contract()
    assert standing.contract_state(shown, TODAY) == ContractState.RUNNING


@pytest.mark.parametrize("name", ["workers:contract_list", "workers:register"])
def test_the_ended_contract_of_who_has_left_is_not_said_to_run(signed_in, site, person, name):
    factories.contract(person, ends_on=date(2026, 9, 30))
    factories.departure(person, date(2026, 10, 15))
    shown = signed_in.get(reverse(name, args=[site.pk])).content.decode()
    assert "已终止" in shown
    assert "在期" not in shown


def test_the_list_counts_and_filters(signed_in, site, person):
    factories.contract(factories.engagement(site, factories.worker(name="玉香")), ends_on=TODAY + timedelta(3))
    page = reverse("workers:contract_list", args=[site.pk])
    shown = signed_in.get(page, {"contract": "expiring"}).content.decode()
    assert "玉香" in shown
    assert "岩温" not in shown
    shown = signed_in.get(page, {"contract": "missing"}).content.decode()
    assert "岩温" in shown
    assert "玉香" not in shown
    shown = signed_in.get(page, {"contract": "unscanned"}).content.decode()
    assert "玉香" in shown
    assert "岩温" not in shown


def test_a_renewal_is_prefilled_with_the_terms_before(signed_in, person):
    made = factories.contract(
        person, ends_on=date(2026, 10, 31), wage_method="piece", wage_unit="81", wage_rate=Decimal("12.5")
    )
    form = signed_in.get(reverse("workers:contract_renew", args=[made.pk])).context["form"]
    assert form.initial["starts_on"] == date(2026, 11, 1)
    assert form.initial["ends_on"] == date(2026, 11, 1) + (date(2026, 10, 31) - date(2026, 8, 1))
    assert (form.initial["wage_unit"], form.initial["wage_rate"]) == ("81", Decimal("12.5"))


def test_a_unit_belongs_to_piece_work_and_a_term_to_a_fixed_contract(signed_in, person):
    posted = {"signed_on": "2026-08-01", "kind": "0", "starts_on": "2026-08-01", "wage_method": "day"}
    page = reverse("workers:contract_add", args=[person.pk])
    shown = signed_in.post(page, posted | {"wage_unit": "80"}).content.decode()
    assert "只有计件的填写计量单位" in shown
    assert "固定期限合同请填写合同终止日期" in shown
    assert not LabourContract.objects.exists()


# --- paper -----------------------------------------------------------------------------------------------------------


def test_scans_find_their_people_by_number_and_by_name(site, person, keeper):
    made = factories.contract(person)
    twin = factories.engagement(site, factories.worker(name="张三"))
    factories.engagement(site, factories.worker(name="张三"))
    bare = factories.engagement(site, factories.worker(name="李四"))
    files = [
        ("岩温.pdf", PDF + b"1"),
        (f"合同{person.worker.id_number}-2.PDF", PDF + b"2"),
        ("张三.pdf", PDF + b"3"),
        ("李四.pdf", PDF + b"4"),
        (f"{id_number(place='530103')}.pdf", PDF + b"5"),
        ("扫描0001.pdf", PDF + b"6"),
    ]
    outcome = match_scans(site, files, by=keeper)
    assert outcome.kept == [("岩温", 2)]
    why = dict(outcome.unmatched)
    assert "同名" in why["张三.pdf"]
    assert "还没有登记劳动合同" in why["李四.pdf"]
    assert "没有本项目人员" in why["扫描0001.pdf"]
    assert not any(number in shown for shown in why for number in (files[4][0][:18],))
    names = list(attachments.of(made).values_list("name", flat=True))
    assert names == ["岩温 劳动合同.pdf", "岩温 劳动合同.pdf"]
    assert twin.pk != bare.pk
    assert match_scans(site, files[:1], by=keeper).pages == 0


def test_the_longer_name_wins(site, keeper):
    long = factories.contract(factories.engagement(site, factories.worker(name="张三丰")))
    factories.contract(factories.engagement(site, factories.worker(name="张三")))
    match_scans(site, [("张三丰-1.pdf", PDF)], by=keeper)
    assert attachments.of(long).count() == 1


def test_several_pages_go_with_one_contract(signed_in, person):
    posted = {"signed_on": "2026-08-01", "kind": "1", "starts_on": "2026-08-01", "wage_method": "day"}
    pages = [SimpleUploadedFile(f"{n}.pdf", PDF + str(n).encode(), "application/pdf") for n in (1, 2)]
    signed_in.post(reverse("workers:contract_add", args=[person.pk]), posted | {"scans": pages})
    assert attachments.of(LabourContract.objects.get()).count() == 2


def test_the_printed_sample_shows_the_number_only_on_record(signed_in, person):
    factories.contract(person, wage_method="piece", wage_unit="81", wage_rate=Decimal("12.5"))
    masked = signed_in.get(reverse("workers:contract_print", args=[person.pk])).content.decode()
    assert person.worker.id_number not in masked
    assert "平方米" in masked
    assert person.project.name in masked
    full = signed_in.post(reverse("workers:contract_print_full", args=[person.pk])).content.decode()
    assert person.worker.id_number in full
    assert AuditEntry.objects.filter(action="contract.print").count() == 1


# --- by sheet --------------------------------------------------------------------------------------------------------

HEAD = [
    "姓名",
    "身份证号",
    "合同签订日期",
    "期限类型",
    "起始日期",
    "终止日期",
    "工资计算方式",
    "单价",
    "单位",
    "发薪日",
]


def sheet(*rows):
    return xlsx([["劳动合同登记表"], HEAD, *rows])


def line(person, **changes):
    values = dict(
        zip(HEAD, [person.worker.name, person.worker.id_number, "2026-08-01", "1", "2026-08-01"], strict=False)
    )
    values |= {"工资计算方式": "计件", "单价": 12.5, "单位": "㎡", "发薪日": "每月15日"}
    return [(values | changes).get(head) for head in HEAD]


def test_a_sheet_registers_contracts_and_the_second_time_changes_nothing(site, person):
    run = Run(ContractImport, site, sheet(line(person)))
    assert (run.outcome.created, run.bad) == (1, [])
    made = LabourContract.objects.get()
    assert (made.wage_method, made.wage_unit, made.wage_rate) == (
        WageMethod.PIECE,
        WageUnit.SQUARE_METRE,
        Decimal("12.5"),
    )
    assert (made.kind, made.pay_day) == ("1", 15)
    again = Run(ContractImport, site, sheet(line(person)))
    assert (again.outcome.created, again.outcome.updated, again.outcome.unchanged) == (0, 0, 1)
    mended = Run(ContractImport, site, sheet(line(person, 单价=13)))
    assert mended.outcome.updated == 1
    assert LabourContract.objects.get().wage_rate == 13


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"姓名": "别人"}, "登记的姓名为“岩温”"),
        ({"身份证号": "530902198503150994"}, ""),
        ({"工资计算方式": "计日"}, "只有计件的填写计量单位"),
        ({"期限类型": "固定期限合同"}, "请填写合同终止日期"),
        ({"终止日期": "2026-07-01"}, "终止日期不能早于起始日期"),
        ({"合同签订日期": "2026-12-01"}, "晚于今天"),
        ({"工资计算方式": "计日", "单位": "", "单价": "26000"}, "超过 10,000 元"),
    ],
)
def test_a_wrong_row_is_refused_at_its_cell(site, person, changes, said):
    run = Run(ContractImport, site, sheet(line(person, **changes)))
    assert run.good == []
    assert said in run.at(3)


def test_a_contract_of_somebody_unknown_or_beside_another_is_refused(site, person):
    factories.contract(person, starts_on=date(2026, 8, 5), signed_on=date(2026, 8, 5))
    stranger = factories.engagement(project())
    run = Run(ContractImport, site, sheet(line(person, 起始日期="2026-09-01"), line(stranger)))
    assert "重叠" in run.at(3)
    assert "不在本项目花名册中" in run.at(4)


def test_two_rows_of_one_contract_do_not_both_count(site, person):
    run = Run(ContractImport, site, sheet(line(person), line(person)))
    assert (len(run.good), len(run.bad)) == (1, 1)
    assert "同一起始日期" in run.at(4)


def test_a_roster_with_a_second_contract_registers_the_person_only(site, person):
    factories.contract(person, signed_on=date(2026, 7, 30))
    head = ["姓名", "身份证号", "班组", "工种", "进场日期", "合同签订日期", "合同起始日期"]
    row = [person.worker.name, person.worker.id_number, "木工班", "木工", "2026-08-01", "2026-10-01", "2026-10-01"]
    run = Run(RosterImport, site, xlsx([head, row]))
    assert "本行只登记人员" in run.at(2)
    person.refresh_from_db()
    assert person.team.name == "木工班"
    assert person.contracts.count() == 1
