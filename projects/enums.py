from django.db import models

from organizations.enums import Industry


class Category(models.TextChoices):
    """项目分类 (national dictionary)."""

    BUILDING = "01", "房屋建筑工程"
    MUNICIPAL = "02", "市政公用工程"
    INSTALLATION = "03", "机电安装工程"
    RAILWAY = "04", "铁路工程"
    HIGHWAY = "05", "公路工程"
    PORT = "06", "港口与航道工程"
    HYDRAULIC = "07", "水利水电工程"
    POWER = "08", "电力工程"
    MINING = "09", "矿山工程"
    SMELTING = "10", "冶炼工程"
    PETROCHEMICAL = "11", "化工石油工程"
    TELECOM = "12", "通信工程"
    OTHER = "99", "其他"

    @property
    def industry(self) -> Industry:
        """Which industry department supervises, unless an officer says otherwise (机电安装 goes with the building)."""
        match self:
            case Category.BUILDING | Category.MUNICIPAL | Category.INSTALLATION:
                return Industry.HOUSING
            case Category.RAILWAY | Category.HIGHWAY | Category.PORT:
                return Industry.TRANSPORT
            case Category.HYDRAULIC:
                return Industry.WATER
        return Industry.OTHER


class Status(models.TextChoices):
    """项目状态 (national dictionary prj_status)."""

    PREPARING = "001", "筹备"
    APPROVED = "002", "立项"
    IN_PROGRESS = "003", "在建"
    COMPLETED = "004", "完工"
    SUSPENDED = "005", "停工"


class StatusAct(models.TextChoices):
    """What moves a project from one status to another."""

    START = "start", "开工"
    SUSPEND = "suspend", "停工"
    RESUME = "resume", "复工"
    COMPLETE = "complete", "确认完工"
    REOPEN = "reopen", "撤销完工"

    @property
    def from_statuses(self) -> frozenset[Status]:
        match self:
            case StatusAct.START:
                return frozenset({Status.PREPARING, Status.APPROVED})
            case StatusAct.SUSPEND:
                return frozenset({Status.IN_PROGRESS})
            case StatusAct.RESUME:
                return frozenset({Status.SUSPENDED})
            case StatusAct.COMPLETE:
                return frozenset({Status.IN_PROGRESS, Status.SUSPENDED})
        return frozenset({Status.COMPLETED})

    @property
    def to_status(self) -> Status:
        match self:
            case StatusAct.SUSPEND:
                return Status.SUSPENDED
            case StatusAct.COMPLETE:
                return Status.COMPLETED
        return Status.IN_PROGRESS

    @property
    def is_regulators(self) -> bool:
        """Only the regulator sets completed, and only the regulator takes it back (P7)."""
        return self in (StatusAct.COMPLETE, StatusAct.REOPEN)

    @property
    def needs_reason(self) -> bool:
        return self in (StatusAct.SUSPEND, StatusAct.REOPEN)


class MilestoneKind(models.TextChoices):
    """When a department confirms that records conform and wages are paid (P10)."""

    START = "start", "开工"
    RESUMPTION = "resume", "复工"
    PART_ACCEPTANCE = "part", "分部分项验收"
    ACCEPTANCE = "accept", "竣工验收"


class MilestoneState(models.TextChoices):
    DUE = "due", "待确认"
    CONFIRMED = "confirmed", "已确认"
    OBJECTED = "objected", "不予确认"


class BoardItem(models.TextChoices):
    """What a notice board has to say (《保障农民工工资支付条例》第三十四条)."""

    UNITS = "units", "参建单位、行业主管部门和劳资专管员"
    WAGES = "wages", "当地最低工资标准和工资支付日期"
    COMPLAINTS = "complaints", "投诉举报电话"
    REMEDIES = "remedies", "调解仲裁、法律援助申请渠道和公共法律服务热线"


class GuaranteeKind(models.TextChoices):
    BANK = "bank", "银行保函"
    INSURER = "insurer", "保证保险"
    COMPANY = "company", "担保公司担保"


class GuaranteeState(models.TextChoices):
    """How a project stands with its payment guarantees on a day; `projects.selectors.guarantees` tells it in SQL."""

    NONE = "none", "未提供"
    EXPIRED = "expired", "已到期"
    EXPIRING = "expiring", "即将到期"
    IN_FORCE = "in_force", "有效"

    @property
    def tone(self) -> str:
        return {"none": "red", "expired": "red", "expiring": "orange"}.get(self.value, "green")


class ParticipantType(models.TextChoices):
    """参建单位类型 (national dictionary project_corp_type)."""

    SPECIALIST_SUBCONTRACTOR = "001", "专业分包"
    EQUIPMENT_SUBCONTRACTOR = "002", "设备分包"
    MATERIAL_SUBCONTRACTOR = "003", "材料分包"
    SITE_SERVICES = "004", "后勤服务"
    SPECIAL_EQUIPMENT = "005", "特殊设备"
    LABOUR_SUBCONTRACTOR = "006", "劳务分包"
    SUPERVISOR = "007", "监理"
    CONSTRUCTION_UNIT = "008", "建设单位"
    GENERAL_CONTRACTOR = "009", "总承包单位"
    SURVEYOR = "010", "勘察"
    DESIGNER = "011", "设计单位"
    OTHER = "012", "其它"


SUBCONTRACTORS = (
    ParticipantType.SPECIALIST_SUBCONTRACTOR,
    ParticipantType.EQUIPMENT_SUBCONTRACTOR,
    ParticipantType.MATERIAL_SUBCONTRACTOR,
    ParticipantType.SITE_SERVICES,
    ParticipantType.SPECIAL_EQUIPMENT,
    ParticipantType.LABOUR_SUBCONTRACTOR,
)


class ParticipationStatus(models.TextChoices):
    """单位承建状态."""

    ENTERED = "entered", "进场"
    EXITED = "exited", "退场"


class PermitState(models.TextChoices):
    """What the comparison says of a permit on the department's list."""

    MISSING = "missing", "未纳入"
    OVERDUE = "overdue", "逾期未纳入"
    FOUND = "found", "已纳入"
    SET_ASIDE = "set_aside", "不纳入"


class SetAsideReason(models.TextChoices):
    """Why a permitted project need not be on the platform."""

    NO_WAGES = "no_wages", "不涉及农民工工资监管"
    REPLACED = "replaced", "换证、重复发证"
    REVOKED = "revoked", "许可证已撤销或作废"
    OTHER = "other", "其他"


class SubcontractState(models.TextChoices):
    FILED = "filed", "已备案"
    WITHDRAWN = "withdrawn", "已撤销"


class JurisdictionAct(models.TextChoices):
    PROPOSED = "proposed", "系统建议"
    CONFIRMED = "confirmed", "确认管辖"
    MOVED = "moved", "变更管辖"
    EXTENSION_ASKED = "extension_asked", "申请延期"
    EXTENSION_GRANTED = "extension_granted", "同意延期"
    EXTENSION_REFUSED = "extension_refused", "不同意延期"
    TRANSFER_ASKED = "transfer_asked", "提请变更管辖"
    TRANSFER_REFUSED = "transfer_refused", "不同意变更管辖"

    @property
    def tone(self) -> str:
        match self:
            case JurisdictionAct.CONFIRMED | JurisdictionAct.MOVED | JurisdictionAct.EXTENSION_GRANTED:
                return "green"
            case JurisdictionAct.EXTENSION_REFUSED | JurisdictionAct.TRANSFER_REFUSED:
                return "red"
        return "grey"


class RequestState(models.TextChoices):
    WAITING = "waiting", "待答复"
    GRANTED = "granted", "同意"
    REFUSED = "refused", "不同意"
    SETTLED = "settled", "已另行办理"


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "待检查"
    MAPPING = "mapping", "待对应列"
    CHECKED = "checked", "待确认"
    APPLIED = "applied", "已导入"
    REFUSED = "refused", "未导入"
    DISCARDED = "discarded", "已放弃"
