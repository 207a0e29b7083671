"""The permit list against the platform, summed by place and industry. Every total is the sum of its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from organizations.enums import Industry, RegionLevel
from organizations.models import Region
from projects.models import ListedPermit
from projects.models.listed_permit import PermitCounts


@dataclass(frozen=True)
class PermitPlace:
    """`region` is None for what is listed under a region itself (本级)."""

    code: str
    name: str
    region: Region | None
    counts: PermitCounts


@dataclass(frozen=True)
class PermitIndustry:
    code: str
    name: str
    counts: PermitCounts


class Comparison:
    def __init__(self, user, region: Region, today: date):
        self.user, self.region = user, region
        self.counts = ListedPermit.objects.visible_to(user).within(region).counts(today)

    @property
    def path(self) -> list[Region]:
        """From the user's own region down to the one shown."""
        steps = [self.region]
        while steps[0].code != self.user.region.code:
            steps.insert(0, steps[0].parent)
        return steps

    @cached_property
    def whole(self) -> PermitPlace:
        return PermitPlace(self.region.code, self.region.name, self.region, total(self.counts.values()))

    def below(self) -> list[PermitPlace]:
        """The places right below; a county stands alone. What has no list is shown: nobody has sent one."""
        if self.region.level == RegionLevel.COUNTY:
            return [self.whole]
        own = [counts for (code, _), counts in self.counts.items() if code == self.region.code]
        rows = [PermitPlace(self.region.code, f"{self.region.name}本级", None, total(own))] if own else []
        listed = {code for code, _ in self.counts}
        for child in Region.objects.below(self.region).order_by("code"):
            parts = [counts for (code, _), counts in self.counts.items() if code.startswith(child.prefix)]
            if parts or child.valid_to is None or child.code in listed:
                rows.append(PermitPlace(child.code, child.name, child, total(parts)))
        return rows

    def industries(self) -> list[PermitIndustry]:
        return [
            PermitIndustry(industry.value, industry.label, total(self._of(industry)))
            for industry in Industry
            if any(True for _ in self._of(industry))
        ]

    def _of(self, industry: Industry) -> Iterable[PermitCounts]:
        return (counts for (_, own), counts in self.counts.items() if own == industry)


def total(parts: Iterable[PermitCounts]) -> PermitCounts:
    return sum(parts, PermitCounts())
