from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from core.models import AuditEntry
from organizations.enums import Role
from organizations.models import Region, User

LOGIN_ACTS = ("user.create", "user.activate", "user.deactivate", "user.reset", "user.password", "user.unlock")


def users() -> QuerySet[User]:
    """Those who work for a unit, with their place and with `is_locked`: whether the lockout after failed logins is on
    for any address. Workers are nobody's to manage: the register of their site issues their passwords."""
    failed = AccessAttempt.objects.filter(
        username=OuterRef("username"), failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    )
    staff = User.objects.exclude(role=Role.WORKER)
    return staff.select_related("organization__region", "issued_by__organization").annotate(is_locked=Exists(failed))


def state_of(user: User) -> tuple[str, str]:
    """Words and tone; of a user found by `users()`."""
    if not user.is_active:
        return "停用", "grey"
    return ("锁定中", "red") if user.is_locked else ("启用", "green")


def regions_for(user: User) -> QuerySet[Region]:
    """The region of an authority and everything below it; nothing for others."""
    return Region.objects.current().within(user.region) if user.level is not None else Region.objects.none()


def acts_on(user: User) -> QuerySet[AuditEntry]:
    """What was done to a login, by whom: for those who manage it."""
    return AuditEntry.objects.filter(
        object_type=User._meta.label, object_id=str(user.pk), action__in=LOGIN_ACTS
    ).order_by("-id")
