"""Tables about attendance, devices and who is on site."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from core import formats
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, NumberColumn, RateColumn, Table
from projects.enums import Status
from workers.enums import AttendanceSource, PunchMeans
from workers.models import Engagement, Presence
from workers.selectors.deadlines import has_come, last_due

UNITS = {Decimal(1): ("全天", "green"), Decimal("0.5"): ("半天", "orange"), Decimal(0): ("未出勤", "grey")}


class AttendanceTable(Table):
    """A month of every project in scope."""

    caption = "各项目考勤"
    default_order = "-id"
    page_size = 30

    name = Column("项目", primary=True)
    jurisdiction = Column("管辖属地", value="jurisdiction.name")
    attended = RateColumn(
        "出勤率", value=lambda row: (row.attended, row.on_site), hint="当月有出勤的人数 / 当月在场人数"
    )
    days = NumberColumn("出勤天数合计", value="attended_days")
    last_day = DayColumn("当月最近出勤日")
    due = Column(
        "应报考勤",
        value=lambda row: str(last_due(timezone.localdate(), is_linear=row.is_linear)),
        hint="考勤当日报送；线性工程每月 15 日、月末两批报送",
        minor=True,
    )
    came = BadgeColumn("报送", value=lambda row: _came(row)[0], tone=lambda row: _came(row)[1])

    def __init__(self, records, request, *, month):
        super().__init__(records, request)
        self.month = month

    def row_url(self, record) -> str:
        return f"{reverse('workers:attendance', args=[record.pk])}?month={self.month:%Y-%m}"


def _came(project) -> tuple[str, str]:
    if project.status != Status.IN_PROGRESS:
        return "不在施工", "grey"
    if has_come(project.latest_day, timezone.localdate(), is_linear=project.is_linear):
        return "已报送", "green"
    return f"缺报，至 {formats.day(project.latest_day)}" if project.latest_day else "从未报送", "orange"


class PresenceTable(Table):
    """People behind a figure of the live view."""

    caption = "人员名单"
    default_order = "-id"
    empty_title = "没有人员"
    empty_text = "打卡记录到达后即显示。"

    name = Column("姓名", value="worker.name", primary=True)
    project = Column("项目", value="project.name")
    team = Column("班组", value=lambda row: row.team.name if row.team else "")
    trade = Column("工种", value="get_trade_display")
    first_in = Column("首次入场", value=lambda row: _clock(row, "first_in"))
    last_at = Column("最近打卡", value=lambda row: _clock(row, "last_at"), minor=True)
    means = Column("通行方式", value=lambda row: seen.get_means_display() if (seen := _seen_today(row)) else "")
    state = BadgeColumn("状态", value=lambda row: _presence(row)[0], tone=lambda row: _presence(row)[1])

    def row_url(self, record: Engagement) -> str:
        return reverse("workers:worker_detail", args=[record.worker_id])


def _seen_today(row: Engagement) -> Presence | None:
    seen = getattr(row, "presence", None)
    return seen if seen and seen.is_of_today(timezone.now()) else None


def _clock(row: Engagement, name: str) -> str:
    at = getattr(_seen_today(row), name, None)
    if not at:
        return ""
    local = timezone.localtime(at)
    return f"{'' if local.date() == timezone.localdate() else '昨日 '}{local:%H:%M}"


def _presence(row: Engagement) -> tuple[str, str]:
    if not (seen := _seen_today(row)):
        return "未到场", "grey"
    return ("在场内", "green") if seen.inside else ("已离场", "blue")


class DayTable(Table):
    """Who was on site on a day."""

    caption = "当日人员"
    default_order = "-id"
    empty_title = "当日没有考勤记录"
    empty_text = "请换一个日期，或先导入考勤。"

    name = Column("姓名", value="worker.name", primary=True)
    team = Column("班组", value=lambda row: row.team.name if row.team else "")
    trade = Column("工种", value="get_trade_display")
    units = BadgeColumn("出勤", value=lambda row: UNITS[row.units][0], tone=lambda row: UNITS[row.units][1])
    first_in = Column("首次入场", value=lambda row: f"{row.first_in:%H:%M}" if row.first_in else "")
    last_out = Column("末次出场", value=lambda row: f"{row.last_out:%H:%M}" if row.last_out else "")
    source = Column("来源", value=lambda row: AttendanceSource(row.source).label, minor=True)

    def __init__(self, records, request, *, day):
        super().__init__(records, request)
        self.day = day

    def row_url(self, record: Engagement) -> str:
        return reverse("workers:punch_day", args=[record.pk, self.day])


class CorrectionTable(Table):
    caption = "更正记录"
    default_order = "-id"
    empty_title = "没有人工更正"
    empty_text = "考勤均来自设备或考勤表。"

    name = Column("姓名", value="engagement.worker.name", primary=True)
    day = DayColumn("日期")
    old = Column("原出勤", value=lambda row: "无记录" if row.old_units is None else UNITS[row.old_units][0])
    new = Column("现出勤", value=lambda row: UNITS[row.new_units][0])
    reason = Column("原因")
    by = Column("操作人", value="by.name", minor=True)
    at = Column("操作时间", value=lambda row: formats.moment(row.at), minor=True)

    def row_url(self, record) -> str:
        return reverse("workers:punch_day", args=[record.engagement_id, record.day])


class DeviceTable(Table):
    caption = "考勤设备"
    empty_title = "没有登记考勤设备"
    empty_text = "登记设备后，按序列号导入的打卡记录会注明由哪台设备采集。"

    place = Column("安装位置", primary=True)
    serial_number = CodeColumn("设备序列号")
    kind = Column("设备类型", value="get_kind_display")
    means = Column("通行方式", value="get_means_display")
    installed_on = DayColumn("启用日期", minor=True)
    last_seen_at = Column("最近打卡", value=lambda row: formats.moment(row.last_seen_at))
    state = BadgeColumn("状态", value=lambda row: _device_state(row)[0], tone=lambda row: _device_state(row)[1])

    def __init__(self, records, request, *, may_keep):
        super().__init__(records, request)
        self.may_keep = may_keep

    def row_url(self, record) -> str:
        return reverse("workers:device_edit", args=[record.pk]) if self.may_keep else ""


def _device_state(device) -> tuple[str, str]:
    if device.removed_on:
        return f"{formats.day(device.removed_on)} 停用", "grey"
    return ("三天以上无打卡", "red") if device.is_silent(timezone.now()) else ("正常", "green")


class StrayTable(Table):
    caption = "未登记人员打卡"
    default_order = "-id"
    empty_title = "没有未登记人员的打卡"
    empty_text = "导入的打卡记录均已对应到花名册。"

    name = Column("姓名", primary=True)
    number = CodeColumn("证件号码", value=lambda row: f"{'*' * 14}{row.id_last4}")
    team = Column("班组")
    at = Column("刷卡时间", value=lambda row: formats.moment(row.at))
    direction = Column("方向", value="get_direction_display")
    means = Column("通行方式", value="get_means_display")
    device = Column("设备", value=lambda row: row.device.place if row.device else "", minor=True)

    def row_url(self, record) -> str:
        return ""


class StandardTable(Table):
    caption = "考勤认定标准"
    empty_title = "尚未设定标准"
    empty_text = "按系统默认：两次打卡、间隔满 4 小时计一天，满 2 小时计半天；管理人员须用人脸、虹膜、指纹或掌纹。"

    version = Column("版本", value=str, primary=True)
    valid_from = DayColumn("生效日期")
    reach = Column("适用范围", value=lambda row: _reach(row))
    punches = Column("一天", value=lambda row: f"打卡 {row.min_punches} 次、满 {row.full_hours.normalize():f} 小时")
    half = Column("半天", value=lambda row: f"满 {row.half_hours.normalize():f} 小时")
    means = Column("管理人员通行方式", value=lambda row: "、".join(PunchMeans(one).label for one in row.manager_means))
    reason = Column("变更说明", minor=True)
    by = Column("操作人", value=lambda row: row.created_by.name if row.created_by else "", minor=True)

    def row_url(self, record) -> str:
        return ""


def _reach(standard) -> str:
    place = standard.region.name if standard.region else "全省"
    return f"{place}、{standard.get_industry_display()}" if standard.industry else place
