"""The first settings of the rules, and the record of their runs."""

from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from alerts.enums import OPEN_STATES
from alerts.models import RuleRun, RuleSetting
from alerts.rules import Rule, rules

FIRST_DAY = date(2020, 5, 1)  # 《保障农民工工资支付条例》 came into force
RUNS_KEPT = timedelta(days=90)
RENEW = """
UPDATE alerts_warning w SET basis = r.basis, release_when = r.release_when
FROM unnest(%s::text[], %s::text[], %s::text[]) r (code, basis, release_when)
WHERE w.rule_code = r.code AND w.state = ANY(%s) AND (w.basis, w.release_when) <> (r.basis, r.release_when)
"""


def sync_settings(chosen: list[type[Rule]] | None = None) -> int:
    """Version 1 of every rule that has no setting yet: the defaults of its class, for everyone. Safe to repeat."""
    known = set(RuleSetting.objects.values_list("rule_code", flat=True).distinct())
    missing = [rule for rule in (rules() if chosen is None else chosen) if rule.code not in known]
    RuleSetting.objects.bulk_create([_first_version(rule) for rule in missing], ignore_conflicts=True)
    return len(missing)


def renew_texts() -> int:
    """What an open warning says of its rule, where a new release words it otherwise: orders are filled in from it. A
    closed warning, and an order that went out, keep what they said."""
    texts = zip(*((rule.code, rule.basis, rule.release_when) for rule in rules()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(RENEW, [*map(list, texts), list(OPEN_STATES)])
        return cursor.rowcount


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
