"""Invented names in the manner of the place."""

from random import Random

SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗字普段毕茶鲁岩玉白沙和木禾董尹寸依刀罕阿"
GIVEN_FIRST = "建国志文永春金福德兴光庆华明云富正才林学自全顺祥丽秀凤桂小晓玉"
GIVEN_SECOND = "明华林峰军忠平云生才贵发兴伟强刚武宝东海波涛龙江英芳兰梅芬琼仙"

# 民族 with their weight among the workers.
ETHNICITIES = {
    "汉": 60, "彝": 11, "白": 6, "傣": 5, "哈尼": 4, "壮": 3, "苗": 3, "佤": 3, "拉祜": 2, "布朗": 1, "傈僳": 1,
}  # fmt: skip

COMPANY_WORDS = [
    "恒筑",
    "滇西",
    "云岭",
    "金沙",
    "怒江",
    "鼎盛",
    "博泰",
    "中泽",
    "宏业",
    "瑞丰",
    "天成",
    "国基",
    "南方",
    "玉龙",
]
COMPANY_KINDS = ["建设工程有限公司", "建筑工程有限公司", "建设集团有限公司", "路桥工程有限公司", "市政工程有限公司"]
LABOUR_KINDS = ["建筑劳务有限公司", "劳务分包有限公司", "劳务服务有限公司"]

BUILDING_WORKS = [
    "人民医院门诊综合楼", "第一中学教学楼", "妇幼保健院迁建", "保障性租赁住房", "老旧小区改造", "农贸市场",
    "养老服务中心", "体育馆", "文化中心", "职业技术学校实训楼", "公租房", "标准厂房", "游客服务中心",
    "疾病预防控制中心",
]  # fmt: skip
MUNICIPAL_WORKS = ["污水处理厂", "城市道路改造", "供水管网", "地下综合管廊", "滨河生态公园", "生活垃圾处理场"]
TRANSPORT_WORKS = ["农村公路改扩建", "高速公路连接线", "二级公路改建", "客运站", "跨江大桥"]
WATER_WORKS = ["水库除险加固", "灌区续建配套", "河道治理", "引水工程", "小型水电站增效扩容"]
OTHER_WORKS = ["输变电工程", "光伏电站", "矿山生态修复"]

ROADS = ["人民路", "南屏街", "世纪路", "沿江路", "新华街", "振兴路", "团结路", "文化路", "茶马大道", "凤翔路"]
SUPPLIERS = ["恒远建材经营部", "顺达物资有限公司", "鑫源机械租赁站", "滇东商贸有限公司", "永固混凝土有限公司"]

# name of the head office, national bank code, prefix of its cards
BANKS = [
    ("中国工商银行", "102", "622202"),
    ("中国农业银行", "103", "622848"),
    ("中国建设银行", "105", "621700"),
    ("云南省农村信用社", "402", "621458"),
]


def person(random: Random) -> str:
    second = random.choice(GIVEN_SECOND) if random.random() < 0.8 else ""
    return random.choice(SURNAMES) + random.choice(GIVEN_FIRST) + second


def ethnicity(random: Random) -> str:
    return random.choices(list(ETHNICITIES), weights=ETHNICITIES.values())[0]


def company(random: Random, place: str, kinds: list[str]) -> str:
    first, second = random.sample(COMPANY_WORDS, 2)
    return f"{place}{first}{second}{random.choice(kinds)}"


def address(random: Random, place: str) -> str:
    return f"{place}{random.choice(ROADS)}{random.randint(1, 399)}号"
