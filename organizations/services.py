"""Writes that concern logins. Every one is on record."""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from axes.models import AccessAttempt
from axes.utils import reset as axes_reset
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from organizations import lockout
from organizations.enums import INDUSTRY_DEPARTMENTS, LOGIN_PREFIXES, OrganizationKind, Role, office_name
from organizations.models import Organization, Region, User

SERIAL_DIGITS = 4
CLOSED = "该账号已停用，请先启用。"


@transaction.atomic
def create_user(
    *,
    by: User | None,
    username: str,
    name: str,
    role: str,
    organization: Organization,
    phone: str = "",
    query_only: bool = False,
) -> tuple[User, str]:
    """A login with a one-time password, returned once beside the user; the first login must change it."""
    password = one_time_password()
    user = User.objects.create_user(
        username=username,
        password=password,
        name=name,
        role=role,
        organization=organization,
        phone=phone,
        query_only=query_only,
        issued_by=by,
    )
    audit.record("user.create", by=by, target=user, role=role, organization=organization.pk)
    return user, password


@dataclass(frozen=True)
class Holder:
    """Whom a login is for."""

    organization: Organization
    name: str
    phone: str = ""
    role: Role = Role.CLERK  # of an enterprise's; departments get accounts that may only look

    @property
    def looks(self) -> bool:
        return self.organization.kind in INDUSTRY_DEPARTMENTS

    @property
    def prefix(self) -> str:
        return LOGIN_PREFIXES[OrganizationKind(self.organization.kind) if self.looks else self.role]


@transaction.atomic
def issue_logins(holders: list[Holder], *, by: User) -> list[tuple[User, str]]:
    """Logins named by the office that issues them, each with its one-time password: told once, kept nowhere.

    Enterprises get the accounts of their part in the projects, industry departments accounts that may only look.
    """
    names: dict[str, Iterator[str]] = {}
    issued = []
    for holder in holders:
        prefix = holder.prefix
        names[prefix] = names.get(prefix) or _free_names(prefix, by.region)
        facts = {"role": Role.INDUSTRY if holder.looks else holder.role, "query_only": holder.looks}
        issued.append(
            create_user(
                by=by,
                username=next(names[prefix]),
                name=holder.name,
                organization=holder.organization,
                phone=holder.phone,
                **facts,
            )
        )
    return issued


def _free_names(prefix: str, region: Region) -> Iterator[str]:
    """zb5309020001, zb5309020002, …: prefix, place of the issuing office, serial. The end of the transaction frees
    the next number."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    start = f"{prefix}{region.code}"
    taken = User.objects.filter(username__regex=rf"^{re.escape(start)}\d{{{SERIAL_DIGITS},}}$")
    serial = max((int(name[len(start) :]) for name in taken.values_list("username", flat=True)), default=0)
    while True:
        serial += 1
        yield f"{start}{serial:0{SERIAL_DIGITS}d}"


@transaction.atomic
def industry_department(kind: str, region: Region) -> Organization:
    """The department of an industry in this place; put on record under its usual name if it is not."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    found = Organization.objects.filter(kind=kind, region=region).order_by("pk").first()
    if found is None:
        found = Organization(kind=kind, region=region, name=f"{region.name}{office_name(kind, region.code)}")
        found.full_clean()
        found.save()
    return found


@transaction.atomic
def change_password(
    *, user: User, password: str, check: Callable[[str, User], None] = password_validation.validate_password
) -> None:
    """`check` refuses bad ones."""
    check(password, user)
    user.set_password(password)
    user.must_change_password, user.one_time_until = False, None
    user.save(update_fields=["password", "must_change_password", "one_time_until"])
    audit.record("user.password", by=user, target=user)


@transaction.atomic
def reset_password(*, user: User, by: User) -> str:
    """A new one-time password; open sessions end with the old one, and so does a lockout after wrong guesses."""
    if not user.is_active:
        raise ValidationError(CLOSED)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    axes_reset(username=user.username)
    audit.record("user.reset", by=by, target=user)
    return password


@transaction.atomic
def set_active(*, user: User, active: bool, by: User) -> None:
    """Whoever leaves loses access at the next request: an inactive user is anonymous to every page, and the sessions
    open today stay closed if the account is opened again."""
    user.is_active = active
    if not active:
        user.sessions_ended_at = timezone.now()
        axes_reset(username=user.username)
    user.save(update_fields=["is_active", "sessions_ended_at"])
    audit.record("user.activate" if active else "user.deactivate", by=by, target=user)


def lift_lockouts(usernames: list[str]) -> None:
    """Of logins that were given new passwords: what was guessed before counts no more."""
    AccessAttempt.objects.filter(username__in=usernames).delete()
    lockout.forget_wrong(usernames)


def unlock(*, user: User, by: User) -> None:
    axes_reset(username=user.username)
    audit.record("user.unlock", by=by, target=user)


def one_time_password() -> str:
    """Four groups that can be read out on the telephone: no look-alike characters."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
