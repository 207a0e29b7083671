"""Wage sheets that stand still until the user of the desk takes the next step."""

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import PayrollSheet
from accounts.selectors import under_way_for, with_sums
from core.tables import BadgeColumn, Column, MoneyColumn, MonthColumn, NumberColumn, Table

SHOWN = 20


class SheetTable(Table):
    caption = "待办理的工资表"

    team = Column("班组", value=lambda sheet: str(sheet.team or "未分班组"), primary=True)
    project = Column("项目", value="project.name")
    month = MonthColumn("工资月份", value="payroll.month")
    people = NumberColumn("人数")
    net_sum = MoneyColumn("实发合计（元）")
    state = BadgeColumn("办理状态", value="get_state_display", tone=lambda sheet: sheet.state_tone)


def waiting_sheets(request: HttpRequest) -> dict:
    """For `reports/_sheets.html`."""
    sheets = PayrollSheet.objects.visible_to(request.user).select_related("project", "payroll", "team")
    rows = list(with_sums(under_way_for(sheets, request.user)).order_by("pk")[:SHOWN])
    return {
        "waiting_sheets": SheetTable(rows, request) if rows else None,
        "waiting_sheets_url": f"{reverse('payrolls:sheet_list')}?mine=on",
    }
