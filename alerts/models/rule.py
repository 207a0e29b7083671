from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from pgtrigger import Before, Insert, Trigger

from alerts.enums import Level
from core.triggers import append_only
from organizations.enums import Industry, prefix_of
from organizations.models import Region

# Version 1 is the rule's own; what comes after it has been approved, as it was proposed. (No constraint: settings made
# before there were proposals stay.)
_APPROVED = """
IF NEW.version <> 1 AND NOT EXISTS (
    SELECT 1 FROM alerts_ruleproposal p
    WHERE p.id = NEW.proposal_id AND p.state = 'approved' AND p.rule_code = NEW.rule_code
      AND (p.enabled, p.level, p.disposal_days, p.params, p.regions, p.industries, p.valid_from)
          = (NEW.enabled, NEW.level, NEW.disposal_days, NEW.params, NEW.regions, NEW.industries, NEW.valid_from)
      AND p.valid_to IS NOT DISTINCT FROM NEW.valid_to
) THEN
    RAISE EXCEPTION 'a rule is changed by an approved proposal only' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


PLACES_TOLD = 3


@dataclass(frozen=True)
class Part:
    """One place and one industry; empty: all of them."""

    region: str
    industry: str

    @property
    def prefix(self) -> str:
        return prefix_of(self.region) if self.region else ""

    def encloses(self, other: "Part") -> bool:
        return other.prefix.startswith(self.prefix) and self.industry in ("", other.industry)

    def overlaps(self, other: "Part") -> bool:
        """Some project may lie in both."""
        nested = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        return nested and (self.industry == other.industry or "" in (self.industry, other.industry))

    @property
    def rank(self) -> tuple[int, bool]:
        """The most specific first."""
        return -len(self.prefix), not self.industry


class Reach:
    """Where a setting takes hold, in words and parts. (Without fields: the first migrations name it as a base.)"""

    @property
    def parts(self) -> list[Part]:
        return [Part(region, industry) for region in self.regions or [""] for industry in self.industries or [""]]

    @property
    def is_general(self) -> bool:
        return not self.regions and not self.industries

    @cached_property
    def places(self) -> list[str]:
        """The regions' names. Of many settings at once: `name_places`."""
        return list(_names(self.regions).values())

    @property
    def reach(self) -> str:
        """As it stands in a row; `whole_reach` names every place."""
        return self._told(self.places[:PLACES_TOLD], f"等 {len(self.places)} 地")

    @property
    def whole_reach(self) -> str:
        return self._told(self.places, "")

    @property
    def scope_told(self) -> str:
        """Both named, also where it is all of them."""
        industries = "、".join(Industry(industry).label for industry in self.industries)
        return f"适用地区：{'、'.join(self.places) or '全省'}；适用行业：{industries or '全部行业'}"

    def told(self, part: Part) -> str:
        """One of its parts in words."""
        where = dict(zip(self.regions, self.places, strict=True)).get(part.region, "全省")
        return f"{where} {Industry(part.industry).label}" if part.industry else where

    def _told(self, places: list[str], more: str) -> str:
        where = "、".join(places) + (more if len(places) < len(self.places) else "")
        industries = "、".join(Industry(industry).label for industry in self.industries)
        return f"{where or '全省'} {industries}".strip()


class WithReach(Reach, models.Model):
    """What settings and proposals share: where they take hold. No region: everywhere, no industry: all of them."""

    regions = ArrayField(models.CharField(max_length=6), verbose_name="适用地区", default=list, blank=True)
    industries = ArrayField(
        models.CharField(max_length=10, choices=Industry), verbose_name="适用行业", default=list, blank=True
    )

    class Meta:
        abstract = True


def _names(codes: Iterable[str]) -> dict[str, str]:
    codes = list(codes)
    known = dict(Region.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return {code: known.get(code, code) for code in codes}


def name_places(held: Iterable[Reach]) -> None:
    """One query for all of them."""
    held = list(held)
    names = _names({code for one in held for code in one.regions})
    for one in held:
        one.places = [names[code] for code in one.regions]


class RuleSetting(WithReach):
    """How a rule is set from a day on, for everyone or for some regions and industries. Never edited: a change is a
    new row with the next version, so that a warning can always name the setting that raised it (A2). Made of an
    approved `RuleProposal`; only version 1 comes from the rule's class."""

    shared_because = "the rules are published"

    rule_code = models.CharField("规则", max_length=20)
    version = models.PositiveIntegerField("版本")
    enabled = models.BooleanField("启用", default=True)
    level = models.CharField("预警级别", max_length=6, choices=Level)
    disposal_days = models.PositiveSmallIntegerField("处置期限（天）", default=30)
    params = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    reason = models.CharField("变更说明", max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    proposal = models.OneToOneField(
        "alerts.RuleProposal", verbose_name="提议", null=True, on_delete=models.PROTECT, related_name="setting"
    )

    class Meta:
        verbose_name = "规则设置"
        verbose_name_plural = verbose_name
        ordering = ["rule_code", "-version"]
        constraints = [models.UniqueConstraint(fields=["rule_code", "version"], name="rule_setting_version_unique")]
        triggers = [*append_only(), Trigger(name="approved", when=Before, operation=Insert, func=_APPROVED)]

    def __str__(self) -> str:
        return f"{self.rule_code} 第{self.version}版"

    def get_absolute_url(self) -> str:
        return reverse("alerts:rule_version", args=[self.rule_code, self.version])

    @classmethod
    def in_force_q(cls, day) -> Q:
        return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class RuleRun(models.Model):
    """One rule in one sweep: what it found and did, or how it crashed. A crash never becomes a warning."""

    shared_because = "operation figures without project data"

    rule_code = models.CharField("规则", max_length=20)
    sweep = models.UUIDField("批次")
    started_at = models.DateTimeField("开始时间", default=timezone.now)
    milliseconds = models.PositiveIntegerField("用时（毫秒）", default=0)
    projects = models.PositiveIntegerField("项目数", null=True, help_text="空为全部")
    found = models.PositiveIntegerField("命中", default=0)
    opened = models.PositiveIntegerField("新增", default=0)
    released = models.PositiveIntegerField("解除", default=0)
    error = models.TextField("故障", blank=True)

    class Meta:
        verbose_name = "规则运行"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["rule_code", "-id"])]

    def __str__(self) -> str:
        return f"{self.rule_code} {self.started_at:%Y-%m-%d %H:%M}"
