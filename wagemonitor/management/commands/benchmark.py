"""Measures what `docs/benchmarks.md` promises, in a database of its own; see `wagemonitor.benchmarks`."""

import json
import os
import platform
from contextlib import nullcontext
from pathlib import Path

from django.core.management import BaseCommand
from django.db import connection
from django.utils import timezone

from core.scoping import unscoped
from wagemonitor.benchmarks import report
from wagemonitor.benchmarks.base import SCALES, Result, Scale, rows
from wagemonitor.benchmarks.database import own_database
from wagemonitor.benchmarks.province import Province


class Command(BaseCommand):
    help = "测量导入、考勤、检索、列表等的速度，与同类做法和数据库极限在同一次运行中对照"

    def add_arguments(self, parser):
        parser.add_argument("--only", action="append", choices=list(rows()), metavar="NAME", help="可重复")
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--repeat", type=int, default=3, help="轮数，取中位数")
        parser.add_argument("--json", type=Path, metavar="FILE", help="另存为 JSON")
        parser.add_argument("--keep", action="store_true", help="保留测量用的数据库")
        parser.add_argument("--reuse", action="store_true", help="沿用上次保留的数据库")

    def handle(self, *, scale: str, only: list[str] | None, repeat: int, keep: bool, reuse: bool, **options):
        known = rows()
        chosen = [known[name] for name in known if not only or name in only]
        size, results = SCALES[scale], []
        province = Province(size, keep=keep, reuse=reuse)

        def fill() -> None:
            self._say(f"造数：{size.workers:,} 名工人、{size.projects:,} 个项目 …")
            province.fill()

        needed = any(row.in_province for row in chosen)
        made = own_database(province.database, fill, keep=keep, reuse=reuse) if needed else nullcontext()
        with made, unscoped("a measurement"):
            machine = _machine(size)
            for row in chosen:
                self._say(f"测量：{row.name} …")
                results.append(row(size, province).measure(max(1, repeat)))
        self.stdout.write(report.text(results, machine))
        if options["json"]:
            self._save(options["json"], results, machine)

    def _say(self, line: str) -> None:
        self.stderr.write(line)

    @staticmethod
    def _save(file: Path, results: list[Result], machine: dict) -> None:
        content = machine | {"rows": [result.facts() for result in results]}
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _machine(scale: Scale) -> dict:
    """What a reader needs to judge the figures by."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
    return {
        "at": timezone.localtime().isoformat(timespec="minutes"),
        "scale": scale.name,
        "workers": scale.workers,
        "projects": scale.projects,
        "cpus": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "postgresql": server.split()[0],
    }
