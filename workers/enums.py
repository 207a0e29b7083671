from django.db import models


class IdType(models.TextChoices):
    """人员证件类型 (national dictionary, 17 codes)."""

    RESIDENT = "01", "居民身份证"
    OFFICER = "02", "军官证"
    POLICE_OFFICER = "03", "武警警官证"
    SOLDIER = "04", "士兵证"
    RETIRED_CADRE = "05", "军队离退休干部证"
    DISABLED = "06", "残疾人证"
    DISABLED_SOLDIER = "07", "残疾军人证（1-8 级）"
    PASSPORT = "08", "护照"
    HM_RETURN = "09", "港澳同胞回乡证"
    HM_PASS = "10", "港澳居民来往内地通行证"
    PRC_HM_PASS = "11", "中华人民共和国往来港澳通行证"
    TAIWAN_PASS = "12", "台湾居民来往大陆通行证"
    MAINLAND_TAIWAN_PASS = "13", "大陆居民往来台湾通行证"
    DIPLOMAT = "14", "外交官证"
    CONSUL = "15", "领事馆证"
    SEAMAN = "16", "海员证"
    HONG_KONG = "17", "香港身份证"


class Gender(models.TextChoices):
    MALE = "0", "男"
    FEMALE = "1", "女"


class Education(models.TextChoices):
    """文化程度 (national dictionary)."""

    PRIMARY = "01", "小学"
    JUNIOR = "02", "初中"
    SENIOR = "03", "高中"
    SECONDARY_VOCATIONAL = "04", "中专"
    COLLEGE = "05", "大专"
    BACHELOR = "06", "本科"
    MASTER = "07", "硕士"
    DOCTOR = "08", "博士"
    OTHER = "99", "其他"


class Trade(models.TextChoices):
    """工种 (national dictionary work_type, 37 codes)."""

    MASON = "010", "砌筑工"
    REBAR = "020", "钢筋工"
    SCAFFOLDER = "030", "架子工"
    CONCRETE = "040", "混凝土工"
    FORMWORK = "050", "模板工"
    EQUIPMENT = "060", "机械设备安装工"
    VENTILATION = "070", "通风工"
    HOISTING = "080", "安装起重工"
    FITTER = "090", "安装钳工"
    ELECTRIC_EQUIPMENT = "100", "电气设备安装调试工"
    PIPE = "110", "管道工"
    SUBSTATION = "120", "变电安装工"
    ELECTRICIAN = "130", "建筑电工"
    PUMP = "140", "司泵工"
    EXCAVATOR = "150", "挖掘铲运和桩工机械司机"
    PILING = "160", "桩机操作工"
    SIGNALLER = "170", "起重信号工"
    CRANE_RIGGER = "180", "建筑起重机械安装拆卸工"
    DECORATOR = "190", "装饰装修工"
    INDOOR_FACILITIES = "200", "室内成套设施安装工"
    WINDOWS = "210", "建筑门窗幕墙安装工"
    CURTAIN_WALL = "220", "幕墙制作工"
    WATERPROOFING = "230", "防水工"
    CARPENTER = "240", "木工"
    STONE = "250", "石工"
    WELDER = "270", "电焊工"
    BLASTER = "280", "爆破工"
    DEDUSTING = "290", "除尘工"
    SURVEYING = "300", "测量放线工"
    LINES = "310", "线路架设工"
    ANCIENT_STONE = "320", "古建筑传统石工"
    ANCIENT_TILE = "330", "古建筑传统瓦工"
    ANCIENT_PAINT = "340", "古建筑传统彩画工"
    ANCIENT_WOOD = "350", "古建筑传统木工"
    ANCIENT_OIL = "360", "古建筑传统油工"
    METAL = "380", "金属工"
    MANAGEMENT = "900", "管理人员"


class WorkRole(models.TextChoices):
    """工人类型 (national dictionary work_role)."""

    MANAGER = "10", "管理人员"
    WORKER = "20", "建筑工人"


class Post(models.TextChoices):
    """岗位 of a manager on site (person types of the HRSS dialect; 01 is a worker, who has none)."""

    PROJECT_MANAGER = "03", "项目经理"
    WAGE_CLERK = "04", "劳资专管员"
    STANDARDS = "05", "标准员"
    MACHINERY = "06", "机械员"
    RECORDS = "08", "资料员"
    ENGINEER = "09", "工程师"
    FOREMAN = "10", "施工员"
    QUALITY = "11", "质量员"
    SAFETY = "12", "安全员"
    MATERIALS = "13", "材料员"
    OTHER = "14", "其他管理人员"


# No site is staffed without: 《建设工程安全生产管理条例》第二十一、二十三条, 《保障农民工工资支付条例》第二十八条.
REQUIRED_POSTS = (Post.PROJECT_MANAGER, Post.SAFETY, Post.WAGE_CLERK)

_BUILDERS = "《建筑施工特种作业人员管理规定》（建质〔2008〕75号）第三条"
# Trades nobody may work in without a certificate, and what says so.
SPECIAL_TRADES = {
    Trade.SCAFFOLDER: _BUILDERS,
    Trade.ELECTRICIAN: _BUILDERS,
    Trade.HOISTING: _BUILDERS,  # 起重司索 is part of 建筑起重信号司索工
    Trade.SIGNALLER: _BUILDERS,
    Trade.CRANE_RIGGER: _BUILDERS,
    Trade.WELDER: "《特种作业人员安全技术培训考核管理规定》（安监总局令第30号）附件：焊接与热切割作业",
    Trade.BLASTER: "《民用爆炸物品安全管理条例》（国务院令第466号）第三十三条",
}


class CertificateKind(models.TextChoices):
    SKILL = "skill", "职业技能证书"
    SPECIAL = "special", "特种作业操作证"
    SAFETY = "safety", "安全生产考核合格证"
    POST = "post", "岗位培训证书"
    REGISTERED = "registered", "执业资格注册证书"
    TITLE = "title", "职称证书"


class CertificateStatus(models.TextChoices):
    """人员证书状态 (national dictionary certification_status)."""

    VALID = "1", "有效"
    CANCELLED = "2", "注销"
    SUSPENDED = "3", "暂扣"
    EXPIRED = "4", "过期"


class TrainingKind(models.TextChoices):
    """培训类型 (national dictionary trainin_type_code)."""

    SAFETY = "003001", "安全教育"
    ENTRY = "003002", "入场教育"
    EXIT = "003003", "退场教育"
    SKILL = "003004", "技能培训"


class InsuranceKind(models.TextChoices):
    INJURY = "injury", "工伤保险"
    ACCIDENT = "accident", "意外伤害保险"


class CardKind(models.TextChoices):
    """What the wage card is besides a bank card."""

    WORKER_CARD = "worker", "农民工实名卡（安康卡、云建宝卡）"
    SOCIAL = "social", "社会保障卡"
    ORDINARY = "ordinary", "普通银行卡"


class AppraisalKind(models.TextChoices):
    GOOD = "good", "良好行为"
    BAD = "bad", "不良行为"


class ContractKind(models.TextChoices):
    """合同期限类型 (national dictionary contract_period_type)."""

    FIXED_TERM = "0", "固定期限合同"
    BY_TASK = "1", "以完成一定工作为期限的合同"


class WageMethod(models.TextChoices):
    """工资计算方式."""

    DAY = "day", "计日"
    PIECE = "piece", "计件"
    MONTH = "month", "计月"


class WageUnit(models.TextChoices):
    """计量单位 of piece work (national dictionary unit)."""

    METRE = "80", "米"
    SQUARE_METRE = "81", "平方米"
    CUBIC_METRE = "82", "立方米"


class EndReason(models.TextChoices):
    """Why a labour contract ended (《劳动合同法》第三十六条至第四十一条、第四十四条)."""

    EXPIRED = "expired", "合同期满"
    TASK_DONE = "task", "约定的工作任务完成"
    AGREED = "agreed", "协商一致解除"
    BY_WORKER = "worker", "劳动者解除"
    BY_EMPLOYER = "employer", "用人单位解除"
    RENEWED = "renewed", "续签新合同"
    EXIT = "exit", "随退场终止"
    OTHER = "other", "其他"


class ContractState(models.TextChoices):
    """How somebody on site stands with the labour contract, worst first."""

    MISSING = "missing", "未登记"
    EXPIRED = "expired", "已到期"
    EXPIRING = "expiring", "即将到期"
    LATE = "late", "逾期签订"
    RUNNING = "running", "在期"


class Settlement(models.TextChoices):
    """Whether wages were settled when somebody left the site."""

    SETTLED = "settled", "已结清"
    OWED = "owed", "未结清"


class ShortReason(models.TextChoices):
    """Why less is put down at an exit than payrolls and attendance come to; it takes nothing off the arrears."""

    PAID = "paid", "已用其他方式支付"
    ADVANCE = "advance", "扣回预支、借支"
    ATTENDANCE = "attendance", "考勤记录有误"
    RATE = "rate", "工资标准有误"
    PIECE = "piece", "按计件、包干结算"
    DISPUTED = "disputed", "有争议，另行处理"


class VoucherKind(models.TextChoices):
    """What a file at an exit is; only the first speaks for the worker."""

    SIGNED = "signed", "工人本人签字的退场工资结算单"
    OTHER = "other", "其他凭证（银行回单、考勤核对表等）"


class Movement(models.TextChoices):
    """进退场类型 (national dictionary entry_exit_type)."""

    ENTRY = "1", "进场"
    EXIT = "0", "退场"


class AttendanceSource(models.TextChoices):
    SHEET = "sheet", "考勤表导入"
    DEVICE = "device", "考勤设备"
    MANUAL = "manual", "手工补录"
    PUSH = "push", "平台推送"


class Direction(models.TextChoices):
    IN = "01", "入场"
    OUT = "02", "出场"


class PunchMeans(models.TextChoices):
    """考勤通行方式 (national dictionary attend_type)."""

    FACE = "001", "人脸识别"
    IRIS = "002", "虹膜识别"
    FINGERPRINT = "003", "指纹识别"
    PALM = "004", "掌纹识别"
    ID_CARD = "005", "身份证识别"
    WORKER_CARD = "006", "实名卡"
    CLEARANCE = "007", "异常清退"
    ONE_KEY = "008", "一键开闸"
    EMERGENCY = "009", "应急通道"
    QR_CODE = "010", "二维码识别"
    OTHER = "011", "其他方式"


def biometric() -> list[str]:
    """项目管理人员考勤必须采用生物识别方式 (河南省设备接入规范), unless a standard says otherwise."""
    return [means.value for means in (PunchMeans.FACE, PunchMeans.IRIS, PunchMeans.FINGERPRINT, PunchMeans.PALM)]


class DeviceKind(models.TextChoices):
    GATE = "gate", "闸机"
    TERMINAL = "terminal", "考勤机"
    HANDHELD = "handheld", "手持终端"
    MOBILE = "mobile", "手机应用"
