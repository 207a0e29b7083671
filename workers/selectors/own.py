"""A worker's own pages: what is asked of the rows that the scope leaves a worker."""

from collections.abc import Iterable
from datetime import date

from core.models import AuditEntry
from projects.models import Project, WageClerk
from workers.models import AttendanceCorrection, AttendanceMonth, Engagement, LabourContract


def own_stays(user) -> list[Engagement]:
    """The present site first, then the latest."""
    stays = Engagement.objects.visible_to(user).select_related("project", "team", "worker")
    return sorted(stays, key=lambda stay: (stay.exited_on is not None, -stay.entered_on.toordinal(), -stay.pk))


def months_of(user, engagement: Engagement) -> list[AttendanceMonth]:
    return list(AttendanceMonth.objects.visible_to(user).filter(engagement=engagement).order_by("-month")[:24])


def days_of_month(user, month: date) -> dict[int, AttendanceMonth]:
    """Engagement → its roll-up of the month."""
    rows = AttendanceMonth.objects.visible_to(user).filter(month=month)
    return {row.engagement_id: row for row in rows}


def corrections_of_day(user, engagement: Engagement, day: date):
    rows = AttendanceCorrection.objects.visible_to(user).filter(engagement=engagement, day=day)
    return rows.select_related("by")


def own_contracts(user) -> list[LabourContract]:
    return list(LabourContract.objects.visible_to(user).select_related("engagement__project").order_by("-starts_on"))


def wage_clerks_of(projects: Iterable[Project]) -> dict[int, list[WageClerk]]:
    """Project → whom to ask about wages; name and telephone hang at the gate of the site (条例 art. 34)."""
    found: dict[int, list[WageClerk]] = {}
    clerks = WageClerk.objects.unscoped("of the worker's own sites, as on the board at their gates")
    for clerk in clerks.filter(project__in=[project.pk for project in projects], left_on=None):
        found.setdefault(clerk.project_id, []).append(clerk)
    return found


def own_logins(user) -> list[AuditEntry]:
    """When this login was used last, and from where: for the one person who can tell whether it was they."""
    return list(AuditEntry.objects.filter(actor=user, action="login").order_by("-id")[:5])
