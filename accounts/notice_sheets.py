"""The sheets that are posted, as they are printed. Anybody may read them on the wall: of an ID and a card the last
four only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.functional import cached_property

from accounts.enums import NoticeSheet
from accounts.models import PayrollLine
from core import formats
from projects.models import Project
from workers.grid import Grid
from workers.models import Team
from workers.selectors import month_grids

TITLES = {
    NoticeSheet.ATTENDANCE: "农民工考勤公示表",
    NoticeSheet.SETTLEMENT: "农民工工资核算公示表",
    NoticeSheet.PAYOUT: "农民工工资发放公示表",
}


@dataclass(frozen=True)
class Column:
    label: str
    text: Callable[[PayrollLine], str]
    amount: str = ""  # the field that is summed
    numeric: bool = False


@dataclass(frozen=True)
class Group:
    """A team's people, and what their amounts come to."""

    team: Team | None
    rows: list[list[str]]
    sums: list[str]


def _money(field: str) -> Callable[[PayrollLine], str]:
    return lambda line: formats.money(getattr(line, field))


def _last4(line: PayrollLine) -> str:
    return line.engagement.worker.id_last4 if line.engagement else ""


PERSON = [
    Column("姓名", lambda line: line.name),
    Column("证件尾号", _last4),
    Column("工种", lambda line: line.engagement.get_trade_display() if line.engagement else ""),
]
COLUMNS = {
    NoticeSheet.SETTLEMENT: [
        *PERSON,
        Column("出勤天数", lambda line: "" if line.days is None else f"{line.days:g}", numeric=True),
        Column("工资标准", lambda line: formats.money(line.rate) if line.rate else "", numeric=True),
        Column("应发（元）", _money("due"), "due", True),
        Column("扣发（元）", _money("deducted"), "deducted", True),
        Column("实发（元）", _money("net"), "net", True),
        Column("本人签字", lambda line: ""),
    ],
    NoticeSheet.PAYOUT: [
        *PERSON,
        Column("实发（元）", _money("net"), "net", True),
        Column("已代发（元）", _money("paid"), "paid", True),
        Column("尚欠（元）", lambda line: formats.money(line.net - line.paid), "owed", True),
        Column("发放日期", lambda line: formats.day(line.paid_on) if line.paid_on else ""),
        Column("卡号尾号", lambda line: line.card_last4),
    ],
}


class NoticePaper:
    """One sheet of a month. The attendance sheet has a grid a team, the others a group of rows."""

    def __init__(self, project: Project, month: date, sheet: NoticeSheet, today: date):
        self.project, self.month, self.sheet, self.today = project, month, sheet, today
        self.title = TITLES[sheet]
        self.columns = COLUMNS.get(sheet, [])

    @property
    def is_attendance(self) -> bool:
        return self.sheet == NoticeSheet.ATTENDANCE

    @cached_property
    def grids(self) -> list[tuple[Team | None, Grid]]:
        found = month_grids(self.project, self.month)
        return [(team, Grid(lines, self.month, self.today, False)) for team, lines in found.items()]

    @cached_property
    def lines(self) -> list[PayrollLine]:
        lines = PayrollLine.objects.unscoped("the project is in scope").filter(project=self.project, month=self.month)
        lines = lines.select_related("team", "engagement__worker", "engagement__team")
        lines = lines.defer("id_number", "card_number", "engagement__worker__id_number", "engagement__worker__phone")
        return list(lines.annotate(paid_on=Max("payouts__paid_on")).order_by("name", "id"))

    @cached_property
    def groups(self) -> list[Group]:
        by_team: dict[Team | None, list[PayrollLine]] = {}
        for line in self.lines:
            by_team.setdefault(line.team or (line.engagement and line.engagement.team), []).append(line)
        teams = sorted(by_team, key=lambda team: (team is None, team.name if team else ""))
        return [Group(team, self._rows(by_team[team]), self._sums(by_team[team])) for team in teams]

    @property
    def people(self) -> int:
        return sum(len(grid.people) for _, grid in self.grids) if self.is_attendance else len(self.lines)

    @property
    def sums(self) -> list[str]:
        """Of the whole sheet, under its columns."""
        return self._sums(self.lines)

    def _rows(self, lines: list[PayrollLine]) -> list[list[str]]:
        return [[column.text(line) for column in self.columns] for line in lines]

    def _sums(self, lines: list[PayrollLine]) -> list[str]:
        return [formats.money(_sum(lines, column.amount)) if column.amount else "" for column in self.columns]


def _sum(lines: list[PayrollLine], field: str) -> Decimal:
    if field == "owed":
        return _sum(lines, "net") - _sum(lines, "paid")
    return sum((getattr(line, field) for line in lines), Decimal(0))
