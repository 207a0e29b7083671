import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from alerts.management.commands import rules_doc
from alerts.models import RuleSetting, Warning
from alerts.rules import Parameter, Rule, rules
from alerts.services import sync_settings
from tests.projects.factories import project


def test_the_document_is_up_to_date():
    assert rules_doc.FILE.read_text(encoding="utf-8") == rules_doc.document(), "run manage.py rules_doc"


def test_the_catalogue_has_every_rule_the_law_asks_for():
    codes = {rule.code for rule in rules()}
    assert codes >= {
        *("ACC-01", "ACC-02", "REAL-01", "REAL-02", "REAL-03", "OFF-01", "DATA-01", "DATA-02", "DISP-01"),
        *("REAL-04", "REAL-05", "CON-01", "KEY-01", "AGE-01", "EXIT-01", "NOTE-01", "CASE-01"),
        *("FILE-01", "JUR-01", "MERGE-01", "LOG-02", "LOG-03", "LOG-05", "LOG-06"),
        *("PAY-01", "PAY-02", "PAY-04", "PAY-05", "PAY-07", "LOG-01"),
        *("ACC-03", "ACC-04", "LAB-01", "LAB-02", "DEP-01", "DEP-02", "DEP-03", "GUAR-02", "PAY-03", "PAY-08"),
        *("PAY-09", "PAY-10", "PAY-11", "DATA-03", "DATA-04", "LOG-04"),
    }


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_a_rule_says_everything_a_warning_needs(rule):
    assert rule().sentence.endswith("。")
    assert "{" not in rule().sentence
    assert rule.title
    assert rule.basis.startswith("《")
    assert not re.search("[湘黔吉鲁]人社|省|指标", rule.basis)  # an order names national law only
    assert rule.release_when.endswith("。")
    assert rule.remedy.endswith("。")
    assert rule.remedy.count("。") == 1
    assert "自动解除" not in rule.remedy
    assert len(rule.basis) <= 300
    assert len(rule.release_when) <= 300
    assert rule.columns
    assert all(parameter.label for parameter in rule.parameters.values())


def test_rules_reads_warnings_run_last():
    assert rules()[-1].reads_warnings


def test_two_rules_cannot_share_a_code():
    with pytest.raises(ValueError, match="ACC-01"):
        type("Twin", (Rule,), {"code": "ACC-01", "__doc__": "重复。"})


def test_a_setting_changes_the_sentence_and_keeps_the_type():
    rule = next(rule for rule in rules() if rule.code == "PAY-04")
    changed = rule({"month_limit": "60000", "unknown": 1})
    assert changed.month_limit == 60000
    assert "60,000 元" in changed.sentence
    assert isinstance(rule.month_limit, Parameter)


@pytest.mark.django_db
def test_settings_start_with_the_defaults_of_the_class_and_are_made_once():
    assert sync_settings() == len(rules())
    assert sync_settings() == 0
    assert RuleSetting.objects.get(rule_code="PAY-01").params == {
        "grace": 5,
        "orange_after": 15,
        "red_after": 30,
        "unlisted_share": 10,
    }


@pytest.mark.django_db
def test_the_command_sweeps_one_project_as_of_a_day():
    one = project(actual_start_on="2026-07-20")
    project(actual_start_on="2026-07-20")
    call_command("sweep", today=None, project=[one.code], stdout=(out := StringIO()))
    assert "REAL-01  命中 1  新增 1" in out.getvalue()
    assert set(Warning.objects.values_list("project", flat=True)) == {one.pk}


@pytest.mark.django_db
def test_the_command_refuses_an_unknown_project():
    with pytest.raises(CommandError, match="没有这个项目编码：X1"):
        call_command("sweep", project=["X1"])
