from collections.abc import Callable
from datetime import date
from random import Random

from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from projects.models import Project
from wagemonitor.seed import fill, flows, history, plan, units


class Command(BaseCommand):
    help = (
        "Fill the database with the demo province. Dates are relative to today; the same seed gives the same province."
    )

    def add_arguments(self, parser):
        parser.add_argument("--projects", type=int, default=150)
        parser.add_argument("--workers", type=int, help="default: 35 a project")
        parser.add_argument("--seed", type=int, default=53)
        parser.add_argument("--today", type=date.fromisoformat, default=None)
        parser.add_argument("--force", action="store_true", help="although projects are there already")

    def handle(
        self, *, projects: int, workers: int | None, seed: int, today: date | None, force: bool, **options
    ) -> None:
        if Project.objects.exists() and not force:
            raise CommandError("库中已有项目。要在其上继续添加请用 --force，要重来请先 make reset。")
        call_command("setup", verbosity=0)
        builder = Builder(Random(seed), today or timezone.localdate(), projects, workers or projects * 35)
        steps = builder.steps()
        form = "  {bar:24} {n_fmt}/{total_fmt} {elapsed} {desc}"
        with transaction.atomic(), tqdm(steps, bar_format=form, leave=False, disable=not options["verbosity"]) as bar:
            for title, step in bar:
                bar.set_description_str(title)
                step()
        self.stdout.write(f"  {builder.summary}")


class Builder:
    """The steps in order; `handle` runs them in one transaction, so that an interrupted seed leaves nothing."""

    def __init__(self, random: Random, today: date, projects: int, workers: int):
        self.random, self.today, self.projects, self.workers = random, today, projects, workers
        self.span = flows.Span(today)
        self.summary = ""

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("部门与企业", self._units),
            ("项目", self._projects),
            ("工人与合同", self._people),
            ("考勤", self._attendance),
            ("专户与工资", self._money),
            ("统计信息", self._analyze),
            ("预警与处置", self._history),
        ]

    def _units(self) -> None:
        self.units = units.make(self.random, self.today, self.projects)

    def _projects(self) -> None:
        sites = plan.sites(self.random, self.today, self.projects, self.workers)
        self.made = fill.projects(self.random, self.today, sites, self.units)

    def _people(self) -> None:
        self.count = fill.people(self.random, self.today, self.made)

    def _attendance(self) -> None:
        flows.prepare(self.made, self.span)
        self.days = flows.attendance(self.span)

    def _money(self) -> None:
        flows.accounts(self.random, self.made, self.units)
        lines = flows.money(self.span)
        self.summary = (
            f"{len(self.made):,} 个项目、{self.count:,} 名工人、{self.days:,} 个考勤日、{lines:,} 条工资明细"
        )

    @staticmethod
    def _analyze() -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _history(self) -> None:
        history.make(self.random, self.today, self.units)
