"""Logins issued by an office (P6). Passwords go from here to one answer, and are kept nowhere."""

import base64
import json
import time
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit, crypto
from organizations.enums import OrganizationKind, Role
from organizations.models import Organization, Region, User
from organizations.services import Holder, industry_department, issue_logins, reset_password
from projects.selectors.logins import CONTRACTORS, Side, holders_of, logins_for, units_for

MOST_AT_ONCE = 100  # each password costs a slow hash
SEALED_FOR = 15 * 60  # seconds in which the page of slips may be had as a workbook


class NobodyLeft(ValidationError):
    """Of those chosen, none can be given a login, or a new password."""


@transaction.atomic
def issue_to_units(chosen: Iterable[int], *, by: User, side: Side = CONTRACTORS) -> list[tuple[User, str]]:
    """A login for each of these units that is in the officer's scope and has none of this side in use. A contractor's
    is held by the wage-affairs clerk registered last, where there is one."""
    units = Organization.objects.filter(pk__in=units_for(by, side).filter(pk__in=chosen).values("pk"))
    units = list(units.select_for_update(no_key=True).order_by("pk"))
    logins = User.objects.filter(organization__in=units, role=side.role, is_active=True)
    served = set(logins.values_list("organization", flat=True))
    units = [unit for unit in units if unit.pk not in served][:MOST_AT_ONCE]
    if not units:
        raise NobodyLeft("所选单位都已有启用的账号，没有可以开通的。")
    known = holders_of(units, by, side)
    holders = [Holder(unit, *known.get(unit.pk, (side.unnamed, "")), role=side.role) for unit in units]
    issued = issue_logins(holders, by=by)
    audit.record("user.issue", by=by, rows=len(issued))
    return issued


@transaction.atomic
def issue_to_unit(
    unit: Organization, *, by: User, name: str, phone: str = "", side: Side = CONTRACTORS
) -> tuple[User, str]:
    """One more login, for a person named by hand."""
    unit = Organization.objects.select_for_update(no_key=True).get(pk=unit.pk)
    _refuse_second(unit, name, phone, role=side.role)
    return issue_logins([Holder(unit, name, phone, side.role)], by=by)[0]


@transaction.atomic
def issue_to_department(kind: OrganizationKind, region: Region, *, by: User, name: str, phone: str = ""):
    """A login that only looks, for somebody of an industry department within the officer's region."""
    if not region.code.startswith(by.region.prefix):
        raise ValidationError({"region": "只能为本辖区的主管部门开通。"})
    unit = industry_department(kind, region)
    _refuse_second(unit, name, phone, role=Role.INDUSTRY)
    return issue_logins([Holder(unit, name, phone)], by=by)[0]


def _refuse_second(unit: Organization, name: str, phone: str, *, role: Role) -> None:
    same = User.objects.filter(organization=unit, name=name, phone=phone, role=role, is_active=True)
    if standing := same.values_list("username", flat=True).first():
        raise ValidationError({"name": f"此人已有账号 {standing}；忘记密码的请重置。"})


@transaction.atomic
def reissue(chosen: Iterable[int], *, by: User) -> list[tuple[User, str]]:
    """New one-time passwords for logins in use, for when a list was lost before anybody used it."""
    logins = list(logins_for(by).filter(pk__in=chosen, is_active=True).order_by("username")[:MOST_AT_ONCE])
    if not logins:
        raise NobodyLeft("请先勾选启用中的账号。")
    issued = [(login, reset_password(user=login, by=by)) for login in logins]
    audit.record("user.reissue", by=by, rows=len(issued))
    return issued


def seal(issued: list[tuple[User, str]], *, by: User) -> str:
    """The slips as ciphertext for the page that shows them, so that the server need not keep them."""
    slips = [(login.pk, password) for login, password in issued]
    content = json.dumps({"by": by.pk, "at": int(time.time()), "slips": slips})
    return base64.urlsafe_b64encode(crypto.encrypt(content)).decode()


def unseal(sealed: str, *, by: User) -> list[tuple[User, str]]:
    """What `seal` closed for this officer a short while ago; nothing for anybody else or later."""
    try:
        content = json.loads(crypto.decrypt(base64.urlsafe_b64decode(sealed)))
        fresh = content["by"] == by.pk and time.time() - content["at"] <= SEALED_FOR
    except (ValueError, IndexError, TypeError, KeyError):  # not what we sealed
        return []
    if not fresh:
        return []
    logins = logins_for(by).in_bulk(pk for pk, _ in content["slips"])
    return [(logins[pk], password) for pk, password in content["slips"] if pk in logins]
