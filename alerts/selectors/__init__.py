"""Figures about warnings. Each takes warnings the caller has already narrowed to a scope and is one query."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.functions import Left, TruncDate
from django.utils import timezone

from alerts.enums import (
    CONTRACTORS,
    FOR_CONTRACTORS,
    INTERNAL,
    OPEN_STATES,
    Act,
    DemandKind,
    DemandState,
    Level,
    WarningState,
)
from alerts.models import Demand, Disposal, RuleRun, RuleSetting, Warning
from alerts.models.rule import name_places
from alerts.models.warning import WarningQuerySet
from alerts.rules import Rule, rule_of
from alerts.rules.base import rule_title
from alerts.selectors.bulletin import OfficeFigure, bulletin, late_q, with_settled
from alerts.selectors.demands import EARLIER, PAPERS, SentFile, demand_thread, predecessors, sent_files, waiting_for
from alerts.selectors.proposals import proposals_to_decide
from core import attachments
from organizations.enums import Role
from organizations.models import Region

__all__ = [
    "EARLIER",
    "PAPERS",
    "OfficeFigure",
    "SentFile",
    "bulletin",
    "demand_thread",
    "late_q",
    "predecessors",
    "proposals_to_decide",
    "rule_title",
    "sent_files",
    "waiting_for",
    "with_settled",
]

SOON = 7  # days before the deadline
AGES = ((0, 7, "7 日以内"), (8, 15, "8–15 日"), (16, 30, "16–30 日"), (31, None, "30 日以上"))


@dataclass(frozen=True)
class Summary:
    open: int
    red: int
    orange: int
    yellow: int
    waiting: int  # not yet accepted by anybody
    urgent: int  # overdue, and the two parts that follow
    urgent_soon: int
    urgent_above: int
    due_soon: int
    overdue: int


@dataclass(frozen=True)
class LevelFigure:
    level: Level
    count: int
    overdue: int


@dataclass(frozen=True)
class AgeFigure:
    """Open warnings raised between `first` and `last` days ago; `last` None has no end."""

    label: str
    first: int
    last: int | None
    count: int
    red: int


@dataclass(frozen=True)
class DayFigure:
    day: date
    raised: int
    released: int


@dataclass(frozen=True)
class PlaceFigure:
    region: Region
    open: int
    red: int
    overdue: int


def waiting(warnings: WarningQuerySet, user) -> WarningQuerySet:
    """Not yet accepted by anybody; for an officer those the own office may accept."""
    return warnings.filter(_waiting_q(user))


def _waiting_q(user) -> Q:
    found = Q(state=WarningState.NEW)
    return found & _own_q(user.level) if user and user.role == Role.OFFICER else found


def _own_q(level: int) -> Q:
    return Q(office_level__lte=level, home_level__gte=level)


def asked_of(warnings: WarningQuerySet, user) -> WarningQuerySet:
    """Those about which the user's department still owes its opinion."""
    own = {"kind": DemandKind.OPINION, "state": DemandState.OPEN, "of": user.organization_id}
    return warnings.filter(Exists(Demand.objects.filter(warning=OuterRef("pk"), **own)))


def urgent(warnings: WarningQuerySet, user, today: date) -> WarningQuerySet:
    """Overdue; nearly due, for an officer only at the own office, or sent up to it."""
    return warnings.open().filter(_urgent_q(user, today))


def _urgent_q(user, today: date) -> Q:
    return Q(due_on__lt=today) | _urgent_soon_q(user, today) | _urgent_above_q(user, today)


def _urgent_soon_q(user, today: date) -> Q:
    soon = Q(due_on__range=(today, today + timedelta(days=SOON)))
    return soon & _own_q(user.level) if user and user.role == Role.OFFICER else soon


def _urgent_above_q(user, today: date) -> Q:
    """Sent up to the own office, and due later than that: no warning is counted twice."""
    later = Q(due_on__gt=today + timedelta(days=SOON))
    if user and user.role == Role.OFFICER:
        return later & Q(office_level=user.level, home_level__gt=user.level)
    return Q(pk__in=())


def summary(warnings: WarningQuerySet, today: date, user=None) -> Summary:
    """`waiting` and `urgent` are those of `user`; without one, whatever nobody has accepted, whatever is due soon."""
    counts = (
        warnings.open()
        .order_by()
        .aggregate(
            open=Count("pk"),
            red=Count("pk", filter=Q(level=Level.RED)),
            orange=Count("pk", filter=Q(level=Level.ORANGE)),
            yellow=Count("pk", filter=Q(level=Level.YELLOW)),
            waiting=Count("pk", filter=_waiting_q(user)),
            urgent=Count("pk", filter=_urgent_q(user, today)),
            urgent_soon=Count("pk", filter=_urgent_soon_q(user, today)),
            urgent_above=Count("pk", filter=_urgent_above_q(user, today)),
            due_soon=Count("pk", filter=Q(due_on__range=(today, today + timedelta(days=SOON)))),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
        )
    )
    return Summary(**counts)


def by_level(warnings: WarningQuerySet, today: date) -> list[LevelFigure]:
    """Every level, the gravest first, also those without a warning."""
    counted = warnings.open().order_by().values("level")
    counts = {
        row["level"]: row for row in counted.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    }
    empty = {"n": 0, "late": 0}
    rows = [(level, counts.get(level, empty)) for level in Level]
    return [LevelFigure(level, row["n"], row["late"]) for level, row in rows]


def age_q(today: date, first: int, last: int | None) -> Q:
    """Raised between `first` and `last` days before today."""
    condition = Q(raised_at__lt=_midnight(today - timedelta(days=first - 1)))
    return condition if last is None else condition & Q(raised_at__gte=_midnight(today - timedelta(days=last)))


def by_age(warnings: WarningQuerySet, today: date) -> list[AgeFigure]:
    wanted = {}
    for number, (first, last, _) in enumerate(AGES):
        own = age_q(today, first, last)
        wanted[f"n{number}"] = Count("pk", filter=own)
        wanted[f"red{number}"] = Count("pk", filter=own & Q(level=Level.RED))
    counts = warnings.open().order_by().aggregate(**wanted)
    return [
        AgeFigure(label, first, last, counts[f"n{number}"], counts[f"red{number}"])
        for number, (first, last, label) in enumerate(AGES)
    ]


def trend(warnings: WarningQuerySet, today: date, days: int = 30) -> list[DayFigure]:
    """Raised and released a day, over the last `days` days up to today, without gaps."""
    since = today - timedelta(days=days - 1)
    raised = _per_day(warnings, "raised_at", since)
    released = _per_day(warnings, "released_at", since)
    every = (since + timedelta(days=number) for number in range(days))
    return [DayFigure(day, raised.get(day, 0), released.get(day, 0)) for day in every]


def by_place(warnings: WarningQuerySet, region: Region, today: date) -> list[PlaceFigure]:
    """The places right below the region (a county: itself), ranked by open warnings; every place is there."""
    places = list(Region.objects.current().below(region)) or [region]
    length = places[0].level
    counts = (
        warnings.open()
        .filter(project__jurisdiction__code__startswith=region.prefix)
        .order_by()
        .annotate(place=Left("project__jurisdiction_id", length, output_field=CharField()))
        .values("place")
        .annotate(
            n=Count("pk"),
            red=Count("pk", filter=Q(level=Level.RED)),
            late=Count("pk", filter=Q(due_on__lt=today)),
        )
    )
    by_prefix = {row["place"]: row for row in counts}
    empty = {"n": 0, "red": 0, "late": 0}
    rows = [(place, by_prefix.get(place.prefix, empty)) for place in places]
    figures = [PlaceFigure(place, row["n"], row["red"], row["late"]) for place, row in rows]
    return sorted(figures, key=lambda figure: (-figure.open, -figure.red, figure.region.code))


@dataclass(frozen=True)
class RuleEntry:
    """A rule as the catalogue shows it. `setting` is the one in force for everyone; `special` how many narrower ones
    are in force beside it; `ahead` those approved for a later day."""

    rule: Rule
    setting: RuleSetting | None
    special: int
    ahead: list[RuleSetting]
    open: int
    raised: int  # within 30 days
    last_run: RuleRun | None

    @property
    def level(self) -> Level:
        return Level(self.setting.level if self.setting else self.rule.level)

    @property
    def tone(self) -> str:
        return self.level.value

    @property
    def disposal_days(self) -> int:
        return self.setting.disposal_days if self.setting else self.rule.disposal_days

    @property
    def parameters(self) -> list[tuple[str, str]]:
        every = self.rule.parameters.values()
        return [(parameter.label, parameter.text(getattr(self.rule, parameter.name))) for parameter in every]


def catalogue(warnings: WarningQuerySet, of: list[type[Rule]], today: date) -> list[RuleEntry]:
    in_force: dict[str, list[RuleSetting]] = defaultdict(list)
    for setting in RuleSetting.objects.filter(RuleSetting.in_force_q(today)).order_by("-version"):
        in_force[setting.rule_code].append(setting)
    ahead = _ahead(today)
    since = _midnight(today - timedelta(days=30))
    counted = (
        warnings.order_by()
        .values("rule_code")
        .annotate(
            open=Count("pk", filter=Q(state__in=OPEN_STATES)), raised=Count("pk", filter=Q(raised_at__gte=since))
        )
    )
    figures = {row["rule_code"]: row for row in counted}
    runs = last_runs()
    return [
        _entry(rule, in_force[rule.code], ahead[rule.code], figures.get(rule.code, {}), runs.get(rule.code))
        for rule in of
    ]


def _ahead(today: date) -> dict[str, list[RuleSetting]]:
    """By rule, the next ones first."""
    settings = list(RuleSetting.objects.filter(valid_from__gt=today).order_by("valid_from", "version"))
    name_places(settings)
    found: dict[str, list[RuleSetting]] = defaultdict(list)
    for setting in settings:
        found[setting.rule_code].append(setting)
    return found


def _entry(
    rule: type[Rule], settings: list[RuleSetting], ahead: list[RuleSetting], figures: dict, run: RuleRun | None
) -> RuleEntry:
    general = next((s for s in settings if s.is_general), None)
    special = sum(1 for s in settings if not s.is_general)
    current = rule(general.params if general else None)
    return RuleEntry(current, general, special, ahead, figures.get("open", 0), figures.get("raised", 0), run)


def last_runs() -> dict[str, RuleRun]:
    """Rule code → its latest run over everything."""
    runs = RuleRun.objects.filter(projects__isnull=True).order_by("rule_code", "-id").distinct("rule_code")
    return {run.rule_code: run for run in runs}


def parameters_told(code: str, params: dict) -> list[tuple[str, str]]:
    """A setting's thresholds in words. A rule that is gone still shows its figures."""
    known = getattr(rule_of(code), "parameters", {})
    shown = [(parameter.label, parameter.text(params[name])) for name, parameter in known.items() if name in params]
    return shown + [(name, str(value)) for name, value in params.items() if name not in known]


def thread(warning: Warning, *, with_notes: bool, with_replies: bool = True) -> list[Disposal]:
    """What happened to a warning, newest first; with files. Those it concerns read it without officers' notes:
    an act that is not `told` shows neither its text nor who it was, and what is settled between offices is no act."""
    acts = warning.disposals.select_related("by__organization").order_by("-id")
    if not with_notes:
        acts = acts.exclude(act=Act.NOTED, by__isnull=False).exclude(act__in=INTERNAL)
        acts = acts.exclude(Q(act=Act.WITHDRAWN) & ~Q(demand__kind__in=FOR_CONTRACTORS))
    if not with_replies:
        acts = acts.exclude(act__in=CONTRACTORS)
    acts = list(acts)
    for act in acts:
        act.told = with_notes or act.act in CONTRACTORS
    _add_files([act for act in acts if act.told])
    return acts


def earlier_threads(warning: Warning, **read) -> list[tuple[Warning, list[Disposal]]]:
    """What happened to the warnings this one follows: raised again, it keeps its history."""
    return [(earlier, thread(earlier, **read)) for earlier in predecessors(warning)]


def _add_files(acts: list[Disposal]) -> None:
    files = attachments.of_all(acts)
    for act in acts:
        act.files = files.get(act.pk, [])


def _per_day(warnings: WarningQuerySet, field: str, since: date) -> dict[date, int]:
    own = warnings.filter(**{f"{field}__gte": _midnight(since)}).order_by()
    return dict(own.annotate(day=TruncDate(field)).values_list("day").annotate(Count("pk")))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
