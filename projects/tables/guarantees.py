"""Projects and how they stand with their payment guarantees, as a list and as a workbook."""

from collections.abc import Iterator

from django import forms
from django.db.models import Exists, F, OuterRef, Prefetch
from django.db.models.functions import TruncDate
from django.utils import timezone

from core.forms import FilterForm
from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, Table
from organizations.enums import Industry
from organizations.models import Region
from projects.enums import GuaranteeState
from projects.filters import matching, offer_places
from projects.models import PaymentGuarantee, Project
from projects.models.project import ProjectQuerySet
from projects.tables import contractor_name, with_rows


def with_held(projects: ProjectQuerySet) -> ProjectQuerySet:
    held = PaymentGuarantee.objects.unscoped("guarantees of projects already in scope").order_by("-ends_on", "-id")
    return with_rows(projects).prefetch_related(Prefetch("payment_guarantees", held))


def current(project: Project) -> PaymentGuarantee | None:
    """The one in force, else the last one."""
    held, today = list(project.payment_guarantees.all()), timezone.localdate()
    return next((one for one in held if one.is_in_force(today)), held[0] if held else None)


def _of_current(name: str):
    def value(project: Project):
        held = current(project)
        return getattr(held, name) if held else None

    return value


def days_left(project: Project) -> str:
    if project.guaranteed_until is None:
        return ""
    left = (project.guaranteed_until - timezone.localdate()).days
    return f"还有{left}日" if left >= 0 else f"已过{-left}日"


class GuaranteeFilters(FilterForm):
    q = forms.CharField(label="项目名称、编码或总承包单位")
    place = forms.ChoiceField(label="管辖属地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])
    state = forms.ChoiceField(label="担保状态", choices=[("", ""), *GuaranteeState.choices])
    late = forms.BooleanField(label="逾期录入")

    def __init__(self, data, *, user):
        super().__init__(data)
        offer_places(self, user)

    def apply(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        asked = {name: value for name, value in self.values.items() if value}
        if text := asked.get("q"):
            projects = matching(projects, text)
        if place := asked.get("place"):
            projects = projects.within(Region.objects.get(pk=place))
        if industry := asked.get("industry"):
            projects = projects.filter(industry=industry)
        if state := asked.get("state"):
            projects = projects.filter(guarantee_state=state)
        if asked.get("late"):
            projects = projects.filter(Exists(recorded_late().filter(project=OuterRef("pk"))))
        return projects


def recorded_late():
    held = PaymentGuarantee.objects.unscoped("guarantees of projects already in scope")
    return held.annotate(recorded_on=TruncDate("recorded_at")).filter(recorded_on__gt=F("record_due_on"))


class GuaranteeTable(Table):
    caption = "工程款支付担保"
    default_order = "-id"
    empty_title = "没有符合条件的项目"
    empty_text = "请放宽或清除筛选条件。"

    name = Column("项目名称", sort="name", primary=True)
    contractor = Column("施工总承包单位", value=contractor_name, minor=True)
    jurisdiction = Column("管辖属地", value="jurisdiction.name", sort="jurisdiction_id")
    amount = MoneyColumn("合同价款（元）", value="contract_amount", minor=True)
    state = BadgeColumn(
        "担保状态",
        value=lambda row: GuaranteeState(row.guarantee_state).label,
        tone=lambda row: GuaranteeState(row.guarantee_state).tone,
    )
    guarantor = Column("担保单位", value=_of_current("guarantor_name"))
    guaranteed = MoneyColumn("担保金额（元）", value=_of_current("amount"), minor=True)
    until = DayColumn("担保至", value="guaranteed_until")
    left = Column("期限", value=days_left)

    def __init__(self, records: ProjectQuerySet, request, **options):
        super().__init__(with_held(records), request, **options)


GUARANTEE_HEADERS = [
    "项目编码",
    "项目名称",
    "管辖属地",
    "施工总承包单位",
    "工程进度",
    "合同价款（元）",
    "担保状态",
    "担保形式",
    "担保单位名称",
    "担保单位统一社会信用代码",
    "担保文书编号",
    "担保金额（元）",
    "担保开始日期",
    "担保终止日期",
    "收到日期",
    "录入日期",
    "逾期录入",
]


def guarantee_rows(projects: ProjectQuerySet) -> Iterator[list]:
    """One line a project; who holds several shows the one in force."""
    for project in with_held(projects).order_by("-id"):
        yield [
            project.code,
            project.name,
            project.jurisdiction.full_name,
            contractor_name(project),
            project.get_status_display(),
            project.contract_amount,
            GuaranteeState(project.guarantee_state).label,
            *_held_cells(current(project)),
        ]


def _held_cells(held: PaymentGuarantee | None) -> list:
    if held is None:
        return [""] * 10
    return [
        held.get_kind_display(),
        held.guarantor_name,
        held.guarantor_uscc,
        held.number,
        held.amount,
        held.starts_on,
        held.ends_on,
        held.received_on,
        timezone.localdate(held.recorded_at),
        "是" if held.is_late else "",
    ]
