"""A rule is changed by two people of the province, and only so."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from alerts import services
from alerts.enums import ProposalState
from alerts.models import RuleProposal, RuleSetting, Warning
from alerts.rules import rule_of, rules
from alerts.rules.age_01_minors import AgeOutsideLaw
from alerts.rules.dep_02_expiring import DepositExpiring
from alerts.rules.pay_01_overdue import WagesOverdue
from alerts.rules.real_03_no_attendance import NobodyAttends
from core import jobs
from core.models import AuditEntry, Job, Notice
from organizations.enums import Industry
from tests.alerts.factories import proposal, setting, warning
from tests.alerts.sweeping import raised
from tests.organizations.factories import clerk, industry_officer, officer, region
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
DETAIL = reverse("alerts:rule_detail", args=["REAL-03"])
CHANGE = reverse("alerts:rule_change", args=["REAL-03"])


@pytest.fixture
def province():
    services.sync_settings()
    return officer("530000")


@pytest.fixture
def second():
    return officer("530000")


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def answers(**changed) -> dict:
    plain = NobodyAttends.defaults() | {"days": 10, "linear_days": 20}
    plain |= {"level": "red", "disposal_days": 15, "enabled": "on"}
    return plain | {"valid_from": tomorrow(), "reason": "省厅通知"} | changed


def propose(by, *, tried=True, **changed) -> RuleProposal:
    terms = {"level": "red", "disposal_days": 5, "enabled": True, "params": {"days": 30}, "reason": "试点"}
    made = services.propose_change(rule=NobodyAttends, by=by, **({"valid_from": tomorrow()} | terms | changed))
    if tried:
        assert jobs.run(made.job.pk).state == Job.State.DONE
        made.refresh_from_db()
    return made


def act(of: RuleProposal, name: str) -> str:
    return reverse(f"alerts:proposal_{name}", args=[of.rule_code, of.pk])


def test_a_change_is_proposed_tried_and_approved_by_a_second_officer(client, province, second):
    client.force_login(province)
    made = RuleProposal.objects.get(pk=client.post(CHANGE, answers()).url.strip("/").split("/")[-1])
    assert (made.state, made.office, made.replaces.version) == (ProposalState.PROPOSED, province.organization, 1)
    assert RuleSetting.objects.filter(rule_code="REAL-03").count() == 1  # nothing is in force yet
    jobs.run(made.job.pk)
    client.force_login(second)
    assert client.post(act(made, "approve"), {"approve-opinion": "同意"}).url == made.get_absolute_url()
    kept = RuleSetting.objects.get(rule_code="REAL-03", version=2)
    assert (kept.params, kept.level, kept.disposal_days) == (
        NobodyAttends.defaults() | {"days": 10, "linear_days": 20},
        "red",
        15,
    )
    assert (kept.created_by, kept.proposal.decided_by, kept.proposal.decision) == (province, second, "同意")
    acts = list(AuditEntry.objects.order_by("-id").values_list("action", "actor_id")[:2])
    assert acts == [("rule.change", second.pk), ("rule.propose", province.pk)]
    text = client.get(DETAIL).content.decode()
    assert "无考勤天数 10 日" in text
    assert "连续 7 日" in text  # the sentence of today
    assert second.name in client.get(kept.get_absolute_url()).content.decode()


def test_a_change_takes_hold_on_its_day_and_where_it_is_meant(province, second):
    for at in ("530902", "530921"):
        project(at=at, actual_start_on=timezone.localdate() - timedelta(days=9))
    made = propose(province, regions=[region("530902").code])
    assert len(raised(NobodyAttends, tomorrow())) == 2  # proposed, not in force
    services.approve_proposal(made, by=second)
    assert len(raised(NobodyAttends, timezone.localdate())) == 2
    (left,) = raised(NobodyAttends, tomorrow())
    assert left.project.jurisdiction_id == "530921"


def test_a_warning_names_the_version_that_raised_it_and_leads_to_its_page(client, province, second):
    project(actual_start_on=timezone.localdate() - timedelta(days=9))
    services.approve_proposal(propose(province, params={"days": 5}, valid_from=timezone.localdate()), by=second)
    (found,) = raised(NobodyAttends, timezone.localdate())
    assert found.setting.version == 2
    client.force_login(officer("530902"))
    assert found.setting.get_absolute_url() in client.get(found.get_absolute_url()).content.decode()
    answer = client.get(found.setting.get_absolute_url()).content.decode()
    assert "<ins>5 日</ins>" in answer
    assert "7 日" in answer


def test_whoever_proposes_does_not_decide(client, province, second):
    made = propose(province)
    client.force_login(province)
    assert f'action="{act(made, "approve")}"' not in client.get(made.get_absolute_url()).content.decode()
    assert client.post(act(made, "approve")).status_code == 403
    assert client.post(act(made, "refuse"), {"refuse-reason": "不"}).status_code == 403
    with pytest.raises(ValidationError, match="不能是同一人"):
        services.approve_proposal(made, by=province)
    with pytest.raises(ValidationError, match="不能是同一人"):
        services.refuse_proposal(made, by=province, reason="不")
    client.force_login(second)
    assert f'action="{act(made, "approve")}"' in client.get(made.get_absolute_url()).content.decode()


DECIDE = "UPDATE alerts_ruleproposal SET state = 'approved', decided_by_id = {by}, decided_at = now() WHERE id = {pk}"
INSERT = """
INSERT INTO alerts_rulesetting
    (rule_code, version, enabled, level, disposal_days, params, regions, industries, valid_from, reason,
    created_at, proposal_id)
SELECT rule_code, 2, enabled, {level}, disposal_days, params, regions, industries, valid_from, reason, now(),
    {proposal}
FROM alerts_ruleproposal WHERE id = {pk}
"""


def refused_by_the_database(statement: str, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_itself_asks_for_two_people_and_an_approved_proposal(province, second):
    made = propose(province)
    refused_by_the_database(DECIDE.format(by=province.pk, pk=made.pk), "rule_proposal_needs_two_people")
    refused_by_the_database(DECIDE.format(by="NULL", pk=made.pk), "rule_proposal_decided_by_somebody")
    plain = {"level": "level", "pk": made.pk}
    refused_by_the_database(INSERT.format(proposal=made.pk, **plain), "by an approved proposal only")
    refused_by_the_database(INSERT.format(proposal="NULL", **plain), "by an approved proposal only")
    with connection.cursor() as cursor:
        cursor.execute(DECIDE.format(by=second.pk, pk=made.pk))
        refused_by_the_database(INSERT.format(proposal=made.pk, **plain | {"level": "'yellow'"}), "approved proposal")
        cursor.execute(INSERT.format(proposal=made.pk, **plain))  # as it was approved


def test_settings_and_proposals_stand_as_they_were_written(province, second):
    made = propose(province)
    for change in ("params = '{}'", "reason = '改'", "valid_from = '2030-01-01'"):
        refused_by_the_database(f"UPDATE alerts_ruleproposal SET {change} WHERE id = {made.pk}", "Cannot update")
    refused_by_the_database(f"DELETE FROM alerts_ruleproposal WHERE id = {made.pk}", "Cannot delete")
    services.refuse_proposal(made, by=second, reason="依据不足")
    undo = f"UPDATE alerts_ruleproposal SET state = 'proposed', decided_by_id = NULL, decided_at = NULL, decision = ''\
        WHERE id = {made.pk}"
    refused_by_the_database(undo, "Cannot update")
    refused_by_the_database("UPDATE alerts_rulesetting SET enabled = false", "append-only|Cannot update")


def test_refused_and_withdrawn_proposals_are_kept_and_nothing_comes_of_them(client, province, second):
    refused, withdrawn = propose(province), None
    with pytest.raises(ValidationError):
        services.refuse_proposal(refused, by=second, reason=" ")
    client.force_login(second)
    client.post(act(refused, "refuse"), {"refuse-reason": "依据不足"})
    withdrawn = propose(province)
    with pytest.raises(PermissionDenied):
        services.withdraw_proposal(withdrawn, by=second)
    services.withdraw_proposal(withdrawn, by=province, reason="另行提议")
    states = dict(RuleProposal.objects.values_list("pk", "state"))
    assert states == {refused.pk: "refused", withdrawn.pk: "withdrawn"}
    assert RuleSetting.objects.filter(rule_code="REAL-03").count() == 1
    assert "依据不足" in client.get(refused.get_absolute_url()).content.decode()
    for late in (services.approve_proposal, services.try_again):
        with pytest.raises(ValidationError, match="已经办结"):
            late(refused, by=second)


def test_nothing_is_approved_untried(client, province, second):
    made = propose(province, tried=False)
    with pytest.raises(ValidationError, match="试算"):
        services.approve_proposal(made, by=second)
    client.force_login(second)
    assert f'action="{act(made, "approve")}"' not in client.get(made.get_absolute_url()).content.decode()
    Job.objects.filter(pk=made.job.pk).update(state=Job.State.FAILED)
    with pytest.raises(ValidationError, match="试算"):
        services.approve_proposal(made, by=second)


def test_a_proposal_whose_day_has_passed_is_proposed_anew(province, second):
    late = proposal(
        "REAL-03", proposed_by=province, valid_from=timezone.localdate() - timedelta(days=1), industries=["water"]
    )
    with pytest.raises(ValidationError, match="生效日期已过"):
        services.approve_proposal(late, by=second)


def test_one_proposal_at_a_time_for_a_reach(province):
    propose(province, tried=False)
    with pytest.raises(ValidationError, match="一次只办一份提议"):
        propose(province, tried=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal("REAL-03")


def test_what_changes_nothing_and_what_lies_in_the_past_is_refused(client, province):
    client.force_login(province)
    same = answers(days=7, linear_days=18, level="orange", disposal_days=30)
    for wrong, said in (
        (same, "与现行设置完全相同"),
        (answers(valid_from=timezone.localdate() - timedelta(days=1)), "生效日期不能早于今天。"),
        (answers(valid_to=tomorrow()), "失效日期应晚于生效日期。"),
    ):
        answer = client.post(CHANGE, wrong)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not RuleProposal.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"days": "-1"}, {"days": ""}, {"level": "x"}, {"disposal_days": 0}, {"reason": ""}, {"regions": "110000"}],
)
def test_wrong_answers_are_refused(client, province, wrong):
    client.force_login(province)
    assert client.post(CHANGE, answers(**wrong)).status_code == 422
    assert not RuleProposal.objects.exists()


@pytest.mark.parametrize(
    ("code", "wrong", "field", "said"),
    [
        ("REAL-02", {"orange_people": 60}, "orange_people", "不能大于“升为红色”（50 人）"),
        ("PAY-01", {"orange_after": 31}, "orange_after", "不能大于“红色：逾期超过”（30 日）"),
        ("KEY-01", {"orange_rate": 90}, "orange_rate", "不能大于“到岗率不低于”（80 %）"),
        ("LAB-03", {"red_days": 11}, "red_days", "不能大于“橙色：距发薪日”（10 日）"),
    ],
)
def test_graded_thresholds_keep_their_order(client, province, code, wrong, field, said):
    """Otherwise the level between is never reached."""
    client.force_login(province)
    rule = rule_of(code)
    sent = rule.defaults() | {"level": "yellow", "disposal_days": 20, "enabled": "on", "reason": "省厅通知"}
    answer = client.post(reverse("alerts:rule_change", args=[code]), sent | {"valid_from": tomorrow()} | wrong)
    assert answer.status_code == 422
    assert said in "".join(answer.context["form"].errors[field])
    assert not RuleProposal.objects.exists()


# --- several regions and industries ---------------------------------------------------------------------------------


def test_one_proposal_changes_several_regions_and_industries(client, province, second):
    """One trial, one decision, one version, which the rule is asked with once."""
    nine_days_ago = timezone.localdate() - timedelta(days=9)
    for at, industry in (("530902", "water"), ("530102", "housing"), ("530921", "water"), ("530902", "transport")):
        project(at=at, industry=industry, actual_start_on=nine_days_ago)
    client.force_login(province)
    chosen = {"regions": ["530902", "530100"], "industries": ["water", "housing"]}
    made = RuleProposal.objects.get(pk=client.post(CHANGE, answers(**chosen)).url.strip("/").split("/")[-1])
    assert (made.regions, made.industries) == (["530100", "530902"], ["housing", "water"])
    assert jobs.run(made.job.pk).state == Job.State.DONE
    made.refresh_from_db()
    assert made.trial.projects == 2
    kept = services.approve_proposal(made, by=second)
    assert RuleSetting.objects.filter(rule_code="REAL-03").count() == 2
    raised(NobodyAttends, tomorrow())
    found = {(w.project.jurisdiction_id, w.project.industry): w.setting.version for w in Warning.objects.open()}
    assert found == {("530921", "water"): 1, ("530902", "transport"): 1}  # elsewhere ten days are silent enough
    assert kept.whole_reach in client.get(kept.get_absolute_url()).content.decode()


def test_a_place_with_a_setting_of_its_own_keeps_it_unless_it_is_named_itself(client, province, second):
    today = timezone.localdate()
    project(at="530902", actual_start_on=today - timedelta(days=9))
    own = services.approve_proposal(
        propose(province, params={"days": 5}, regions=["530902"], valid_from=today), by=second
    )
    around = propose(province, regions=[region("530900").code], valid_from=today)
    client.force_login(second)
    page = client.get(around.get_absolute_url()).content.decode()
    assert "另有更具体的设置，不受本变更影响" in page
    services.approve_proposal(around, by=second)
    assert raised(NobodyAttends, today)[0].setting == own
    named = propose(province, params={"days": 20}, regions=["530900", "530902"], valid_from=today)
    services.approve_proposal(named, by=second)
    assert not raised(NobodyAttends, today)


WATER_AT_LINXIANG = {"regions": ["530902"], "industries": ["water"]}


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        ({}, True),
        ({"regions": ["530900"]}, True),  # the prefecture around it
        ({"regions": ["530921", "530902"], "industries": ["water", "transport"]}, True),
        ({"industries": ["water"]}, True),
        ({"regions": ["530902"], "industries": ["housing"]}, False),
        ({"regions": ["530921"]}, False),
        ({"regions": ["530100"]}, False),
    ],
)
def test_proposals_that_share_a_part_wait_for_each_other(province, other, waits):
    for code in ("530902", "530921", "530102"):
        region(code)
    for first, second_one in ((WATER_AT_LINXIANG, other), (other, WATER_AT_LINXIANG)):
        made = propose(province, tried=False, **first)
        if waits:
            with pytest.raises(ValidationError, match=f"第 {made.pk} 号提议"):
                propose(province, tried=False, **second_one)
        else:
            services.withdraw_proposal(propose(province, tried=False, **second_one), by=province)
        services.withdraw_proposal(made, by=province)


def test_the_form_leads_to_the_proposal_it_waits_for(client, province, second):
    made = propose(province, tried=False, regions=[region("530902").code])
    client.force_login(officer("530900"))
    page = client.post(CHANGE, answers(regions="530900", days=5, linear_days=10))
    assert page.status_code == 422
    assert f'<a href="{made.get_absolute_url()}">第 {made.pk} 号提议</a>' in page.content.decode()


def test_the_page_names_the_settings_that_hold_in_parts_of_the_reach(client, province, second):
    own = services.approve_proposal(
        propose(province, params={"days": 9}, regions=["530902"], valid_from=timezone.localdate()), by=second
    )
    made = propose(province, params={"days": 9}, regions=[region("530902").code, region("530921").code])
    assert made.replaces.version == 1
    client.force_login(second)
    text = client.get(made.get_absolute_url()).content.decode()
    assert f"{own.get_absolute_url()}" in text
    assert "部分地区现行设置不同" in text
    services.approve_proposal(made, by=second)
    assert f"{own.get_absolute_url()}" in client.get(made.get_absolute_url()).content.decode()


def test_an_area_s_addition_is_no_laxer_than_what_holds_in_any_part(province, second):
    services.approve_proposal(
        propose(province, disposal_days=3, regions=["530902"], valid_from=timezone.localdate()), by=second
    )
    with pytest.raises(ValidationError, match="不能长于现行的 3 天"):
        propose(officer("530900"), tried=False, regions=["530902", "530921"], disposal_days=4)
    propose(officer("530900"), tried=False, regions=["530921"], params={"days": 7}, disposal_days=4)


# --- a prefecture's own ----------------------------------------------------------------------------------------------


def test_a_prefecture_proposes_for_its_own_area_and_the_province_approves(client, province):
    own, _ = officer("530900"), region("530902")
    client.force_login(own)
    assert client.post(CHANGE, answers()).status_code == 422
    assert client.post(CHANGE, answers(regions="530100")).status_code == 422
    assert "省级人力资源社会保障部门" in client.get(CHANGE).content.decode()
    client.post(CHANGE, answers(regions="530902", days=5, linear_days=10))
    made = RuleProposal.objects.get()
    jobs.run(made.job.pk)
    with pytest.raises(PermissionDenied):
        services.approve_proposal(made, by=officer("530900"))
    kept = services.approve_proposal(made, by=province)
    assert (kept.regions, kept.created_by) == (["530902"], own)


@pytest.mark.parametrize(
    ("laxer", "field"),
    [
        ({"level": "yellow"}, "level"),
        ({"disposal_days": 31}, "disposal_days"),
        ({"enabled": False}, "enabled"),
        ({"regions": []}, "regions"),
    ],
)
def test_what_an_area_adds_is_no_laxer(province, laxer, field):
    own = officer("530900")
    with pytest.raises(ValidationError) as refused:
        propose(own, tried=False, **{"regions": [own.region.code]} | laxer)
    assert field in refused.value.error_dict


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"grace": 9}, "grace", "不能大于现行的 5 日"),
        ({"red_after": 45}, "red_after", "不能大于现行的 30 日"),
        ({"unlisted_share": 11}, "unlisted_share", "只能更严"),
    ],
)
def test_an_area_does_not_loosen_a_threshold(client, province, changed, field, said):
    own, _ = officer("530900"), region("530902")
    client.force_login(own)
    page = reverse("alerts:rule_change", args=["PAY-01"])
    plain = WagesOverdue.defaults() | {"level": "yellow", "disposal_days": 20, "enabled": "on", "reason": "本市要求"}
    sent = plain | {"valid_from": tomorrow(), "regions": "530902"}
    answer = client.post(page, sent | changed)
    assert answer.status_code == 422
    assert said in "".join(answer.context["form"].errors[field])
    assert not RuleProposal.objects.exists()
    assert client.post(page, sent | {"grace": 3, "orange_after": 10}).status_code == 302


def test_every_threshold_says_which_way_is_stricter():
    """Where there is no such way, for the reason given in the rule."""
    silent = {f"{rule.code} {name}" for rule in rules() for name, p in rule.parameters.items() if p.stricter is None}
    silent = {name for name in silent if not name.startswith("TEST")}
    assert silent == {"AGE-01 male_limit", "AGE-01 female_limit", "PAY-08 days", "PAY-10 share"}
    assert not [rule.code for rule in rules() if rule().contradictions()]


def test_an_area_tightens_upwards_where_more_is_stricter_and_leaves_what_has_no_direction(province):
    """The warning ahead of an expiry comes sooner the more days it has; ages are the law's."""
    own = officer("530900")
    terms = {"by": own, "enabled": True, "regions": ["530900"], "reason": "本市要求", "valid_from": tomorrow()}
    held = {"level": "yellow", "disposal_days": 30}
    with pytest.raises(ValidationError, match="不能小于现行的"):
        services.propose_change(rule=DepositExpiring, params={"soon": 1}, **terms, **held)
    services.propose_change(rule=DepositExpiring, params={"soon": 90}, **terms, **held)
    with pytest.raises(ValidationError, match="由省级统一设置"):
        services.propose_change(rule=AgeOutsideLaw, params={"male_limit": 60}, **terms, **held)
    services.propose_change(rule=AgeOutsideLaw, params={}, **terms, **held | {"level": "red"})
    by_province = terms | {"by": province}
    services.propose_change(rule=WagesOverdue, params={"grace": 9}, **by_province, **held)


def test_an_area_does_not_loosen_what_another_industry_has_there(province, second):
    """A county's setting for all industries would take the place of the prefecture's for one of them."""
    own = propose(
        province, params={"days": 3}, regions=["530900"], industries=["water"], valid_from=timezone.localdate()
    )
    services.approve_proposal(own, by=second)
    region("530902")
    with pytest.raises(ValidationError, match="不能大于现行的 3 日"):
        propose(officer("530900"), tried=False, regions=["530902"], params={"days": 5})
    propose(officer("530900"), tried=False, regions=["530902"], industries=["housing"], params={"days": 5})


def test_a_fall_of_warnings_under_an_area_s_setting_is_marked(client, province):
    """Of proposals made before a threshold had a direction, or by an interplay nobody foresaw."""
    project(actual_start_on=timezone.localdate() - timedelta(days=9))
    own = officer("530900")
    made = proposal(proposed_by=own, regions=[own.region.code], params=NobodyAttends.defaults() | {"days": 30})
    services.try_again(made, by=province)
    made.refresh_from_db()
    jobs.run(made.job.pk)
    client.force_login(province)
    assert "本地设置应当更严" not in client.get(made.get_absolute_url()).content.decode()  # nothing is open yet
    raised(NobodyAttends, timezone.localdate())
    client.post(act(made, "try"))
    made.refresh_from_db()
    assert jobs.run(made.job.pk).state == Job.State.DONE
    assert "本地设置应当更严" in client.get(made.get_absolute_url()).content.decode()


# --- who is told -----------------------------------------------------------------------------------------------------


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("text", flat=True))


def test_whoever_may_decide_is_told_and_the_proposer_of_the_decision(client, province, second):
    own, county = officer("530900"), officer("530902")
    made = propose(own, tried=False, regions=["530902"], params={"days": 5})
    assert [("REAL-03" in text, "请审批" in text) for text in told(second)] == [(True, True)]
    assert told(province) == told(second)
    assert not told(own)
    assert not told(county)
    client.force_login(second)
    assert "待您审批" in client.get(reverse("alerts:rule_list")).content.decode()
    assert f"第 {made.pk} 号提议" in client.get(DETAIL).content.decode()
    assert jobs.run(made.job.pk).state == Job.State.DONE
    services.approve_proposal(made, by=second, opinion="同意")
    (text,) = told(own)
    assert "已批准" in text
    assert "同意" in text
    other = propose(province, tried=False, regions=["530902"])
    services.refuse_proposal(other, by=second, reason="依据不足")
    assert "依据不足" in told(province)[-1]
    assert "待您审批" not in client.get(reverse("alerts:rule_list")).content.decode()


def test_the_proposer_is_not_asked_to_decide(client, province):
    propose(province, tried=False)
    assert not told(province)
    client.force_login(province)
    assert "待您审批" not in client.get(DETAIL).content.decode()


def test_the_page_of_a_rule_says_what_comes_into_force_and_when(client, province, second):
    services.approve_proposal(propose(province, params={"days": 30}), by=second)
    client.force_login(clerk())
    text = client.get(DETAIL).content.decode()
    assert f"下一版本自 {tomorrow()} 起施行" in text
    assert "无考勤天数由 7 日 改为 30 日" in text
    services.approve_proposal(propose(province, params={"days": 9}, valid_from=timezone.localdate()), by=second)
    assert client.get(DETAIL).content.decode().count("下一版本自") == 1


def test_the_next_version_names_its_places_and_industries_also_in_the_catalogue(client, province, second):
    made = propose(province, params={"days": 30}, regions=["530902", "530921"], industries=["housing"])
    services.approve_proposal(made, by=second)
    places = "、".join(region(code).name for code in ("530902", "530921"))
    where = f"适用地区：{places}；适用行业：{Industry.HOUSING.label}"
    client.force_login(clerk())
    catalogue = reverse("alerts:rule_list")
    assert "适用行业：全部行业" not in client.get(catalogue).content.decode()
    for page in (DETAIL, catalogue):
        text = client.get(page).content.decode()
        assert "下一版本" in text
        assert f"{tomorrow()} 起" in text
        assert where in text
    services.approve_proposal(propose(province, params={"days": 20}), by=second)
    assert "适用地区：全省；适用行业：全部行业" in client.get(catalogue).content.decode()


def test_every_reader_watches_the_trial(client, province, second):
    made = propose(province, tried=False)
    progress = reverse("alerts:trial_progress", args=[made.rule_code, made.pk])
    client.force_login(second)
    assert f'hx-get="{progress}"' in client.get(made.get_absolute_url()).content.decode()
    Job.objects.filter(pk=made.job.pk).update(state=Job.State.RUNNING, done=1, total=4, message="核对日 2026-10-31")
    text = client.get(progress, headers={"HX-Request": "true"}).content.decode()
    assert "核对日 2026-10-31" in text
    assert f'hx-get="{progress}"' in text
    assert client.get(progress).url == made.get_absolute_url()


# --- who reads -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["530902"])
def test_a_county_reads_the_rules_but_proposes_nothing(client, province, at):
    client.force_login(officer(at))
    assert client.get(DETAIL).status_code == 200
    assert client.get(CHANGE).status_code == 403
    with pytest.raises(PermissionDenied):
        propose(officer(at), tried=False)


def test_a_proposal_is_read_where_it_touches(client, province):
    made = propose(province, tried=False, regions=[region("530902").code])
    expected = {"530000": 200, "530900": 200, "530902": 200, "530921": 404, "530100": 404}
    for at, status in expected.items():
        client.force_login(officer(at))
        assert client.get(made.get_absolute_url()).status_code == status, at
        assert (f"{made.get_absolute_url()}" in client.get(DETAIL).content.decode()) == (status == 200), at
    client.force_login(industry_officer("530900"))
    assert client.get(made.get_absolute_url()).status_code == 403
    assert made.get_absolute_url() not in client.get(DETAIL).content.decode()


def test_whoever_must_decide_finds_it_on_the_desk(client, province, second):
    made = propose(province, tried=False)
    for user, waits in ((second, True), (province, False), (officer("530900"), False)):
        client.force_login(user)
        assert ("待审批的规则变更" in client.get("/").content.decode()) is waits
    client.force_login(second)
    assert (
        made.get_absolute_url() in client.get(reverse("alerts:proposal_list"), {"state": "proposed"}).content.decode()
    )


def test_a_clerk_reads_a_rule_and_an_unknown_one_is_not_found(client, province):
    client.force_login(clerk())
    assert client.get(DETAIL).status_code == 200
    assert client.get(reverse("alerts:rule_detail", args=["NO-99"])).status_code == 404


def test_the_version_of_a_rule_that_is_gone_can_still_be_read(client, province):
    of = warning(setting=setting("GONE-01", params={"days": 3}))
    client.force_login(officer("530902"))
    answer = client.get(of.setting.get_absolute_url())
    assert answer.status_code == 200
    assert "该规则已不再执行" in answer.content.decode()


def test_an_open_warning_says_what_its_rule_says_now(db):
    old = {"rule_code": "PAY-01", "basis": "旧依据", "release_when": "旧办法"}
    still_open, closed = warning(**old), warning(**old, state="transferred")
    assert services.renew_texts() == 1
    assert services.renew_texts() == 0
    still_open.refresh_from_db()
    closed.refresh_from_db()
    assert (still_open.basis, still_open.release_when) == (WagesOverdue.basis, WagesOverdue.release_when)
    assert closed.basis == "旧依据"
