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
    CORRECTING = "correcting", "整改中"
    CORRECTED = "corrected", "已整改待复核"
    RELEASED = "released", "已解除"
    TRANSFERRED = "transferred", "已转案源"


OPEN_STATES = (
    WarningState.NEW,
    WarningState.ACCEPTED,
    WarningState.VERIFYING,
    WarningState.CORRECTING,
    WarningState.CORRECTED,
)


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
    RELEASE_ASKED = "release_asked", "申请解除"
    RELEASE_REFUSED = "release_refused", "不同意解除"
    RELEASED = "released", "解除"
    RELEASED_BY_DATA = "released_by_data", "数据自动解除"
    TRANSFERRED = "transferred", "转案源"
    ESCALATED = "escalated", "逾期上报"
    REOPENED = "reopened", "再次触发"
    ORDERED = "ordered", "责令限期整改"
    ACKNOWLEDGED = "acknowledged", "签收整改指令"  # by the contractor
    REPORTED = "reported", "提交整改报告"  # by the contractor
    NOT_MET = "not_met", "复核未通过，延长整改"
    OPINION_ASKED = "opinion_asked", "请求联合核实"
    OPINION_GIVEN = "opinion_given", "联合核实意见"
    SUPERVISED = "supervised", "督办"
    RETURNED = "returned", "退回下级办理"
    SUPERVISION_ANSWERED = "supervision_done", "督办答复"
    INTERVIEW_CALLED = "interview_called", "约谈通知"
    INTERVIEW_HELD = "interview_held", "约谈记录"
    EXTENSION_ASKED = "extension_asked", "申请延期"
    EXTENSION_GRANTED = "extension_given", "同意延期"
    EXTENSION_REFUSED = "extension_refused", "不同意延期"
    WITHDRAWN = "withdrawn", "撤回事项"
    LAPSED = "lapsed", "事项终止"


# They change nothing about the warning.
REMARKS = (Act.NOTED, Act.REPLIED)
# What the contractor itself wrote.
CONTRACTORS = (Act.REPLIED, Act.ACKNOWLEDGED, Act.REPORTED)
# Steps between offices, of no use to those it concerns.
INTERNAL = (Act.RELEASE_ASKED, Act.RELEASE_REFUSED, Act.LAPSED)


class DemandKind(models.TextChoices):
    """What one office asks of somebody by a day, within the disposal of a warning."""

    CORRECTION = "correction", "限期整改"  # of the contractor
    OPINION = "opinion", "联合核实"  # of the industry department
    SUPERVISION = "supervision", "督办"  # of the office below
    RETURN = "return", "退回办理"  # of the office below, which gets the warning back
    INTERVIEW = "interview", "约谈"  # of the contractor
    EXTENSION = "extension", "延期"  # of the office above
    RELEASE = "release", "解除复核"  # of a second officer, here or in the office above


class DemandState(models.TextChoices):
    OPEN = "open", "待办理"
    ANSWERED = "answered", "待复核"  # a correction that waits for the officer's second look
    DONE = "done", "已办结"
    REFUSED = "refused", "未同意"  # an extension, a release
    LAPSED = "lapsed", "已终止"  # the warning ended otherwise, or an act of an officer overtook it
    WITHDRAWN = "withdrawn", "已撤回"  # by the office that had asked, before the answer


WAITING_STATES = (DemandState.OPEN, DemandState.ANSWERED)
FOR_CONTRACTORS = (DemandKind.CORRECTION, DemandKind.INTERVIEW)
REQUESTS = (DemandKind.EXTENSION, DemandKind.RELEASE)  # granted or refused
FOR_THE_OFFICE_BELOW = (DemandKind.SUPERVISION, DemandKind.RETURN)
WITHDRAWABLE = tuple(kind for kind in DemandKind if kind != DemandKind.RETURN)  # that one has moved the warning


class Conclusion(models.TextChoices):
    """How a case ends (《劳动保障监察条例》第十八条; without a filing, by mediation)."""

    PUNISHED = "punished", "行政处罚决定"
    ORDERED = "ordered", "责令改正或行政处理决定"
    WITHDRAWN = "withdrawn", "情节轻微且已改正，撤销立案"
    HANDED_OVER = "handed_over", "移送有关部门处理"
    CRIMINAL = "criminal", "涉嫌犯罪，移送司法机关"
    MEDIATED = "mediated", "协调处理，争议已解决"


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
    REGRADED = "regraded", "级别将改变"  # found under both, at another level
    KEPT = "kept", "不变"
    OTHER = "other", "预警不受影响"  # found under one setting only, or not at all, and yet no warning comes or goes


class Standing(models.TextChoices):
    """What stands behind a finding of today, or behind an open warning that is not found."""

    OPEN = "open", "未办结"
    NEXT = "next", "尚未产生，下次核对产生"
    CASE = "case", "已转案源，办理期间不再产生"
    SETTLED = "settled", "已核实解除，情况未变，不再产生"
    ENDS = "ends", "不再命中，下次核对由数据解除"
    STAYS = "stays", "不再命中，由处置人员办结"  # the project's status, or a rule switched off, releases nothing

    @property
    def is_found(self) -> bool:
        return self not in (Standing.ENDS, Standing.STAYS)

    @property
    def is_open(self) -> bool:
        return self in (Standing.OPEN, Standing.ENDS, Standing.STAYS)
