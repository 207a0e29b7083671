"""Sheets on a desk: what was refused, or waits for somebody to go on."""

from datetime import date, timedelta

from django.db.models import Q

from core import formats
from core.tables import BadgeColumn, Column, NumberColumn, Table
from projects.enums import ImportState
from projects.imports import kinds
from projects.models import ImportBatch
from reports import links
from reports.figures import midnight

RECENT = timedelta(days=30)
SHOWN = 6
TONES = {
    ImportState.REFUSED: "red",
    ImportState.APPLIED: "orange",  # with rows refused, or it would not be listed
    ImportState.MAPPING: "orange",
    ImportState.CHECKED: "blue",
    ImportState.UPLOADED: "blue",
}


def recent_trouble(batches, today: date) -> list[ImportBatch]:
    """Of the last 30 days: rows refused, or not finished yet; what was given up is left aside."""
    unfinished = Q(state__in=(ImportState.UPLOADED, ImportState.MAPPING, ImportState.CHECKED, ImportState.REFUSED))
    recent = batches.filter(created_at__gte=midnight(today - RECENT)).exclude(state=ImportState.DISCARDED)
    return list(recent.filter(unfinished | Q(refused__gt=0)).select_related("file", "project").order_by("-id"))


def trouble_hint(found: list[ImportBatch]) -> str:
    return f"近 30 日，最近 {SHOWN} 批，共 {len(found)} 批" if len(found) > SHOWN else "近 30 日"


def _kind(batch: ImportBatch) -> str:
    kind = kinds().get(batch.kind)
    return kind.title if kind else batch.kind


class ImportTable(Table):
    caption = "被退回或未完成的导入"
    empty_title = "近 30 日没有被退回的资料"
    empty_text = "上传的资料都已导入。"

    kind = Column("资料", value=_kind, primary=True)
    project = Column("项目", value="project.name")
    file = Column("文件", value="file.name", minor=True)
    state = BadgeColumn("状态", value="get_state_display", tone=lambda batch: TONES.get(batch.state, ""))
    refused = NumberColumn("退回行")
    created_at = Column("上传时间", value=lambda batch: formats.moment(batch.created_at), minor=True)

    def row_url(self, record: ImportBatch) -> str:
        return links.to("imports:batch", record.pk)
