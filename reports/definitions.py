"""数据口径: what every figure means, by which settings warnings were raised, who made the table, when."""

from collections.abc import Iterator

from alerts.models import RuleSetting
from alerts.models.rule import name_places
from alerts.selectors import parameters_told
from core.formats import moment
from reports.figures import CLOSING_DAY, COUNTS, INCLUSION, RATES
from reports.months import Month

CLOSING = (
    f"每月数据于次月 {CLOSING_DAY} 日月结（发放日加宽限期），月结后不再变化；"
    "补报的数据反映在项目明细和预警的当前状态中。未月结的月份随报送变化。"
)

OUTSIDE = (
    "统计月份之前已竣工、或期后才开工和纳入监管的项目，当月仍有工资、考勤或预警的，列入“监管期外项目”；"
    "人数、金额、预警的合计包括这些项目。"
)


def rows(month: Month, maker) -> Iterator[list[str]]:
    """类别, 指标, 口径, 说明."""
    yield from _about(month, maker)
    yield ["统计范围", "项目明细", "逐一列出“在监管项目”，与汇总的项目数一致。", OUTSIDE]
    for rate in RATES.values():
        yield ["比率", rate.label, rate.definition, f"分子：{rate.top.definition}分母：{rate.bottom.definition}"]
    yield ["比率", "纳入率", INCLUSION, "分母为零或没有分母的，写“—”，不计为 0%。"]
    for count in COUNTS.values():
        yield ["数量", f"{count.label}（{count.unit}）", count.definition, ""]
    for setting in settings_in_force(month):
        yield ["规则设置", str(setting), _told(setting), _reach(setting)]


def _about(month: Month, maker) -> Iterator[list[str]]:
    period = month.period
    yield ["统计范围", "地区", f"{month.region.name}（{month.region.code}）及其下级", "只含制表单位管辖的项目。"]
    yield ["统计范围", "行业", maker.industry, ""]
    yield [
        "统计范围",
        "统计期",
        f"{period.first:%Y-%m-%d} 至 {period.last:%Y-%m-%d}",
        "期末为统计期最后一日；当月为截止时间。",
    ]
    yield ["统计范围", "截止时间", moment(month.cut_off_at), "已月结" if month.is_closed else "未月结"]
    yield ["统计范围", "月结", CLOSING, ""]
    yield ["统计范围", "人数", "同一人在两个项目的，各计一人；各地合计等于下级之和。", ""]
    yield ["统计范围", "制表", f"{maker.office} {maker.name}", moment(period.read_at)]


def settings_in_force(month: Month) -> list[RuleSetting]:
    found = RuleSetting.objects.filter(RuleSetting.in_force_q(month.period.last), enabled=True)
    found = list(found.order_by("rule_code", "version"))
    name_places(found)
    return found


def _told(setting: RuleSetting) -> str:
    params = "，".join(f"{label} {value}" for label, value in parameters_told(setting.rule_code, setting.params))
    return f"{setting.get_level_display()}，处置期限 {setting.disposal_days} 天" + (f"，{params}" if params else "")


def _reach(setting: RuleSetting) -> str:
    where = "全部地区和行业" if setting.is_general else setting.whole_reach
    return f"自 {setting.valid_from:%Y-%m-%d} 起，适用于{where}"
