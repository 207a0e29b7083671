"""Forecast: pay days of a project, projects that will fall short, the same by place, and how right it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Forecast
from accounts.selectors.accuracy import Accuracy
from accounts.selectors.forecast import WEEKS, PlaceShortfall, Position
from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, MonthColumn, NumberColumn, Table
from projects.models import Project


@dataclass(frozen=True)
class Reckoning:
    """A line of how the forecast of a pay day was computed."""

    item: str
    amount: Decimal
    note: str = ""


class ReckoningTable(Table):
    caption = "预测的计算"

    item = Column("项目", primary=True)
    amount = MoneyColumn("金额（元）")
    note = Column("说明")


BASIS = {True: "合同约定，按本项目以往的拨付情况折算", False: "没有人工费约定，按近六个月通常的到账"}


class InflowTable(Table):
    caption = "预计到账的人工费"
    empty_title = "发薪日前没有可以预计的人工费"
    empty_text = "登记人工费约定，或者有近几个月的到账记录后，才能预计。"

    day = DayColumn("预计到账日", primary=True)
    amount = MoneyColumn("金额（元）")
    due_on = DayColumn("约定拨付日")
    basis = Column("依据", value=lambda row: BASIS[row.by_contract])


class ShortfallTable(Table):
    """Projects whose money will not do on a pay day to come."""

    caption = "预计资金不足的项目"
    default_order = "pay_on"
    empty_title = "没有预计资金不足的项目"
    empty_text = "按昨夜的预测，当前范围内各项目的专户资金够付到期工资；也可以放宽筛选条件。"

    project = Column("项目名称", value="project.name", primary=True)
    place = Column("管辖属地", value="project.jurisdiction.name", minor=True)
    pay_on = DayColumn("发薪日", sort="pay_on")
    month = MonthColumn("工资月份", minor=True)
    needed = MoneyColumn("应付工资（元）", value=lambda row: row.owed + row.accrued + row.to_come, minor=True)
    owed = MoneyColumn("其中已列工资表未发（含往月）", minor=True)
    balance = MoneyColumn("专户余额（元）", minor=True)
    inflow = MoneyColumn("预计拨付（元）", minor=True)
    shortfall = MoneyColumn("预计缺口（元）", sort="-shortfall")

    def row_url(self, record: Forecast) -> str:
        return f"{record.get_absolute_url()}#forecast"


class PlaceShortfallTable(Table):
    caption = "各地预计资金不足的项目"
    empty_title = "没有预计资金不足的地区"
    empty_text = ""

    name = Column("地区", primary=True)
    week_1 = NumberColumn(WEEKS[1], value=lambda row: row.weeks[1])
    week_2 = NumberColumn(WEEKS[2], value=lambda row: row.weeks[2], minor=True)
    week_3 = NumberColumn(WEEKS[3], value=lambda row: row.weeks[3], minor=True)
    week_4 = NumberColumn(WEEKS[4], value=lambda row: row.weeks[4], minor=True)
    week_5 = NumberColumn(WEEKS[5], value=lambda row: row.weeks[5], minor=True)
    projects = NumberColumn("项目数")
    amount = MoneyColumn("预计缺口（元）")

    def row_url(self, record: PlaceShortfall) -> str:
        return self.url(place=record.code) if record.leads_down else ""


class AccuracyTable(Table):
    caption = "预测的准确程度"
    empty_title = "还没有可以核对的发薪日"
    empty_text = "发薪日过后十天，当时的预测与实际核对一次。"

    lead = Column("提前", value=lambda row: f"{row.lead} 天", primary=True)
    forecasts = NumberColumn("核对次数")
    hits = NumberColumn("报准", value="ours.hits")
    misses = NumberColumn("漏报", value="ours.misses")
    false_alarms = NumberColumn("误报", value="ours.false_alarms")
    calm = NumberColumn("报够付且够付", value="calm", minor=True)
    deviation = Column("一般相差", value="ours.percent")
    amount = MoneyColumn("相差金额（元）", value="ours.amount", minor=True)
    baseline = Column("只用上月工资推算", value=lambda row: _plain(row), minor=True)


def _plain(row: Accuracy) -> str:
    simple = row.baseline
    return f"报准 {simple.hits:,}，漏报 {simple.misses:,}，误报 {simple.false_alarms:,}，相差 {simple.percent}"


# What the words of the table mean.
ACCURACY_WORDS = (
    ("核对次数", "一个项目的一个发薪日核对一次；发薪日过后十天，用当时的数据重新预测，与实际比较。"),
    ("报准", "预测资金不够，发薪日确实不够。"),
    ("漏报", "没有预测到，发薪日不够。"),
    ("误报", "预测资金不够，发薪日够付。"),
    ("报够付且够付", "预测够付，发薪日确实够付。"),
    (
        "一般相差",
        "预测的结余与实际结余之差，占当月工资的比例：一半的核对小于此数，一半大于此数。100% 即相差一个月的工资。",
    ),
    ("只用上月工资推算", "不看出勤和拨付，只用专户余额减上月工资，作为对照：预测比它准，才有用处。"),
)


FORECAST_HEADERS = [
    *(
        "项目编码",
        "项目名称",
        "管辖属地",
        "行业",
        "发薪日",
        "工资月份",
        "已列工资表未发（含往月，元）",
        "已出勤未列工资表（元）",
    ),
    *(
        "预计至月末的出勤（元）",
        "应付工资合计（元）",
        "专户余额（元）",
        "预计拨付（元）",
        "预计缺口（元）",
        "预测日期",
    ),
]


def forecast_rows(rows: QuerySet[Forecast]) -> Iterator[list]:
    for row in rows.select_related("project__jurisdiction__parent__parent").order_by("pay_on", "pk").iterator(2000):
        yield [
            row.project.code,
            row.project.name,
            row.project.jurisdiction.full_name,
            row.project.get_industry_display(),
            row.pay_on,
            f"{row.month:%Y-%m}",
            row.owed,
            row.accrued,
            row.to_come,
            row.owed + row.accrued + row.to_come,
            row.balance,
            row.inflow,
            row.shortfall,
            row.made_on,
        ]


@dataclass(frozen=True)
class ProjectForecast:
    project: Project
    position: Position


class ProjectForecastTable(Table):
    """The projects of one account, each with its own part of the money."""

    caption = "发薪日资金预测"
    empty_title = "近期没有要付的工资"
    empty_text = ""

    project = Column("项目", value=lambda row: row.project.name, primary=True)
    pay_on = DayColumn("发薪日", value="position.pay_on")
    needed = MoneyColumn("应付工资（元）", value="position.needed", minor=True)
    balance = MoneyColumn("专户余额（元）", value="position.balance", minor=True)
    inflow = MoneyColumn("预计拨付（元）", value="position.inflow", minor=True)
    rest = MoneyColumn("预计结余（元）", value="position.rest")
    state = BadgeColumn(
        "预测",
        value=lambda row: "资金不足" if row.position.shortfall else "够付",
        tone=lambda row: "red" if row.position.shortfall else "green",
    )

    def row_url(self, record: ProjectForecast) -> str:
        return f"{reverse('accounts:project_money', args=[record.project.pk])}#forecast"
