from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import Before, Insert, Trigger

from alerts.enums import Level
from core.triggers import append_only
from organizations.enums import Industry
from organizations.models import Region

# Version 1 is the rule's own; what comes after it has been approved, as it was proposed. (No constraint: settings made
# before there were proposals stay.)
_APPROVED = """
IF NEW.version <> 1 AND NOT EXISTS (
    SELECT 1 FROM alerts_ruleproposal p
    WHERE p.id = NEW.proposal_id AND p.state = 'approved' AND p.rule_code = NEW.rule_code
      AND (p.enabled, p.level, p.disposal_days, p.params, p.industry, p.valid_from)
          = (NEW.enabled, NEW.level, NEW.disposal_days, NEW.params, NEW.industry, NEW.valid_from)
      AND p.region_id IS NOT DISTINCT FROM NEW.region_id AND p.valid_to IS NOT DISTINCT FROM NEW.valid_to
) THEN
    RAISE EXCEPTION 'a rule is changed by an approved proposal only' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class Reach:
    """What settings and proposals share: where they take hold."""

    @property
    def reach(self) -> str:
        place = self.region.name if self.region else "全省"
        return f"{place} {self.get_industry_display()}" if self.industry else place


class RuleSetting(Reach, models.Model):
    """How a rule is set from a day on, for everyone or for a region and industry. Never edited: a change is a new row
    with the next version, so that a warning can always name the setting that raised it (A2). Made of an approved
    `RuleProposal`; only version 1 comes from the rule's class."""

    shared_because = "the rules are published"

    rule_code = models.CharField("规则", max_length=20)
    version = models.PositiveIntegerField("版本")
    enabled = models.BooleanField("启用", default=True)
    level = models.CharField("预警级别", max_length=6, choices=Level)
    disposal_days = models.PositiveSmallIntegerField("处置期限（天）", default=30)
    params = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    region = models.ForeignKey(Region, verbose_name="适用地区", null=True, blank=True, on_delete=models.PROTECT)
    industry = models.CharField("适用行业", max_length=10, choices=Industry, blank=True)
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
