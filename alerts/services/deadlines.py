"""What happens before a term runs out, and after."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db import connection, transaction
from django.urls import reverse

from alerts.enums import FOR_THE_OFFICE_BELOW, OPEN_STATES, Act, DemandKind, DemandState
from alerts.models import Demand, Disposal, Warning
from alerts.services import ends
from alerts.services.offices import STEP, people_of, region_code
from core import notices
from organizations.enums import OrganizationKind, RegionLevel, Role
from organizations.models import User

REMIND_BEFORE = 5  # days
PASSED = "预警已逾期上报，解除须由上报后的承办单位复核，请重新申请。"
GOES_UP = (DemandKind.CORRECTION, DemandKind.OPINION, DemandKind.SUPERVISION, DemandKind.RETURN)

# One line to each officer for all that end on the day: the handler's own; of the others, everybody's at the office.
REMIND = """
INSERT INTO core_notice (user_id, key, text, url, at, sms)
SELECT u.id, %(key)s, count(*) || %(text)s, %(url)s, now(), CASE WHEN u.phone <> '' THEN 'waiting' ELSE '' END
FROM alerts_warning w
JOIN projects_project p ON p.id = w.project_id
JOIN organizations_organization o ON o.kind = %(kind)s
    AND o.region_id = rpad(left(p.jurisdiction_id, w.home_level), 6, '0')
JOIN organizations_user u ON u.organization_id = o.id AND u.role = %(role)s AND u.is_active
    AND (w.handler_id = u.id OR w.handler_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM organizations_user h WHERE h.id = w.handler_id AND h.is_active AND h.organization_id = o.id
    ))
WHERE w.state = ANY(%(open)s) AND w.due_on = %(day)s
GROUP BY u.id, u.phone
ON CONFLICT (user_id, key) DO NOTHING
"""


@transaction.atomic
def remind(*, today: date) -> int:
    """Five days before; answers how many were told."""
    day = today + timedelta(days=REMIND_BEFORE)
    facts = {
        "key": f"due:{day}",
        "text": f" 条预警将于 {day} 到期，请在期限内办结；确需延期的，请及时申请。",
        "url": f"{reverse('alerts:warning_list')}?due_soon=on",
        "kind": OrganizationKind.HUMAN_RESOURCES,
        "role": Role.OFFICER,
        "open": list(OPEN_STATES),
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(REMIND, facts)
        told = cursor.rowcount
    if told:
        notices.send_soon()
    return told


@transaction.atomic
def escalate_overdue(*, today: date) -> int:
    """An overdue warning goes up one level, and one more for every further disposal term it stays overdue (A4: the
    office above gets the time the office below had). What an office above has sent back stays below until the day it
    gave. What was missed is made up for; running it twice changes nothing. Returns how many steps were taken."""
    sent_back = Demand.objects.filter(kind=DemandKind.RETURN, due_on__gte=today).values("warning")
    overdue = Warning.objects.overdue(today).filter(office_level__gt=RegionLevel.PROVINCE).exclude(pk__in=sent_back)
    overdue = overdue.select_related("setting", "project")
    late = [warning.pk for warning in overdue if _office_level(warning, today) < warning.office_level]
    warnings = list(overdue.filter(pk__in=late).order_by("pk").select_for_update(of=("self",)))
    acts = [act for warning in warnings for act in _escalate(warning, today)]
    Warning.objects.bulk_update(warnings, ["office_level"], batch_size=500)
    Disposal.objects.bulk_create(acts, batch_size=500)
    _end_requests_below(warnings)
    _tell_offices(warnings)
    return len(acts)


def _office_level(warning: Warning, today: date) -> int:
    """The level an overdue warning should have reached by now."""
    terms = ((today - warning.due_on).days - 1) // max(warning.setting.disposal_days, 1) + 1
    return max(warning.home_level - STEP * terms, RegionLevel.PROVINCE)


def _escalate(warning: Warning, today: date) -> Iterator[Disposal]:
    target = _office_level(warning, today)
    while warning.office_level > target:
        warning.office_level -= STEP
        text = f"超过处置期限 {warning.due_on} 未办结，上报{_office(warning)}人社部门。"
        yield _went_up(warning, text)


@transaction.atomic
def escalate_demands(*, today: date) -> int:
    """What was not answered in time: the office above may act on the warning, once for each deadline that passed."""
    late = Demand.objects.overdue(today).filter(kind__in=GOES_UP, escalated_on=None, warning__state__in=OPEN_STATES)
    keys = list(late.order_by("warning_id").values_list("warning_id", flat=True))
    held = Warning.objects.filter(pk__in=keys).select_related("project").order_by("pk")
    warnings = {warning.pk: warning for warning in held.select_for_update(of=("self",))}
    demands = list(
        late.filter(warning__in=warnings)
        .select_related("of", "office__region")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    acts = []
    for demand in demands:
        demand.escalated_on = today
        acts.append(_demand_goes_up(demand, warnings[demand.warning_id]))
    Demand.objects.bulk_update(demands, ["escalated_on"], batch_size=500)
    Warning.objects.bulk_update(warnings.values(), ["office_level"], batch_size=500)
    Disposal.objects.bulk_create(acts, batch_size=500)
    for demand in demands:
        named = warnings[demand.warning_id].named
        text = f"{named}：{demand.of.name}逾期未办理{demand.get_kind_display()}，{demand.due_on} 到期。"
        key = f"demand:{demand.pk}:late:{demand.due_on}"
        notices.tell(people_of(demand.office), text, demand.get_absolute_url(), key=key)
    _end_requests_below(warnings.values())
    _tell_offices([warnings[demand.warning_id] for demand in demands])
    return len(demands)


def _demand_goes_up(demand: Demand, warning: Warning) -> Disposal:
    """To the office that had asked the one below it; above the office that had asked a unit or a department."""
    asker = demand.office.region.level
    above = asker if demand.kind in FOR_THE_OFFICE_BELOW else max(asker - STEP, RegionLevel.PROVINCE)
    warning.office_level = min(warning.office_level, above)
    text = f"{demand.of.name}未在 {demand.due_on} 前办理{demand.named}，上报{_office(warning)}人社部门。"
    return _went_up(warning, text, demand)


def _end_requests_below(warnings: Iterable[Warning]) -> None:
    """An office whose warning has gone up past it no longer consents to its release."""
    levels = {warning.pk: warning.office_level for warning in warnings}
    asked = Demand.objects.filter(kind=DemandKind.RELEASE, state=DemandState.OPEN, warning__in=levels)
    asked = asked.select_related("of__region", "office", "warning__project")
    passed = [one for one in asked if one.of.region.level > levels[one.warning_id]]
    for demand in passed:
        demand.state, demand.ended_for = DemandState.LAPSED, PASSED
    Demand.objects.bulk_update(passed, ["state", "ended_for"], batch_size=500)
    for demand in passed:
        ends.tell_end(demand)


def _went_up(warning: Warning, text: str, demand: Demand | None = None) -> Disposal:
    state = warning.state
    return Disposal(warning=warning, act=Act.ESCALATED, from_state=state, to_state=state, text=text, demand=demand)


def _office(warning: Warning) -> str:
    return RegionLevel(warning.office_level).label


def _tell_offices(warnings: Iterable[Warning]) -> None:
    """One line to each office for all that came up to it now."""
    arrived: dict[str, list[Warning]] = {}
    for warning in warnings:
        arrived.setdefault(region_code(warning.project, warning.office_level), []).append(warning)
    for code, own in arrived.items():
        office = {"organization__kind": OrganizationKind.HUMAN_RESOURCES, "organization__region": code}
        people = User.objects.filter(role=Role.OFFICER, **office)
        url = own[0].get_absolute_url() if len(own) == 1 else f"{reverse('alerts:warning_list')}?desk=urgent"
        last = max(own, key=lambda warning: warning.pk)
        what = f"{own[0].named}预警" if len(own) == 1 else f"{len(own)} 条预警"
        notices.tell(people, f"{what}逾期上报本级。", url, key=f"up:{code}:{last.pk}:{last.due_on}:{len(own)}")
