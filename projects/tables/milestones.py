"""Milestones as the departments' list of what to confirm."""

from django import forms
from django.db.models import Q

from core.forms import FilterForm
from core.tables import BadgeColumn, Column, DayColumn, Table
from organizations.enums import Industry
from organizations.models import Region
from projects.enums import MilestoneKind, MilestoneState
from projects.filters import offer_places
from projects.models import Milestone, Project
from projects.models.course import MilestoneQuerySet


class MilestoneFilters(FilterForm):
    q = forms.CharField(label="项目名称或编码")
    place = forms.ChoiceField(label="管辖属地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])
    state = forms.ChoiceField(label="确认状态", choices=[("", ""), *MilestoneState.choices])
    kind = forms.ChoiceField(label="节点", choices=[("", ""), *MilestoneKind.choices])

    def __init__(self, data, *, user):
        super().__init__(data)
        offer_places(self, user)

    def apply(self, milestones: MilestoneQuerySet) -> MilestoneQuerySet:
        asked = self.values
        if text := asked.pop("q", ""):
            milestones = milestones.filter(Q(project__name__icontains=text) | Q(project__code__istartswith=text))
        if place := asked.pop("place", ""):
            own = Project.objects.unscoped("narrows rows that are already in scope")
            milestones = milestones.filter(project__in=own.within(Region.objects.get(pk=place)))
        if industry := asked.pop("industry", ""):
            milestones = milestones.filter(project__industry=industry)
        return milestones.filter(**asked)


class MilestoneTable(Table):
    caption = "节点确认"
    default_order = "-on"
    empty_title = "没有符合条件的节点"
    empty_text = "项目开工、复工时自动列入，验收由项目提请。"

    project = Column("项目名称", value="project.name", primary=True)
    kind = Column("节点", value=str)
    on = DayColumn("节点日期", sort="-on")
    state = BadgeColumn("确认状态", value="get_state_display", tone=lambda row: row.state_tone)
    status = Column("工程进度", value="project.get_status_display", minor=True)
    jurisdiction = Column("管辖属地", value="project.jurisdiction.name")
    industry = Column("行业", value="project.get_industry_display", minor=True)


def due_count(user) -> int:
    """How many wait for this department's answer."""
    return Milestone.objects.visible_to(user).waiting_for(user).count()
