"""Objects for tests; every argument has a plain default."""

from datetime import date, timedelta

import pgtrigger

from alerts.enums import Act, Conclusion, Level, Subject, WarningState
from alerts.models import CaseLead, Disposal, RuleSetting, Warning
from projects.models import Project
from tests.projects.factories import project as make_project

TODAY = date(2026, 11, 20)


def setting(code: str = "TEST-00", **fields) -> RuleSetting:
    version = RuleSetting.objects.filter(rule_code=code).count() + 1
    defaults = {"version": version, "level": Level.ORANGE, "valid_from": date(2020, 5, 1)}
    return RuleSetting.objects.create(rule_code=code, **(defaults | fields))


def warning(of: Project | None = None, **fields) -> Warning:
    of = of or make_project()
    code = fields.pop("rule_code", "TEST-00")
    in_force = fields.pop("setting", None) or RuleSetting.objects.filter(rule_code=code).first() or setting(code)
    defaults = {
        "subject_key": str(Warning.objects.count()),
        "subject": Subject.PAY,
        "title": "工资逾期未发",
        "level": Level.ORANGE,
        "basis": "《保障农民工工资支付条例》第十三条",
        "message": "2026年9月有 3 人工资未发。",
        "release_when": "补发后自动解除。",
        "due_on": TODAY + timedelta(days=30),
        "office_level": of.jurisdiction.level,
        "home_level": of.jurisdiction.level,
    }
    made = Warning.objects.create(project=of, rule_code=code, setting=in_force, **(defaults | fields))
    Disposal.objects.create(warning=made, act=Act.RAISED, to_state=WarningState.NEW, at=made.raised_at)
    return made


def case_lead(of: Warning, by, **fields) -> CaseLead:
    facts = {"number": f"案{of.pk}", "reason": "涉嫌违法", "due_on": TODAY + timedelta(days=7), "opened_by": by}
    return CaseLead.objects.create(project=of.project, warning=of, **(facts | fields))


def concluded(lead: CaseLead) -> CaseLead:
    lead.state, lead.conclusion = CaseLead.State.CLOSED, Conclusion.ORDERED
    lead.begun_on = lead.concluded_on = TODAY
    lead.save()
    return lead


def set_due(warning: Warning, day: date, **fields) -> None:
    """As time would: nobody moves a deadline so."""
    with pgtrigger.ignore("alerts.Warning:deadline_moves_by_extension"):
        Warning.objects.filter(pk=warning.pk).update(due_on=day, **fields)
    warning.refresh_from_db()
