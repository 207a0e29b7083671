from django.urls import reverse

from core.tables import BadgeColumn, CodeColumn, Column, MomentColumn, NumberColumn, Table
from projects.enums import ImportState
from projects.imports import kinds
from projects.models import ImportBatch

TONES = {
    ImportState.UPLOADED: "blue",
    ImportState.MAPPING: "orange",
    ImportState.CHECKED: "blue",
    ImportState.APPLIED: "green",
    ImportState.REFUSED: "red",
    ImportState.DISCARDED: "grey",
}


def kind_title(batch: ImportBatch) -> str:
    kind = kinds().get(batch.kind)
    return kind.title if kind else batch.kind


def state_tone(batch: ImportBatch) -> str:
    return TONES[ImportState(batch.state)]


def is_counted(batch: ImportBatch) -> bool:
    return bool(batch.accepted or batch.refused)


class ProjectBatchTable(Table):
    caption = "导入记录"
    empty_title, empty_text = "还没有导入过资料", "选择上面的一种资料上传。"
    default_order = "-id"
    page_size = 20

    kind = Column("资料", kind_title, primary=True)
    file = Column("文件", "file.name")
    state = BadgeColumn("状态", "get_state_display", tone=state_tone)
    accepted = NumberColumn("合格行", lambda batch: batch.accepted if is_counted(batch) else None)
    refused = NumberColumn("退回行", lambda batch: batch.refused if is_counted(batch) else None)
    by = Column("上传人", lambda batch: batch.by.name if batch.by else "系统", minor=True)
    created_at = MomentColumn("上传时间", value="created_at")


class BatchTable(ProjectBatchTable):
    project = Column("项目", "project.name")
    empty_title, empty_text = "没有符合条件的导入记录", "在项目的“资料导入”页上传花名册、考勤表、工资表等。"


class SiteTable(Table):
    """Where to upload: each row leads to the project's sheets."""

    caption = "选择项目上传"
    empty_title, empty_text = "没有可以上传资料的项目", "请放宽或清除搜索条件；已完工的项目不再接收资料。"
    default_order = "-id"

    name = Column("项目", primary=True)
    code = CodeColumn("编号", minor=True)
    contractor = Column("总承包单位", "general_contractor", minor=True)
    place = Column("管辖属地", "jurisdiction.name", minor=True)

    def row_url(self, record) -> str:
        return reverse("imports:center", args=[record.pk])


class ProblemTable(Table):
    caption = "问题清单"
    empty_title, empty_text = "没有问题", "所有行都合格。"
    default_order = "id"

    level = BadgeColumn("级别", "get_level_display", tone={"error": "red", "notice": "yellow"})
    sheet = Column("工作表")
    row = NumberColumn("行", minor=True)
    who = Column("姓名/户名")
    cell = CodeColumn("单元格", lambda problem: f"{problem.column}{problem.row}")
    field = Column("项目")
    message = Column("问题", lambda problem: problem.message.removeprefix(f"{problem.field}："), primary=True)
