"""The units that a disposal concerns, and the people there who are told."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from alerts.models import Warning
from organizations.enums import OrganizationKind, RegionLevel, Role
from organizations.models import Organization, User
from projects.models import Project

STEP = 2  # digits of the region code from one office to the next one up
NO_REVIEWER = "请选择本单位或上一级人社部门复核；两处都没有其他监管员的，请先由系统管理员开通。"
NO_OFFICE = "{}尚未登记{}，请先由系统管理员登记该单位。"


def office_at(project: Project, level: int) -> Organization:
    """The human-resources department over the project at this level."""
    return _department(project, OrganizationKind.HUMAN_RESOURCES, level)


def home_office(warning: Warning) -> Organization:
    return office_at(warning.project, warning.home_level)


def office_above(warning: Warning) -> Organization:
    return office_at(warning.project, max(warning.home_level - STEP, RegionLevel.PROVINCE))


def reviewers(warning: Warning, by) -> list[Organization]:
    """Where a second officer may look at this one's release: the own office, if it has another, and the one above; of
    a warning that has gone up, where it has gone up to."""
    gone_up = warning.office_level < by.level
    levels = [warning.office_level] if gone_up else [by.level, by.level - STEP]
    found = (_found(warning.project, OrganizationKind.HUMAN_RESOURCES, level) for level in levels)
    offices = [by.organization if office and office.pk == by.organization_id else office for office in found if office]
    return [office for office in offices if people_of(office, but=by).filter(is_active=True).exists()]


def industry_department(warning: Warning) -> Organization:
    """Of the same place; where a county has none of its own, the one above it."""
    levels = range(warning.home_level, 0, -STEP)
    codes = [region_code(warning.project, level) for level in levels]
    found = Organization.objects.filter(kind=warning.project.industry, region_id__in=codes).order_by("-region_id")
    department = min(found, key=lambda one: codes.index(one.region_id), default=None)
    if department is None:
        raise ValidationError(NO_OFFICE.format("本地", "行业主管部门"))
    return department


def region_code(project: Project, level: int) -> str:
    return project.jurisdiction_id[:level].ljust(6, "0")


def _department(project: Project, kind: str, level: int) -> Organization:
    found = _found(project, kind, level)
    if found is None:
        raise ValidationError(NO_OFFICE.format(RegionLevel(level).label, OrganizationKind(kind).label))
    return found


def _found(project: Project, kind: str, level: int) -> Organization | None:
    return Organization.objects.filter(kind=kind, region_id=region_code(project, level)).order_by("id").first()


def units_of(project: Project) -> list[Organization]:
    """Those a correction or an interview may be asked of."""
    return [unit for unit in (project.general_contractor, project.construction_unit) if unit]


def people_of(unit: Organization, *, but: User | None = None) -> QuerySet[User]:
    """Who works there for what an office asks of it, without the one who has just acted."""
    roles = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)
    people = User.objects.filter(organization=unit, role__in=roles, query_only=False)
    return people.exclude(pk=but.pk) if but else people
