"""The file a batch is handed over in: what is read back is what was owed, to the cent and the character."""

import csv
import io
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts.bank_files import BankLayout, GenericLayout, IcbcLayout, layout_for, layout_of
from accounts.enums import BankFile

RARE = ["𡈽𠮷", "买买提·阿卜杜热合曼", "䶮㛃", "王𬱖", "岳·哈斯-其其格"]


def batch_of(orders, layout=BankFile.GENERIC):
    account = SimpleNamespace(number="2510328559195900017", name="某公司农民工工资专用账户", bank_name="工行临沧分行")
    total = sum((order.amount for order in orders), Decimal(0))
    facts = {"number": "DF20261102000007", "count": len(orders), "total": total, "layout": layout}
    return SimpleNamespace(account=account, made_at=timezone.now(), **facts)


def order(number: int, name: str = "张三", amount="6000.00", bank_name="中国农业银行"):
    card = f"6222020000000{number:06d}"
    facts = {"number": number, "name": name, "card_number": card, "bank_name": bank_name}
    return SimpleNamespace(amount=Decimal(amount), **facts)


def read(content: bytes, separator: str) -> list[list[str]]:
    text = content.decode("gb18030")
    assert content == text.encode("gb18030")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return list(csv.reader(io.StringIO(text), delimiter=separator))


def many() -> list:
    return [order(n, RARE[n % len(RARE)], f"{n}.{n % 100:02d}") for n in range(1, 5_001)]


def test_five_thousand_generic_lines_come_back_to_the_cent():
    orders = many()
    batch = batch_of(orders)
    totals, columns, *rows = read(GenericLayout(batch, orders).content, ",")
    assert columns == ["序号", "收款账号", "收款人", "金额", "开户银行", "用途", "备注"]
    assert totals == [
        "批次号：DF20261102000007",
        "付款账号：2510328559195900017",
        "总笔数：5000",
        f"总金额：{batch.total}",
    ]
    assert [(row[1], row[2], Decimal(row[3])) for row in rows] == [(o.card_number, o.name, o.amount) for o in orders]
    assert sum(Decimal(row[3]) for row in rows) == batch.total
    assert rows[6][-1] == "DF20261102000007-7"


def test_five_thousand_icbc_lines_come_back_in_fen():
    orders = many()
    batch = batch_of(orders, BankFile.ICBC)
    lines = read(IcbcLayout(batch, orders).content, "|")
    assert lines[0] == ["#总计信息"]
    assert lines[3][3:5] == [f"{batch.total * 100:.0f}", "5000"]
    columns, rows = lines[5], lines[6:]
    assert {len(row) for row in rows} == {len(columns)} == {20}
    card, name, amount = (columns.index(label) for label in ("收款账号", "收款账号名称", "金额"))
    assert [(r[card], r[name], Decimal(r[amount]) / 100) for r in rows] == [
        (o.card_number, o.name, o.amount) for o in orders
    ]
    assert sum(int(row[amount]) for row in rows) == batch.total * 100


@pytest.mark.parametrize("layout", [GenericLayout, IcbcLayout])
@pytest.mark.parametrize("word", ["=1+1", "+86", "-张三", "@SUM(A1)", "张,三", "张|三", '张"三', "张\r\n三", "张\t三"])
def test_no_word_becomes_a_formula_a_column_or_a_line(layout, word):
    harmless = read(layout(batch_of([order(1)]), [order(1)]).content, layout.separator)
    rows = read(layout(batch_of([order(1)]), [order(1, word, bank_name=word)]).content, layout.separator)
    assert [len(row) for row in rows] == [len(row) for row in harmless]
    cells = [cell for row in rows for cell in row]
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t") for cell in cells if cell)


def test_there_is_no_mark_before_the_first_character():
    assert GenericLayout(batch_of([order(1)]), [order(1)]).content.startswith("批次号".encode("gb18030"))


def test_the_file_is_named_after_its_batch_and_totals():
    orders = [order(1), order(2, amount="0.05")]
    assert GenericLayout(batch_of(orders), orders).filename == "DF20261102000007_2笔_6000.05元.csv"
    assert IcbcLayout(batch_of(orders), orders).filename.endswith(".txt")


@pytest.mark.parametrize(("code", "layout"), [("102", BankFile.ICBC), ("103", BankFile.GENERIC), ("", "generic")])
def test_the_bank_says_which_layout(code, layout):
    assert layout_for(SimpleNamespace(bank_code=code)) == layout
    assert layout_of(batch_of([], layout)).key == layout


def test_an_account_without_a_bank_takes_the_generic_layout():
    assert layout_for(None) == BankFile.GENERIC


def test_every_layout_there_is_can_be_written():
    assert {layout_of(batch_of([], key)) for key in BankFile} == {GenericLayout, IcbcLayout}


def test_two_layouts_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Two layouts"):
        type("Again", (BankLayout,), {"key": BankFile.ICBC})
