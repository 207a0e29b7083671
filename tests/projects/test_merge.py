"""Merging two projects: everything moves, nothing is orphaned, no money is altered, and within a day it is undone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import LedgerEntry, Payout, Payroll, PayrollLine
from alerts.models import Warning
from core import audit
from core.models import Attachment, AuditEntry
from projects import services
from projects.enums import ParticipantType, Status
from projects.models import ChangedProject, MergedRow, MergeStep, Project, ProjectMerge
from projects.services import ProjectMerged, merge_projects, undo_merge
from projects.services.merge import differences, foresee
from tests.accounts.factories import set_paid
from tests.organizations.factories import officer, organization
from tests.projects import factories as sites
from tests.projects.merging import SEPTEMBER, behind, everything, furnish, share, twins
from tests.workers import factories as people
from workers.enums import AttendanceSource
from workers.models import AttendanceDay, AttendanceMonth, Engagement, LabourContract, Team
from workers.selectors import known_people
from workers.selectors.crews import at_once, elsewhere
from workers.services import DayRow, write_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """Two furnished sites with one person at both; the wages of that person's September are paid at the source."""
    source, target = twins(contract_amount=Decimal("2000000.00"))
    person = people.worker()
    one, other = furnish(source, person, 1), furnish(target, person, 2)
    set_paid(PayrollLine.objects.get(engagement=one.both, month=SEPTEMBER), "3000.00")
    share(one.account, target)
    return one, other


def merged(pair, **fields) -> ProjectMerge:
    one, other = pair
    return merge_projects(one.project, other.project, by=officer(), **fields)


# --- nothing is orphaned -------------------------------------------------------------------------------------------


def test_only_what_became_one_with_a_row_of_the_target_is_left_behind(pair):
    merge = merged(pair)
    folded = MergeStep.objects.filter(merge=merge, action="folded")
    expected = {}
    for step in folded:
        expected[step.model] = expected.get(step.model, 0) + step.rows
    assert behind(pair[0].project) == expected
    assert expected == {
        "projects.Participation": 2,  # the contractor; one construction unit gives way to the other
        "workers.Team": 1,
        "workers.Engagement": 1,
        "workers.LabourContract": 1,
        "workers.AttendanceDay": 4,
        "workers.AttendanceMonth": 1,
        "accounts.Payroll": 1,
        "accounts.PayrollLine": 1,
        "accounts.PayrollSheet": 1,
        "accounts.AccountProject": 1,
    }


def test_no_row_in_sight_hangs_on_one_left_behind(pair):
    one, other = pair
    merged(pair)
    live = Project.objects.values("pk")
    for model in (Engagement, LabourContract, AttendanceDay, AttendanceMonth, PayrollLine, Payout, Team):
        for field in model._meta.concrete_fields:
            parent = field.related_model
            if parent in (Engagement, Team, Payroll, PayrollLine):
                astray = model._base_manager.filter(project__in=live).exclude(**{f"{field.name}__isnull": True})
                assert not astray.exclude(**{f"{field.name}__project__in": live}).exists(), (model, field.name)
    assert not Attachment.objects.filter(owner_id=str(one.project.pk), owner_type__model="project").exists()
    assert Attachment.objects.filter(owner_id=str(other.both.pk), owner_type__model="engagement").count() == 2


def test_the_person_at_both_sites_has_one_engagement_with_the_days_of_both(pair):
    _, other = pair
    merged(pair)
    shared = Engagement.objects.get(project=other.project, worker=other.both.worker)
    days = AttendanceDay.objects.filter(engagement=shared)
    assert shared.pk == other.both.pk
    assert {row.day: row.units for row in days if row.day < date(2026, 9, 8)} == {
        date(2026, 8, 10): Decimal("0.5") * 2,  # a day by default
        date(2026, 9, 1): Decimal("0.5"),
        **{date(2026, 9, day): Decimal("1.0") for day in range(2, 6)},  # half a day at each
        date(2026, 9, 6): Decimal("0.5"),
    }
    assert set(shared.contracts.values_list("starts_on", flat=True)) == {
        date(2026, 8, 1),
        date(2026, 9, 1),
        date(2026, 9, 2),
    }
    months = AttendanceMonth.objects.filter(engagement=shared)
    for month in months:
        own = days.filter(day__year=month.month.year, day__month=month.month.month)
        assert month.days == own.aggregate(total=Sum("units"))["total"]
        assert month.project_id == other.project.pk


# --- money ---------------------------------------------------------------------------------------------------------


def sums(projects) -> dict:
    lines = PayrollLine.objects.filter(project__in=projects)
    return {
        "ledger": LedgerEntry.objects.filter(project__in=projects).aggregate(total=Sum("amount"))["total"],
        "payouts": Payout.objects.filter(project__in=projects).aggregate(total=Sum("amount"))["total"],
    } | lines.aggregate(due=Sum("due"), deducted=Sum("deducted"), net=Sum("net"), paid=Sum("paid"))


def test_sums_before_and_after_are_equal_to_the_cent(pair):
    one, other = pair
    before = sums([one.project, other.project])
    chain = list(LedgerEntry.objects.order_by("pk").values_list("pk", "serial", "sequence", "amount", "balance"))
    merged(pair)
    assert sums(Project.objects.all()) == before == sums([other.project])
    after = LedgerEntry.objects.order_by("pk").values_list("pk", "serial", "sequence", "amount", "balance")
    assert list(after) == chain
    line = PayrollLine.objects.get(project=other.project, engagement=other.both, month=SEPTEMBER)
    assert (line.due, line.net, line.paid, line.days) == (6000, 6000, 3000, 10)


def test_wages_of_one_person_owed_in_both_must_be_paid_in_one_first(pair):
    for line in PayrollLine.objects.filter(paid__gt=0):
        set_paid(line, 0)
    before = everything()
    with pytest.raises(ValidationError, match="请先完成其中一个项目的代发"):
        merged(pair)
    assert everything() == before


@pytest.mark.parametrize("change", ["amount = amount + 1", "project_id = {other}", "project_id = {own}, serial = 'x'"])
def test_of_a_ledger_entry_nothing_but_its_project_moves_and_only_within_a_merge(pair, change):
    one, _ = pair
    stranger = sites.project()
    merged(pair)
    sql = f"UPDATE accounts_ledgerentry SET {change.format(other=stranger.pk, own=one.project.pk)}"
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- the projects ----------------------------------------------------------------------------------------------------


def test_a_merged_project_is_in_no_list_and_its_code_leads_to_the_target(pair):
    one, other = pair
    merged(pair)
    assert not Project.objects.visible_to(officer()).filter(pk=one.project.pk).exists()
    assert not Project.objects.filter(pk=one.project.pk).exists()
    assert Project.by_code(one.project.code) == other.project == Project.by_code(other.project.code)


def test_a_code_merged_twice_leads_to_the_last(pair):
    one, other = pair
    third = sites.project(supervised_from=timezone.localdate())
    first = merged(pair)
    second = merge_projects(other.project, third, by=officer())
    assert Project.by_code(one.project.code) == third
    with pytest.raises(ValidationError, match="请先撤销那次合并"):
        undo_merge(first, by=officer())
    undo_merge(second, by=officer())
    assert Project.by_code(one.project.code) == other.project


def test_writers_find_out_that_their_project_was_merged(pair):
    one, other = pair
    merged(pair)
    with pytest.raises(ProjectMerged, match=other.project.code):
        services.add_party(one.project, organization(), ParticipantType.DESIGNER, by=officer())


def test_what_stayed_behind_takes_no_more_days(pair):
    one, other = pair
    merged(pair)
    with pytest.raises(ProjectMerged, match=other.project.code):
        write_days([DayRow(one.both.pk, date(2026, 9, 25), Decimal("1"))], source=AttendanceSource.SHEET)


def test_facts_are_kept_as_chosen(pair):
    one, other = pair
    Project.objects.filter(pk=other.project.pk).update(contract_amount=Decimal("3000000.00"), address="")
    Project.objects.filter(pk=one.project.pk).update(address="南塘街 12 号")
    one.project.refresh_from_db()
    other.project.refresh_from_db()
    unlike = {item.field: item for item in differences(one.project, other.project)}
    assert unlike["address"].proposed == "source"
    assert unlike["contract_amount"].total == "5,000,000.00"
    choices = {"contract_amount": "sum", "address": "source", "name": "target"}
    merge = merged(pair, choices=choices)
    kept = Project.objects.get(pk=other.project.pk)
    assert (kept.contract_amount, kept.address) == (5_000_000, "南塘街 12 号")
    assert kept.name == other.project.name
    undo_merge(merge, by=officer())
    kept.refresh_from_db()
    assert (kept.contract_amount, kept.address) == (3_000_000, "")


def test_two_open_warnings_of_the_same_thing_become_one(pair):
    _, other = pair
    merged(pair)
    september = Warning.objects.filter(project=other.project, subject_key="2026-09").order_by("pk")
    assert [(row.state, row.release_kind) for row in september] == [("released", "merged"), ("new", "")]
    assert all(row.disposals.exists() for row in september)


def test_the_act_is_on_record_and_the_rules_are_called(pair):
    one, other = pair
    ChangedProject.objects.all().delete()
    merged(pair)
    entry = AuditEntry.objects.get(action="project.merge")
    assert entry.detail["source"] == one.project.code
    assert not list(audit.broken_entries())
    assert set(ChangedProject.objects.values_list("project", flat=True)) == {other.project.pk}


# --- who, when -------------------------------------------------------------------------------------------------------


def test_after_thirty_days_it_is_the_provinces_with_a_reason(pair):
    for site in pair:
        site.project.supervised_from = timezone.localdate() - timedelta(days=31)
        site.project.save()
    with pytest.raises(ValidationError, match="须由省级"):
        merged(pair)
    one, other = pair
    province = officer("530000")
    with pytest.raises(ValidationError, match="请填写合并原因"):
        merge_projects(one.project, other.project, by=province)
    assert merge_projects(one.project, other.project, by=province, reason="同一工程两次建档").pk


def test_on_the_thirtieth_day_the_county_may_still(pair):
    for site in pair:
        site.project.supervised_from = timezone.localdate() - timedelta(days=30)
        site.project.save()
    assert merged(pair).pk


def test_both_must_be_open_and_of_the_officers_place(pair):
    one, other = pair
    with pytest.raises(ValidationError, match="管辖范围"):
        merge_projects(one.project, other.project, by=officer("530921"))
    with pytest.raises(ValidationError, match="不能与本项目合并"):
        merge_projects(one.project, one.project, by=officer())
    Project.objects.filter(pk=one.project.pk).update(status=Status.COMPLETED, completed_on=timezone.localdate())
    with pytest.raises(services.ProjectClosed):
        merged(pair)


def test_the_preview_foretells_and_writes_nothing(pair):
    one, other = pair
    before = everything()
    foreseen = {item.part.label: (item.rows, item.folded) for item in foresee(one.project, other.project)}
    assert everything() == before
    merge = merged(pair)
    done = {}
    for step in merge.steps.exclude(action="filled").exclude(model="projects.Project"):
        rows, folded = done.get(step.model, (0, 0))
        done[step.model] = (rows + step.rows, folded + step.rows * (step.action == "folded"))
    assert done == foreseen
    assert MergedRow.objects.filter(step__merge=merge).count() == sum(merge.steps.values_list("rows", flat=True))


# --- undoing ---------------------------------------------------------------------------------------------------------


def test_undone_every_row_is_as_it_was(pair):
    before = everything()
    merge = merged(pair, choices={"contract_amount": "source"})
    assert everything() != before
    undo_merge(merge, by=officer())
    after = everything()
    for table in before:
        assert after[table] == before[table], table


def test_merged_undone_and_merged_again(pair):
    before = behind_after(pair)
    undo_merge(ProjectMerge.objects.get(), by=officer())
    assert behind_after(pair) == before


def behind_after(pair) -> dict:
    merged(pair)
    return behind(pair[0].project)


def test_after_a_day_it_stands(pair):
    merge = merged(pair)
    ProjectMerge.objects.update(at=timezone.now() - timedelta(hours=24, minutes=1))
    merge.refresh_from_db()
    with pytest.raises(ValidationError, match="超过 24 小时"):
        undo_merge(merge, by=officer())


def test_what_was_written_since_stays_unless_it_hangs_on_what_returns(pair):
    one, other = pair
    merge = merged(pair)
    permit = sites.permit(other.project)
    newcomer = people.engagement(other.project, team=None)
    moved = Engagement.objects.get(pk=one.own.pk)
    contract = people.contract(moved, starts_on=date(2026, 11, 1))
    people.attendance(moved, date(2026, 9, 20))
    people.attendance(other.both, date(2026, 9, 21))
    undo_merge(merge, by=officer())
    for row in (permit, newcomer, contract, moved):
        row.refresh_from_db()
    assert (permit.project_id, newcomer.project_id) == (other.project.pk, other.project.pk)
    assert (moved.project_id, contract.project_id) == (one.project.pk, one.project.pk)
    assert AttendanceDay.objects.get(engagement=moved, day=date(2026, 9, 20)).project_id == one.project.pk
    for row in AttendanceMonth._base_manager.all():
        days = AttendanceDay._base_manager.filter(engagement=row.engagement_id, day__month=row.month.month)
        assert row.days == days.aggregate(total=Sum("units"))["total"]
        assert {row.project_id} == set(days.values_list("project", flat=True))


def test_wages_that_moved_on_since_hold_the_merge(pair):
    one, other = pair
    merge = merged(pair)
    line = PayrollLine.objects.get(project=other.project, engagement=other.both, month=SEPTEMBER)
    set_paid(line, line.net)
    with pytest.raises(ValidationError, match="工资明细又有变动"):
        undo_merge(merge, by=officer())
    assert Project.by_code(one.project.code) == other.project


# --- who is at both sites --------------------------------------------------------------------------------------------


@pytest.fixture
def twice():
    """A person at both sites, for the source engaged from June, for the target from July."""
    source, target = twins()
    person = people.worker()
    return people.engagement(source, person), people.engagement(target, person)


def test_contracts_whose_terms_overlap_become_one_and_come_back(twice):
    old, kept = twice
    people.contract(old, starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30))  # runs into both of the target's
    people.contract(old, starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 31))
    last = people.contract(old, starts_on=date(2026, 12, 1), ends_on=None)
    people.contract(kept, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 31))
    people.contract(kept, starts_on=date(2026, 9, 15), ends_on=date(2026, 10, 15))
    before = everything()
    merge = merge_projects(old.project, kept.project, by=officer())
    starts = LabourContract.objects.filter(engagement=kept).order_by("starts_on").values_list("starts_on", flat=True)
    assert list(starts) == [date(2026, 8, 1), date(2026, 9, 15), date(2026, 12, 1)]
    last.refresh_from_db()
    assert (last.engagement_id, last.project_id) == (kept.pk, kept.project_id)
    undo_merge(merge, by=officer())
    after = everything()
    assert after["workers_labourcontract"] == before["workers_labourcontract"]


def test_a_contract_without_an_end_runs_into_whatever_comes_later(twice):
    old, kept = twice
    people.contract(old, starts_on=date(2026, 7, 1), ends_on=None)
    people.contract(kept, starts_on=date(2026, 9, 1), ends_on=None)
    merge_projects(old.project, kept.project, by=officer())
    assert LabourContract.objects.filter(engagement=kept).count() == 1


def test_what_stayed_behind_is_no_second_site(twice):
    old, kept = twice
    assert at_once([kept], timezone.localdate())[kept.pk][0] == 1
    merge_projects(old.project, kept.project, by=officer())
    kept.refresh_from_db()
    assert at_once([kept], timezone.localdate())[kept.pk][0] == 0
    assert not kept.project.engagements.filter(elsewhere(timezone.localdate())).exists()
    known = known_people(kept.project, [kept.worker.id_number])
    assert [person.elsewhere for person in known.values()] == [False]
