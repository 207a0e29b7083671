from collections.abc import Iterator

from accounts.bank_files.base import PURPOSE, BankLayout
from accounts.enums import BankFile

COLUMNS = ["序号", "收款账号", "收款人", "金额", "开户银行", "用途", "备注"]


class GenericLayout(BankLayout):
    """Comma-separated: a line with the control totals, the columns, a line a payment, amounts in yuan."""

    key = BankFile.GENERIC

    def rows(self) -> Iterator[list[str]]:
        batch = self.batch
        totals = [f"总笔数：{batch.count}", f"总金额：{batch.total:.2f}"]
        yield [f"批次号：{batch.number}", f"付款账号：{batch.account.number}", *totals]
        yield COLUMNS
        for order in self.orders:
            paid = [f"{order.number}", order.card_number, order.name, f"{order.amount:.2f}"]
            yield [*paid, order.bank_name, PURPOSE, self.remark(order)]
