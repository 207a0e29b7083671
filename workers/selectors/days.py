"""Questions about single days of attendance, and the clockings behind them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from projects.models import Project
from workers.enums import WorkRole
from workers.models import AttendanceCorrection, AttendanceDay, AttendanceStandard, Engagement, Punch
from workers.models.devices import standard_defaults
from workers.models.engagement import EngagementQuerySet
from workers.selectors import engagements_for


def people_of_day(user, project: Project, day: date) -> EngagementQuerySet:
    """Everybody with attendance of that day: `units`, `first_in`, `last_out`, `source`."""
    own = AttendanceDay._base_manager.filter(engagement=OuterRef("pk"), day=day)
    people = engagements_for(user).filter(project=project).filter(Exists(own)).select_related("worker", "team")
    figures = {name: Subquery(own.values(name)) for name in ("units", "first_in", "last_out", "source")}
    return people.defer("worker__id_number", "worker__phone").annotate(**figures)


def day_figures(project: Project, day: date) -> dict[str, int]:
    days = AttendanceDay.objects.unscoped("the project is in scope").filter(project=project, day=day)
    return days.aggregate(
        worked=Count("day", filter=Q(units__gt=0)),
        half=Count("day", filter=Q(units=Decimal("0.5"))),
        none=Count("day", filter=Q(units=0)),
    )


def punches_of(engagement: Engagement, day: date) -> list[Punch]:
    """The clockings of a calendar day, each with `void`: why it makes no attendance, or ""."""
    first = timezone.make_aware(datetime.combine(day, time()))
    punches = Punch.objects.unscoped("the engagement is in scope").filter(
        engagement=engagement, at__gte=first, at__lt=first + timedelta(1)
    )
    found = list(punches.select_related("device").order_by("at"))
    standard = standard_of(engagement.project, day)
    for punch in found:
        counts = engagement.work_role != WorkRole.MANAGER or punch.means in standard.manager_means
        punch.void = "" if counts else "管理人员须以生物识别方式考勤，本次打卡不计入考勤。"
    return found


def standard_of(project: Project, day: date) -> AttendanceStandard:
    """As the derivation of days chooses it; the defaults, unsaved, where no version holds."""
    versions = AttendanceStandard.objects.filter(valid_from__lte=day, industry__in=["", project.industry])
    fitting = [
        version
        for version in versions.select_related("region")
        if not version.region or project.jurisdiction_id.startswith(version.region.prefix)
    ]
    best = max(
        fitting, key=lambda one: (one.region.level if one.region else 0, bool(one.industry), one.version), default=None
    )
    return best or AttendanceStandard(version=0, **standard_defaults())


def corrections_of(user, project: Project) -> QuerySet[AttendanceCorrection]:
    own = AttendanceCorrection.objects.visible_to(user).filter(project=project)
    return own.select_related("engagement__worker", "engagement__team", "by")


def standard_for_everyone(day: date) -> AttendanceStandard:
    common = AttendanceStandard.objects.filter(region=None, industry="", valid_from__lte=day).order_by("-version")
    return common.first() or AttendanceStandard(version=0, **standard_defaults())


def worked_on(project: Project, day: date) -> dict[int, Decimal]:
    """Engagement → units, of those who worked."""
    own = AttendanceDay.objects.unscoped("the project is in scope").filter(project=project, day=day, units__gt=0)
    return dict(own.values_list("engagement_id", "units"))
