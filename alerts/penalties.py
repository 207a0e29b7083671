"""What follows when a correction is not made in time, in the law's words (《保障农民工工资支付条例》, 53 to 57)."""

from alerts.enums import Subject
from alerts.models import Warning

ACT = "《保障农民工工资支付条例》"
STOP = "责令项目停工，并处5万元以上10万元以下的罚款"
CONSEQUENCES = {
    "第五十四条": (
        "处2万元以上5万元以下的罚款，对法定代表人或者主要负责人、直接负责的主管人员和其他直接责任人员处1万元以上3万元以下的罚款"
    ),
    "第五十五条": f"{STOP}；情节严重的，给予施工单位限制承接新工程、降低资质等级、吊销资质证书等处罚",
    "第五十六条": "处5万元以上10万元以下的罚款",
    "第五十七条": STOP,
}
# Where the rule's own basis names no penalty.
BY_SUBJECT = {
    Subject.ACCOUNT: "第五十五条",
    Subject.DEPOSIT: "第五十五条",
    Subject.REAL_NAME: "第五十五条",
    Subject.ATTENDANCE: "第五十五条",
    Subject.LABOUR_COST: "第五十七条",
}
OTHERWISE = f"依照{ACT}第五十三条和有关法律规定处理，并可以列为重点监察对象、依法公布和实施联合惩戒"


def consequence(warning: Warning) -> str:
    article = next((name for name in CONSEQUENCES if name in warning.basis), BY_SUBJECT.get(warning.subject))
    if article is None:
        return f"逾期不改正的，{OTHERWISE}。"
    return f"逾期不改正的，依照{ACT}{article}的规定，{CONSEQUENCES[article]}。"
