"""Who may administer whom. The three administrators keep each other in check (三员分立): the system administrator
opens and closes logins, the security administrator lifts lockouts and resets
passwords, the auditor reads the log."""

from organizations.enums import ADMINISTRATORS, Role
from organizations.models import User


def can_manage_users(user: User) -> bool:
    return user.role == Role.SYSTEM


def can_reset_password(user: User, of: User) -> bool:
    return user.role == Role.SECURITY and user.pk != of.pk


def can_unlock(user: User) -> bool:
    return user.role == Role.SECURITY


def can_deactivate(user: User, of: User) -> bool:
    """Nobody closes their own login, nor the last one of an administrator's role."""
    if not can_manage_users(user) or user.pk == of.pk:
        return False
    others = User.objects.filter(role=of.role, is_active=True).exclude(pk=of.pk)
    return of.role not in ADMINISTRATORS or others.exists()
