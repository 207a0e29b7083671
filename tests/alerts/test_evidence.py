import pytest

from alerts.evidence import evidence_of, parameters_of
from alerts.rules.pay_01_overdue import WagesOverdue
from tests.alerts.factories import setting, warning
from tests.organizations.factories import administrator, officer

pytestmark = pytest.mark.django_db

KEPT = {
    "columns": [
        {"key": "name", "label": "姓名", "kind": "text"},
        {"key": "days", "label": "天数", "kind": "number"},
        {"key": "net", "label": "实发（元）", "kind": "money"},
    ],
    "rows": [["张三", "20.50", "186500.00"], ["李四", None, "0.01"]],
    "link": "project",
    "links": [7, None],
    "total": 83,
    "sums": {"net": "595690.00"},
}


def test_values_are_shown_by_their_kind_and_sums_stay_exact():
    shown = evidence_of(warning(evidence=KEPT), officer())
    assert [[cell.text for cell in row.cells] for row in shown.rows] == [
        ["张三", "20.5", "186,500.00"],
        ["李四", "—", "0.01"],
    ]
    assert shown.sums == ["", "", "595,690.00"]
    assert shown.left_out == 81


def test_rows_lead_to_the_record_for_those_who_may_open_it():
    made = warning(evidence=KEPT)
    assert [row.url for row in evidence_of(made, officer()).rows] == ["/projects/7/", ""]
    assert [row.url for row in evidence_of(made, administrator()).rows] == ["", ""]


def test_a_page_that_does_not_exist_is_not_linked():
    shown = evidence_of(warning(evidence=KEPT | {"link": "nonsense"}), officer())
    assert shown.rows[0].url == ""


def test_a_warning_without_evidence_has_none():
    assert evidence_of(warning(), officer()) is None


def test_parameters_are_those_of_the_version_that_raised_it():
    old = setting("PAY-01", params={"grace": 9})
    setting("PAY-01", params={"grace": 1})
    assert parameters_of(warning(rule_code=WagesOverdue.code, setting=old)) == [("宽限", "9 日")]


def test_a_rule_that_is_gone_still_shows_its_figures():
    assert parameters_of(warning(setting=setting("OLD-01", params={"limit": 3}))) == [("limit", "3")]
