"""Writes that concern logins. Every one is on record."""

import secrets

from axes.utils import reset as axes_reset
from django.contrib.auth import password_validation
from django.db import transaction

from core import audit
from organizations.models import Organization, User


@transaction.atomic
def create_user(*, by: User | None, username: str, name: str, role: str, organization: Organization, phone: str = ""):
    """A login with a one-time password, returned once beside the user; the first login must change it."""
    password = one_time_password()
    user = User.objects.create_user(
        username=username, password=password, name=name, role=role, organization=organization, phone=phone
    )
    audit.record("user.create", by=by, target=user, role=role, organization=organization.pk)
    return user, password


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record("user.password", by=user, target=user)


@transaction.atomic
def reset_password(*, user: User, by: User) -> str:
    """A new one-time password; the open sessions of the user end with it."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    audit.record("user.reset", by=by, target=user)
    return password


@transaction.atomic
def set_active(*, user: User, active: bool, by: User) -> None:
    """Whoever leaves loses access at the next request: an inactive user is anonymous to every page."""
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record("user.activate" if active else "user.deactivate", by=by, target=user)


def unlock(*, user: User, by: User) -> None:
    axes_reset(username=user.username)
    audit.record("user.unlock", by=by, target=user)


def one_time_password() -> str:
    """Four groups that can be read out on the telephone: no look-alike characters."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
