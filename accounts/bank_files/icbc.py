from collections.abc import Iterator

from accounts.bank_files.base import PURPOSE, BankLayout
from accounts.enums import BankFile

TOTALS = ["#币种", "日期", "总计标志", "总金额", "总笔数", ""]
COLUMNS = [
    "#币种", "日期", "明细标志", "顺序号", "付款账号开户行", "付款账号", "付款账号名称", "收款账号开户行",
    "收款账号省份", "收款账号地市", "收款账号地区码", "收款账号", "收款账号名称", "金额", "汇款用途", "备注信息",
    "汇款方式", "收款账户短信通知手机号码", "自定义序号", "",
]  # fmt: skip
AT_ONCE = "1"


class IcbcLayout(BankLayout):
    """工商银行企业网银批量支付: parted by bars, every line ends in one; amounts in fen, the control totals on top.
    Within the bank the place of the payee may stay empty."""

    key = BankFile.ICBC
    bank_codes = ("102",)
    separator, suffix = "|", "txt"

    def rows(self) -> Iterator[list[str]]:
        batch = self.batch
        yield ["#总计信息"]
        yield ["#注意：本文件中的金额均以分为单位！"]
        yield TOTALS
        yield ["RMB", self.day, "1", _fen(batch.total), f"{batch.count}", ""]
        yield ["#明细指令信息"]
        yield COLUMNS
        payer = [batch.account.bank_name, batch.account.number, batch.account.name]
        for order in self.orders:
            payee = [order.bank_name, "", "", "", order.card_number, order.name, _fen(order.amount)]
            what = [PURPOSE, self.remark(order), AT_ONCE, "", f"{order.number}", ""]
            yield ["RMB", self.day, "2", f"{order.number}", *payer, *payee, *what]


def _fen(amount) -> str:
    return f"{int(amount * 100)}"
