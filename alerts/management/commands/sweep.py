from datetime import date

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from alerts import engine
from projects.models import Project


class Command(BaseCommand):
    help = "Run the rules now, over everything or over some projects. Exit status 1 when a rule crashed."

    def add_arguments(self, parser):
        parser.add_argument("--today", type=date.fromisoformat, help="judge as of this day, e.g. 2026-10-31")
        parser.add_argument("--project", action="append", metavar="CODE", help="only this project; may be repeated")

    def handle(self, *, today: date | None, project: list[str] | None, **options) -> None:
        runs = engine.sweep(today or timezone.localdate(), self._projects(project) if project else None)
        for run in runs:
            figures = f"命中 {run.found}  新增 {run.opened}  解除 {run.released}  {run.milliseconds} ms"
            self.stdout.write(f"{run.rule_code:8} {figures if not run.error else '故障：' + run.error}")
        if crashed := [run.rule_code for run in runs if run.error]:
            raise CommandError(f"{'、'.join(crashed)} 运行出错。")

    @staticmethod
    def _projects(codes: list[str]) -> list[int]:
        found = {code: project.pk for code in codes if (project := Project.by_code(code))}
        if missing := [code for code in codes if code not in found]:
            raise CommandError(f"没有这个项目编码：{'、'.join(missing)}")
        return list(found.values())
