"""Who is on site today (W7). One selection stands behind each figure and behind the list it leads to, so that they
agree to the last person."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from organizations.enums import Industry, RegionLevel, Role
from organizations.models import Region
from projects.enums import Status
from projects.models import Project
from workers.enums import Trade
from workers.models import AttendanceDay, Engagement, Presence, Team

TODAY, INSIDE, LEFT, REGISTERED, ABSENT, YESTERDAY = "today", "inside", "left", "registered", "absent", "yesterday"
STATES = {
    TODAY: "今日到场",
    INSIDE: "现在场内",
    LEFT: "今日已离场",
    REGISTERED: "在册在场",
    ABSENT: "今日未到场",
    YESTERDAY: "昨日出勤",
}


@dataclass
class Figures:
    today: int = 0
    inside: int = 0
    registered: int = 0
    yesterday: int = 0

    @property
    def left(self) -> int:
        return self.today - self.inside

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(mine + theirs for mine, theirs in zip(self._all, other._all, strict=True)))

    @property
    def _all(self) -> tuple[int, int, int, int]:
        return self.today, self.inside, self.registered, self.yesterday


@dataclass(frozen=True)
class Line:
    key: str
    label: str
    figures: Figures
    people: str  # the list's query, without its state
    drill: str = ""  # the live view's query one level down


@dataclass(frozen=True)
class Watch:
    """What somebody looks at: all they may see, narrowed to a place, an industry, a project, a team, a trade.
    `own`: of a place only what it supervises itself (本级)."""

    user: object
    now: datetime
    region: Region | None = None
    own: bool = False
    industry: str = ""
    project: Project | None = None
    team: int | None = None  # 0: of no team
    trade: str | None = None  # "": not given

    @property
    def query(self) -> dict[str, object]:
        asked = {
            "region": self.region.pk if self.region else None,
            "own": "1" if self.own else None,
            "industry": self.industry or None,
            "project": self.project.pk if self.project else None,
            "team": self.team,
            "trade": self.trade if self.trade != "" else "none",
        }
        return {name: value for name, value in asked.items() if value is not None}

    # --- the one selection -------------------------------------------------------------------------------------------

    @property
    def projects(self) -> QuerySet[Project]:
        found = Project.objects.visible_to(self.user)
        if self.project:
            return found.filter(pk=self.project.pk)
        if self.region:
            found = found.filter(jurisdiction=self.region) if self.own else found.within(self.region)
        return found.filter(industry=self.industry) if self.industry else found

    def rows(self, state: str) -> QuerySet:
        """The people of a state, one row each: of `Presence`, `Engagement` or `AttendanceDay`."""
        select: Callable[[], QuerySet] = {
            TODAY: self._present,
            INSIDE: lambda: self._present().filter(inside=True),
            LEFT: lambda: self._present().filter(inside=False),
            REGISTERED: self._registered,
            ABSENT: lambda: self._registered().exclude(pk__in=self._present().values("engagement")),
            YESTERDAY: self._yesterday,
        }[state]
        return select().order_by()

    def people(self, state: str) -> QuerySet[Engagement]:
        rows = self.rows(state)
        own = "pk" if rows.model is Engagement else "engagement"
        return Engagement.objects.unscoped("narrowed to projects in scope").filter(pk__in=rows.values(own))

    def _present(self) -> QuerySet[Presence]:
        return self._narrowed(Presence).of_today(self.now)

    def _registered(self) -> QuerySet[Engagement]:
        return self._narrowed(Engagement).on_site(timezone.localdate(self.now))

    def _yesterday(self) -> QuerySet[AttendanceDay]:
        return self._worked_yesterday(self._narrowed(AttendanceDay))

    def _worked_yesterday(self, rows: QuerySet[AttendanceDay]) -> QuerySet[AttendanceDay]:
        return rows.filter(day=timezone.localdate(self.now) - timedelta(1), units__gt=0)

    def _narrowed(self, model) -> QuerySet:
        return self._of_people(model).filter(project__in=self.projects.values("pk"))

    def _of_people(self, model) -> QuerySet:
        """Of the team and trade asked for."""
        rows = model.objects.unscoped("narrowed to projects in scope")
        way = "" if model is Engagement else "engagement__"
        if self.team is not None:
            rows = rows.filter(**({f"{way}team": self.team} if self.team else {f"{way}team__isnull": True}))
        return rows if self.trade is None else rows.filter(**{f"{way}trade": self.trade})

    # --- figures -----------------------------------------------------------------------------------------------------

    @cached_property
    def by_project(self) -> dict[int, Figures]:
        return self._grouped("project")

    @cached_property
    def total(self) -> Figures:
        return _sum(self.by_project.values())

    def _grouped(self, key: str) -> dict:
        """By a field of the engagement that every kind of row has or leads to."""
        found = defaultdict(Figures)
        present = self._by(self.rows(TODAY), key).annotate(n=Count("*"), inside=Count("inside", filter=Q(inside=True)))
        for value, people, inside in present:
            found[value].today, found[value].inside = people, inside
        for value, people in self._by(self.rows(REGISTERED), key).annotate(n=Count("*")):
            found[value].registered = people
        for value, people in self._yesterday_by(key):
            found[value].yesterday = people
        return found

    def _yesterday_by(self, key: str) -> Iterable[tuple]:
        """By project, project for project through the index: a month's partition holds fifty times as many days."""
        if key != "project":
            return self._by(self.rows(YESTERDAY), key).annotate(n=Count("*"))
        own = self._worked_yesterday(self._of_people(AttendanceDay)).filter(project=OuterRef("pk")).order_by()
        counted = self.projects.annotate(n=Subquery(own.values("project").annotate(n=Count("*")).values("n")))
        return counted.filter(n__gt=0).order_by().values_list("pk", "n")

    @staticmethod
    def _by(rows: QuerySet, key: str) -> QuerySet:
        direct = rows.model is Engagement or key == "project"
        return rows.values_list(key if direct else f"engagement__{key}")

    # --- breakdowns --------------------------------------------------------------------------------------------------

    def lines(self, by: str) -> list[Line]:
        return {
            "place": self._places,
            "project": self._projects,
            "industry": self._industries,
            "trade": self._trades,
            "team": self._teams,
        }[by]()

    @property
    def breakdowns(self) -> dict[str, str]:
        """What it may be divided by, the first by default."""
        if self.project:
            return {"team": "按班组", "trade": "按工种"}
        if self.user.role == Role.CLERK or self.own or (self.region and self.region.level == RegionLevel.COUNTY):
            return {"project": "按项目", "trade": "按工种"}
        places = {"place": "按地区", "project": "按项目"}
        with_industry = not (self.industry or self.user.industry)
        return places | ({"industry": "按行业"} if with_industry else {}) | {"trade": "按工种"}

    @cached_property
    def _known_projects(self) -> list[tuple[int, str, str, str]]:
        found = self.projects.order_by("name", "pk").values_list("pk", "name", "jurisdiction", "industry", "status")
        return [(pk, *facts) for pk, *facts, status in found if status != Status.COMPLETED or pk in self.by_project]

    def _places(self) -> list[Line]:
        parts = defaultdict(Figures)
        for pk, _, jurisdiction, _ in self._known_projects:
            code = jurisdiction[: self.region.level + 2].ljust(6, "0")
            parts[code] += self.by_project.get(pk, Figures())
        names = Region.objects.in_bulk(parts)
        return [self._place(names[code], parts[code]) for code in sorted(parts)]

    def _place(self, region: Region, figures: Figures) -> Line:
        own = region.pk == self.region.pk
        narrowed = replace(self, region=region, own=own)
        label = f"{region.name}（本级）" if own else region.name
        return self._line(f"place-{region.pk}", label, figures, narrowed)

    def _projects(self) -> list[Line]:
        lines = [
            self._line(f"project-{pk}", name, self.by_project.get(pk, Figures()), project=pk)
            for pk, name, _, _ in self._known_projects
        ]
        return _most_first(lines)

    def _industries(self) -> list[Line]:
        parts = defaultdict(Figures)
        for pk, _, _, industry in self._known_projects:
            parts[industry] += self.by_project.get(pk, Figures())
        return [
            self._line(f"industry-{value}", label, parts[value], replace(self, industry=value))
            for value, label in Industry.choices
            if value in parts
        ]

    def _trades(self) -> list[Line]:
        labels = dict(Trade.choices) | {"": "未填工种"}
        parts = self._grouped("trade")
        lines = (self._end(f"trade-{code or 'none'}", labels.get(code, code), parts, trade=code) for code in parts)
        return _most_first(lines)

    def _teams(self) -> list[Line]:
        parts = self._grouped("team")
        names = Team.objects.unscoped("of projects in scope").filter(pk__in=list(parts)).values_list("pk", "name")
        labels = dict(names) | {None: "未分班组"}
        return _most_first(self._end(f"team-{pk or 0}", labels[pk], parts, team=pk) for pk in parts)

    def _end(self, key: str, label: str, parts: dict, **narrowed) -> Line:
        """Not divided further. `narrowed` is one value by its name."""
        (value,) = narrowed.values()
        watch = replace(self, **{name: value or 0 if name == "team" else value for name in narrowed})
        return self._line(key, label, parts[value], watch, drill=False)

    def _line(self, key, label, figures, narrowed: "Watch | None" = None, *, project=None, drill=True) -> Line:
        query = urlencode(narrowed.query if narrowed else self.query | {"project": project})
        return Line(key, label, figures, query, query if drill else "")


def _sum(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.figures.today, -line.figures.registered))
