from datetime import date, timedelta
from decimal import Decimal

import pghistory
import pytest

from alerts import engine
from alerts.enums import Act, Level, ReleaseKind, WarningState
from alerts.models import Disposal, RuleRun, RuleSetting, Warning
from organizations.enums import Industry
from projects.enums import Status
from tests.alerts.factories import TODAY, case_lead, concluded, setting
from tests.alerts.sweeping import AboutWarnings, Crashes, HasAddress, Stammers, raised, sweep
from tests.organizations.factories import officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


def acts(warning: Warning) -> list[str]:
    return list(warning.disposals.values_list("act", flat=True))


def close(warning: Warning, state=WarningState.RELEASED, kind=ReleaseKind.EVIDENCE) -> None:
    warning.state, warning.release_kind, warning.released_at = state, kind, warning.raised_at
    warning.still_found = False
    warning.save()


def test_a_finding_opens_a_warning_that_says_everything():
    home = project(address="世纪路1号", contract_amount=Decimal("123456789.01"))
    sweep()
    warning = Warning.objects.get()
    assert (warning.project, warning.state, warning.level) == (home, WarningState.NEW, Level.YELLOW)
    assert (warning.title, warning.basis, warning.message) == ("登记了地址", "测试", "地址是世纪路1号。")
    assert warning.due_on == TODAY + timedelta(days=30)
    assert (warning.setting.version, warning.setting.params) == (1, {"letters": 1})
    assert warning.evidence["rows"] == [[home.name, "123456789.01"]]
    assert warning.evidence["sums"] == {"contract_amount": "123456789.01"}
    assert (warning.evidence["total"], warning.evidence["links"]) == (1, [home.pk])
    assert acts(warning) == [Act.RAISED]


def test_a_second_sweep_changes_nothing():
    project(address="世纪路1号")
    sweep()
    before = Warning.objects.values().get()
    (run,) = sweep()
    after = Warning.objects.values().get()
    assert (run.found, run.opened, run.released) == (1, 0, 0)
    assert after.pop("seen_at") >= before.pop("seen_at")
    assert before == after
    assert Disposal.objects.count() == 1


def test_changed_facts_refresh_message_and_evidence_but_not_version_or_deadline():
    home = project(address="世纪路1号")
    sweep()
    setting("TEST-01", disposal_days=5, level=Level.RED)
    type(home).objects.update(address="世纪路2号", name="改名")
    sweep(today=TODAY + timedelta(days=3))
    warning = Warning.objects.get()
    assert warning.message == "地址是世纪路2号。"
    assert warning.evidence["rows"] == [["改名", None]]
    assert (warning.setting.version, warning.level) == (1, Level.YELLOW)
    assert warning.due_on == TODAY + timedelta(days=30)


def test_evidence_follows_what_it_shows_without_bringing_back_what_was_released():
    home = project(address="世纪路1号")
    sweep()
    type(home).objects.update(name="改名")
    sweep()
    made = Warning.objects.get()
    assert made.evidence["rows"] == [["改名", None]]
    assert acts(made) == [Act.RAISED]
    close(made)
    type(home).objects.update(name="再改名")
    sweep()
    assert Warning.objects.get().state == WarningState.RELEASED


def test_the_rules_run_where_pghistory_listens_too():
    """It rewrites every statement of a request: composed SQL and executemany do not survive that."""
    home = project(address="世纪路1号")
    with pghistory.context(source="test"):
        sweep()
        type(home).objects.update(address="世纪路2号")
        runs = sweep()
        type(home).objects.update(address="")
        runs += sweep()
    assert [run.error for run in runs] == ["", ""]
    assert Warning.objects.get().message == "地址是世纪路2号。"


def test_what_the_data_has_answered_is_released():
    home = project(address="世纪路1号")
    sweep()
    type(home).objects.update(address="")
    (run,) = sweep()
    warning = Warning.objects.get()
    assert run.released == 1
    assert (warning.state, warning.release_kind) == (WarningState.RELEASED, ReleaseKind.DATA)
    assert warning.released_at
    assert acts(warning) == [Act.RAISED, Act.RELEASED_BY_DATA]
    assert warning.disposals.last().from_state == WarningState.NEW


def test_projects_outside_the_run_keep_their_warnings():
    one, other = project(address="甲"), project(address="乙")
    sweep()
    type(one).objects.update(address="")
    sweep(projects=[one])
    assert list(Warning.objects.open().values_list("project", flat=True)) == [other.pk]


def test_a_run_for_some_projects_equals_the_full_sweep():
    places = [project(address=f"{number}号" if number % 2 else "") for number in range(6)]
    sweep(projects=places[:3])
    sweep(projects=places[3:])
    facts = ("project", "subject_key", "message", "evidence", "fingerprint")
    narrowed = list(Warning.objects.order_by("project").values(*facts))
    sweep()
    assert len(narrowed) == 3
    assert list(Warning.objects.order_by("project").values(*facts)) == narrowed


def test_data_that_says_so_again_raises_a_new_warning_that_names_the_old_one():
    home = project(address="甲")
    for address in ("甲", "", "甲"):
        type(home).objects.update(address=address)
        sweep()
    first, second = Warning.objects.order_by("pk")
    assert second.follows == first
    assert acts(second) == [Act.REOPENED]
    assert str(first.pk) in second.disposals.get().text


def test_what_was_released_with_evidence_stays_released_while_the_facts_are_the_same():
    home = project(address="甲")
    sweep()
    close(Warning.objects.get())
    sweep()
    assert not Warning.objects.open().exists()
    type(home).objects.update(address="乙")
    sweep()
    assert Warning.objects.open().get().message == "地址是乙。"


def test_a_case_lead_holds_back_new_warnings_until_it_is_closed():
    home = project(address="甲")
    sweep()
    close(Warning.objects.get(), WarningState.TRANSFERRED, "")
    lead = case_lead(Warning.objects.get(), officer())
    type(home).objects.update(address="乙")
    sweep()
    assert not Warning.objects.open().exists()
    concluded(lead)
    sweep()
    assert Warning.objects.open().get().follows == lead.warning


@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize(("rule", "said"), [(Crashes, "DivisionByZero"), (Stammers, "AttributeError")])
def test_a_crash_is_written_on_the_run_and_changes_nothing_else(rule, said, few):
    home = project(address="甲")
    sweep()
    gone = Warning.objects.get()
    Warning.objects.update(rule_code=rule.code, subject_key="gone")  # the rule no longer finds it
    crashed, fine = sweep(rule, HasAddress, projects=[home] if few else None)
    assert said in crashed.error
    assert (crashed.found, crashed.opened, crashed.released) == (0, 0, 0)
    assert (fine.error, fine.opened) == ("", 1)
    assert list(Warning.objects.open().filter(rule_code=rule.code)) == [gone]


def test_rules_reads_warnings_read_what_the_others_have_just_raised():
    home, other = project(address="甲"), project(address="乙")
    first, about = sweep(AboutWarnings, HasAddress, projects=[home, other])
    assert (first.opened, about.opened) == (2, 2)


def test_the_most_specific_setting_in_force_wins():
    setting("TEST-01", level=Level.YELLOW)
    setting("TEST-01", level=Level.ORANGE, regions=["530900"])
    setting("TEST-01", level=Level.RED, regions=["530902"], industries=[Industry.WATER])
    setting("TEST-01", level=Level.RED, valid_from=TODAY + timedelta(days=1))
    setting("TEST-01", level=Level.RED, valid_to=TODAY, regions=["530102"])
    project(address="甲", at="530102")
    project(address="乙", at="530921")
    project(address="丙", at="530902")
    project(address="丁", at="530902", industry=Industry.WATER)
    levels = {warning.message[3]: (warning.level, warning.setting.version) for warning in raised(HasAddress)}
    assert levels == {"甲": ("yellow", 1), "乙": ("orange", 2), "丙": ("orange", 2), "丁": ("red", 3)}


def test_a_newer_version_of_the_same_reach_replaces_the_older():
    setting("TEST-01", params={"letters": 1})
    setting("TEST-01", params={"letters": 99})
    project(address="甲")
    assert raised(HasAddress) == []


def test_a_rule_switched_off_somewhere_raises_and_releases_nothing_there():
    kept = project(address="甲", at="530921")
    sweep()
    setting("TEST-01", enabled=False, regions=["530921"])
    type(kept).objects.update(address="")
    project(address="乙", at="530921")
    sweep()
    assert list(Warning.objects.open().values_list("project", flat=True)) == [kept.pk]


def test_completion_ends_complaints_about_the_site_but_not_about_money(monkeypatch):
    home = project(address="甲")
    sweep()
    type(home).objects.update(status=Status.COMPLETED, completed_on=date(2026, 11, 1))
    monkeypatch.setattr(HasAddress, "ends_with_status", False)
    sweep()
    assert Warning.objects.open().exists()
    monkeypatch.setattr(HasAddress, "ends_with_status", True)
    sweep()
    assert not Warning.objects.open().exists()


def test_a_project_of_a_prefecture_is_handled_there():
    project(address="甲", at="530900")
    (warning,) = raised(HasAddress)
    assert (warning.office_level, warning.home_level) == (4, 4)


def test_settings_are_made_once():
    sweep()
    sweep()
    assert RuleSetting.objects.filter(rule_code="TEST-01").count() == 1


def test_a_narrowed_run_says_how_many_projects_it_looked_at():
    sweep(projects=[project()])
    assert RuleRun.objects.get().projects == 1


def test_more_findings_cost_no_more_queries(django_assert_max_num_queries):
    def cost(count: int) -> int:
        for _ in range(count):
            project(address="甲")
        with django_assert_max_num_queries(40) as queries:
            engine.sweep(TODAY, only=[HasAddress])
        return len(queries)

    cost(1)  # makes the setting
    assert cost(2) >= cost(20)
