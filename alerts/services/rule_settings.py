"""The first settings of the rules, and the record of their runs."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alerts.models import RuleRun, RuleSetting
from alerts.permissions import can_change_rules
from alerts.rules import Rule, rules
from core import audit
from organizations.models import Region

FIRST_DAY = date(2020, 5, 1)  # 《保障农民工工资支付条例》 came into force
RUNS_KEPT = timedelta(days=90)


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


@transaction.atomic
def change_rule(
    *,
    rule: type[Rule],
    by,
    valid_from: date,
    level: str,
    disposal_days: int,
    enabled: bool,
    params: dict,
    region: Region | None = None,
    industry: str = "",
    reason: str,
) -> RuleSetting:
    """The rule's next version, from a day on, for everyone or for a region and industry (A2). Older versions stay as
    they are: where two have the same reach, the newer one counts from its first day."""
    if not can_change_rules(by):
        raise PermissionDenied
    if valid_from < timezone.localdate():
        raise ValidationError({"valid_from": "生效日期不能早于今天。"})
    own = RuleSetting.objects.filter(rule_code=rule.code)
    list(own.order_by("pk").select_for_update())  # changes of one rule come one after the other
    setting = RuleSetting.objects.create(
        rule_code=rule.code,
        version=(own.aggregate(last=Max("version"))["last"] or 0) + 1,
        level=level,
        disposal_days=disposal_days,
        enabled=enabled,
        params=rule.defaults() | params,
        region=region,
        industry=industry,
        valid_from=valid_from,
        reason=reason,
        created_by=by,
    )
    audit.record("rule.change", by=by, target=setting, rule=rule.code, version=setting.version)
    return setting


def forget_old_runs() -> None:
    """Runs for a few changed projects come by the thousand; those of the nightly sweep are kept."""
    RuleRun.objects.filter(projects__isnull=False, started_at__lt=timezone.now() - RUNS_KEPT).delete()
