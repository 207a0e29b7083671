from datetime import date

from django.urls import reverse
from django.utils import timezone

from accounts import permissions
from accounts.models import BankAgreement
from accounts.selectors.banks import BankQuality
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, NumberColumn, RateColumn, Table


class BankQualityTable(Table):
    """A month's score with the figures it comes from."""

    caption = "银行报送质量"
    empty_title = "没有银行"
    empty_text = "辖区内有专户或者有协议银行后，报送质量列在这里。"

    bank = Column("银行", value="bank.name", primary=True)
    agreed = BadgeColumn("协议", value=lambda row: "协议银行" if row.agreement else "", tone="blue")
    score = BadgeColumn("得分", value=lambda row: row.score, tone=lambda row: row.tone, hint="满分 100")
    on_time = RateColumn("当日报送", value=lambda row: (row.on_time, row.movements), hint="记账当日入库的笔数")
    delay = NumberColumn("平均迟报（日）", minor=True)
    breaks = NumberColumn("余额不衔接", hint="银行所报余额与推算余额开始不同的次数")
    refused = RateColumn("退回", value=lambda row: (row.refused, row.rows), hint="对账单中被退回的行")
    unmatched = RateColumn("未对应", value=lambda row: (row.unmatched, row.wages), hint="对不上工资明细的工资")
    corrections = NumberColumn("更正", hint="冲正和更正交易类型的笔数")

    def row_url(self, record: BankQuality) -> str:
        return ""


def _state(agreement: BankAgreement, today: date) -> str:
    if agreement.valid_from > today:
        return "未生效"
    return "有效" if agreement.is_in_force(today) else "已到期"


class BankAgreementTable(Table):
    caption = "协议银行"
    default_order = "-valid_to"
    page_size = 20
    empty_title = "还没有协议银行"
    empty_text = "与银行签订协议后，由人社部门在这里登记；不强制在协议银行开户。"

    bank = Column("银行", value="bank.name", primary=True)
    number = CodeColumn("协议编号")
    office = Column("签约部门", value="office.name", minor=True)
    valid_from = DayColumn("有效期自", minor=True)
    valid_to = DayColumn("有效期至")
    state = BadgeColumn(
        "状态",
        value=lambda row: _state(row, timezone.localdate()),
        tone=lambda row: "green" if row.is_in_force(timezone.localdate()) else "grey",
    )
    contact = Column("联系人", value=lambda row: f"{row.contact_name} {row.contact_phone}")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def row_url(self, record: BankAgreement) -> str:
        if not permissions.can_edit_bank_agreement(self.user, record):
            return ""
        return reverse("accounts:bank_agreement_edit", args=[record.pk])
