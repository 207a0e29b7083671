from copy import copy
from datetime import date

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts import permissions
from alerts.enums import DemandState, Level, WarningState
from alerts.models import CaseLead, Demand, Warning
from alerts.models.warning import WarningQuerySet
from core.pagination import KeysetPage
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, NumberColumn, RateColumn, Table
from organizations.enums import RegionLevel, Role

LEVEL_TONES = {Level.RED: "red", Level.ORANGE: "orange", Level.YELLOW: "yellow"}
STATE_TONES = {
    WarningState.NEW: "blue",
    WarningState.ACCEPTED: "blue",
    WarningState.VERIFYING: "blue",
    WarningState.CORRECTING: "orange",
    WarningState.CORRECTED: "blue",
    WarningState.RELEASED: "green",
    WarningState.TRANSFERRED: "grey",
}
LEAD_TONES = {CaseLead.State.OPEN: "orange", CaseLead.State.FILED: "red", CaseLead.State.MEDIATED: "blue"}


def with_rows(warnings: WarningQuerySet) -> WarningQuerySet:
    """What a row shows, without a query for each, and without the evidence."""
    return warnings.select_related("project__jurisdiction", "handler").defer("evidence")


def term_text(warning: Warning, today: date) -> str:
    """How long there is, or was, to dispose of it."""
    if not warning.is_open:
        return "已办结"
    left = (warning.due_on - today).days
    return f"逾期 {-left} 天" if left < 0 else "今日到期" if left == 0 else f"剩 {left} 天"


def age_text(warning: Warning, today: date) -> str:
    days = warning.age_days(today)
    return f"{days} 天前" if days else "今天"


def term_tone(warning: Warning, today: date) -> str:
    if not warning.is_open:
        return "grey"
    left = (warning.due_on - today).days
    return "red" if left < 0 else "orange" if left <= 7 else "grey"


def _other_office(user, warning: Warning) -> str:
    """The office an open warning waits for, where that is not the user's."""
    if user.role != Role.OFFICER or warning.state != WarningState.NEW or permissions.can_handle(user, warning):
        return ""
    return RegionLevel(warning.home_level if user.level > warning.home_level else warning.office_level).label


class PersonColumn(Column):
    """A name, never broken."""

    kind = "person"


class PlaceColumn(Column):
    kind = "place"


class ProjectColumn(Column):
    kind = "project"


class MessageColumn(Column):
    """The sentence of a warning: as wide as there is room."""

    kind = "message"


class ChooseColumn(Column):
    """A box for the acts on several rows; where this user may not accept, whose it is."""

    kind = "choose"

    def text(self, record: Warning) -> str | SafeString:
        if record.handled_elsewhere:
            return format_html('<span class="not-ours">由{}处置</span>', record.handled_elsewhere)
        if not record.can_be_accepted:
            return ""
        label = f"选择第 {record.pk} 号预警"
        box = '<input type="checkbox" class="form-check-input" form="many" name="warning" value="{}" aria-label="{}">'
        return format_html(box, record.pk, label)


class WarningTable(Table):
    caption = "预警"
    default_order = "due_on"
    empty_title = "没有符合条件的预警"
    empty_text = "按当前条件没有查到预警。请放宽或清除筛选条件；已办结的在“状态”中选择“全部”。"

    choose = ChooseColumn("选择")
    level = BadgeColumn("级别", value="get_level_display", sort="-severity", tone=LEVEL_TONES)
    title = Column("预警", primary=True)
    message = MessageColumn("内容")
    project = ProjectColumn("项目", value="project.name")
    jurisdiction = PlaceColumn("管辖属地", value="project.jurisdiction.name", minor=True)
    raised_at = DayColumn("产生", sort="-raised_at", minor=True)
    due_on = BadgeColumn("处置期限", sort="due_on")
    state = BadgeColumn("状态", value="get_state_display", tone=STATE_TONES)
    handler = PersonColumn("经办人", value="handler.name", minor=True)

    def __init__(self, records, request, *, today: date, choose: bool = True, **options):
        super().__init__(records, request, **options)
        due = BadgeColumn("处置期限", lambda w: term_text(w, today), sort="due_on", tone=lambda w: term_tone(w, today))
        due.name = "due_on"
        hidden = set() if choose else {"choose"}
        if request.user.level == RegionLevel.COUNTY:
            hidden.add("jurisdiction")
        self.columns = [due if c.name == "due_on" else c for c in self.columns if c.name not in hidden]

    @cached_property
    def page(self) -> KeysetPage:
        page = super().page
        for warning in page:
            warning.can_be_accepted = permissions.can_accept(self.request.user, warning)
            warning.handled_elsewhere = _other_office(self.request.user, warning)
        return page

    @property
    def can_choose(self) -> bool:
        return any(warning.can_be_accepted for warning in self.page)


class ProjectWarningTable(WarningTable):
    """Within one project, whose page it stands on."""

    caption = "本项目的预警"
    empty_title = "本项目没有此类预警"
    empty_text = "新数据到达后会立即核对，每晚再全面核对一次。"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, choose=False, **kwargs)
        self.columns = [_unsorted(c) for c in self.columns if c.name not in {"project", "jurisdiction"}]


def _unsorted(column: Column) -> Column:
    """All of a project's warnings are in sight: no order to ask for."""
    column = copy(column)
    column.sort = ""
    return column


class CaseLeadTable(Table):
    """By the day the next step is due."""

    caption = "案源"
    default_order = "due_on"
    empty_title = "没有符合条件的案源"
    empty_text = "核实预警后认为涉嫌违法的，在预警页面“转案源”。"

    number = CodeColumn("案源编号", primary=True)
    project = Column("项目", value="project.name")
    jurisdiction = Column("管辖属地", value="project.jurisdiction.name", minor=True)
    title = Column("预警", value="warning.title")
    state = BadgeColumn("状态", value="get_state_display", tone=LEAD_TONES)
    due_on = DayColumn("办理期限", sort="due_on")
    late = BadgeColumn("时限")
    conclusion = Column("结案方式", value="get_conclusion_display", minor=True)
    opened_at = DayColumn("移送日期", minor=True)

    def __init__(self, records, request, *, today: date, **options):
        super().__init__(records, request, **options)
        self.columns = [_term_column(today) if column.name == "late" else column for column in self.columns]


def _term_column(today: date) -> BadgeColumn:
    column = BadgeColumn("时限", lambda one: _days_left(one, today)[0], tone=lambda one: _days_left(one, today)[1])
    column.name = "late"
    return column


def _days_left(record: CaseLead | Demand, today: date) -> tuple[str, str]:
    """What there is left of a term, and how it looks."""
    if not (record.is_open if isinstance(record, CaseLead) else record.is_waiting):
        return "", "grey"
    if isinstance(record, Demand) and record.state == DemandState.ANSWERED:
        return "待复核", "blue"
    left = (record.due_on - today).days
    text = f"逾期 {-left} 天" if left < 0 else "今日到期" if left == 0 else f"剩 {left} 天"
    return text, "red" if left < 0 else "orange" if left <= 3 else "grey"


class DemandTable(Table):
    caption = "督办与整改事项"
    default_order = "due_on"
    empty_title = "没有符合条件的事项"
    empty_text = "责令整改、联合核实、督办、约谈、延期申请会列在这里。"

    what = Column("事项", value=lambda demand: str(demand), primary=True)
    warning = Column("预警", value="warning.title")
    project = ProjectColumn("项目", value="warning.project.name")
    office = Column("提出单位", value="office.name", minor=True)
    of = Column("承办单位", value="of.name")
    due_on = DayColumn("期限", sort="due_on", minor=True)
    late = BadgeColumn("时限")
    state = BadgeColumn("状态", value="state_text", tone=lambda demand: demand.state_tone)

    def __init__(self, records, request, *, today: date, **options):
        super().__init__(records, request, **options)
        self.columns = [_term_column(today) if column.name == "late" else column for column in self.columns]


class OwnDemandTable(DemandTable):
    """Of one warning, on whose page it stands."""

    caption = "本预警的督办与整改事项"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [_unsorted(c) for c in self.columns if c.name not in {"warning", "project"}]


class BulletinTable(Table):
    caption = "逾期预警通报"
    empty_title = "该月没有到期的预警"
    empty_text = "换一个月份再看。"

    office = Column("承办单位", value="name", primary=True)
    due = NumberColumn("到期")
    late = NumberColumn("未按期办结")
    rate = RateColumn("按期办结率", value=lambda figure: (figure.due - figure.late, figure.due))
    still_open = NumberColumn("其中至今未办结")
    sent_up = NumberColumn("已上报上级")

    def __init__(self, records, request, *, month: date):
        super().__init__(records, request)
        self.month = month

    def row_url(self, record) -> str:
        place = f"&region={record.region.code}" if self.request.user.level != RegionLevel.COUNTY else ""
        return f"{reverse('alerts:warning_list')}?state=all&missed={self.month:%Y-%m}{place}"


EXPORT_HEADERS = [
    "预警编号",
    "规则",
    "预警名称",
    "级别",
    "类别",
    "项目编码",
    "项目名称",
    "行业",
    "管辖属地",
    "预警内容",
    "依据",
    "产生时间",
    "处置期限",
    "状态",
    "处置层级",
    "经办人",
    "解除方式",
    "解除时间",
    "规则版本",
]


def export_row(warning: Warning) -> list:
    return [
        warning.pk,
        warning.rule_code,
        warning.title,
        warning.get_level_display(),
        warning.get_subject_display(),
        warning.project.code,
        warning.project.name,
        warning.project.get_industry_display(),
        warning.project.jurisdiction.name,
        warning.message,
        warning.basis,
        warning.raised_at,
        warning.due_on,
        warning.get_state_display(),
        warning.get_office_level_display(),
        warning.handler.name if warning.handler else "",
        warning.get_release_kind_display(),
        warning.released_at,
        warning.setting.version,
    ]
