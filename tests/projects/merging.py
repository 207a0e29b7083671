"""Two projects that are the same site, with everything on both sides; and what a database holds."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from accounts.models import AccountProject, Payroll, SpecialAccount
from core.models import Attachment
from projects.enums import ParticipantType
from projects.models import Project, StatusChange, WageClerk
from projects.services.merge_parts import linked_models, staying_models
from tests.accounts import factories as money
from tests.alerts import factories as alarms
from tests.organizations.factories import organization
from tests.projects import factories as sites
from tests.workers import factories as people
from workers.models import Engagement

SEPTEMBER = date(2026, 9, 1)


def twins(**fields) -> tuple[Project, Project]:
    """Source and target: the same contractor, entered supervision this month."""
    recent = timezone.localdate() - timedelta(days=10)
    contractor = organization()
    target = sites.project(contractor=contractor, name="临翔区妇幼保健院迁建项目", supervised_from=recent)
    source = sites.project(
        contractor=contractor, name="临翔区妇幼保健院迁建项目二标段", supervised_from=recent, **fields
    )
    return source, target


@dataclass
class Site:
    project: Project
    account: SpecialAccount
    payroll: Payroll
    both: Engagement  # the person who is at both sites
    own: Engagement


def furnish(of: Project, both, number: int) -> Site:
    """A site's papers, people, days, wages, money, warnings. `both`: a person engaged at the other site as well."""
    owner = sites.participation(of, organization(name=f"建设单位{number}"), ParticipantType.CONSTRUCTION_UNIT)
    sites.permit(of)
    WageClerk.objects.create(project=of, name=f"专管员{number}")
    StatusChange.objects.create(project=of, status=of.status, on=of.actual_start_on, reason="建档")
    team = people.team(of, "钢筋一班", employer=owner)
    people.team(of, f"木工{number}班")
    own, shared = people.engagement(of, team=team), people.engagement(of, both, team=team)
    people.contract(own, ends_on=date(2026, 10, 31))
    people.contract(shared, ends_on=date(2026, 8, 25))
    people.contract(shared, starts_on=date(2026, 9, number), ends_on=date(2026, 9, number))
    days = [date(2026, 9, day) for day in range(number, number + 5)]
    people.attendance(own, *days)
    people.attendance(shared, *days, units="0.5")
    people.attendance(shared, date(2026, 7 + number, 10))
    account = money.special_account(of)
    money.entry(account, "500000")
    payroll = money.payroll(of, SEPTEMBER)
    line = money.payroll_line(payroll, "6000.00", engagement=own)
    money.payroll_line(payroll, "3000.00", engagement=shared, days=Decimal("5.0"))
    money.payout(line, account)
    money.payroll_line(money.payroll(of, date(2026, 6 + number, 1)), "4000.00", engagement=shared)
    alarms.warning(of, subject_key="2026-09")
    alarms.warning(of, subject_key=f"account:{account.pk}")
    _file(of)
    _file(shared)
    return Site(of, account, payroll, shared, own)


def _file(owner) -> None:
    Attachment.objects.create(
        name="照片.jpg",
        content_type="image/jpeg",
        size=1,
        sha256="0" * 64,
        owner_type=ContentType.objects.get_for_model(owner),
        owner_id=str(owner.pk),
    )


def share(account: SpecialAccount, other: Project) -> None:
    AccountProject.objects.create(account=account, project=other)


# --- what the database holds -----------------------------------------------------------------------------------------

LEFT_OUT = {"projects_projectmerge", "projects_mergestep", "projects_mergedrow", "projects_changedproject"}
OURS = {"projects", "workers", "accounts", "alerts"}


def everything() -> dict[str, list[str]]:
    """Every row of every table of ours, by table; without what a merge writes down about itself."""
    return {table: _rows(table) for table in _tables()}


def _tables() -> list[str]:
    live = [model for model in apps.get_models() if not model._meta.object_name.endswith("Event")]
    ours = [model._meta.db_table for model in live if model._meta.app_label in OURS or model is Attachment]
    return sorted(set(ours) - LEFT_OUT)


def _rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (to_jsonb(t) - 'updated_at')::text FROM {table} t ORDER BY 1")
        return [row for (row,) in cursor.fetchall()]


def behind(project: Project) -> dict[str, int]:
    """Rows that still name this project, by model, but for those declared to stay."""
    stay = set(staying_models())
    found = {}
    for model in linked_models():
        fields = [f.name for f in model._meta.concrete_fields if f.related_model is Project]
        count = sum(model._base_manager.filter(**{name: project.pk}).count() for name in fields)
        if count and model not in stay:
            found[model._meta.label] = count
    return found
