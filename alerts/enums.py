from django.db import models


class Level(models.TextChoices):
    RED = "red", "红色"
    ORANGE = "orange", "橙色"
    YELLOW = "yellow", "黄色"

    @property
    def severity(self) -> int:
        return SEVERITY[self]

    @classmethod
    def of_severity(cls, severity: int) -> "Level":
        return next(level for level, value in SEVERITY.items() if value == severity)


# For ordering, and for rules whose level rises with age.
SEVERITY = {Level.RED: 3, Level.ORANGE: 2, Level.YELLOW: 1}


class Subject(models.TextChoices):
    """What a rule looks at; the seven subjects of the catalogue."""

    ACCOUNT = "account", "专户"
    LABOUR_COST = "labour_cost", "人工费"
    DEPOSIT = "deposit", "保证金与担保"
    REAL_NAME = "real_name", "实名制"
    ATTENDANCE = "attendance", "考勤"
    PAY = "pay", "工资发放"
    DATA = "data", "时效与逻辑"


class WarningState(models.TextChoices):
    NEW = "new", "待签收"
    ACCEPTED = "accepted", "已签收"
    VERIFYING = "verifying", "核实中"
    RELEASED = "released", "已解除"
    TRANSFERRED = "transferred", "已转案源"


OPEN_STATES = (WarningState.NEW, WarningState.ACCEPTED, WarningState.VERIFYING)


class ReleaseKind(models.TextChoices):
    DATA = "data", "数据自动解除"
    EVIDENCE = "evidence", "核实后解除"
    MERGED = "merged", "项目合并，并入同一预警"


class Act(models.TextChoices):
    """What can happen to a warning; every one leaves a `Disposal`."""

    RAISED = "raised", "产生预警"
    ACCEPTED = "accepted", "签收"
    VERIFYING = "verifying", "开始核实"
    NOTED = "noted", "补充说明"
    REPLIED = "replied", "情况说明"  # by the contractor
    RELEASED = "released", "解除"
    RELEASED_BY_DATA = "released_by_data", "数据自动解除"
    TRANSFERRED = "transferred", "转案源"
    ESCALATED = "escalated", "逾期上报"
    REOPENED = "reopened", "再次触发"


# They change nothing about the warning.
REMARKS = (Act.NOTED, Act.REPLIED)


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"

    @property
    def tone(self) -> str:
        return PROPOSAL_TONES[self]


PROPOSAL_TONES = {
    ProposalState.PROPOSED: "blue",
    ProposalState.APPROVED: "green",
    ProposalState.REFUSED: "red",
    ProposalState.WITHDRAWN: "grey",
}


class Change(models.TextChoices):
    """What a proposed setting would do to the warnings of a rule."""

    RAISED = "raised", "新增"
    RELEASED = "released", "减少"
