from django.db import models


class RegionLevel(models.IntegerChoices):
    """How many digits of a GB/T 2260 code count. Compare codes by `code[:level]`; stripping zeros would leak
    (371000 → 371 matches 371100)."""

    COUNTRY = 0, "全国"
    PROVINCE = 2, "省级"
    PREFECTURE = 4, "市级"
    COUNTY = 6, "县级"

    @classmethod
    def of(cls, code: str) -> "RegionLevel":
        if code.endswith("0000"):
            return cls.PROVINCE
        return cls.PREFECTURE if code.endswith("00") else cls.COUNTY


def prefix_of(code: str) -> str:
    """What the codes of everything within a region begin with."""
    return code[: RegionLevel.of(code)]


class OrganizationKind(models.TextChoices):
    HUMAN_RESOURCES = "human_resources", "人力资源社会保障部门"
    HOUSING = "housing", "住房城乡建设部门"
    TRANSPORT = "transport", "交通运输部门"
    WATER = "water", "水利部门"
    BANK_REGULATOR = "bank_regulator", "金融监管部门"
    ENTERPRISE = "enterprise", "企业"
    BANK = "bank", "银行"
    INSURER = "insurer", "保险公司"
    OPERATOR = "operator", "平台运行单位"


# What a department is called after its place.
DEPARTMENT = {
    OrganizationKind.HUMAN_RESOURCES: "人力资源和社会保障",
    OrganizationKind.HOUSING: "住房和城乡建设",
    OrganizationKind.TRANSPORT: "交通运输",
    OrganizationKind.WATER: "水利",
    OrganizationKind.BANK_REGULATOR: "金融监管",
}


def office_name(kind: OrganizationKind, code: str) -> str:
    """A province's departments are 厅, all others 局; the bank regulator's are 局 everywhere."""
    is_hall = code.endswith("0000") and kind != OrganizationKind.BANK_REGULATOR
    return DEPARTMENT[OrganizationKind(kind)] + ("厅" if is_hall else "局")


INDUSTRY_DEPARTMENTS = (OrganizationKind.HOUSING, OrganizationKind.TRANSPORT, OrganizationKind.WATER)


class Industry(models.TextChoices):
    """行业: which industry department supervises. Its values are the kinds of those departments."""

    HOUSING = "housing", "房建市政"
    TRANSPORT = "transport", "交通运输"
    WATER = "water", "水利"
    OTHER = "other", "其他"


class Role(models.TextChoices):
    """One role a person; so no one holds two of the three administrators' roles (等保: 三员分立)."""

    OFFICER = "officer", "人社监管员"
    INDUSTRY = "industry", "行业监管员"
    CLERK = "clerk", "劳资专管员"
    CONSTRUCTION_UNIT = "construction_unit", "建设单位经办员"
    BANK = "bank", "银行经办员"
    INSURER = "insurer", "保险经办员"
    WORKER = "worker", "农民工"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"


AUTHORITIES = (Role.OFFICER, Role.INDUSTRY)
IDENTITY_CHECKERS = (Role.OFFICER, Role.CLERK)  # may ask for the numbers of IDs and cards in full
ADMINISTRATORS = (Role.SYSTEM, Role.SECURITY, Role.AUDIT)

# How the names of the logins begin that an office issues: 总包、建设, 住建、交通、水利.
LOGIN_PREFIXES = {
    Role.CLERK: "zb",
    Role.CONSTRUCTION_UNIT: "js",
    OrganizationKind.HOUSING: "zj",
    OrganizationKind.TRANSPORT: "jt",
    OrganizationKind.WATER: "sl",
}

# Which kinds of organization a role may belong to.
ROLE_KINDS = {
    Role.OFFICER: {OrganizationKind.HUMAN_RESOURCES},
    Role.INDUSTRY: {
        OrganizationKind.HOUSING,
        OrganizationKind.TRANSPORT,
        OrganizationKind.WATER,
        OrganizationKind.BANK_REGULATOR,
    },
    Role.CLERK: {OrganizationKind.ENTERPRISE},
    Role.CONSTRUCTION_UNIT: {OrganizationKind.ENTERPRISE},
    Role.BANK: {OrganizationKind.BANK},
    Role.INSURER: {OrganizationKind.INSURER},
    Role.WORKER: set(),  # nobody's: a person for themselves
    Role.SYSTEM: {OrganizationKind.OPERATOR},
    Role.SECURITY: {OrganizationKind.OPERATOR},
    Role.AUDIT: {OrganizationKind.OPERATOR},
}


class UnitNature(models.TextChoices):
    """企业登记注册类型 / 单位性质 (national dictionary corp_type)."""

    DOMESTIC = "100", "内资企业"
    STATE_OWNED = "110", "国有企业"
    COLLECTIVE = "120", "集体企业"
    STOCK_COOPERATIVE = "130", "股份合作企业"
    JOINT = "140", "联营企业"
    STATE_JOINT = "141", "国有联营企业"
    COLLECTIVE_JOINT = "142", "集体联营企业"
    STATE_COLLECTIVE_JOINT = "143", "国有与集体联营企业"
    OTHER_JOINT = "149", "其他联营企业"
    LIMITED = "150", "有限责任公司"
    STATE_SOLE = "151", "国有独资公司"
    OTHER_LIMITED = "159", "其他有限责任公司"
    STOCK_LIMITED = "160", "股份有限公司"
    PRIVATE = "170", "私营企业"
    PRIVATE_SOLE = "171", "私营独资企业"
    PRIVATE_PARTNERSHIP = "172", "私营合伙企业"
    PRIVATE_LIMITED = "173", "私营有限责任公司"
    PRIVATE_STOCK = "174", "私营股份有限公司"
    OTHER = "190", "其他企业"
    HMT = "200", "港、澳、台商投资企业"
    HMT_EQUITY = "210", "合资经营企业（港或澳、台资）"
    HMT_COOPERATIVE = "220", "合作经营企业（港或澳、台资）"
    HMT_SOLE = "230", "港、澳、台商独资经营企业"
    HMT_STOCK = "240", "港、澳、台商投资股份有限公司"
    HMT_OTHER = "290", "其他港、澳、台商投资企业"
    FOREIGN = "300", "外商投资企业"
    FOREIGN_EQUITY = "310", "中外合资经营企业"
    FOREIGN_COOPERATIVE = "320", "中外合作经营企业"
    FOREIGN_SOLE = "330", "外资企业"
    FOREIGN_STOCK = "340", "外商投资股份有限公司"
    FOREIGN_OTHER = "390", "其他外商投资企业"
    MILITARY = "810", "军队单位"
