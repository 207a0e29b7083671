"""Departments, banks and enterprises of the demo province."""

from dataclasses import dataclass
from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password

from core import crypto
from organizations.demo import department_name, make_people
from organizations.enums import DEPARTMENT, RegionLevel, Role, UnitNature
from organizations.enums import OrganizationKind as Kind
from organizations.models import Organization, Region, User
from wagemonitor.seed import names, numbers
from wagemonitor.seed.plan import HOME

PROVINCE = "530000"


@dataclass
class Units:
    """Ids of what was made, to choose from."""

    own: int  # the demo clerk's enterprise
    contractors: list[int]
    owners: list[int]
    labour: list[int]
    banks: dict[str, list[int]]  # by prefecture
    users: dict[str, User]
    name_of: dict[int, str]


def make(random: Random, today: date, projects: int) -> Units:
    users = {user.username: user for user in make_people()}
    _departments()
    _officers(random)
    banks = _banks()
    own = users["clerk"].organization
    _complete_own(random, own, today)
    counties = list(Region.objects.current().filter(code__startswith="53", level=RegionLevel.COUNTY))
    factory = _Enterprises(random, today, counties)
    contractors = factory.make(max(8, projects // 4), names.COMPANY_KINDS)
    owners = factory.owners(max(8, projects // 3))
    labour = factory.make(max(6, projects // 4), names.LABOUR_KINDS)
    name_of = dict(Organization.objects.values_list("pk", "name"))
    return Units(own.pk, contractors, owners, labour, banks, users, name_of)


def _departments() -> None:
    """Human resources at all three levels, the industries and the bank regulator at two."""
    made = set(Organization.objects.exclude(kind=Kind.ENTERPRISE).values_list("kind", "region_id"))
    regions = Region.objects.current().filter(code__startswith=PROVINCE[:2])
    Organization.objects.bulk_create(
        Organization(kind=kind, name=department_name(kind, region), region=region)
        for region in regions
        for kind in DEPARTMENT
        if (kind == Kind.HUMAN_RESOURCES or region.level < RegionLevel.COUNTY) and (kind, region.code) not in made
    )


def _officers(random: Random) -> None:
    """One in every human resources department that has nobody yet; without a password, they never log in."""
    empty = Organization.objects.filter(kind=Kind.HUMAN_RESOURCES, users=None)
    User.objects.bulk_create(
        User(
            username=f"rs{unit.region_id}",
            password=make_password(None),
            name=names.person(random),
            role=Role.OFFICER,
            organization=unit,
        )
        for unit in empty
    )


def _banks() -> dict[str, list[int]]:
    prefectures = Region.objects.current().filter(parent_id=PROVINCE)
    by_place: dict[str, list[int]] = {}
    for place in prefectures:
        for head, code, _ in names.BANKS:
            short = place.name.removesuffix("市").split("族")[0].removesuffix("自治州")
            name = f"{head}{short}分行"
            bank = Organization.objects.filter(kind=Kind.BANK, name=name).first()
            bank = bank or Organization(kind=Kind.BANK, name=name, region=place)
            bank.bank_code = code
            bank.save()
            by_place.setdefault(place.code, []).append(bank.pk)
    return by_place


def _complete_own(random: Random, own: Organization, today: date) -> None:
    number, _, _ = next(numbers.id_numbers(random, [HOME], today))
    own.unit_nature = UnitNature.LIMITED
    own.registered_address = own.office_address = "临沧市临翔区世纪路128号"
    own.legal_representative = "段永明"
    own.legal_representative_id = number
    own.phone = "0883-2123456"
    own.save()


class _Enterprises:
    def __init__(self, random: Random, today: date, counties: list[Region]):
        self.random, self.counties = random, counties
        self.ids = numbers.id_numbers(random, [county.code for county in counties], today)
        self.order = Organization.objects.filter(kind=Kind.ENTERPRISE).count()

    def make(self, count: int, kinds: list[str]) -> list[int]:
        return self._save([self._unit(names.company(self.random, self._place().name, kinds)) for _ in range(count)])

    def owners(self, count: int) -> list[int]:
        suffixes = [
            "城市建设投资有限公司",
            "人民医院",
            "教育体育局",
            "水务投资有限公司",
            "交通建设投资有限公司",
            "住房和城乡建设局",
        ]
        units = [self._unit(self._place().name + self.random.choice(suffixes)) for _ in range(count)]
        return self._save(units)

    def _place(self) -> Region:
        return self.random.choice(self.counties)

    def _unit(self, name: str) -> Organization:
        self.order += 1
        number, _, _ = next(self.ids)
        place = self._place()
        where = names.address(self.random, place.name)
        return Organization(
            kind=Kind.ENTERPRISE,
            name=name,
            uscc=numbers.uscc(place.code, self.order),
            unit_nature=self.random.choice([UnitNature.LIMITED, UnitNature.PRIVATE_LIMITED, UnitNature.STATE_SOLE]),
            region=place,
            registered_address=where,
            office_address=where,
            legal_representative=names.person(self.random),
            legal_representative_id=number,
            legal_representative_id_index=crypto.blind_index(number),
            phone=f"08{self.random.randint(70, 99)}-{self.random.randint(2000000, 8999999)}",
        )

    @staticmethod
    def _save(units: list[Organization]) -> list[int]:
        apart = {unit.name: unit for unit in units}
        return [unit.pk for unit in Organization.objects.bulk_create(apart.values(), batch_size=500)]
