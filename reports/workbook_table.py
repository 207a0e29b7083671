"""Workbooks that were made."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import Job
from core.tables import BadgeColumn, CodeColumn, Column, MomentColumn, Table


def _file(job: Job) -> SafeString | str:
    if job.result is None:
        return ""
    address = reverse("core:attachment", args=[job.result.key])
    return format_html('<a class="btn btn-sm" href="{}" aria-label="下载 {}">下载</a>', address, job.result.name)


class WorkbookTable(Table):
    caption = "已生成的月报"
    default_order = "-id"
    page_size = 20
    empty_title = "还没有生成过月报"
    empty_text = "选择月份后开始生成，完成后在这里下载。"

    title = Column("月报", primary=True)
    month = CodeColumn("月份", value=lambda job: job.params.get("month"))
    state = BadgeColumn("状态", value="get_state_display", tone={"done": "green", "failed": "red"})
    maker = Column("制表人", value="owner.name")
    message = Column("说明", minor=True)
    made_at = MomentColumn("生成时间", value="finished_at")
    file = Column("文件", value=_file)

    def row_url(self, record: Job) -> str:
        return reverse("core:job", args=[record.pk])
