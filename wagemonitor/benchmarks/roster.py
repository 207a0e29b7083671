"""A roster from its file to committed rows, as the shell and a worker import it."""

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import python_calamine as calamine
import xlsxwriter
from django.conf import settings
from django.db import connection, transaction

from core.triggers import bulk_history
from projects import imports
from projects.enums import ImportState
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Cost, Figure, Ratio
from wagemonitor.benchmarks.database import environment
from wagemonitor.benchmarks.province import analyse
from wagemonitor.benchmarks.roster_peer import import_by_peer
from wagemonitor.benchmarks.tables import copy_in, last_id, written_since
from wagemonitor.seed import names, numbers

HEADERS = [
    "姓名", "性别", "民族", "公民身份号码", "住址", "手机号", "文化程度", "班组", "工种", "进场日期", "合同签订日期",
    "工资计算方式", "工资标准", "工资卡卡号", "开户行",
]  # fmt: skip
TODAY = date(2024, 6, 1)
WRITTEN = ("workers_worker", "workers_team", "workers_engagement", "workers_bankcard", "workers_labourcontract")


def people(count: int) -> Iterator[list[str]]:
    """Fifteen cells a person; of each hundred one row is to be refused and one noticed."""
    random = Random(53)
    ids = numbers.id_numbers(random, ["530902", "530921", "530103", "532901"], TODAY)
    for order, (number, _, is_man) in zip(range(count), ids, strict=False):
        entered = TODAY + timedelta(days=order % 200)
        if order % 100 == 50:
            number = number[:-1] + ("1" if number[-1] != "1" else "2")
        yield [
            names.person(random), "女" if not is_man or order % 100 == 70 else "男", f"{names.ethnicity(random)}族",
            number, names.address(random, "临沧市临翔区"), f"138{order:08d}", "初中", f"第{order % 40 + 1}班组",
            "钢筋工", f"{entered:%Y-%m-%d}", f"{entered:%Y-%m-%d}", "按天", str(random.randrange(180, 340, 10)),
            numbers.card_number("622848", order), "中国农业银行",
        ]  # fmt: skip


def roster_file(count: int) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    sheet = book.add_worksheet("花名册")
    for number, cells in enumerate([HEADERS, *people(count)]):
        sheet.write_row(number, 0, cells)
    book.close()
    return buffer.getvalue()


class Roster(Benchmark):
    name, order = "roster", 10
    title = "花名册 .xlsx，从文件到提交：读取、校验、加密、写入四张表及变更历史，保留问题清单"
    promises = (
        Ratio("copy", at_least=0.15),
        Cost("read_copy", at_most=2.5),
        Ratio("plain", at_least=50),
        Ratio("bulk", at_least=20),
        Ratio("copy", of="previewed"),
    )
    notes = (
        "极限是把已就绪的行（密文、主键都已算好）用二进制 COPY 写进同样的四张表，索引、外键和历史触发器照旧。",
        "django-import-export 照其手册写同样四张表，每表一个资源、各读一遍同一文件；由较少的行按比例推算。",
    )

    def prepare(self) -> None:
        self.project = self.province.of_a_roster
        self.content = roster_file(self.scale.roster)
        self.slow_content = roster_file(self.scale.peer)
        self.bulk_content = roster_file(self.scale.peer * 2)
        self.first_free = {table: last_id(table) for table in WRITTEN}
        analyse(*WRITTEN)
        self._run_ours()
        self.ready = {table: written_since(table, self.first_free[table]) for table in reversed(ORDER)}
        self._clean()

    def contestants(self) -> list[Contestant]:
        size, few, more = self.scale.roster, self.scale.peer, self.scale.peer * 2
        return [
            Contestant("ours", "导入（一遍）", OURS, size, self._run_ours, self._clean),
            Contestant("previewed", "先预览后导入（两遍）", OURS, size, self._run_previewed, self._clean),
            Contestant("copy", "COPY 已就绪的行", LIMIT, size, self._run_copy, self._clean),
            Contestant("read_copy", "calamine 读取 + COPY", LIMIT, size, self._run_read_copy, self._clean),
            Contestant("plain", "django-import-export", PEER, few, lambda: self._run_peer(False), self._clean),
            Contestant("bulk", "django-import-export use_bulk", PEER, more, lambda: self._run_peer(True), self._clean),
        ]

    def more_figures(self, by_key: dict[str, Contestant]) -> list[Figure]:
        peak = self._peak_megabytes()
        self._clean()
        return [Figure("子进程 import_sheet 的内存峰值", peak, "MB", at_most=300)]

    # --- contestants -------------------------------------------------------------------------------------------------

    def _receive(self):
        return imports.receive(self.project, "roster", content=self.content, filename="花名册.xlsx", by=None)

    def _run_ours(self) -> None:
        batch = imports.straight(self._receive(), by=None)
        assert batch.state == ImportState.APPLIED, batch.message

    def _run_previewed(self) -> None:
        batch = imports.apply(imports.examine(self._receive()), by=None)
        assert batch.state == ImportState.APPLIED, batch.message

    def _run_copy(self) -> None:
        with transaction.atomic(), bulk_history(source="benchmark"), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, (columns, content) in self.ready.items():
                copy_in(cursor, table, columns, content)

    def _run_read_copy(self) -> None:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.content))
        for row in book.get_sheet_by_index(0).iter_rows():
            len(row)
        self._run_copy()

    def _run_peer(self, bulk: bool) -> None:
        content = self.bulk_content if bulk else self.slow_content
        for result in import_by_peer(self.project, content, bulk=bulk):
            assert result.totals["new"] > result.totals["error"], (result.totals, result.row_errors()[:1])

    # --- memory ------------------------------------------------------------------------------------------------------

    def _peak_megabytes(self) -> float:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            file, peak = Path(folder) / "roster.xlsx", Path(folder) / "peak"
            file.write_bytes(self.content)
            command = ["import_sheet", "--kind", "roster", "--project", self.project.code, str(file)]
            subprocess.run(
                [sys.executable, "-m", "wagemonitor.benchmarks.child", str(peak), *command],
                cwd=settings.BASE_DIR,
                env=environment(folder),
                stdout=subprocess.DEVNULL,
                check=True,
            )
            return float(peak.read_text())

    def tidy(self) -> None:
        self._clean()

    # --- before and after --------------------------------------------------------------------------------------------

    def _clean(self) -> None:
        """As before, also for the planner: the next run must not find the dead rows of this one."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in ORDER:
                cursor.execute(f"DELETE FROM {table} WHERE id > %s", [self.first_free[table]])
            for table in EVENTS:
                cursor.execute(f"TRUNCATE {table}")
            cursor.execute("TRUNCATE projects_importproblem, projects_changedproject")
        analyse(*WRITTEN)


# children first
ORDER = ("workers_labourcontract", "workers_bankcard", "workers_engagement", "workers_team", "workers_worker")
EVENTS = tuple(f"{table}event" for table in ORDER)
