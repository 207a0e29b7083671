"""What the pages of settings and proposals show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Count, Q, Sum
from django.utils import timezone

from alerts.enums import Level, ReleaseKind, Standing
from alerts.findings import parts_of, settings_in_force
from alerts.models import (
    RuleProposal,
    RuleRun,
    RuleSetting,
    RuleTrial,
    TrialFigure,
    TrialRegrading,
    TrialStanding,
    Warning,
)
from alerts.models.proposal import ProposalQuerySet
from alerts.models.rule import name_places
from alerts.permissions import can_decide_rules
from alerts.rules import rule_of
from core import formats
from organizations.models import Region


def proposals_to_decide(user) -> ProposalQuerySet:
    """Changes of rules that wait for this person: not the own ones."""
    found = RuleProposal.objects.visible_to(user).waiting().exclude(proposed_by=user)
    return found if can_decide_rules(user) else found.none()


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
    yield "适用范围", held.whole_reach
    yield "生效日期", formats.day(held.valid_from)
    yield "失效日期", formats.day(held.valid_to) if held.valid_to else "长期有效"


@dataclass(frozen=True)
class Held:
    """A setting that was in force in a part of the reach when a change of it was proposed."""

    setting: RuleSetting
    where: str


def held_in_parts(proposal: RuleProposal) -> tuple[list[Held], list[RuleSetting]]:
    """Settings that differ from the one for all of the reach: those the change takes the place of, each with its
    parts, and the narrower ones within it, which it leaves alone."""
    day, code = timezone.localdate(proposal.proposed_at), proposal.rule_code
    known = [s for s in settings_in_force([code], day)[code] if s.created_at <= proposal.proposed_at]
    name_places([proposal, *known])
    held, replaced = parts_of(known), defaultdict(list)
    for part in proposal.parts:
        setting = next(setting for own, setting in held if own.encloses(part))
        if setting.pk != proposal.replaces_id:
            replaced[setting].append(proposal.told(part))
    inside = {s for own, s in held for part in proposal.parts if part.encloses(own) and own != part}
    narrower = sorted(inside - set(replaced), key=lambda setting: setting.version)
    return [Held(setting, "、".join(where)) for setting, where in replaced.items()], narrower


@dataclass(frozen=True)
class Coming:
    """A version that is approved and not yet in force, beside the one in force there today."""

    setting: RuleSetting
    changes: list[Difference]


def coming(code: str, today: date) -> list[Coming]:
    """The next ones first."""
    settings = RuleSetting.objects.filter(rule_code=code, valid_from__gt=today).select_related("proposal__replaces")
    found = list(settings.order_by("valid_from", "version"))
    replaced = [setting.proposal.replaces for setting in found if setting.proposal]
    name_places([*found, *replaced])
    return [Coming(one, _changes(one)) for one in found]


def _changes(setting: RuleSetting) -> list[Difference]:
    """Without the lines that say where and when: they stand in the sentence."""
    earlier = setting.proposal.replaces if setting.proposal else None
    told = [row for row in differences(earlier, setting) if row.changes]
    return [row for row in told if row.label not in ("适用范围", "生效日期")]


# --- trial -----------------------------------------------------------------------------------------------------------


@dataclass
class DayRow:
    """`links`: to the list behind each number."""

    day: date
    is_today: bool
    held: int = 0
    tried: int = 0
    raised: int = 0
    released: int = 0
    regraded: int = 0
    kept: int = 0
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
    regraded: int
    kept: int


@dataclass
class RegradingRow:
    """`url`: to its list."""

    day: date
    before: Level
    after: Level
    number: int
    url: str = ""


def regradings_of(trial: RuleTrial, user, region: Region) -> list[RegradingRow]:
    """By day, today first; the graver levels first."""
    own = TrialRegrading.objects.visible_to(user).filter(trial=trial, jurisdiction__code__startswith=region.prefix)
    sums = own.order_by().values_list("day", "before", "after").annotate(Sum("number"))
    rows = [RegradingRow(day, Level(before), Level(after), number) for day, before, after, number in sums]
    return sorted(rows, key=lambda row: (row.day, row.before.severity, row.after.severity), reverse=True)


@dataclass
class StandingRow:
    """`url`: to its list."""

    standing: Standing
    held: int
    tried: int
    url: str = ""


@dataclass(frozen=True)
class Standings:
    """Why findings and open warnings are not the same number."""

    found: list[StandingRow]
    unfound: list[StandingRow]

    @property
    def hits(self) -> tuple[int, int]:
        return _sums(self.found)

    @property
    def rows(self) -> list[StandingRow]:
        return self.found + self.unfound

    @property
    def open(self) -> int:
        """The same under either setting: open is what is open today."""
        return _sums(row for row in self.rows if row.standing.is_open)[0]


def _sums(rows: Iterable[StandingRow]) -> tuple[int, int]:
    rows = list(rows)
    return sum(row.held for row in rows), sum(row.tried for row in rows)


def standings_of(trial: RuleTrial, user, region: Region) -> Standings | None:
    """None: of a trial from before they were kept."""
    own = TrialStanding.objects.visible_to(user).filter(trial=trial, jurisdiction__code__startswith=region.prefix)
    sums = own.order_by().values("standing").annotate(held=Sum("held"), tried=Sum("tried"))
    counted = {row["standing"]: (row["held"], row["tried"]) for row in sums}
    rows = [StandingRow(standing, *counted[standing]) for standing in Standing if standing in counted]
    if not rows:
        return None
    return Standings([r for r in rows if r.standing.is_found], [r for r in rows if not r.standing.is_found])


def day_rows(trial: RuleTrial, figures, region: Region) -> list[DayRow]:
    """Today first; `figures`: what the reader may see of the trial's."""
    own = figures.filter(jurisdiction__code__startswith=region.prefix).order_by()
    summed = {
        row.pop("day"): row for row in own.values("day").annotate(**{name: Sum(name) for name in TrialFigure.COUNTS})
    }
    return [DayRow(day, day == trial.day, **summed.get(day, {})) for day in trial.checked_days]


def place_rows(figures, region: Region, day: date) -> list[PlaceRow]:
    """What the region is the sum of on that day: its places that have findings, and what it supervises itself."""
    own = list(
        figures.filter(day=day, jurisdiction__code__startswith=region.prefix).values(
            "jurisdiction", *TrialFigure.COUNTS
        )
    )
    children = list(Region.objects.below(region).order_by("code"))
    rows = [_place(child.code, child.name, child.prefix, own, len(child.prefix) < 6) for child in children]
    rows.append(_place(region.code, f"{region.name}{'本级' if children else ''}", region.code, own, False))
    return [row for row in rows if any(getattr(row, name) for name in TrialFigure.COUNTS)]


def _place(code: str, name: str, prefix: str, figures: list[dict], goes_down: bool) -> PlaceRow:
    here = [row for row in figures if row["jurisdiction"].startswith(prefix)]
    return PlaceRow(code, name, goes_down, *(sum(row[figure] for row in here) for figure in TrialFigure.COUNTS))


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
