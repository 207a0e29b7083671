"""通报: the warnings that an office did not settle by their deadline, month by month."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Coalesce, Left, RPad, TruncDate

from alerts.enums import OPEN_STATES
from alerts.models.warning import WarningQuerySet
from core.months import next_month
from organizations.enums import RegionLevel
from organizations.models import Region


@dataclass(frozen=True)
class OfficeFigure:
    """An office's warnings whose deadline fell into the month: how many, and what became of them."""

    region: Region
    due: int
    late: int  # not settled by the deadline
    still_open: int
    sent_up: int

    @property
    def name(self) -> str:
        return f"{self.region.name}人社部门"


def late_q(today: date) -> Q:
    """Not settled by the deadline. A case lead counts from the day it was handed over."""
    return Q(state__in=OPEN_STATES, due_on__lt=today) | Q(settled_on__gt=F("due_on"))


def with_settled(warnings: WarningQuerySet) -> WarningQuerySet:
    return warnings.annotate(settled_on=TruncDate(Coalesce("released_at", "case_lead__opened_at")))


def bulletin(warnings: WarningQuerySet, month: date, today: date) -> list[OfficeFigure]:
    """By office, the most late first; one query for the figures, one for the places."""
    due = with_settled(warnings).filter(due_on__gte=month, due_on__lt=next_month(month)).order_by()
    place = Case(
        *(
            When(home_level=level, then=Left("project__jurisdiction_id", level.value))
            for level in RegionLevel
            if level
        ),
        default=Value(""),
        output_field=CharField(),
    )
    counts = (
        due.annotate(office=RPad(place, 6, Value("0")))
        .values("office")
        .annotate(
            due=Count("pk"),
            late=Count("pk", filter=late_q(today)),
            still_open=Count("pk", filter=Q(state__in=OPEN_STATES, due_on__lt=today)),
            sent_up=Count("pk", filter=Q(office_level__lt=F("home_level"))),
        )
    )
    rows = list(counts)
    regions = Region.objects.in_bulk([row["office"] for row in rows])
    figures = [OfficeFigure(regions[row.pop("office")], **row) for row in rows]
    return sorted(figures, key=lambda figure: (-figure.late, -figure.due, figure.region.code))
