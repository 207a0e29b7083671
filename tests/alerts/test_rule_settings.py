from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from alerts import services
from alerts.models import RuleSetting
from alerts.rules.real_03_no_attendance import NobodyAttends
from core.models import AuditEntry
from tests.alerts.sweeping import raised
from tests.organizations.factories import clerk, officer, region
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
DETAIL = reverse("alerts:rule_detail", args=["REAL-03"])
CHANGE = reverse("alerts:rule_change", args=["REAL-03"])


@pytest.fixture
def province():
    services.sync_settings()
    return officer("530000")


def answers(**changed) -> dict:
    tomorrow = timezone.localdate() + timedelta(days=1)
    plain = {"days": 10, "linear_days": 20, "level": "red", "disposal_days": 15, "enabled": "on"}
    return plain | {"valid_from": tomorrow, "reason": "省厅通知", "region": "", "industry": ""} | changed


def test_the_province_changes_thresholds_from_a_day_on(client, province):
    client.force_login(province)
    assert client.post(CHANGE, answers()).url == DETAIL
    made = RuleSetting.objects.get(rule_code="REAL-03", version=2)
    assert (made.params, made.level, made.disposal_days) == ({"days": 10, "linear_days": 20}, "red", 15)
    assert made.created_by == province
    assert AuditEntry.objects.latest("id").action == "rule.change"
    text = client.get(DETAIL).content.decode()
    assert "第 2 版" in text
    assert "无考勤天数 10 日" in text
    assert "连续 7 日" in text  # the sentence of today


def test_a_change_takes_hold_on_its_day_and_where_it_is_meant(province):
    for at in ("530902", "530921"):
        project(at=at, actual_start_on=timezone.localdate() - timedelta(days=9))
    tomorrow = timezone.localdate() + timedelta(days=1)
    services.change_rule(
        rule=NobodyAttends, by=province, valid_from=tomorrow, level="red", disposal_days=5, enabled=True,
        params={"days": 30}, region=region("530902"), reason="试点",
    )  # fmt: skip
    assert len(raised(NobodyAttends, timezone.localdate())) == 2
    (left,) = raised(NobodyAttends, tomorrow)
    assert left.project.jurisdiction_id == "530921"


def test_yesterday_is_not_changed(client, province):
    client.force_login(province)
    answer = client.post(CHANGE, answers(valid_from=timezone.localdate() - timedelta(days=1)))
    assert answer.status_code == 422
    assert "生效日期不能早于今天。" in answer.content.decode()
    assert RuleSetting.objects.filter(rule_code="REAL-03").count() == 1


@pytest.mark.parametrize(
    "wrong", [{"days": "-1"}, {"days": ""}, {"level": "x"}, {"disposal_days": 0}, {"reason": ""}, {"region": "110000"}]
)
def test_wrong_answers_are_refused(client, province, wrong):
    client.force_login(province)
    assert client.post(CHANGE, answers(**wrong)).status_code == 422
    assert RuleSetting.objects.filter(rule_code="REAL-03").count() == 1


@pytest.mark.parametrize("at", ["530900", "530902"])
def test_other_levels_read_the_rules_but_do_not_change_them(client, province, at):
    client.force_login(officer(at))
    assert client.get(DETAIL).status_code == 200
    assert client.get(CHANGE).status_code == 403
    with pytest.raises(PermissionDenied):
        services.change_rule(
            rule=NobodyAttends, by=officer(at), valid_from=timezone.localdate(), level="red", disposal_days=5,
            enabled=True, params={}, reason="…",
        )  # fmt: skip


def test_a_clerk_reads_a_rule_and_an_unknown_one_is_not_found(client, province):
    client.force_login(clerk())
    assert client.get(DETAIL).status_code == 200
    assert client.get(reverse("alerts:rule_detail", args=["NO-99"])).status_code == 404
