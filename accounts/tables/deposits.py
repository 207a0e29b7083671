from datetime import date

from django.urls import reverse
from django.utils import timezone

from accounts.enums import DepositState
from accounts.models import Deposit, DepositStandard
from core import formats
from core.tables import BadgeColumn, Column, DayColumn, MomentColumn, MoneyColumn, Table

STANDING = {
    "late": ("逾期未存储", "red"),
    "expired": ("已到期", "red"),
    "expiring": ("即将到期", "orange"),
    "short": ("待补足", "orange"),
}


def said(deposit: Deposit) -> tuple[str, str]:
    """Words and tone of a deposit found with `standing`."""
    if deposit.standing in STANDING:
        return STANDING[deposit.standing]
    state = DepositState(deposit.state)
    return state.label, state.tone


class DepositTable(Table):
    caption = "工资保证金"
    default_order = "-id"
    empty_title = "没有符合条件的工资保证金"
    empty_text = "请放宽或清除筛选条件；尚未申报的项目见“未申报项目”。"

    name = Column("项目名称", value="project.name", primary=True)
    payer = Column("缴纳主体", value="payer_name", minor=True)
    place = Column("管辖属地", value="project.jurisdiction.name", minor=True)
    form = Column("收支方式", value="get_form_display")
    amount = MoneyColumn("应存储（元）", value="differential_amount")
    balance = MoneyColumn("余额（元）", minor=True)
    state = BadgeColumn("状态", value=lambda row: said(row)[0], tone=lambda row: said(row)[1])
    due_on = DayColumn("存储期限", minor=True)
    ends_on = DayColumn("有效期至", minor=True)


class UndeclaredTable(Table):
    caption = "未申报工资保证金的项目"
    default_order = "-id"
    empty_title = "所有项目都已申报"
    empty_text = "新开工的项目取得施工许可证后，会列在这里。"

    name = Column("项目名称", primary=True, sort="name")
    contractor = Column("施工总承包单位", value="general_contractor", minor=True)
    place = Column("管辖属地", value="jurisdiction.name", minor=True)
    amount = MoneyColumn("合同价款（元）", value="contract_amount", minor=True)
    begun = DayColumn("许可（合同）日期", value="deposit_from", minor=True)
    due = DayColumn("存储期限", value="deposit_due_on")
    state = BadgeColumn(
        "状态", value=lambda row: lateness(row.deposit_due_on)[0], tone=lambda row: lateness(row.deposit_due_on)[1]
    )

    def row_url(self, record) -> str:
        return reverse("deposits:project_deposit", args=[record.pk])


def lateness(due_on: date | None) -> tuple[str, str]:
    if due_on is None:
        return "许可、合同日期未填", "grey"
    left = (due_on - timezone.localdate()).days
    return (f"已逾期 {-left} 日", "red") if left < 0 else (f"还有 {left} 日", "blue")


def _left(due_on: date | None) -> str:
    return lateness(due_on)[0] if due_on else ""


class WaitingTable(Table):
    """What waits for the reader, with the deadline of the reader's own step."""

    caption = "待办的工资保证金事项"
    empty_title = "没有待办事项"
    empty_text = "需要您办理的工资保证金事项会列在这里。"

    text = Column("事项", primary=True)
    project = Column("项目", value="deposit.project.name")
    due_on = DayColumn("办理期限")
    left = BadgeColumn("剩余时间", value=lambda row: _left(row.due_on), tone=lambda row: lateness(row.due_on)[1])

    def row_url(self, record) -> str:
        return record.url


class DepositStandardTable(Table):
    caption = "存储标准"
    empty_title = "尚未设定存储标准"
    empty_text = "由省级人社部门设定后，方可核定存储金额。"

    version = Column("版本", value=str, primary=True)
    reach = Column("适用范围")
    valid_from = DayColumn("生效日期")
    bands = Column("比例与上限", value=lambda row: "；".join(_bands(row)))
    exempt = Column("免予存储", value=lambda row: _exempt(row))
    record = Column("降低与提高", value=lambda row: _record(row), minor=True)
    document = Column("依据文件", minor=True)
    reason = Column("变更说明", minor=True)
    by = Column("操作人", value=lambda row: row.created_by.name if row.created_by else "", minor=True)
    at = MomentColumn("时间", value="created_at", minor=True)

    def row_url(self, record) -> str:
        return ""


def _bands(row: DepositStandard) -> list[str]:
    said = [_band(band) for band in row.bands.all()]
    said += [f"重点工程上限 {formats.wan(row.key_cap)}"] if row.key_cap else []
    return said + ([f"第二个项目起 {row.later_percent.normalize():f}%"] if row.later_percent else [])


def _band(band) -> str:
    start = f"{formats.wan(band.above)}起 " if band.above else ""
    cap = f"，上限 {formats.wan(band.cap)}" if band.cap else ""
    floor = f"，下限 {formats.wan(band.floor)}" if band.floor else ""
    return f"{start}{band.percent.normalize():f}%{cap}{floor}"


def _exempt(row: DepositStandard) -> str:
    said = [f"合同额低于 {formats.wan(row.exempt_below)}"] if row.exempt_below else []
    said += [f"工期不足 {row.exempt_months} 个月"] if row.exempt_months else []
    said += [f"{row.exempt_years} 年未拖欠且实名制、专户落实"] if row.exempt_years else []
    return "；".join(said)


def _record(row: DepositStandard) -> str:
    over = "，不受上限限制" if row.over_cap else ""
    return (
        f"{row.reduce_years} 年未拖欠降 {row.reduce_percent.normalize():f}%；"
        f"拖欠升 {row.increase_percent.normalize():f}%，失信升 {row.blacklist_percent.normalize():f}%{over}"
    )
