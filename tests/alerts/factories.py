"""Objects for tests; every argument has a plain default."""

from datetime import date, timedelta

import pgtrigger
from django.utils import timezone

from alerts.enums import Act, Conclusion, Level, Subject, WarningState
from alerts.models import CaseLead, Disposal, RuleProposal, RuleSetting, RuleTrial, Warning
from alerts.trial import content_of, trial_days
from core.models import Job
from projects.models import Project
from tests.organizations.factories import officer
from tests.projects.factories import project as make_project

TODAY = date(2026, 11, 20)


def setting(code: str = "TEST-00", **fields) -> RuleSetting:
    """Versions after the first come from an approved proposal; here from one that nobody had to try."""
    version = RuleSetting.objects.filter(rule_code=code).count() + 1
    defaults = {"level": Level.ORANGE, "valid_from": date(2020, 5, 1), "disposal_days": 30} | fields
    if version == 1:
        return RuleSetting.objects.create(rule_code=code, version=1, **defaults)
    defaults.pop("version", None)
    made = proposal(code, state="approved", decided_by=officer("530000"), decided_at=timezone.now(), **defaults)
    return RuleSetting.objects.create(version=version, proposal=made, **content_of(made))


def proposal(code: str = "REAL-03", **fields) -> RuleProposal:
    by = fields.pop("proposed_by", None) or officer("530000")
    first = RuleSetting.objects.filter(rule_code=code, version=1).first()
    defaults = {"level": Level.RED, "valid_from": timezone.localdate(), "disposal_days": 15, "reason": "省厅通知"}
    defaults |= {"proposed_by": by, "office": by.organization, "replaces": first}
    return RuleProposal.objects.create(rule_code=code, **(defaults | fields))


def trial(of: RuleProposal, **fields) -> RuleTrial:
    """A trial that found what the caller adds."""
    day = timezone.localdate()
    defaults = {"day": day, "days": [str(one) for one in trial_days(day)], "milliseconds": 1, "projects": 1}
    done = Job.objects.create(kind="test", title="规则试算", owner=of.proposed_by, state=Job.State.DONE)
    RuleProposal.objects.filter(pk=of.pk, state="proposed").update(job=done)
    return RuleTrial.objects.create(proposal=of, **(defaults | fields))


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
