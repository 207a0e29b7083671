"""Tables of the rules' settings and of their proposed changes."""

from datetime import date

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from alerts.enums import PROPOSAL_TONES, Change
from alerts.models import RuleProposal, RuleSetting, TrialFinding
from alerts.models.rule import name_places
from alerts.rules import Rule
from alerts.rules.base import rule_title
from alerts.selectors.proposals import PlaceRow
from alerts.tables import LEVEL_TONES, MessageColumn, PersonColumn, PlaceColumn, ProjectColumn
from core.pagination import KeysetPage
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, NumberColumn, Table


class VersionTable(Table):
    caption = "规则版本"
    empty_title = "还没有设置"
    empty_text = "按初始参数执行。"

    version = CodeColumn("版本", value=lambda setting: f"第 {setting.version} 版", primary=True)
    reach = Column("适用范围")
    level = BadgeColumn("级别", value="get_level_display", tone=LEVEL_TONES)
    days = Column("处置期限", value=lambda setting: f"{setting.disposal_days} 日")
    shown = Column("参数")
    enabled = BadgeColumn(
        "启用", value=lambda s: "启用" if s.enabled else "停用", tone=lambda s: "" if s.enabled else "red"
    )
    valid_from = DayColumn("生效日期")
    reason = Column("变更说明", minor=True)
    created_by = PersonColumn("提议人", value="created_by.name", minor=True)
    approved_by = PersonColumn("审批人", value="proposal.decided_by.name", minor=True)

    def __init__(self, records: list[RuleSetting], request, *, rule: type[Rule]):
        super().__init__(records, request)
        name_places(records)
        for setting in records:
            held = rule(setting.params)
            told = [(p.label, p.text(getattr(held, name))) for name, p in rule.parameters.items()]
            setting.shown = "；".join(f"{label} {value}" for label, value in told)


class ProposalTable(Table):
    caption = "规则变更提议"
    default_order = "-id"
    empty_title = "没有规则变更提议"
    empty_text = "在规则页面【提议变更】，经试算和省级另一名工作人员批准后生效。"

    rule = Column("规则", value=lambda proposal: rule_title(proposal.rule_code), primary=True)
    reach = Column("适用范围")
    valid_from = DayColumn("生效日期")
    reason = Column("变更说明", minor=True)
    office = Column("提议单位", value="office.name", minor=True)
    proposed_by = PersonColumn("提议人", value="proposed_by.name")
    proposed_at = DayColumn("提议日期", minor=True)
    state = BadgeColumn("状态", value="get_state_display", tone=PROPOSAL_TONES)

    @cached_property
    def page(self) -> KeysetPage:
        page = super().page
        name_places(page)
        return page


class OwnProposalTable(ProposalTable):
    """On the page of a rule."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in self.columns if column.name != "rule"]
        self.columns[0] = Column("适用范围", value="reach", primary=True)


class TrialPlaceTable(Table):
    """Places below the one shown; names lead further down, numbers to their lists."""

    caption = "试算：各地"
    empty_title = "没有试算数"
    empty_text = "试算完成后列出各地的数。"

    name = Column("管辖属地", primary=True)
    held = NumberColumn("现行设置命中")
    tried = NumberColumn("拟议设置命中")
    raised = NumberColumn("新增")
    released = NumberColumn("减少")
    regraded = NumberColumn("级别将改变")
    kept = NumberColumn("不变")

    def __init__(self, records: list[PlaceRow], request, *, proposal: RuleProposal, day: date):
        super().__init__(records, request)
        self.proposal, self.day = proposal, day

    def row_url(self, record: PlaceRow) -> str:
        if record.goes_down:
            return f"{self.proposal.get_absolute_url()}?{urlencode({'day': self.day, 'region': record.code})}#places"
        return findings_url(self.proposal, day=self.day, place=record.code)


def findings_url(proposal: RuleProposal, **asked) -> str:
    address = reverse("alerts:trial_findings", args=[proposal.rule_code, proposal.pk])
    return f"{address}?{urlencode({name: value for name, value in asked.items() if value})}"


CHANGE_TONES = {
    Change.RAISED: "orange",
    Change.RELEASED: "green",
    Change.REGRADED: "yellow",
    Change.KEPT: "grey",
    Change.OTHER: "grey",
}


class FindingTable(Table):
    caption = "试算明细"
    default_order = "id"
    empty_title = "没有符合条件的试算明细"
    empty_text = "这一天、这一范围内没有此类命中。"

    change = BadgeColumn("变化", value="get_change_display", tone=CHANGE_TONES)
    level_before = BadgeColumn(
        "原级别",
        value="get_level_before_display",
        tone=LEVEL_TONES,
        minor=True,
    )
    level = BadgeColumn("级别", value="get_level_display", tone=LEVEL_TONES)
    project = ProjectColumn("项目", value="project.name", primary=True)
    jurisdiction = PlaceColumn("管辖属地", value="project.jurisdiction.name", minor=True)
    message = MessageColumn("内容")
    standing = Column("情形", value="get_standing_display")
    warning = CodeColumn("预警编号", value=lambda finding: finding.warning_id)

    def row_url(self, record: TrialFinding) -> str:
        """The warning behind it; of any other the project."""
        if record.warning_id:
            return reverse("alerts:warning_detail", args=[record.warning_id])
        return reverse("projects:project_detail", args=[record.project_id])
