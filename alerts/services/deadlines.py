"""What happens when a disposal term runs out."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from alerts.enums import Act
from alerts.models import Disposal, Warning
from organizations.enums import RegionLevel

STEP = 2  # digits of the region code from one office to the next one up


@transaction.atomic
def escalate_overdue(*, today: date) -> int:
    """An overdue warning goes up one level, and one more for every further disposal term it stays overdue (A4: the
    office above gets the time the office below had). What was missed is made up for; running it twice changes
    nothing. Returns how many steps were taken."""
    overdue = Warning.objects.overdue(today).filter(office_level__gt=RegionLevel.PROVINCE).select_related("setting")
    late = [warning.pk for warning in overdue if _office_level(warning, today) < warning.office_level]
    warnings = list(overdue.filter(pk__in=late).order_by("pk").select_for_update(of=("self",)))
    acts = [act for warning in warnings for act in _escalate(warning, today)]
    Warning.objects.bulk_update(warnings, ["office_level"], batch_size=500)
    Disposal.objects.bulk_create(acts, batch_size=500)
    return len(acts)


def _office_level(warning: Warning, today: date) -> int:
    """The level an overdue warning should have reached by now."""
    terms = ((today - warning.due_on).days - 1) // max(warning.setting.disposal_days, 1) + 1
    return max(warning.home_level - STEP * terms, RegionLevel.PROVINCE)


def _escalate(warning: Warning, today: date) -> Iterator[Disposal]:
    target = _office_level(warning, today)
    while warning.office_level > target:
        warning.office_level -= STEP
        office = RegionLevel(warning.office_level).label
        text = f"超过处置期限 {warning.due_on} 未办结，上报{office}人社部门。"
        state = warning.state
        yield Disposal(warning=warning, act=Act.ESCALATED, from_state=state, to_state=state, text=text)
