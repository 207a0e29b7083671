"""Places summed from groups: province → prefectures → counties, every total the exact sum of its parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import OuterRef, Subquery

from organizations.enums import Industry, RegionLevel
from organizations.models import Region
from projects.models.listed_permit import PermitCounts
from reports.figures import Figures
from reports.models import Baseline
from reports.selectors import Group


@dataclass(frozen=True)
class Place:
    """`depth` counts from the region asked about; `region` is None for what a region supervises itself (本级)."""

    code: str
    name: str
    region: Region | None
    groups: list[Group]
    baseline: int | None = None
    depth: int = 0
    permits: PermitCounts = field(default_factory=PermitCounts)

    @cached_property
    def figures(self) -> Figures:
        return Figures.total(group.figures for group in self.groups)

    @property
    def inclusion(self) -> tuple[int, int] | None:
        """纳入率: the baseline counts projects of building and municipal works only."""
        if not self.baseline:
            return None
        own = (group.figures["in_progress"] for group in self.groups if group.industry == Industry.HOUSING)
        return sum(own), self.baseline

    @property
    def permitted(self) -> tuple[int, int] | None:
        """许可纳入率: of the permits on the list of the department, where one was loaded."""
        return self.permits.rate


@dataclass(frozen=True)
class IndustryFigures:
    name: str
    figures: Figures


class Places:
    """The regions of one subtree with their groups; one query."""

    def __init__(
        self,
        region: Region,
        groups: Iterable[Group],
        *,
        with_baseline: bool = True,
        permits: Mapping[tuple[str, str], PermitCounts] | None = None,
    ):
        """`permits`: by region and industry, as `ListedPermitQuerySet.counts` gives them."""
        self.region, self.permits = region, permits or {}
        self.groups = [group for group in groups if group.jurisdiction.startswith(region.prefix)]
        self.with_baseline = with_baseline

    def with_groups(self, groups: Iterable[Group]) -> "Places":
        """The same places with other figures, without asking for regions and baselines again."""
        _ = self.every_region  # asked once for both
        other = copy(self)
        for name in ("whole", "regions"):
            other.__dict__.pop(name, None)
        other.groups = [group for group in groups if group.jurisdiction.startswith(self.region.prefix)]
        return other

    @cached_property
    def regions(self) -> list[Region]:
        """Current ones, and retired ones that still have projects."""
        used = {group.jurisdiction[:level] for group in self.groups for level in RegionLevel.values}
        return [region for region in self.every_region if region.valid_to is None or region.prefix in used]

    @cached_property
    def every_region(self) -> list[Region]:
        """With `baseline`, the latest."""
        latest = Baseline.objects.filter(region=OuterRef("pk")).order_by("-as_of").values("projects")
        return list(Region.objects.within(self.region).annotate(baseline=Subquery(latest[:1])).order_by("code"))

    @cached_property
    def whole(self) -> Place:
        return self._place(self.region, 0)

    def below(self, region: Region | None = None, depth: int = 1) -> list[Place]:
        """What the region is the sum of: what it supervises itself, if anything, and the places right below."""
        region = region or self.region
        own = [group for group in self.groups if group.jurisdiction == region.code]
        children = [self._place(child, depth) for child in self.regions if child.parent_id == region.code]
        if own and children:
            permits = self._permits(lambda code: code == region.code)
            return [Place(region.code, f"{region.name}本级", None, own, depth=depth, permits=permits), *children]
        return children

    def tree(self) -> Iterator[Place]:
        """The region, its parts and theirs, in the order of a printed table."""
        yield self.whole
        yield from self._branch(self.region, 1)

    def _branch(self, region: Region, depth: int) -> Iterator[Place]:
        for place in self.below(region, depth):
            yield place
            if place.region is not None:
                yield from self._branch(place.region, depth + 1)

    def _place(self, region: Region, depth: int) -> Place:
        groups = [group for group in self.groups if group.jurisdiction.startswith(region.prefix)]
        permits = self._permits(lambda code: code.startswith(region.prefix))
        return Place(region.code, region.name, region, groups, self._baseline(region), depth, permits)

    def _permits(self, is_here: Callable[[str], bool]) -> PermitCounts:
        return sum((counts for (code, _), counts in self.permits.items() if is_here(code)), PermitCounts())

    def _baseline(self, region: Region) -> int | None:
        """Its own, or the sum of those set for the places right below."""
        if region.code not in self._baselines:
            below = (self._baseline(item) for item in self.every_region if item.parent_id == region.code)
            self._baselines[region.code] = sum(filter(None, below)) or None
        return self._baselines[region.code]

    @cached_property
    def _baselines(self) -> dict[str, int | None]:
        if not self.with_baseline:
            return {region.code: None for region in self.every_region}
        return {region.code: region.baseline for region in self.every_region if region.baseline}

    def industry_rows(self) -> list["IndustryFigures"]:
        return [IndustryFigures(industry.label, figures) for industry, figures in self.industries()]

    def industries(self) -> list[tuple[Industry, Figures]]:
        parts = {
            industry: [group.figures for group in self.groups if group.industry == industry] for industry in Industry
        }
        return [(industry, Figures.total(own)) for industry, own in parts.items()]
