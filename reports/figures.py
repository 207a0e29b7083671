"""What is counted, in one place: for each figure its 数据口径 and, beside it, the SQL that counts it.

Every count adds up over projects, so that a county is the sum of its projects, a prefecture of its counties and the
province of its prefectures. A person working on two projects counts once on each. The SQL of a count is an expression
over the sources joined in `reports.selectors`; a rate is two counts and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils import timezone

from core.months import next_month, previous_month

CLOSING_DAY = 20  # of the next month: the usual pay day, the 15th, and five days of grace


@dataclass(frozen=True)
class Count:
    key: str
    label: str
    unit: str
    definition: str
    sql: str

    @property
    def is_money(self) -> bool:
        return self.unit == "元"


@dataclass(frozen=True)
class Rate:
    """`numerator` and `denominator` are keys of counts; the first counts a part of what the second counts."""

    key: str
    label: str
    numerator: str
    denominator: str
    definition: str

    @property
    def top(self) -> Count:
        return COUNTS[self.numerator]

    @property
    def bottom(self) -> Count:
        return COUNTS[self.denominator]


def _keyed(items: Iterable) -> dict:
    return {item.key: item for item in items}


COUNTS: dict[str, Count] = _keyed(
    [
        Count(
            "projects",
            "在监管项目",
            "个",
            "期末前已开工或已纳入监管，且未在统计月份之前竣工的项目；开工后补报的，计入开工当月起。",
            "p.supervised::int",
        ),
        Count(
            "in_progress",
            "在建项目",
            "个",
            "在监管项目中，期末工程进度为“在建”的项目（停工、完工不计）。",
            "p.in_progress::int",
        ),
        Count(
            "in_scope",
            "应开设专户项目",
            "个",
            "在监管项目中，期末工程进度为“在建”或“停工”的项目。",
            "p.in_scope::int",
        ),
        Count(
            "account_open",
            "已开设专户项目",
            "个",
            "应开设专户项目中，期末有状态正常的农民工工资专用账户的项目；多个项目共用一个专户的，各计一个。",
            "(p.in_scope AND account.project_id IS NOT NULL)::int",
        ),
        Count(
            "with_attendance",
            "有考勤的在建项目",
            "个",
            "在建项目中，当月至少一人有考勤的项目。",
            "(p.in_progress AND people.attending > 0)::int",
        ),
        Count(
            "with_labour_cost",
            "人工费到账的在建项目",
            "个",
            "在建项目中，当月专户收到人工费拨付的项目（已冲正的不计）。",
            "(p.in_progress AND inflow.amount > 0)::int",
        ),
        Count(
            "roster",
            "在册工人",
            "人",
            "在监管项目的在册人员中，当月在场（已进场、月初以前未退场）的人数，含管理人员。",
            "roster.people",
        ),
        Count(
            "contracted",
            "已签劳动合同工人",
            "人",
            "在册工人中，当月有已签订且在有效期内的劳动合同的人数。",
            "roster.contracted",
        ),
        Count(
            "roster_attended",
            "有考勤的在册工人",
            "人",
            "在册工人中，当月有考勤的人数。",
            "roster.attended",
        ),
        Count(
            "people",
            "出勤或列入工资表人员",
            "人",
            "当月有考勤或列入当月工资表的人数，两者都有的计一人。",
            "people.everyone",
        ),
        Count(
            "registered",
            "已实名登记人员",
            "人",
            "出勤或列入工资表人员中，在本项目实名登记的人数；工资表上查不到登记的，不计。",
            "people.registered",
        ),
        Count("attending", "出勤工人", "人", "当月有考勤的人数。", "people.attending"),
        Count(
            "attending_paid",
            "足额代发的出勤工人",
            "人",
            "出勤工人中，当月工资已通过专户足额代发（已代发不少于实发，且大于零）的人数。",
            "people.attending_paid",
        ),
        Count("net", "当月实发工资", "元", "当月工资表实发工资合计（应发减扣发）。", "people.net"),
        Count("paid", "已代发工资", "元", "当月工资表中已通过专户代发的金额合计。", "people.paid"),
        Count(
            "labour_cost",
            "人工费到账金额",
            "元",
            "当月记入专户的人工费拨付合计，已冲正的不计。",
            "inflow.amount",
        ),
        Count("raised", "产生预警", "条", "当月产生的预警。", "warned.raised"),
        Count(
            "raised_closed",
            "当月产生且已办结",
            "条",
            "当月产生的预警中，期末已解除或已转案源的。",
            "warned.raised_closed",
        ),
        Count("released", "解除预警", "条", "当月解除的预警，不论何时产生。", "warned.released"),
        Count("transferred", "转案源", "条", "当月转为案源的预警。", "warned.transferred"),
        Count("open", "期末未办结预警", "条", "期末既未解除也未转案源的预警。", "warned.unsettled"),
        Count("overdue", "期末逾期预警", "条", "期末未办结、且处置期限已过的预警。", "warned.overdue"),
        Count("due", "当月到期预警", "条", "处置期限在当月并已届满的预警。", "warned.due"),
        Count(
            "due_on_time",
            "按期办结预警",
            "条",
            "当月到期预警中，在期限届满前已解除或已转案源的。",
            "warned.on_time",
        ),
    ]
)

RATES: dict[str, Rate] = _keyed(
    [
        Rate("account", "专户开设率", "account_open", "in_scope", "已开设专户项目 ÷ 应开设专户项目"),
        Rate("contract", "劳动合同签订率", "contracted", "roster", "已签劳动合同工人 ÷ 在册工人"),
        Rate("register", "实名制覆盖率", "registered", "people", "已实名登记人员 ÷ 出勤或列入工资表人员"),
        Rate("attendance", "考勤率", "roster_attended", "roster", "有考勤的在册工人 ÷ 在册工人"),
        Rate("update", "考勤更新率", "with_attendance", "in_progress", "有考勤的在建项目 ÷ 在建项目"),
        Rate("payout", "代发率（人数）", "attending_paid", "attending", "足额代发的出勤工人 ÷ 出勤工人"),
        Rate("payout_amount", "代发率（金额）", "paid", "net", "已代发工资 ÷ 当月实发工资"),
        Rate(
            "labour_cost_rate",
            "人工费拨付率",
            "with_labour_cost",
            "in_progress",
            "人工费到账的在建项目 ÷ 在建项目",
        ),
        Rate("closed", "预警处置率", "raised_closed", "raised", "当月产生且已办结 ÷ 产生预警"),
        Rate("on_time", "按期处置率", "due_on_time", "due", "按期办结预警 ÷ 当月到期预警"),
    ]
)

INCLUSION = "在建项目（房建市政） ÷ 指标基数。基数按市（州）下达，县（市、区）和其他行业没有基数，不计算。"
PERMITTED = (
    "平台上已登记其编号的施工许可证 ÷ 清单中的施工许可证（不含列为不纳入的），按许可证所在地统计，"
    "随登记即时变化；没有载入清单的地区、已月结的月份不计算。"
)

PROJECT_RATES = ("account", "update", "labour_cost_rate")  # their counts are projects: a project fulfils or does not


class Figures(Mapping):
    """The counts of a place, an industry or a project: all of them, or `only` those that were read. Asking for
    another one raises."""

    def __init__(self, counts: Mapping[str, int | Decimal] | None = None, *, only: Iterable[str] = COUNTS):
        self.counts = {key: Decimal(0) if COUNTS[key].is_money else 0 for key in only} | dict(counts or {})

    def __getitem__(self, key: str) -> int | Decimal:
        return self.counts[key]

    def __iter__(self):
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    def rate(self, key: str) -> tuple[int | Decimal, int | Decimal]:
        rate = RATES[key]
        return self.counts[rate.numerator], self.counts[rate.denominator]

    @cached_property
    def rates(self) -> dict[str, tuple[int | Decimal, int | Decimal]]:
        known = (rate for rate in RATES.values() if rate.numerator in self and rate.denominator in self)
        return {rate.key: self.rate(rate.key) for rate in known}

    @classmethod
    def total(cls, parts: Iterable["Figures"]) -> "Figures":
        """What not every part knows is not in the total; nothing at all sums up to zero."""
        parts = list(parts)
        keys = [key for key in COUNTS if all(key in part for part in parts)]
        return cls({key: sum((part[key] for part in parts), cls(only=[key])[key]) for key in keys}, only=keys)

    def as_json(self) -> dict[str, int | str]:
        return {key: str(value) if COUNTS[key].is_money else value for key, value in self.counts.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, int | str]) -> "Figures":
        """Counts that came later than a frozen month are zero in it; counts given up since are left aside."""
        known = {key: value for key, value in stored.items() if key in COUNTS}
        return cls({key: Decimal(value) if COUNTS[key].is_money else int(value) for key, value in known.items()})


@dataclass(frozen=True)
class Period:
    """A month as it can be told at a moment. `last` is its last day, or today while it runs; deadlines before
    `passed` are over; warnings are taken as they stood at `until`, the midnight after `last`."""

    first: date
    last: date
    passed: date
    start: datetime
    until: datetime
    is_running: bool
    read_at: datetime

    @classmethod
    def of(cls, month: date, now: datetime) -> "Period":
        first, today = month.replace(day=1), timezone.localdate(now)
        following = next_month(first)
        if first > today:
            raise ValueError(f"{first:%Y-%m} has not begun.")
        return cls(
            first=first,
            last=min(following - timedelta(days=1), today),
            passed=min(following, today),
            start=midnight(first),
            until=midnight(min(following, today + timedelta(days=1))),
            is_running=today < following,
            read_at=now,
        )


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def closes_on(month: date) -> date:
    """The day a month is closed: by then its wages should be paid."""
    return next_month(month).replace(day=CLOSING_DAY)


def due_month(today: date) -> date:
    """The latest month whose wages should be paid by now."""
    month = previous_month(today)
    return month if today >= closes_on(month) else previous_month(month)
