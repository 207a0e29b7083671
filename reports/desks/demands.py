"""What offices ask of the unit of whoever looks at the desk: corrections, opinions, supervision, extensions."""

from datetime import date

from django.http import HttpRequest

from alerts import selectors
from core.tables import BadgeColumn, Column, DayColumn, Table
from reports import links

SHOWN = 8


class DemandTable(Table):
    caption = "待办的督办与整改事项"

    what = Column("事项", primary=True, value=lambda demand: str(demand))
    project = Column("项目", value="warning.project.name")
    office = Column("提出单位", value="office.name", minor=True)
    due_on = DayColumn("期限")
    state = BadgeColumn("状态", value="state_text", tone=lambda demand: demand.state_tone)


def waiting_demands(request: HttpRequest, today: date) -> dict:
    """For `reports/_demands.html`; nothing asked, no card."""
    rows = selectors.waiting_for(request.user, today).select_related("warning__project", "office")
    found = list(rows.defer("warning__evidence").order_by("due_on", "id")[:SHOWN])
    return {
        "demands": DemandTable(found, request) if found else None,
        "demands_url": links.to("alerts:demand_list"),
    }
