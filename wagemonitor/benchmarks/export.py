"""A long list into an .xlsx, as the portal's exports write it: typed cells, widths, a frozen header."""

import io

from django.db import connection
from import_export import resources

from core.spreadsheets import write_table
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Ratio
from workers.models import Engagement

COLUMNS = {
    "worker__name": "姓名", "worker__id_last4": "证件号后四位", "worker__gender": "性别",
    "worker__birth_date": "出生日期", "worker__ethnicity": "民族", "worker__address": "住址",
    "project__code": "项目编码", "project__name": "项目名称", "trade": "工种", "entered_on": "进场日期",
}  # fmt: skip
COPY = """
COPY (SELECT w.name, w.id_last4, w.gender, w.birth_date, w.ethnicity, w.address, p.code, p.name, e.trade, e.entered_on
FROM workers_engagement AS e JOIN workers_worker AS w ON w.id = e.worker_id
JOIN projects_project AS p ON p.id = e.project_id ORDER BY e.id LIMIT {count}) TO STDOUT (FORMAT CSV)
"""


class _People(resources.ModelResource):
    class Meta:
        model = Engagement
        fields = tuple(COLUMNS)

    def get_queryset(self):
        return super().get_queryset().select_related("worker", "project")


class Export(Benchmark):
    name, order = "export", 50
    title = "导出花名册 .xlsx，十列"
    promises = (Ratio("copy"), Ratio("peer", at_least=3))
    notes = ("本平台导出的是带格式的表（日期、金额、文本各有格式，冻结表头），目标取“带格式”一档。",)

    def contestants(self) -> list[Contestant]:
        size, few = min(self.scale.table, self.scale.workers), min(self.scale.peer * 5, self.scale.workers)
        return [
            Contestant("ours", "write_table", OURS, size, lambda: self._run_ours(size)),
            Contestant("copy", "COPY 为 CSV", LIMIT, size, lambda: self._run_copy(size)),
            Contestant("peer", "django-import-export", PEER, few, lambda: self._run_peer(few)),
        ]

    def _people(self, count: int):
        return Engagement.objects.unscoped("measured").order_by("id")[:count]

    def _run_ours(self, count: int) -> None:
        rows = self._people(count).values_list(*COLUMNS).iterator()
        assert write_table(io.BytesIO(), "花名册", list(COLUMNS.values()), rows) == count

    def _run_copy(self, count: int) -> None:
        with connection.cursor() as cursor, cursor.copy(COPY.format(count=count)) as copy:
            written = io.BytesIO()
            for part in copy:
                written.write(part)

    def _run_peer(self, count: int) -> None:
        data = _People().export(self._people(count))
        assert len(data.export("xlsx")) > count
