from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core import formats
from core.forms import FilterForm
from core.tables import BadgeColumn, Column, DayColumn, Table
from organizations.enums import RegionLevel
from organizations.models import Region
from organizations.selectors import regions_for
from projects.forms import place_choices
from projects.models import Project
from projects.models.project import ProjectQuerySet
from projects.selectors import with_parties
from projects.selectors.jurisdiction import SOON, with_term
from projects.tables import contractor_name
from projects.tables.logins import ChooseColumn

STATES = {
    "late": "已逾期",
    "own": "待本级确认",
    "extending": "申请延期中",
    "extended": "已批准延期",
    "moving": "提请变更中",
}


class UnconfirmedFilters(FilterForm):
    q = forms.CharField(label="项目名称、编码或地址")
    place = forms.ChoiceField(label="拟定管辖")
    state = forms.ChoiceField(label="情形", choices=[("", ""), *STATES.items()])

    def __init__(self, data, *, user):
        super().__init__(data)
        self.user = user
        if user.level == RegionLevel.COUNTY:
            del self.fields["place"]
        else:
            self.fields["place"].choices = [("", "全部"), *place_choices(regions_for(user), own="（全市）")]

    def apply(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        """Of projects `with_term`."""
        values = self.values
        if text := values.get("q"):
            projects = projects.filter(
                Q(name__icontains=text) | Q(code__istartswith=text) | Q(address__icontains=text)
            )
        if place := values.get("place"):
            projects = projects.within(Region.objects.get(pk=place))
        match values.get("state"):
            case "late":
                return projects.filter(confirm_by__lt=timezone.localdate())
            case "own":
                return projects.filter(jurisdiction=self.user.region)
            case "extending":
                return projects.filter(is_extending=True)
            case "extended":
                return projects.filter(extended_to__isnull=False)
            case "moving":
                return projects.filter(is_moving=True)
        return projects


def days_left(project: Project) -> int:
    return (project.confirm_by - timezone.localdate()).days


def term_text(project: Project) -> str:
    left = days_left(project)
    if left < 0:
        return f"{project.confirm_by:%m-%d} 已逾期 {-left} 天"
    return f"{project.confirm_by:%m-%d} {'今天到期' if left == 0 else f'还剩 {left} 天'}"


def term_tone(project: Project) -> str:
    left = days_left(project)
    return "red" if left < 0 else "orange" if left <= SOON else "grey"


def course_text(project: Project) -> str:
    """What is under way or was agreed to."""
    said = [
        "申请延期中" if project.is_extending else "",
        f"延至 {project.extended_to:%m-%d}" if project.extended_to else "",
        "提请变更中" if project.is_moving else "",
    ]
    return "、".join(filter(None, said))


class UnconfirmedTable(Table):
    caption = "管辖待确认的项目"
    default_order = "confirm_by"
    empty_title = "没有管辖待确认的项目"
    empty_text = "企业建档、部门推送的项目进入监管后会列在这里，5 个工作日内确认。"

    choose = ChooseColumn("选择", can=lambda project: not project.is_moving)
    name = Column("项目名称", primary=True)
    jurisdiction = Column("拟定管辖", value="jurisdiction.name")
    address = Column("项目地址", minor=True)
    contractor = Column("施工总承包单位", value=contractor_name, minor=True)
    supervised_from = DayColumn("纳入监管", sort="supervised_from", minor=True)
    term = BadgeColumn("确认期限", value=term_text, sort="confirm_by", tone=term_tone)
    course = BadgeColumn("办理情况", value=course_text, tone="blue")

    def __init__(self, projects: ProjectQuerySet, request, **options):
        rows = with_parties(with_term(projects), "project_id", "participant_type", "is_lead", "organization__name")
        super().__init__(rows, request, **options)

    def row_url(self, record) -> str:
        return reverse("projects:jurisdiction", args=[record.pk])

    @property
    def can_choose(self) -> bool:
        return any(not project.is_moving for project in self.page)


def _asked(request) -> str:
    if request.is_extension:
        return f"延至 {formats.day(request.until)}"
    return f"变更为{request.to_region.name}" if request.to_region else "由上级指定管辖"


class RequestTable(Table):
    caption = "管辖申请"
    default_order = "id"
    empty_title = "没有待答复的申请"
    empty_text = "下级人社部门的延期申请、变更管辖的提请会列在这里。"

    project = Column("项目", value="project.name", primary=True)
    kind = BadgeColumn("事项", value="get_kind_display", tone="blue")
    asked = Column("申请", value=_asked)
    reason = Column("理由", minor=True)
    place = Column("现管辖", value="project.jurisdiction.name", minor=True)
    asked_by = Column(
        "申请人", value=lambda row: f"{row.asked_by.name}（{row.asked_by.organization.name}）", minor=True
    )
    asked_at = DayColumn("申请日期")

    def row_url(self, record) -> str:
        return reverse("projects:jurisdiction_answer", args=[record.pk])
