"""What the pages of settings and proposals show."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Count, Q, Sum
from django.utils import timezone

from alerts.enums import ReleaseKind
from alerts.models import RuleProposal, RuleRun, RuleSetting, RuleTrial, TrialFigure, Warning
from alerts.models.proposal import ProposalQuerySet
from alerts.permissions import can_decide_rules
from alerts.rules import rule_of
from core import formats
from organizations.models import Region

FIGURES = ("held", "tried", "raised", "released")


def proposals_to_decide(user) -> ProposalQuerySet:
    """Changes of rules that wait for this person: not the own ones."""
    found = RuleProposal.objects.visible_to(user).waiting().exclude(proposed_by=user)
    return found if can_decide_rules(user) else found.none()


def rule_title(code: str) -> str:
    """Code and title; of a rule that is gone the code."""
    rule = rule_of(code)
    return f"{code} {rule.title}" if rule else code


@dataclass(frozen=True)
class Difference:
    label: str
    old: str
    new: str

    @property
    def changes(self) -> bool:
        return self.old != self.new


def differences(old: RuleSetting | None, new: RuleSetting | RuleProposal) -> list[Difference]:
    """Every line of a setting, beside the one it follows."""
    before = dict(_told(old)) if old else {}
    return [Difference(label, before.get(label, formats.BLANK), text) for label, text in _told(new)]


def _told(held: RuleSetting | RuleProposal) -> Iterable[tuple[str, str]]:
    rule = rule_of(held.rule_code)
    if rule:
        values = rule(held.params)
        for name, parameter in rule.parameters.items():
            yield parameter.label, parameter.text(getattr(values, name))
    else:
        yield from ((name, str(value)) for name, value in held.params.items())
    yield "预警级别", held.get_level_display()
    yield "处置期限", f"{held.disposal_days} 日"
    yield "启用", "启用" if held.enabled else "停用"
    yield "适用范围", held.reach
    yield "生效日期", formats.day(held.valid_from)
    yield "失效日期", formats.day(held.valid_to) if held.valid_to else "长期有效"


# --- trial -----------------------------------------------------------------------------------------------------------


@dataclass
class DayRow:
    """`links`: to the list of each change."""

    day: date
    is_today: bool
    held: int = 0
    tried: int = 0
    raised: int = 0
    released: int = 0
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceRow:
    """`goes_down`: there are places below it. What a region supervises itself (本级) has its code and goes nowhere."""

    code: str
    name: str
    goes_down: bool
    held: int
    tried: int
    raised: int
    released: int


def day_rows(trial: RuleTrial, figures, region: Region) -> list[DayRow]:
    """Today first; `figures`: what the reader may see of the trial's."""
    own = figures.filter(jurisdiction__code__startswith=region.prefix).order_by()
    summed = {row.pop("day"): row for row in own.values("day").annotate(**{name: Sum(name) for name in FIGURES})}
    return [DayRow(day, day == trial.day, **summed.get(day, {})) for day in trial.checked_days]


def place_rows(figures, region: Region, day: date) -> list[PlaceRow]:
    """What the region is the sum of on that day: its places that have findings, and what it supervises itself."""
    own = list(figures.filter(day=day, jurisdiction__code__startswith=region.prefix).values("jurisdiction", *FIGURES))
    children = list(Region.objects.below(region).order_by("code"))
    rows = [_place(child.code, child.name, child.prefix, own, len(child.prefix) < 6) for child in children]
    rows.append(_place(region.code, f"{region.name}{'本级' if children else ''}", region.code, own, False))
    return [row for row in rows if any(getattr(row, name) for name in FIGURES)]


def _place(code: str, name: str, prefix: str, figures: list[dict], goes_down: bool) -> PlaceRow:
    here = [row for row in figures if row["jurisdiction"].startswith(prefix)]
    return PlaceRow(code, name, goes_down, *(sum(row[figure] for row in here) for figure in FIGURES))


# --- what became of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """What the first sweep of everything under the approved setting did, and what the version has raised so far."""

    setting: RuleSetting
    first_run: RuleRun | None
    raised: int
    released: int


def effect_of(proposal: RuleProposal, user) -> Effect | None:
    setting = RuleSetting.objects.filter(proposal=proposal).first()
    if setting is None:
        return None
    begins = max(timezone.make_aware(datetime.combine(setting.valid_from, time.min)), setting.created_at)
    runs = RuleRun.objects.filter(rule_code=setting.rule_code, projects__isnull=True, error="", started_at__gte=begins)
    own = Warning.objects.visible_to(user).filter(setting=setting).order_by()
    counts = own.aggregate(raised=Count("pk"), released=Count("pk", filter=Q(release_kind=ReleaseKind.DATA)))
    return Effect(setting, runs.order_by("id").first(), **counts)


def figures_of(trial: RuleTrial, user):
    return TrialFigure.objects.visible_to(user).filter(trial=trial)
