"""Writes about warnings and rules."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from alerts.enums import Act
from alerts.models import Disposal, RuleRun, RuleSetting, Warning
from alerts.rules import Rule, rules
from organizations.enums import RegionLevel

STEP = 2  # digits of the region code from one office to the next one up
RUNS_KEPT = timedelta(days=90)
FIRST_DAY = date(2020, 5, 1)  # 《保障农民工工资支付条例》 came into force


def sync_settings(chosen: list[type[Rule]] | None = None) -> int:
    """Version 1 of every rule that has no setting yet: the defaults of its class, for everyone. Safe to repeat."""
    known = set(RuleSetting.objects.values_list("rule_code", flat=True).distinct())
    missing = [rule for rule in (rules() if chosen is None else chosen) if rule.code not in known]
    RuleSetting.objects.bulk_create([_first_version(rule) for rule in missing], ignore_conflicts=True)
    return len(missing)


def _first_version(rule: type[Rule]) -> RuleSetting:
    return RuleSetting(
        rule_code=rule.code,
        version=1,
        level=rule.level,
        disposal_days=rule.disposal_days,
        params=rule.defaults(),
        valid_from=FIRST_DAY,
        reason="系统初始设置",
    )


def forget_old_runs() -> None:
    """Runs for a few changed projects come by the thousand; those of the nightly sweep are kept."""
    RuleRun.objects.filter(projects__isnull=False, started_at__lt=timezone.now() - RUNS_KEPT).delete()


@transaction.atomic
def escalate_overdue(*, today: date) -> int:
    """An overdue warning goes up one level, and one more for every further disposal term it stays overdue (A4: the
    office above gets the time the office below had). What was missed is made up for; running it twice changes
    nothing. Returns how many steps were taken."""
    overdue = Warning.objects.overdue(today).filter(office_level__gt=RegionLevel.PROVINCE).select_related("setting")
    late = [warning.pk for warning in overdue if _office_level(warning, today) < warning.office_level]
    warnings = list(overdue.filter(pk__in=late).order_by("pk").select_for_update(of=("self",)))
    acts = [act for warning in warnings for act in _escalate(warning, today)]
    Warning.objects.bulk_update(warnings, ["office_level"], batch_size=500)
    Disposal.objects.bulk_create(acts, batch_size=500)
    return len(acts)


def _office_level(warning: Warning, today: date) -> int:
    """The level an overdue warning should have reached by now."""
    terms = ((today - warning.due_on).days - 1) // max(warning.setting.disposal_days, 1) + 1
    return max(warning.home_level - STEP * terms, RegionLevel.PROVINCE)


def _escalate(warning: Warning, today: date) -> Iterator[Disposal]:
    target = _office_level(warning, today)
    while warning.office_level > target:
        warning.office_level -= STEP
        office = RegionLevel(warning.office_level).label
        text = f"超过处置期限 {warning.due_on} 未办结，上报{office}人社部门。"
        state = warning.state
        yield Disposal(warning=warning, act=Act.ESCALATED, from_state=state, to_state=state, text=text)
