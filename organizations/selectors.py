from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet

from organizations.models import Region, User


def is_locked(user: User) -> bool:
    """Whether the lockout after failed logins is on for any address."""
    limit = settings.AXES_FAILURE_LIMIT
    return AccessAttempt.objects.filter(username=user.username, failures_since_start__gte=limit).exists()


def regions_for(user: User) -> QuerySet[Region]:
    """The region of an authority and everything below it; nothing for others."""
    return Region.objects.current().within(user.region) if user.level is not None else Region.objects.none()
