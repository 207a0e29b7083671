from collections.abc import Iterable

from django.utils.functional import cached_property

from core.pagination import KeysetPage
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, RateColumn, Table
from projects.models import Project
from projects.models.project import ProjectQuerySet
from projects.selectors import completeness_for, filing_deadlines, open_warning_counts, with_parties


def contractor_name(project: Project) -> str:
    return project.general_contractor.name if project.general_contractor else ""


def with_rows(projects: ProjectQuerySet) -> ProjectQuerySet:
    """What a row of a list shows, without a query for each; nothing is decrypted."""
    return with_parties(projects, "project_id", "participant_type", "is_lead", "organization__name")


def add_completeness(projects: Iterable[Project]) -> None:
    rows = list(projects)
    found = Project.objects.unscoped("projects already in scope").among(row.pk for row in rows)
    figures = completeness_for(found) if rows else {}
    for row in rows:
        row.completeness = figures.get(row.pk, (0, 0))


def add_filing(projects: Iterable[Project]) -> None:
    """`filing_due_on`, and how many days later the project came."""
    rows = list(projects)
    days = filing_deadlines(rows) if rows else {}
    for row in rows:
        row.filing_due_on = days.get(row.pk)
        row.days_late = max(0, (row.supervised_from - row.filing_due_on).days) if row.filing_due_on else 0


class ProjectTable(Table):
    caption = "项目列表"
    default_order = "-id"
    empty_title = "没有符合条件的项目"
    empty_text = "请放宽或清除筛选条件；新开工的项目请先建档。"

    name = Column("项目名称", sort="name", primary=True)
    code = CodeColumn("项目编码", sort="code", minor=True)
    status = BadgeColumn("工程进度", value="get_status_display", sort="status", tone=lambda row: row.status_tone)
    contractor = Column("施工总承包单位", value=contractor_name)
    jurisdiction = Column("管辖属地", value="jurisdiction.name", sort="jurisdiction_id")
    industry = Column("行业", value="get_industry_display", minor=True)
    supervised_from = DayColumn("纳入监管", sort="-supervised_from", minor=True)
    filing = BadgeColumn(
        "按期纳入",
        value=lambda row: f"逾期 {row.days_late} 天" if row.days_late else "",
        tone="orange",
        minor=True,
        hint="取得施工许可证 10 个工作日内；依法不需办理的，实际开工前",
    )
    warnings = BadgeColumn(
        "未办结预警", value=lambda row: f"{row.warning_count} 条" if row.warning_count else "", tone="red"
    )
    completeness = RateColumn("资料完整度", hint="已填指标 / 应填指标，按 34 项项目指标逐条计算")

    def __init__(self, records: ProjectQuerySet, request, **options):
        super().__init__(with_rows(records), request, **options)

    @cached_property
    def page(self) -> KeysetPage:
        page = super().page
        add_completeness(page)
        add_filing(page)
        counts = open_warning_counts([row.pk for row in page])
        for row in page:
            row.warning_count = counts.get(row.pk, 0)
        return page


EXPORT_HEADERS = [
    "项目编码",
    "项目名称",
    "项目种类",
    "行业",
    "管辖属地",
    "项目地址",
    "工程进度",
    "建设单位",
    "施工总承包单位",
    "合同开工日期",
    "实际开工日期",
    "项目竣工日期",
    "合同价款（元）",
    "纳入监管日期",
    "纳入期限",
    "逾期纳入（天）",
    "应填指标",
    "已填指标",
    "完整度",
]


def export_row(project: Project) -> list:
    filled, required = project.completeness
    builder = project.construction_unit
    return [
        project.code,
        project.name,
        project.get_category_display(),
        project.get_industry_display(),
        project.jurisdiction.full_name,
        project.address,
        project.get_status_display(),
        builder.name if builder else "",
        contractor_name(project),
        project.contract_start_on,
        project.actual_start_on,
        project.completed_on,
        project.contract_amount,
        project.supervised_from,
        project.filing_due_on,
        project.days_late or None,
        required,
        filled,
        f"{filled * 100 / required:.1f}%" if required else "",
    ]
