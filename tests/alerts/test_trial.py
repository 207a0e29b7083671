"""A trial says what the engine then does, and changes nothing."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.enums import MovementKind
from accounts.selectors.forecast_sql import STEPS
from alerts import engine, trial
from alerts.enums import Level
from alerts.models import Disposal, RuleRun, RuleTrial, TrialFigure, TrialFinding, Warning
from alerts.rules.disp_01_overdue import DisposalOverdue
from alerts.rules.file_01_filed_late import FiledLate
from alerts.rules.real_03_no_attendance import NobodyAttends
from alerts.services import sync_settings
from alerts.trial import as_setting, compute, keep, trial_days
from core.months import next_month
from tests.accounts.factories import entry, payroll, payroll_line, special_account
from tests.accounts.test_forecast import drawn_up
from tests.alerts import factories
from tests.alerts.factories import TODAY, proposal
from tests.alerts.sweeping import raised
from tests.organizations.factories import officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
TERMS = {"level": Level.ORANGE, "disposal_days": 30, "valid_from": TODAY}


@pytest.fixture(autouse=True)
def _settings():
    sync_settings()


def silent_for(days: int, **fields):
    return project(actual_start_on=TODAY - timedelta(days=days + 1), supervised_from=date(2026, 1, 1), **fields)


def propose(days: int, **fields):
    return proposal("REAL-03", params={"days": days, "linear_days": 18}, **TERMS | fields)


def tried(of) -> dict[str, tuple]:
    """Day → held, tried, raised, released, over all places."""
    result = compute(of, TODAY)
    sums = dict.fromkeys(result.days, (0, 0, 0, 0))
    for row in result.figures:
        added = (row.held, row.tried, row.raised, row.released)
        sums[row.day] = tuple(a + b for a, b in zip(sums[row.day], added, strict=True))
    return sums


def in_force(of) -> list[Warning]:
    """After a sweep with the setting as if it had been approved."""
    setting = as_setting(of)
    made = factories.setting("REAL-03", **{
        name: getattr(setting, name)
        for name in ("params", "level", "disposal_days", "enabled", "regions", "industries", "valid_from")
    })  # fmt: skip
    assert made.version == 2
    return raised(NobodyAttends)


def test_today_it_says_what_the_next_sweep_does():
    for days in (5, 8, 12):
        silent_for(days)
    assert len(raised(NobodyAttends)) == 2
    laxer = propose(10)
    assert tried(laxer)[TODAY] == (2, 1, 0, 1)
    assert len(in_force(laxer)) == 1


def test_a_stricter_one_says_what_it_would_raise():
    for days in (5, 8, 12):
        silent_for(days)
    raised(NobodyAttends)
    stricter = propose(4)
    assert tried(stricter)[TODAY] == (2, 3, 1, 0)
    assert len(in_force(stricter)) == 3


def test_what_happens_without_the_change_is_not_its_doing():
    """Found but not yet opened, and open but answered meanwhile: the next sweep does both anyway."""
    answered, new = silent_for(9), None
    raised(NobodyAttends)
    answered.actual_start_on = TODAY
    answered.save()
    new = silent_for(9)
    assert tried(propose(8))[TODAY] == (1, 1, 0, 0)
    assert new


def test_what_an_officer_released_with_evidence_would_not_come_back():
    """Found only under the proposed setting, and yet nothing the sweep would open."""
    silent_for(9)
    (was,) = raised(NobodyAttends)
    released = {"state": "released", "release_kind": "evidence", "still_found": False, "released_at": was.raised_at}
    Warning.objects.filter(pk=was.pk).update(**released)
    factories.setting("REAL-03", params={"days": 30, "linear_days": 18}, level="orange")
    made = propose(5)
    assert tried(made)[TODAY] == (0, 1, 0, 0)
    Warning.objects.filter(pk=was.pk).update(release_kind="data")
    assert tried(made)[TODAY] == (0, 1, 1, 0)


def test_switched_off_it_finds_nothing_and_releases_nothing():
    silent_for(9)
    raised(NobodyAttends)
    off = propose(7, enabled=False)
    assert tried(off)[TODAY] == (1, 0, 0, 0)
    assert len(in_force(off)) == 1  # as the engine has it: what is open stays


def test_only_its_own_reach_is_counted_and_a_narrower_setting_keeps_its_own():
    for at in ("530902", "530921", "530102"):
        silent_for(9, at=at)
    factories.setting("REAL-03", params={"days": 8, "linear_days": 18}, regions=["530921"])
    assert tried(propose(30, regions=["530900"]))[TODAY][:2] == (1, 0)
    assert tried(propose(30))[TODAY][:2] == (2, 0)


def test_past_month_ends_are_asked_with_their_day_and_leave_out_later_projects():
    october, september, august = trial_days(TODAY)[1:]
    assert (october, september, august) == (date(2026, 10, 31), date(2026, 9, 30), date(2026, 8, 31))
    started = {"actual_start_on": date(2026, 9, 20)}
    project(supervised_from=date(2026, 9, 1), **started)
    project(supervised_from=date(2026, 10, 5), **started)
    found = tried(propose(15))
    assert found[october] == (2, 2, 0, 0)
    assert found[september] == (1, 0, 0, 1)  # ten days of silence, of the one that was there
    assert found[august] == (0, 0, 0, 0)


def test_figures_add_up_by_place_and_lists_hold_each_with_its_message():
    for at in ("530902", "530902", "530921"):
        silent_for(9, at=at)
    raised(NobodyAttends)
    made = propose(30)
    kept = keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    own = TrialFigure.objects.filter(trial=kept, day=TODAY)
    assert dict(own.values_list("jurisdiction", "released")) == {"530902": 2, "530921": 1}
    rows = TrialFinding.objects.filter(trial=kept, day=TODAY)
    assert {row.warning_id for row in rows} == set(Warning.objects.values_list("pk", flat=True))
    assert all(row.message == row.warning.message for row in rows)
    past = TrialFinding.objects.filter(trial=kept).exclude(day=TODAY)
    assert all("至今没有任何人员考勤" in row.message and row.warning is None for row in past)


def test_a_list_takes_from_every_place_in_turn(monkeypatch):
    monkeypatch.setattr(trial, "LISTED", 2)
    for at in ("530902", "530902", "530902", "530921"):
        silent_for(9, at=at)
    raised(NobodyAttends)
    rows = [row for row in compute(propose(30), TODAY).findings if row.day == TODAY]
    assert sorted(row.project.jurisdiction_id for row in rows) == ["530902", "530921"]


def test_a_trial_writes_nothing_but_its_result():
    silent_for(9)
    raised(NobodyAttends)
    made = propose(30)
    before = [list(model.objects.order_by("pk").values()) for model in (Warning, Disposal, RuleRun)]
    compute(made, TODAY)
    assert not RuleTrial.objects.exists()
    keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    assert RuleTrial.objects.count() == 1  # the latest
    assert before == [list(model.objects.order_by("pk").values()) for model in (Warning, Disposal, RuleRun)]


WRITES = """
CREATE FUNCTION pg_temp.writes() RETURNS bigint LANGUAGE sql VOLATILE
AS $$ UPDATE projects_project SET name = 'x' RETURNING id $$
"""


def test_the_database_keeps_a_rule_from_writing(monkeypatch):
    silent_for(9)
    made, query = propose(30), "SELECT project_id, '' AS subject_key, pg_temp.writes() AS fact FROM swept"
    monkeypatch.setattr(NobodyAttends, "find", lambda self, today: self.sql(query, today))
    with connection.cursor() as cursor:
        cursor.execute(WRITES)
    with pytest.raises(DatabaseError, match="read-only transaction"), transaction.atomic():
        compute(made, TODAY)
    project()  # and afterwards one writes again


def test_a_rule_reads_warnings_is_tried_too():
    late = silent_for(9)
    factories.warning(late, due_on=TODAY - timedelta(days=1))
    made = proposal("DISP-01", enabled=False, **TERMS)
    assert compute(made, TODAY).projects == 1
    assert tried(made)[TODAY] == (1, 0, 0, 0)
    assert engine.sweep(TODAY, only=[DisposalOverdue])[0].error == ""


# --- why findings and open warnings differ ---------------------------------------------------------------------------


def stands(of) -> dict[str, tuple[int, int]]:
    """Standing → under the setting in force, under the proposed one."""
    sums: dict[str, tuple[int, int]] = {}
    for row in compute(of, TODAY).standings:
        held, tried = sums.get(row.standing, (0, 0))
        sums[row.standing] = held + row.held, tried + row.tried
    return sums


def test_it_says_why_findings_and_open_warnings_are_not_the_same_number():
    for number in range(5):
        silent_for(9, name=f"工程{number}")
    still_open, settled, handed_over, answered, completed = sorted(raised(NobodyAttends), key=lambda w: w.project_id)
    over = {"released_at": settled.raised_at}
    Warning.objects.filter(pk=settled.pk).update(state="released", release_kind="evidence", still_found=False, **over)
    handed_over.state = "transferred"
    handed_over.save()
    factories.case_lead(handed_over, officer("530902"))
    answered.project.actual_start_on = TODAY
    answered.project.save()
    silent_for(8)
    made = propose(30)
    assert stands(made) == {"open": (2, 0), "next": (1, 0), "case": (1, 0), "settled": (1, 0), "ends": (1, 3)}
    off = propose(7, enabled=False, industries=["housing"])
    assert stands(off) == {"open": (2, 0), "next": (1, 0), "case": (1, 0), "settled": (1, 0), "ends": (1, 0),
                           "stays": (0, 3)}  # fmt: skip
    assert still_open
    assert completed


def test_every_finding_is_listed_also_when_nothing_changes(client):
    for number in range(3):
        silent_for(9, name=f"工程{number}")
    (first, _, _) = sorted(raised(NobodyAttends), key=lambda w: w.project_id)
    Warning.objects.filter(pk=first.pk).update(
        state="released", release_kind="evidence", still_found=False, released_at=first.raised_at
    )
    made = propose(8)
    assert tried(made)[TODAY] == (3, 3, 0, 0)
    kept = keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    listed = TrialFinding.objects.filter(trial=kept, day=TODAY)
    assert {(row.change, row.standing, row.by_held, row.by_tried) for row in listed} == {
        ("kept", "open", True, True),
        ("kept", "settled", True, True),
    }
    client.force_login(officer("530000"))
    page = client.get(made.get_absolute_url()).content.decode()
    findings = reverse("alerts:trial_findings", args=["REAL-03", made.pk])
    assert f'{findings}?day={TODAY}&amp;place=53"' in page
    assert "已核实解除，情况未变，不再产生" in page
    text = client.get(findings, {"day": str(TODAY), "standing": "settled"}).content.decode()
    assert "工程0" in text
    assert "工程1" not in text
    for number in range(3):
        assert f"工程{number}" in client.get(findings, {"day": str(TODAY), "found": "tried"}).content.decode()


# --- pages -----------------------------------------------------------------------------------------------------------


def test_each_reads_the_counts_and_rows_of_their_own_area(client):
    for at in ("530902", "530921"):
        silent_for(9, at=at, name=f"{at}工程")
    raised(NobodyAttends)
    made = propose(30)
    keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    findings = reverse("alerts:trial_findings", args=["REAL-03", made.pk])
    seen = {"530900": {"530902", "530921"}, "530902": {"530902"}, "530921": {"530921"}, "530100": set()}
    for at, places in seen.items():
        client.force_login(officer(at))
        text = client.get(findings, {"change": "released"}).content.decode()
        assert {place for place in ("530902", "530921") if f"{place}工程" in text} == places
        page = client.get(made.get_absolute_url()).content.decode()
        assert (f"change=released&amp;place={officer(at).region.prefix}" in page) == bool(places)
    assert client.get(made.get_absolute_url(), {"region": "530900"}).status_code == 404


def test_places_lead_down_to_their_lists(client):
    silent_for(9, at="530902", name="临翔工程")
    raised(NobodyAttends)
    made = propose(30)
    keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    client.force_login(officer("530000"))
    page = client.get(made.get_absolute_url()).content.decode()
    assert f"day={TODAY}&amp;region=530900#places" in page
    assert "以现有数据推算" in page
    page = client.get(made.get_absolute_url(), {"region": "530900", "day": str(TODAY)}).content.decode()
    assert f"day={TODAY}&amp;place=530902" in page
    listed = client.get(reverse("alerts:trial_findings", args=["REAL-03", made.pk]), {"place": "530902"})
    assert "临翔工程" in listed.content.decode()
    assert Warning.objects.get().get_absolute_url() in listed.content.decode()


def test_a_rule_with_tables_of_its_own_is_tried_too():
    """LAB-03 computes what the nights of past month ends foresaw; in a session that has not done so before."""
    site = project(wage_pay_day=15, supervised_from=date(2026, 1, 1))
    entry(special_account(site), "1000", MovementKind.OTHER_IN, booked_on=date(2026, 7, 1))
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        payroll_line(payroll(site, month), "50000")
        drawn_up(payroll(site, month), next_month(month))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in ("asked", *STEPS)))
    ahead = tried(proposal("LAB-03", params={"lead": 40, "minimum": 10_000}, **TERMS))
    assert list(ahead) == trial_days(TODAY)
    assert any(held < found for held, found, *_ in ahead.values())


# --- levels ----------------------------------------------------------------------------------------------------------

FILING = {"level": Level.YELLOW, "disposal_days": 30, "valid_from": TODAY}
GRAVER = {"orange_after": 10, "red_after": 15}


def filed_late(days: int, **fields):
    return project(
        permit_exempt=True,
        actual_start_on=date(2026, 7, 20),
        supervised_from=date(2026, 7, 19) + timedelta(days=days),
        **fields,
    )


def regraded(of) -> dict[date, set[tuple]]:
    """Day → place, from, to, how many."""
    told: dict[date, set[tuple]] = {day: set() for day in trial_days(TODAY)}
    for row in compute(of, TODAY).regradings:
        told[row.day].add((row.jurisdiction_id, row.before, row.after, row.number))
    return told


def test_a_graded_threshold_says_which_levels_change_as_the_next_sweep_changes_them():
    graver, same = filed_late(20, at="530902"), filed_late(5, at="530921")
    assert {warning.level for warning in raised(FiledLate)} == {Level.YELLOW}
    made = proposal("FILE-01", params=GRAVER, **FILING)
    assert regraded(made) == {day: {("530902", Level.YELLOW, Level.RED, 1)} for day in trial_days(TODAY)}
    figures = [row for row in compute(made, TODAY).figures if row.day == TODAY]
    assert {(row.jurisdiction_id, row.regraded, row.kept) for row in figures} == {("530902", 1, 0), ("530921", 0, 1)}
    factories.setting("FILE-01", params=GRAVER, **FILING)
    raised(FiledLate)
    assert Warning.objects.get(project=graver).level == Level.RED
    assert Warning.objects.get(project=same).level == Level.YELLOW


def test_a_laxer_one_leaves_open_warnings_at_their_level():
    made = filed_late(20)
    factories.setting("FILE-01", params=GRAVER, **FILING)
    raised(FiledLate)
    laxer = proposal("FILE-01", params={"orange_after": 30, "red_after": 90}, **FILING)
    then = {(made.jurisdiction_id, Level.RED, Level.YELLOW, 1)}
    assert regraded(laxer) == dict.fromkeys(trial_days(TODAY), then) | {TODAY: set()}


def test_another_level_of_the_setting_counts_for_what_is_yet_to_be_raised():
    first = silent_for(9)
    raised(NobodyAttends)
    level_now = Warning.objects.get().level
    silent_for(9, at="530921")
    graver = propose(7, level=Level.RED if level_now != Level.RED else Level.YELLOW)
    assert regraded(graver)[TODAY] == {("530921", level_now, graver.level, 1)}
    in_force(graver)
    assert Warning.objects.get(project=first).level == level_now
    assert Warning.objects.exclude(project=first).get().level == graver.level


def test_the_page_leads_to_the_list_of_changed_levels(client):
    filed_late(20, at="530902", name="临翔工程")
    filed_late(12, at="530902", name="橙色工程")
    raised(FiledLate)
    made = proposal("FILE-01", params=GRAVER, **FILING)
    keep(made, TODAY, compute(made, TODAY), milliseconds=1)
    client.force_login(officer("530000"))
    page = client.get(made.get_absolute_url(), {"region": "530900"}).content.decode()
    findings = reverse("alerts:trial_findings", args=["FILE-01", made.pk])
    for day in trial_days(TODAY):
        assert f"{findings}?day={day}&amp;change=regraded&amp;place=5309" in page
        assert f"{findings}?day={day}&amp;place=5309&amp;change=regraded&amp;before=yellow&amp;level=red" in page
    asked = {"day": str(TODAY), "change": "regraded", "before": "yellow", "level": "red"}
    listed = client.get(findings, asked).content.decode()
    assert "临翔工程" in listed
    assert "橙色工程" not in listed
    row = TrialFinding.objects.get(day=TODAY, level=Level.RED)
    assert (row.change, row.level_before) == ("regraded", Level.YELLOW)
