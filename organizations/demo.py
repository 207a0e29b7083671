"""The demo province's departments, banks and users. `LOGINS` is what `make run` prints."""

from organizations.enums import OrganizationKind as Kind
from organizations.enums import Role, office_name
from organizations.models import Organization, Region, User

PASSWORD = "Gongzi-2026-demo"  # demonstration only; `make run` prints it

# username, name, role, kind of unit, its region, its name ("" = the department of that place)
PEOPLE = [
    ("province", "杨慧", Role.OFFICER, Kind.HUMAN_RESOURCES, "530000", ""),
    ("province2", "高建明", Role.OFFICER, Kind.HUMAN_RESOURCES, "530000", ""),
    ("prefecture", "李文斌", Role.OFFICER, Kind.HUMAN_RESOURCES, "530900", ""),
    ("county", "赵丽萍", Role.OFFICER, Kind.HUMAN_RESOURCES, "530902", ""),
    ("county2", "李国强", Role.OFFICER, Kind.HUMAN_RESOURCES, "530902", ""),
    ("housing", "段志刚", Role.INDUSTRY, Kind.HOUSING, "530000", ""),
    ("housing2", "杨文华", Role.INDUSTRY, Kind.HOUSING, "530902", ""),
    ("transport", "周建华", Role.INDUSTRY, Kind.TRANSPORT, "530000", ""),
    ("water", "普云峰", Role.INDUSTRY, Kind.WATER, "530000", ""),
    ("regulator", "陈静", Role.INDUSTRY, Kind.BANK_REGULATOR, "530000", ""),
    ("clerk", "张春燕", Role.CLERK, Kind.ENTERPRISE, "530902", "云南滇西恒筑建设工程有限公司"),
    ("bank", "何晓梅", Role.BANK, Kind.BANK, "530902", "中国工商银行临沧分行"),
    ("insurer", "杨雪梅", Role.INSURER, Kind.INSURER, "530902", "彩云财产保险股份有限公司临沧中心支公司"),
    ("system", "沈浩", Role.SYSTEM, Kind.OPERATOR, "530000", "省平台运行中心"),
    ("security", "马俊", Role.SECURITY, Kind.OPERATOR, "530000", "省平台运行中心"),
    ("audit", "罗敏", Role.AUDIT, Kind.OPERATOR, "530000", "省平台运行中心"),
]
PLACES = {"530000": "云南省", "530900": "临沧市", "530902": "临沧市临翔区"}

LOGINS = [
    (
        username,
        role.label,
        unit or PLACES[region] + (office_name(kind, region) if role == Role.INDUSTRY else ""),
        PASSWORD,
    )
    for username, _, role, kind, region, unit in PEOPLE
]
# Made when its projects are, see `wagemonitor.seed.logins`.
LOGINS.insert(10, ("owner", Role.CONSTRUCTION_UNIT.label, "劳资专管员项目的一个建设单位", PASSWORD))
USCC = {"云南滇西恒筑建设工程有限公司": "91530902MA6NX4T29W"}


def department_name(kind: Kind, place: Region) -> str:
    return place.name + office_name(kind, place.code)


def make_people() -> list[User]:
    """The demo users with their units; safe to repeat."""
    users = []
    for username, name, role, kind, region, unit_name in PEOPLE:
        unit_name = unit_name or department_name(kind, Region.objects.get(pk=region))
        unit, _ = Organization.objects.get_or_create(
            kind=kind, name=unit_name, region_id=region, defaults={"uscc": USCC.get(unit_name)}
        )
        user = User.objects.filter(username=username).first()
        users.append(
            user
            or User.objects.create_user(
                username=username,
                password=PASSWORD,
                name=name,
                role=role,
                organization=unit,
                must_change_password=False,
            )
        )
    return users
