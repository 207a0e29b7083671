"""What follows when a correction is not made in time, in the law's words (《保障农民工工资支付条例》, 53 to 57)."""

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
OTHERWISE = f"依照{ACT}第五十三条和有关法律规定处理，并可以列为重点监察对象、依法公布和实施联合惩戒"


def article_of(warning: Warning) -> str | None:
    """The one that says what follows; without it an order need not say so."""
    return next((name for name in CONSEQUENCES if name in warning.basis), None)


def consequence(warning: Warning) -> str:
    """Only the article the rule itself names: nobody is threatened with a stop of work for late data."""
    article = article_of(warning)
    if article is None:
        return f"逾期不改正的，{OTHERWISE}。"
    return f"逾期不改正的，依照{ACT}{article}的规定，{CONSEQUENCES[article]}。"
