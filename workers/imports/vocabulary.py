"""What sites write for what the dictionaries know."""

from core.spreadsheets.values import choice
from workers.enums import ContractKind, Direction, Education, Post, PunchMeans, Trade, WageMethod, WorkRole


def _words(text: str) -> list[str]:
    return text.split()


_TRADES = {
    Trade.MASON: ("泥工", "泥水工", "瓦工", "砌体工", "砖工", "砌砖工", "泥瓦工", "瓦匠"),
    Trade.REBAR: ("钢筋", "钢筋绑扎工", "扎筋工"),
    Trade.SCAFFOLDER: ("架子", "外架工", "架工", "普通架子工", "附着升降脚手架工", "脚手架工"),
    Trade.CONCRETE: ("混凝土", "砼工", "浇筑工", "混凝土浇筑工"),
    Trade.FORMWORK: ("木模工", "模板", "支模工", "模板木工", "铝模工"),
    Trade.EQUIPMENT: ("设备安装工", "机械安装工", "机修工"),
    Trade.VENTILATION: ("通风空调工", "暖通工"),
    Trade.HOISTING: ("起重工", "吊装工"),
    Trade.FITTER: ("钳工",),
    Trade.PIPE: ("水工", "管工", "水暖工", "管道安装工", "给排水工", "消防管道工"),
    Trade.ELECTRICIAN: ("电工", "水电工", "强电工", "弱电工", "维修电工", "临电工"),
    Trade.PUMP: ("泵工", "泵车司机"),
    Trade.EXCAVATOR: (
        *("挖掘机司机", "挖机司机", "挖机工", "装载机司机", "铲车司机", "推土机司机", "压路机司机"),
        *("桩机司机", "机械司机", "机械操作工"),
    ),
    Trade.PILING: ("桩工", "打桩工", "桩基工"),
    Trade.SIGNALLER: ("信号工", "司索工", "信号司索工", "指挥工", "司索信号工", "起重司索信号工"),
    Trade.CRANE_RIGGER: ("塔吊安装工", "塔吊拆装工", "塔吊安拆工", "起重机械安拆工"),
    Trade.DECORATOR: (
        *("装修工", "装饰工", "抹灰工", "油漆工", "涂料工", "腻子工", "粉刷工", "镶贴工", "贴砖工", "瓷砖工"),
        *("吊顶工", "石膏工", "保温工", "外墙保温工"),
    ),
    Trade.WINDOWS: ("门窗工", "门窗安装工", "幕墙工", "幕墙安装工"),
    Trade.WATERPROOFING: ("防水", "防水施工"),
    Trade.CARPENTER: ("木匠", "细木工"),
    Trade.STONE: ("石匠", "石材工"),
    Trade.WELDER: ("焊工", "气焊工", "氩弧焊工"),
    Trade.BLASTER: ("爆破员", "炮工"),
    Trade.SURVEYING: ("测量工", "测量员", "放线工"),
    Trade.METAL: ("铁工", "钣金工"),
    Trade.MANAGEMENT: (
        *("管理", "项目经理", "施工员", "安全员", "质量员", "质检员", "资料员", "材料员", "劳务员", "劳资专管员"),
        *("技术负责人", "项目负责人", "技术员", "预算员", "班组长", "带班"),
    ),
}
_EDUCATION = {
    Education.PRIMARY: ("小学毕业", "小学及以下"),
    Education.JUNIOR: ("初中毕业", "初级中学"),
    Education.SENIOR: ("高中毕业", "普高", "普通高中"),
    Education.SECONDARY_VOCATIONAL: ("中技", "职高", "技校", "中专毕业", "中等专科", "中职"),
    Education.COLLEGE: ("专科", "大学专科", "高职", "大专毕业"),
    Education.BACHELOR: ("大学", "大学本科", "本科毕业"),
    Education.MASTER: ("研究生", "硕士研究生"),
    Education.DOCTOR: ("博士研究生",),
    Education.OTHER: ("文盲", "半文盲", "无学历"),
}
_METHODS = {
    WageMethod.DAY: ("日", "按日", "按天", "日工", "点工", "日工资", "计时", "元/日", "元/天", "日薪"),
    WageMethod.PIECE: ("计量", "按量", "按件", "计件工资", "包工", "平方", "元/平方米"),
    WageMethod.MONTH: ("月", "按月", "月薪", "月工资", "包月", "元/月"),
}
_MEANS = {
    PunchMeans.FACE: ("人脸", "刷脸", "面部识别"),
    PunchMeans.IRIS: ("虹膜",),
    PunchMeans.FINGERPRINT: ("指纹",),
    PunchMeans.PALM: ("掌纹", "掌静脉"),
    PunchMeans.ID_CARD: ("身份证", "刷身份证", "人证"),
    PunchMeans.WORKER_CARD: ("IC卡", "刷卡", "工卡"),
    PunchMeans.QR_CODE: ("二维码", "扫码"),
    PunchMeans.OTHER: ("其他", "手机", "移动考勤"),
}
ETHNICITIES = _words(
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 "
    "哈尼族 哈萨克族 傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 "
    "达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 "
    "德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族 穿青人"
)  # GB 3304, and the 穿青人 whom Guizhou's platform codes as 57


def _by_alias(groups: dict) -> dict[str, str]:
    return {alias: value for value, aliases in groups.items() for alias in aliases}


trade = choice(Trade.choices, _by_alias(_TRADES))
education = choice(Education.choices, _by_alias(_EDUCATION))
ethnicity = choice(
    [(name, name) for name in ETHNICITIES],
    {name.removesuffix("族"): name for name in ETHNICITIES} | {"僳僳族": "傈僳族", "僳僳": "傈僳族"},
)
gender = choice([("0", "男"), ("1", "女")], {"男性": "0", "女性": "1"})
work_role = choice(WorkRole.choices, {"工人": "20", "务工人员": "20", "农民工": "20", "管理": "10"})
post = choice(
    Post.choices,
    {
        "项目负责人": Post.PROJECT_MANAGER,
        "劳务员": Post.WAGE_CLERK,
        "劳资员": Post.WAGE_CLERK,
        "技术负责人": Post.ENGINEER,
        "技术员": Post.ENGINEER,
        "质检员": Post.QUALITY,
        "专职安全员": Post.SAFETY,
        "安全管理员": Post.SAFETY,
        "其他": Post.OTHER,
    },
)
wage_method = choice(WageMethod.choices, _by_alias(_METHODS))
contract_kind = choice(
    ContractKind.choices, {"固定期限": "0", "完成一定任务": "1", "以完成一定工作任务为期限": "1", "任务制": "1"}
)
direction = choice(
    Direction.choices,
    dict.fromkeys(("进", "进场", "进门", "入", "入门", "上班", "签到", "in", "1"), Direction.IN)
    | dict.fromkeys(("出", "离场", "出门", "退场", "下班", "签退", "out", "2", "0"), Direction.OUT),
)
means = choice(PunchMeans.choices, _by_alias(_MEANS))
