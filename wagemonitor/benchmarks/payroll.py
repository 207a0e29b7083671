"""A month's wages from attendance to the file for the bank: made, confirmed, reviewed, approved, handed over."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from django.db import connection, transaction

from accounts.enums import BankFile, MovementDirection, MovementKind, SheetState, StepMeans
from accounts.models import AccountProject, PayrollLine, PayrollSheet, SpecialAccount
from accounts.services import Movement, make_batch, make_sheets, record_movements, take_file, take_step
from accounts.services.sheets import draft_sheets, payroll_of
from core.staging import stage
from core.triggers import without_triggers
from organizations.models import Organization
from projects import imports
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Figure, Ratio, Within
from wagemonitor.benchmarks.province import analyse
from wagemonitor.benchmarks.roster import EVENTS, ORDER, roster_file
from wagemonitor.benchmarks.tables import copy_in, last_id, written_since
from workers import partitions
from workers.enums import AttendanceSource
from workers.models import AttendanceDay, Engagement
from workers.services import DayRow, write_days

MONTH = date(2025, 3, 1)  # everybody of the roster has come by then
DAYS = [MONTH + timedelta(days=day) for day in range(25)]
TABLES = ("accounts_payroll", "accounts_payrollsheet", "accounts_payrollline")
LINES = 5_000
SCAN = ("签字工资表.pdf", b"%PDF-1.7\n")
S = SheetState
PHASES = {
    "make": "由考勤编制工资表",
    "confirm": "提交并以签字表确认",
    "review": "总包审核、建设单位审核",
    "hand_over": "比对并提交银行",
    "file": "生成代发文件",
}


class PayrollToBank(Benchmark):
    name, order, unit = "payroll", 65, "lines"
    title = "一个项目一个月的工资，由考勤编制、确认、审核、提交银行到生成代发文件"
    promises = (
        Within(30),
        Ratio("copy", of="make", at_least=0.10),
        Ratio("orm", of="make", at_least=20),
    )
    notes = (
        "极限是把已算好的工资明细用二进制 COPY 写进同样的表，触发器、索引照旧。",
        "逐行 ORM：逐人查考勤和合同，算出应发，逐行写入，不含审核和提交。",
    )

    # --- the site ----------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        self.project, self.by = self.province.of_a_roster, self.province.officer
        self.first_free = {table: last_id(table) for table in ORDER}
        self._roster()
        self.account = self._account()
        self.phases: dict[str, list[float]] = defaultdict(list)
        self._make()
        self.size = PayrollLine.objects.filter(project=self.project).count()
        self.ready = {table: written_since(table, 0) for table in TABLES}
        self._clean()

    def _roster(self) -> None:
        content = roster_file(min(self.scale.roster, LINES))
        sent = imports.receive(self.project, "roster", content=content, filename="花名册.xlsx", by=None)
        imports.straight(sent, by=None)
        partitions.ensure([MONTH])
        here = Engagement.objects.filter(project=self.project).values_list("pk", flat=True)
        days = (DayRow(engagement, day, Decimal(1)) for engagement in here for day in DAYS)
        write_days(days, source=AttendanceSource.SHEET)
        analyse("workers_attendancemonth", f"workers_attendanceday_{MONTH:%Y%m}")

    def _account(self) -> SpecialAccount:
        holder = Organization.objects.filter(kind="enterprise").order_by("id").first()
        account = SpecialAccount.objects.create(
            holder=holder, name="测量专户", number="2502010010000000018", number_last4="0018"
        )
        AccountProject.objects.create(account=account, project=self.project)
        money = Movement("LS1", MovementDirection.IN, MovementKind.LABOUR_COST, Decimal(900_000_000), DAYS[0])
        record_movements(account, self.project, [money], by=None)
        return account

    def tidy(self) -> None:
        self._clean()
        with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_ledgerentry CASCADE")
            cursor.execute(f"TRUNCATE workers_attendanceday_{MONTH:%Y%m}")
            cursor.execute("DELETE FROM workers_attendancemonth WHERE month = %s", [MONTH])
            for table in ORDER:
                cursor.execute(f"DELETE FROM {table} WHERE id > %s", [self.first_free[table]])
            for table in EVENTS:
                cursor.execute(f"TRUNCATE {table}")
            cursor.execute("DELETE FROM accounts_accountproject WHERE account_id = %s", [self.account.pk])
        self.account.delete()

    def _clean(self) -> None:
        with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_payroll, accounts_payoutbatch, projects_changedproject CASCADE")
        analyse(*TABLES)

    # --- contestants -------------------------------------------------------------------------------------------------

    def contestants(self) -> list[Contestant]:
        size, few = self.size, min(self.size, self.scale.peer)
        return [
            Contestant("ours", "从考勤到代发文件", OURS, size, self._run_ours, self._clean),
            Contestant("make", "make_sheets", OURS, size, self._make, self._clean),
            Contestant("copy", "COPY 已就绪的行", LIMIT, size, self._run_copy, self._clean),
            Contestant("orm", "逐行 ORM 编制", PEER, few, lambda: self._run_orm(few), self._clean),
        ]

    def more_figures(self, by_key: dict[str, Contestant]) -> list[Figure]:
        return [Figure(label, median(self.phases[key]), "s") for key, label in PHASES.items()]

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.phases[phase].append(time.perf_counter() - began)

    def _make(self) -> None:
        made = make_sheets(self.project, MONTH, by=self.by)
        assert made.created, made

    def _run_ours(self) -> None:
        with self._timed("make"):
            self._make()
        with self._timed("confirm"):
            self._step(lambda sheet: self._confirm(sheet))
        with self._timed("review"):
            self._step(lambda sheet: [take_step(sheet, to, by=self.by) for to in (S.REVIEWED, S.APPROVED)])
        with self._timed("hand_over"):
            sheets = PayrollSheet.objects.values_list("pk", flat=True)
            batch, _ = make_batch(self.project, self.account, sheets, layout=BankFile.ICBC, by=self.by)
        with self._timed("file"):
            _, content = take_file(batch, by=self.by)
        assert batch.count == self.size == content.count(b"\r\nRMB|") - 1, (batch.count, self.size)

    def _confirm(self, sheet: PayrollSheet) -> None:
        take_step(sheet, S.CONFIRMING, by=self.by)
        take_step(sheet, S.CONFIRMED, by=self.by, means=StepMeans.PAPER, files=[SCAN])

    def _step(self, act: Callable) -> None:
        for sheet in PayrollSheet.objects.select_related("project").order_by("pk"):
            act(sheet)

    def _run_copy(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (columns, content) in self.ready.items():
                copy_in(cursor, table, columns, content)

    def _run_orm(self, count: int) -> None:
        """One person after the other, as a month's wages are usually written."""
        people = Engagement.objects.filter(project=self.project).order_by("pk").values_list("pk", flat=True)[:count]
        with transaction.atomic():
            payroll = payroll_of(self.project, MONTH, by=self.by)
            stage("teams", {"team_id": "int8"}, [(None,)])
            draft_sheets(payroll, "teams", by=self.by)
            sheet = payroll.sheets.get()
            for pk in people:
                _write_line(sheet, Engagement.objects.select_related("worker").get(pk=pk))


def _write_line(sheet: PayrollSheet, person: Engagement) -> None:
    days = AttendanceDay.objects.filter(engagement=person, day__gte=DAYS[0], day__lte=DAYS[-1])
    worked = sum((day.units for day in days), Decimal(0))
    contract, worker = person.contracts.order_by("-starts_on").first(), person.worker
    card = worker.bank_cards.filter(is_current=True).first()
    due = worked * (contract.wage_rate or 0)
    PayrollLine.objects.create(
        payroll=sheet.payroll,
        sheet=sheet,
        project_id=sheet.project_id,
        month=MONTH,
        engagement=person,
        team_id=person.team_id,
        name=worker.name,
        id_number=worker.id_number,
        card_number=card.number,
        card_last4=card.last4,
        bank_name=card.bank_name,
        days=worked,
        rate=contract.wage_rate,
        due=due,
        net=due,
    )
