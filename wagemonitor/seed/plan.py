"""What the demo province looks like, before anything is written. Dates are relative to today."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from random import Random

from organizations.enums import Industry
from organizations.models import Region
from projects.enums import Category, Status
from reports.baseline import PROJECTS
from wagemonitor.seed import names

HOME, HOME_PREFECTURE = "530902", "530900"  # where the demo's county officer, clerk and bank work

# What the rules are to find, and how many projects in a hundred have it. Planted by `faults`, several may meet.
FAULTS = {
    "no_account": 4,
    "no_roster": 2,
    "silent": 4,
    "ghost_pay": 3,
    "large_pay": 3,
    "diverted": 3,
    "wrong_balance": 2,
    "shared_card": 3,
    "unpaid": 5,
    "incomplete": 5,
    "no_contract": 3,
    "no_clerk": 3,
    "stranger_paid": 2,
    "no_guarantee": 3,
    "guarantee_ended": 2,
    "guarantee_ends": 3,
    "not_posted": 8,
}
GUARANTEE = {"no_guarantee", "guarantee_ended", "guarantee_ends"}
ALONE = {"no_account", "no_roster"}
FEWEST = 7  # one for every state a warning can be in
WORKS = {
    Industry.HOUSING: {Category.BUILDING: names.BUILDING_WORKS, Category.MUNICIPAL: names.MUNICIPAL_WORKS},
    Industry.TRANSPORT: {Category.HIGHWAY: names.TRANSPORT_WORKS},
    Industry.WATER: {Category.HYDRAULIC: names.WATER_WORKS},
    Industry.OTHER: {Category.POWER: names.OTHER_WORKS},
}
INDUSTRIES = {Industry.HOUSING: 64, Industry.TRANSPORT: 18, Industry.WATER: 14, Industry.OTHER: 4}
STATUSES = {Status.IN_PROGRESS: 86, Status.SUSPENDED: 5, Status.PREPARING: 4, Status.COMPLETED: 5}


@dataclass
class Site:
    """One project to be made."""

    region: Region
    name: str
    category: Category
    industry: Industry
    status: Status
    started_on: date
    workers: int
    is_own: bool  # led by the demo clerk's enterprise
    faults: set[str] = field(default_factory=set)

    @property
    def signed_on(self) -> date:
        return self.started_on - timedelta(days=25)

    @property
    def is_linear(self) -> bool:
        return self.category in (Category.HIGHWAY, Category.HYDRAULIC)


def sites(random: Random, today: date, projects: int, workers: int) -> list[Site]:
    """The projects of the province. Up to 1,000 the home county is made lively on purpose; the full base follows the
    annex to the project."""
    regions = list(_regions(random, projects))
    shares = _shares(random, len(regions), workers)
    planned = [_site(random, today, region, share) for region, share in zip(regions, shares, strict=True)]
    _name_apart(planned)
    _plant(random, planned)
    return planned


def _regions(random: Random, projects: int) -> Iterator[Region]:
    counties = {
        code: list(Region.objects.current().filter(parent_id=code).order_by("code")) for code in sorted(PROJECTS)
    }
    for code, count in _by_prefecture(projects).items():
        weights = [3, *[1] * (len(counties[code]) - 1)]
        if code == HOME_PREFECTURE and projects < 1000:
            weights = [18 if county.code == HOME else 2 for county in counties[code]]
        yield from random.choices(counties[code], weights=weights, k=count)


def _by_prefecture(projects: int) -> dict[str, int]:
    """Shares by the annex's figures; in a small province the home prefecture has a quarter of all."""
    if projects == sum(PROJECTS.values()):
        return PROJECTS
    home = projects // 4 if projects < 1000 else projects * PROJECTS[HOME_PREFECTURE] // sum(PROJECTS.values())
    others = {code: base for code, base in PROJECTS.items() if code != HOME_PREFECTURE}
    shares = {code: (projects - home) * base // sum(others.values()) for code, base in others.items()}
    return shares | {HOME_PREFECTURE: projects - sum(shares.values())}


def _shares(random: Random, projects: int, workers: int) -> list[int]:
    """Sites of very different size that together employ exactly so many."""
    sizes = [random.lognormvariate(0, 0.6) for _ in range(projects)]
    shares = [max(4, int(workers * size / sum(sizes))) for size in sizes]
    for index in cycle(range(projects)):
        if sum(shares) >= workers:
            break
        shares[index] += max(1, (workers - sum(shares)) // projects)
    return shares


def _site(random: Random, today: date, region: Region, workers: int) -> Site:
    industry = random.choices(list(INDUSTRIES), weights=INDUSTRIES.values())[0]
    category, works = random.choice(list(WORKS[industry].items()))
    status = random.choices(list(STATUSES), weights=STATUSES.values())[0]
    age = random.randint(-40, -10) if status == Status.PREPARING else random.randint(140, 480)
    return Site(
        region=region,
        name=f"{region.name}{random.choice(works)}",
        category=category,
        industry=industry,
        status=status,
        started_on=today - timedelta(days=age),
        workers=workers,
        is_own=False,
    )


def _name_apart(planned: list[Site]) -> None:
    """Two projects of one place may be the same kind of work: the second is its second phase."""
    seen: dict[str, int] = {}
    for site in planned:
        seen[site.name] = number = seen.get(site.name, 0) + 1
        site.name += (
            f"{'一二三四五六七八九十'[number - 1] if number <= 10 else number}期项目" if number > 1 else "项目"
        )


def _plant(random: Random, planned: list[Site]) -> None:
    """Every fault at home at least once and `FEWEST` times in all, on two running sites in five: the others are
    healthy. Who has no account or no roster has no payroll either, and no other fault."""
    running = [site for site in planned if site.status == Status.IN_PROGRESS]
    at_home = [site for site in running if site.region.code == HOME]
    for site, fault in zip(at_home, FAULTS, strict=False):
        site.faults.add(fault)
    bad = random.sample([site for site in running if site not in at_home], len(running) * 2 // 5)
    for fault, share in FAULTS.items():
        room = len(bad) // (6 if fault in ALONE else 2)
        wanted = max(min(FEWEST, room), len(running) * share // 100)
        candidates = [site for site in bad if not site.faults & ALONE and not (fault in ALONE and site.faults)]
        for site in random.sample(candidates, min(wanted, len(candidates))):
            site.faults.add(fault)
    for site in at_home[::4]:
        site.is_own = True
