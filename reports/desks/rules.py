"""Changes of rules that wait for a second officer of the province."""

from django.http import HttpRequest

from alerts.models.rule import name_places
from alerts.selectors import proposals_to_decide, rule_title
from core.tables import Column, DayColumn, Table

SHOWN = 8


class RuleChangeTable(Table):
    caption = "待审批的规则变更"

    rule = Column("规则", value=lambda proposal: rule_title(proposal.rule_code), primary=True)
    reach = Column("适用范围")
    valid_from = DayColumn("生效日期")
    reason = Column("变更说明", minor=True)
    office = Column("提议单位", value="office.name")
    proposed_by = Column("提议人", value="proposed_by.name")


def rule_changes(request: HttpRequest) -> RuleChangeTable | None:
    """For the card of a desk; nothing to decide, no card."""
    found = proposals_to_decide(request.user).select_related("office", "proposed_by")
    rows = list(found.order_by("valid_from", "id")[:SHOWN])
    name_places(rows)
    return RuleChangeTable(rows, request) if rows else None
