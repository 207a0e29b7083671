"""Logins of workers (C2): one a person in the whole province, issued by the contractor of a site they are on. The
one-time password goes to one page to be printed, and is kept nowhere."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from core import audit
from organizations.enums import Role
from organizations.models import User
from organizations.services import change_password, lift_lockouts
from projects.models import Project
from projects.services import lock_open
from workers.models import Engagement, LoginIssue, Worker
from workers.pins import check_pin
from workers.selectors.logins import issuable

MOST_AT_ONCE = 100  # each password costs a slow hash
VALID_DAYS = 30  # a slip in a drawer is no key for ever
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Slip:
    engagement: Engagement
    password: str
    is_first: bool


@transaction.atomic
def issue_logins(project: Project, chosen: Iterable[int], *, by: User, again: bool = False) -> list[Slip]:
    """One-time passwords for the chosen engagements of the project. Left out: people who are on another contractor's
    site by now and, unless `again`, logins that their owner has begun to use. Refused: a completed project, nobody
    left."""
    lock_open(project)
    stays = list(issuable(project).filter(pk__in=chosen).select_related("team").order_by("team__name", "pk"))
    locked = _locked([stay.worker_id for stay in stays])
    stays = [stay for stay in stays if again or not _in_use(locked[stay.worker_id])][:MOST_AT_ONCE]
    if not stays:
        raise ValidationError("所选人员中没有可以发放的。已启用的，须勾选“重新发放”；已到其他工地的，由该工地发放。")
    slips = []
    for stay in stays:
        stay.worker = locked[stay.worker_id]
        slips.append(Slip(stay, one_time_number(), is_first=stay.worker.user_id is None))
    _write(slips)
    LoginIssue.objects.bulk_create(
        LoginIssue(worker=slip.engagement.worker, project=project, by=by, is_first=slip.is_first) for slip in slips
    )
    renewed = sum(not slip.is_first for slip in slips)
    audit.record("worker.logins", by=by, target=project, rows=len(slips), again=renewed)
    return slips


def _locked(keys: list[int]) -> dict[int, Worker]:
    """The login is read after the lock: joined to the locked row, it would be as it was before the wait."""
    people = Worker.objects.unscoped("of engagements in scope").filter(pk__in=keys).defer("id_number", "phone")
    workers = list(people.order_by("pk").select_for_update())
    prefetch_related_objects(workers, "user")
    return {worker.pk: worker for worker in workers}


def _in_use(worker: Worker) -> bool:
    return worker.user is not None and not worker.user.must_change_password


def _write(slips: list[Slip]) -> None:
    """Passwords, and what a new one undoes: open sessions end with the old one, lockouts as well."""
    until = timezone.now() + timedelta(days=VALID_DAYS)
    new, known = [], []
    for slip in slips:
        worker = slip.engagement.worker
        user = worker.user or User(username=_name(), name=worker.name, role=Role.WORKER)
        user.password = make_password(slip.password)
        user.must_change_password, user.one_time_until = True, until
        (new if slip.is_first else known).append(user)
        worker.user = user
    User.objects.bulk_create(new)
    User.objects.bulk_update(known, ["password", "must_change_password", "one_time_until"])
    first = [slip.engagement.worker for slip in slips if slip.is_first]
    for worker in first:
        worker.user_id = worker.user.pk
    Worker.objects.unscoped("locked above").bulk_update(first, ["user"])
    lift_lockouts([user.username for user in known])


def _name() -> str:
    """Nobody types it: says nothing of the person, and is of no form that an ID number has."""
    return "w" + "".join(secrets.choice(LETTERS) for _ in range(11))


def one_time_number() -> str:
    """Eight digits, which any telephone's keyboard shows at once."""
    return f"{secrets.randbelow(10**8):08d}"


def set_pin(user: User, pin: str) -> None:
    change_password(user=user, password=pin, check=check_pin)
