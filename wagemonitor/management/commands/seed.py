from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from accounts.services import measure_errors, store_forecasts
from core.months import next_month
from core.triggers import bulk_history
from projects.models import Project
from wagemonitor.seed import (
    arrears,
    course,
    deposits,
    fill,
    flows,
    gates,
    history,
    ledger,
    logins,
    merges,
    notices,
    offices,
    papers,
    payouts,
    permits,
    plan,
    sheets,
    stays,
    units,
)


class Command(BaseCommand):
    help = (
        "Fill the database with the demo province. Dates are relative to today; the same seed gives the same province."
    )

    def add_arguments(self, parser):
        parser.add_argument("--projects", type=int, default=150)
        parser.add_argument("--workers", type=int, help="default: 37 a project")
        parser.add_argument("--seed", type=int, default=53)
        parser.add_argument("--today", type=date.fromisoformat, default=None)

    def handle(self, *, projects: int, workers: int | None, seed: int, today: date | None, **options) -> None:
        if Project.objects.exists():
            raise CommandError("库中已有项目，演示数据只装入空库。要重来请先 make reset。")
        call_command("setup", verbosity=0)
        builder = Builder(Random(seed), today or timezone.localdate(), projects, workers or projects * 37)
        form = "  {bar:24} {n_fmt}/{total_fmt} {elapsed} {desc}"
        steps = tqdm(builder.steps(), bar_format=form, leave=False, disable=not options["verbosity"])
        with transaction.atomic(), bulk_history(source="seed"):
            for title, step in steps:
                steps.set_description_str(title)
                step()
        self.stdout.write(f"  {builder.summary}")


class Builder:
    """The steps in order; `handle` runs them in one transaction, so that an interrupted seed leaves nothing."""

    def __init__(self, random: Random, today: date, projects: int, workers: int):
        self.random, self.today, self.projects, self.workers = random, today, projects, workers
        self.span = flows.Span(today)
        self.count = self.days = self.lines = 0

    @property
    def summary(self) -> str:
        projects, rows = len(self.made), f"{self.days:,} 个考勤日、{self.lines:,} 条工资明细"
        return f"{projects:,} 个项目、{self.count:,} 名工人、{rows}"

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """A month is followed by the rules' sweep of its last day, as it would have been."""
        months = [(f"{month.year}年{month.month}月", partial(self._month, month)) for month in self.span.months]
        return [
            ("部门与企业", self._units),
            ("项目", self._projects),
            ("工人与合同", self._people),
            ("证书、培训与保险", partial(papers.fill, Random(self.projects), self.today)),
            ("专户", self._accounts),
            *months,
            ("公示", notices.photograph),
            ("合同与退场", partial(stays.papers, self.today)),
            ("欠薪与垫付", self._arrears),
            ("照片与评价", self._photos),
            ("工资保证金", self._deposits),
            ("处置", self._disposals),
            ("人工费、协议与专户办理", self._ledger),
            ("考勤设备与今日打卡", self._gates),
            ("账号与管辖", self._offices),
            ("本月工资表", self._sheets),
            ("项目合并", self._merges),
            ("银行代发", self._payouts),
            ("工人与建设单位的登录", self._logins),
            ("资金预测", self._forecast),
        ]

    def _forecast(self) -> None:
        """As every night: what the accounts will lack, and how good the forecasts of the last pay days were."""
        store_forecasts(self.today)
        measure_errors(self.today)

    def _units(self) -> None:
        self.units = units.make(self.random, self.today, self.projects)

    def _projects(self) -> None:
        sites = plan.sites(self.random, self.today, self.projects, self.workers)
        self.made = fill.projects(self.random, self.today, sites, self.units)
        random = Random(self.projects)  # of its own: what was made before these existed stays as it was
        permits.load_list(random, self.today, self.made, self.units)
        permits.file_subcontracts(random, self.units)
        permits.complete_projects(random)

    def _people(self) -> None:
        self.count = fill.people(self.random, self.today, self.made)
        stays.leave(self.made, self.today)

    def _accounts(self) -> None:
        flows.prepare(self.made, self.span)
        flows.accounts(self.random, self.made, self.units)
        course.write(self.today, self.units)
        arrears.owe(self.today, self.made)

    def _month(self, month: date) -> None:
        self.days += flows.attendance(month, self.span)
        for earlier in self.span.paid_months:
            if next_month(earlier) == month:
                self.lines += flows.wages(earlier, self.span)
        notices.post(month, self.today)
        flows.execute("ANALYZE")
        end = min(next_month(month) - timedelta(days=1), self.today)
        history.sweep(end)
        if month == self.span.months[1]:
            history.passing_faults(end)

    def _arrears(self) -> None:
        arrears.reckon()
        arrears.advance(self.today, self.units)

    def _gates(self) -> None:
        gates.install(self.random, self.today, self.units.users)
        gates.punch(min(timezone.now(), gates.moment(self.today, 23)))

    def _ledger(self) -> None:
        ledger.write(self.today, self.units.users)

    def _offices(self) -> None:
        offices.logins_of(self.random, self.units.users, self.today)
        offices.jurisdictions(self.units.users, self.today)

    def _photos(self) -> None:
        random = Random(self.projects)
        papers.photograph(random, self.units)
        papers.appraise(random, self.today, self.units)

    def _sheets(self) -> None:
        sheets.make(self.today, self.units.users)

    def _merges(self) -> None:
        merges.make(self.today, self.units.users)

    def _logins(self) -> None:
        logins.make(self.units.users, self.today)

    def _deposits(self) -> None:
        deposits.fill(self.made, self.units, self.today)
        deposits.act(self.units.users, self.today)

    def _payouts(self) -> None:
        payouts.make(self.today, self.units.users)

    def _disposals(self) -> None:
        history.dispose(self.random, self.today, self.units)
        course.answer(self.today, self.units)
