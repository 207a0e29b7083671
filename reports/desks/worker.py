"""The first page of a worker: where one works, how many days, what was paid last."""

from datetime import timedelta

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import PayrollLine
from accounts.selectors import wages
from accounts.selectors.mishaps import with_mishaps
from projects.enums import GuaranteeState
from projects.models import Project
from projects.selectors.guarantees import with_guarantees
from workers.models import Departure, LoginIssue
from workers.selectors import own

OLDER = 12  # wages still owed that are looked through
TOLD_DAYS = 30  # for so long the first page says that somebody issued a new password


def desk(request: HttpRequest) -> tuple[str, dict]:
    user, today = request.user, timezone.localdate()
    stays = own.own_stays(user)
    present = [stay for stay in stays if not stay.exited_on]
    days = own.days_of_month(user, today.replace(day=1))
    covered = _covered(present, today)
    unpaid, owed = wages.owed_to(user, today)
    lines = with_mishaps(user, wages.latest_lines(user))
    context = {
        "sites": [(stay, days.get(stay.pk), covered.get(stay.project_id)) for stay in present],
        "left": stays[0] if stays and not present else None,
        "to_answer": list(wages.lines_to_answer(user)[:5]),
        "lines": lines,
        "stuck": _stuck(user, lines),
        "unpaid": unpaid,
        "owed": owed,
        "owing": Departure.objects.visible_to(user).owed().select_related("project"),
        "issue": _told(user),
    }
    return "reports/desk_worker.html", context


def _stuck(user, shown: list[PayrollLine]) -> list[PayrollLine]:
    """Older wages that have not arrived, and wait for the worker to do something: told above, each with its page."""
    older = wages.own_lines(user).filter(paid__lt=F("net")).exclude(pk__in=[line.pk for line in shown])
    return [line for line in with_mishaps(user, older[:OLDER]) if line.mishap and not line.mishap.again]


def _told(user) -> LoginIssue | None:
    """A password that was issued again lately: if the worker did not ask for it, somebody else had the login."""
    since = timezone.now() - timedelta(days=TOLD_DAYS)
    issues = LoginIssue.objects.visible_to(user).filter(is_first=False, at__gte=since)
    return issues.select_related("by__organization").first()


def _covered(stays, today) -> dict[int, GuaranteeState]:
    """Project → how its payment guarantee stands."""
    sites = Project.objects.unscoped("the worker's own sites").filter(pk__in=[stay.project_id for stay in stays])
    states = with_guarantees(sites, today).values_list("pk", "guarantee_state")
    return {pk: GuaranteeState(state) for pk, state in states}
