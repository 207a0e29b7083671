"""The ledger of arrears over a whole province: its sums, its groups and its first page, three months of wages."""

from datetime import date

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Arrears, Payroll, PayrollLine, PayrollSheet, WageDue
from accounts.selectors import arrears
from accounts.services import keep_arrears
from core.months import previous_month
from projects.models import Participation, Project
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Within
from wagemonitor.benchmarks.province import analyse, insert, without_history
from wagemonitor.benchmarks.search import bare, browser, visit
from workers.models import AttendanceMonth

UNPAID, UNLISTED = 20, 50  # one line in so many; one person in so many without a line
FILLED = (PayrollLine, PayrollSheet, Payroll, AttendanceMonth, Participation)
TABLES = tuple(model._meta.db_table for model in FILLED)
BARE = "SELECT count(*), sum(net - paid), count(DISTINCT id_number_index) FROM accounts_payrollline WHERE paid < net"
_MONTHS = "unnest(%(months)s::date[]) AS m"


class ArrearsOfProvince(Benchmark):
    name, order, unit = "arrears", 70, "page"
    title = "全省欠薪台账：合计、按总承包单位汇总、首页（三个月工资，5% 未付清，2% 有考勤无工资表）"
    promises = (
        Within(0.5, of="totals"),
        Within(0.5, of="contractors"),
        Within(0.5, of="page"),
    )
    notes = ("逐次计算：不保留台账，每次由工资表、考勤和退场记录算出。极限只数未付清的工资明细。",)

    def prepare(self) -> None:
        self.today = timezone.localdate()
        month, self.months = self.today.replace(day=1), []
        for _ in range(4):  # the last of them is not due everywhere
            month = previous_month(month)
            self.months.append(month)
        with transaction.atomic(), without_history(*FILLED):
            self._fill({"months": self.months[1:], "unpaid": UNPAID, "unlisted": UNLISTED})
        analyse(*TABLES)
        mark_all()
        while keep_arrears():
            pass
        analyse("accounts_arrearsrow", "accounts_arrearsmark")

    def _fill(self, params: dict) -> None:
        of_lead = {"project_id": "project_id", "organization_id": "organization_id", "participant_type": "'009'"}
        leads = "FROM projects_participation WHERE participant_type = '007'"
        insert(Participation, of_lead | {"is_lead": "true", "entered_on": "entered_on"}, leads, {})
        insert(Payroll, {"project_id": "p.id", "month": "m"}, f"FROM projects_project p CROSS JOIN {_MONTHS}", params)
        sheet = {"payroll_id": "y.id", "project_id": "y.project_id", "team_id": "y.project_id", "state": "'approved'"}
        insert(PayrollSheet, sheet, "FROM accounts_payroll y WHERE y.month = ANY(%(months)s)", params)
        line = {
            "payroll_id": "s.payroll_id", "sheet_id": "s.id", "project_id": "e.project_id", "month": "y.month",
            "engagement_id": "e.id", "team_id": "e.team_id", "name": "w.name", "id_number": "w.id_number",
            "id_number_index": "w.id_number_index", "days": "22", "due": "5720", "net": "5720",
            "paid": "CASE WHEN (e.id + extract(month FROM y.month)::int) %% %(unpaid)s = 0 THEN 1000 ELSE 5720 END",
        }  # fmt: skip
        lines = """
            FROM accounts_payrollsheet s JOIN accounts_payroll y ON y.id = s.payroll_id
            JOIN workers_engagement e ON e.project_id = s.project_id JOIN workers_worker w ON w.id = e.worker_id
            WHERE y.month = ANY(%(months)s) AND e.id %% %(unlisted)s > 0
        """
        insert(PayrollLine, line, lines, params)
        worked = {"engagement_id": "e.id", "project_id": "e.project_id", "month": "m", "days": "22"}
        worked |= {"first_day": "m", "last_day": "m + 25"}
        insert(AttendanceMonth, worked, f"FROM workers_engagement e CROSS JOIN {_MONTHS}", params)

    def tidy(self) -> None:
        made = Payroll.objects.unscoped("measured").filter(month__in=self.months)
        with transaction.atomic(), without_history(*FILLED):
            PayrollLine.objects.unscoped("measured").filter(month__in=self.months)._raw_delete(connection.alias)
            PayrollSheet.objects.unscoped("measured").filter(payroll__in=made.values("pk"))._raw_delete(
                connection.alias
            )
            made._raw_delete(connection.alias)
            AttendanceMonth.objects.unscoped("measured").filter(month__in=self.months)._raw_delete(connection.alias)
            leads = Participation.objects.unscoped("measured").filter(participant_type="009")
            leads._raw_delete(connection.alias)
        mark_all()
        while keep_arrears():
            pass
        analyse(*TABLES, "accounts_arrearsrow", "accounts_arrearsmark")

    def contestants(self) -> list[Contestant]:
        officer, day = self.province.officer, self.today
        projects = list(Project.objects.visible_to(officer).values_list("pk", flat=True))
        contractors = reverse("accounts:arrears_by", args=["contractor"])
        return [
            Contestant("totals", "台账合计", OURS, 1, lambda: arrears.totals(_kept(projects, day), day)),
            Contestant(
                "contractors",
                "按总承包单位",
                OURS,
                1,
                lambda: arrears.grouped(_kept(projects, day), "contractor", day),
            ),
            Contestant(
                "workers", "按工人", OURS, 1, lambda: arrears.grouped(_kept(projects, day), "worker", day, most=500)
            ),
            Contestant("page", "台账页面", OURS, 1, visit(browser(officer), reverse("accounts:arrears"))),
            Contestant("by_page", "按总承包单位页面", OURS, 1, visit(browser(officer), contractors)),
            Contestant("live", "逐次计算合计", PEER, 1, lambda: arrears.totals(_live(projects, day), day)),
            Contestant("bare", "直接查询", LIMIT, 1, bare(BARE)),
        ]


def mark_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_arrearsmark (project_id) SELECT id FROM projects_project")


def _kept(projects: list[int], day: date):
    return Arrears.objects.unscoped("measured").of_projects(projects, day)


def _live(projects: list[int], day: date):
    return WageDue.objects.unscoped("measured").filter(project__in=projects).arrears(day)
