"""Tables of the permit comparison."""

from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from core.pagination import KeysetPage
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, NumberColumn, RateColumn, Table
from projects.enums import PermitState
from projects.models import ListedPermit
from projects.selectors.suggestions import suggestions
from projects.tables.imports import ProjectBatchTable

BASE = "清单中的许可证，除去已列为不纳入的"
TONES = {
    PermitState.FOUND: "green",
    PermitState.MISSING: "yellow",
    PermitState.OVERDUE: "red",
    PermitState.SET_ASIDE: "grey",
}


class PermitCountTable(Table):
    name = Column("地区", primary=True)
    due = NumberColumn("应纳入", value="counts.due", hint=BASE)
    found = NumberColumn("已纳入", value="counts.found", hint="平台上有项目登记了这一编号")
    missing = NumberColumn("未纳入", value="counts.missing")
    overdue = NumberColumn("其中逾期", value="counts.overdue", hint="发证已满 10 个工作日")
    set_aside = NumberColumn("不纳入", value="counts.set_aside", minor=True)
    rate = RateColumn("许可纳入率", value="counts.rate", hint="已纳入 ÷ 应纳入")


class PermitPlaceTable(PermitCountTable):
    caption = "分地区"
    empty_title, empty_text = "没有下级地区", ""

    def row_url(self, record) -> str:
        if record.region is None or record.code == self.request.GET.get("place", self.request.user.region.code):
            return f"{reverse('projects:listed_permit_list')}?{urlencode({'place': record.code, 'state': 'missing'})}"
        return f"{reverse('projects:permit_comparison')}?place={record.code}"


class PermitIndustryTable(PermitCountTable):
    caption = "分行业"
    empty_title, empty_text = "还没有载入施工许可清单", ""

    name = Column("行业", primary=True)

    def __init__(self, records, request):
        super().__init__(records, request)
        self.columns.sort(key=lambda column: column.name != "name")

    def row_url(self, record) -> str:
        asked = {"place": self.request.GET.get("place", ""), "industry": record.code, "state": "missing"}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{reverse('projects:listed_permit_list')}?{query}"


class PermitBatchTable(ProjectBatchTable):
    caption = "最近载入"
    empty_title, empty_text = "还没有载入过清单", "请住建、交通、水利部门提供施工许可清单后上传。"


class ListedPermitTable(Table):
    caption = "施工许可清单"
    default_order = "issued_on"
    empty_title = "没有符合条件的施工许可证"
    empty_text = "请放宽筛选条件；还没有清单的，请先载入。"

    project_name = Column("工程名称", primary=True)
    number = CodeColumn("施工许可证编号", minor=True)
    place = Column("所在地", value="region.name", sort="region_id")
    contractor = Column("施工总承包单位", minor=True)
    issued_on = DayColumn("发证日期", sort="issued_on")
    days = NumberColumn("已发证（天）", value=lambda row: (timezone.localdate() - row.issued_on).days)
    due_on = DayColumn("纳入期限", minor=True)
    state = BadgeColumn("比对", value=lambda row: PermitState(row.state).label, tone=lambda row: TONES[row.state])
    suggested = Column("疑似项目", value=lambda row: row.suggested)

    def __init__(self, records, request, *, user):
        super().__init__(records, request)
        self.user = user

    @cached_property
    def page(self) -> KeysetPage:
        page = super().page
        waiting = [row for row in page if row.state in (PermitState.MISSING, PermitState.OVERDUE)]
        found = suggestions(waiting, self.user, most=1)
        for row in page:
            best = found.get(row.pk, [None])[0]
            row.suggested = f"{best.project.name}（{best.percent} 分）" if best else ""
        return page


PERMIT_EXPORT_HEADERS = [
    "施工许可证编号",
    "工程名称",
    "建设单位",
    "施工总承包单位",
    "行政区划代码",
    "所在地",
    "建设地点",
    "行业",
    "项目种类",
    "合同价款（元）",
    "发证日期",
    "纳入期限",
    "已发证（天）",
    "比对结果",
    "平台项目编码",
    "不纳入原因",
    "说明",
]


def permit_export_row(permit: ListedPermit, codes: dict[int, str], today: date) -> list:
    """`codes`: of the projects the user sees."""
    return [
        permit.number,
        permit.project_name,
        permit.construction_unit,
        permit.contractor,
        permit.region_id,
        permit.region.name,
        permit.address,
        permit.get_industry_display(),
        permit.get_category_display(),
        permit.contract_amount,
        permit.issued_on,
        permit.due_on,
        (today - permit.issued_on).days,
        PermitState(permit.state).label,
        codes.get(permit.project_id, ""),
        permit.get_set_aside_reason_display(),
        permit.set_aside_note,
    ]
