"""What a warning's rule still finds of it on today's data: asked for its project alone, written nowhere."""

from datetime import date

import structlog
from django.db import connection, transaction

from alerts import findings
from alerts.models import RuleSetting, Warning
from alerts.rules import rule_of

log = structlog.get_logger(__name__)
CRASHED = "规则核对时出错，不能确认问题已经消除。"


def still_found(warning: Warning, today: date) -> str:
    """The finding as a sentence; empty when there is none, or no such rule any more. The rule is asked whatever the
    project's status, and also when it was switched off: neither mends anything."""
    rule = rule_of(warning.rule_code)
    if rule is None:
        return ""
    asked = rule(_setting(warning, today).params)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            facts = findings.of_project(cursor, asked, warning.project_id, today).get(warning.subject_key)
        return "" if facts is None else asked.message(facts)[:500]
    except Exception as error:  # as in a sweep: whatever a rule does wrong settles nothing
        log.error("recheck_failed", rule=rule.code, error=type(error).__name__)
        return CRASHED


def _setting(warning: Warning, today: date) -> RuleSetting:
    """The most specific in force for the project; without any the one that raised the warning."""
    project = warning.project
    held = findings.settings_in_force([warning.rule_code], today)[warning.rule_code]
    reaching = (
        setting
        for part, setting in findings.parts_of(held)
        if project.jurisdiction_id.startswith(part.prefix) and part.industry in ("", project.industry)
    )
    return next(reaching, warning.setting)
