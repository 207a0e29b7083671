"""Objects for tests; every argument has a plain default."""

from itertools import count

from organizations.enums import OrganizationKind, RegionLevel, Role
from organizations.models import Organization, Region, User

PASSWORD = "correct-horse-7"
_serial = count(1)

REGIONS = {
    "530000": ("云南省", RegionLevel.PROVINCE, None),
    "530100": ("昆明市", RegionLevel.PREFECTURE, "530000"),
    "530102": ("五华区", RegionLevel.COUNTY, "530100"),
    "530900": ("临沧市", RegionLevel.PREFECTURE, "530000"),
    "530902": ("临翔区", RegionLevel.COUNTY, "530900"),
    "530921": ("凤庆县", RegionLevel.COUNTY, "530900"),
}


def region(code: str = "530902") -> Region:
    found = Region.objects.filter(code=code).first()
    if found is None:
        name, level, parent = REGIONS[code]
        found = Region.objects.create(code=code, name=name, level=level, parent=region(parent) if parent else None)
    return found


def uscc(number: int) -> str:
    """A valid unified social credit code for the n-th test enterprise."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91530900{number:09d}"
    total = sum(alphabet.index(c) * 3**i % 31 for i, c in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def organization(kind=OrganizationKind.ENTERPRISE, *, at: str = "530902", **fields) -> Organization:
    number = next(_serial)
    fields = {"name": f"单位{number}", "uscc": uscc(number)} | fields
    return Organization.objects.create(kind=kind, region=region(at), **fields)


def department(at: str = "530902", kind=OrganizationKind.HUMAN_RESOURCES) -> Organization:
    found = Organization.objects.filter(kind=kind, region_id=at).first()
    return found or organization(kind, at=at, name=f"{region(at)}{OrganizationKind(kind).label}", uscc=None)


def user(role, unit: Organization | None, **fields) -> User:
    number = next(_serial)
    fields = {"username": f"user{number}", "name": f"用户{number}", "must_change_password": False} | fields
    return User.objects.create_user(password=fields.pop("password", PASSWORD), role=role, organization=unit, **fields)


def officer(at: str = "530902", **fields) -> User:
    return user(Role.OFFICER, department(at), **fields)


def industry_officer(at: str = "530902", kind=OrganizationKind.HOUSING, **fields) -> User:
    return user(Role.INDUSTRY, department(at, kind), **fields)


def clerk(enterprise: Organization | None = None, **fields) -> User:
    return user(Role.CLERK, enterprise or organization(), **fields)


def construction_unit_clerk(unit: Organization | None = None, **fields) -> User:
    return user(Role.CONSTRUCTION_UNIT, unit or organization(), **fields)


def insurer(**fields) -> Organization:
    return organization(OrganizationKind.INSURER, **fields)


def insurer_clerk(unit: Organization | None = None, **fields) -> User:
    return user(Role.INSURER, unit or insurer(), **fields)


def worker_login(**fields) -> User:
    return user(Role.WORKER, None, **fields)


def bank(**fields) -> Organization:
    return organization(OrganizationKind.BANK, **fields)


def bank_clerk(unit: Organization | None = None, **fields) -> User:
    return user(Role.BANK, unit or bank(), **fields)


def administrator(role=Role.SYSTEM, **fields) -> User:
    operator = Organization.objects.filter(kind=OrganizationKind.OPERATOR).first()
    return user(role, operator or organization(OrganizationKind.OPERATOR, at="530000"), **fields)
