"""Who of a site has a login, who may be issued one, and who held its password last."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from projects.models import Project
from workers.models import Engagement, LoginIssue, Worker
from workers.models.engagement import EngagementQuerySet

SOON = timedelta(hours=24)  # after a password was issued: what is signed meanwhile says so


def issuable(project: Project) -> EngagementQuerySet:
    """The people whose logins the contractor of this project issues: those on site; those who have left it only while
    they are on no other site. The contractor of an earlier site has no key to somebody who is elsewhere now."""
    own = Engagement.objects.unscoped("the project is in scope").filter(project=project)
    elsewhere = Engagement._base_manager.filter(
        worker=OuterRef("worker"), exited_on=None, project__merged_into__isnull=True
    )
    return own.filter(Q(exited_on=None) | ~Exists(elsewhere.exclude(project=project)))


def with_logins(engagements: EngagementQuerySet, project: Project) -> EngagementQuerySet:
    """With `issued_at`, `issued_by_name` of the last issue and `is_issuable`."""
    issues = LoginIssue._base_manager.filter(worker=OuterRef("worker")).order_by("-id")
    return (
        engagements.select_related("worker__user", "team")
        .defer("worker__id_number", "worker__phone")
        .annotate(
            issued_at=Subquery(issues.values("at")[:1]),
            issued_by_name=Subquery(issues.values("by__name")[:1]),
            is_issuable=Exists(issuable(project).filter(pk=OuterRef("pk"))),
        )
    )


def last_issue(worker: Worker) -> LoginIssue | None:
    issues = LoginIssue.objects.unscoped("of a worker the caller holds").filter(worker=worker)
    return issues.select_related("by__organization", "project").first()


def issue_shortly_before(user, at: datetime | None = None, within: timedelta = SOON) -> LoginIssue | None:
    """The issue of this worker's password within the time before: somebody else held it then. For whatever a worker
    signs; None when there was none."""
    at = at or timezone.now()
    issues = LoginIssue.objects.unscoped("of the login that signs").filter(worker__user=user)
    recent = issues.filter(at__lte=at, at__gt=at - within)
    return recent.select_related("by__organization", "project").first()
