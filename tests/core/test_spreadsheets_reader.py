import io
import random
import struct
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.spreadsheets import BrokenCell, SheetError, open_workbook, reader
from tests.core.spreadsheet_files import encrypted_xlsx, part, rezipped, saved, xls, xlsx

ROWS = [["姓名", "金额"], ["张三", 7150.5], ["李四", 300]]


def refusal(content, filename: str, **limits) -> str:
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    with pytest.raises(SheetError) as refused:
        open_workbook(file, filename, **limits)
    return "".join(refused.value.messages)


def only_sheet(file, filename: str):
    workbook = open_workbook(file, filename)
    assert len(workbook.sheets) == 1
    return workbook.sheets[0]


def test_xlsx_and_xls_read_alike():
    assert only_sheet(xlsx(ROWS), "甲.xlsx").head == only_sheet(xls(ROWS), "甲.xls").head == ROWS


def test_a_true_workbook_under_the_other_extension_is_read():
    assert only_sheet(xlsx(ROWS), "甲.xls").head == ROWS
    assert only_sheet(xlsx(ROWS), "甲.csv").head == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_text_tables_in_every_encoding_with_every_separator(encoding, separator):
    lines = [["姓名", "金额", "卡号"], ["张𬱖", '"1,200.00"', "6222021556746007756"], ["李四", "300", "0012"]]
    content = "\r\n".join(separator.join(line) for line in lines) + "\r\n"
    head = only_sheet(io.BytesIO(content.encode(encoding)), "流水.csv").head
    assert head[1] == ["张𬱖", "1,200.00", "6222021556746007756"]
    assert head[2] == ["李四", "300", "0012"]


def test_an_account_line_above_does_not_mislead_the_separator():
    content = "账号：251；户名：云南公司\n日期|摘要|金额\n20261008|拨付|1,200,000.00\n20261009|代发|7,150.00\n"
    assert only_sheet(io.BytesIO(content.encode("gb18030")), "流水.txt").head[2] == [
        "20261008",
        "拨付",
        "1,200,000.00",
    ]


@pytest.mark.parametrize(
    ("content", "filename", "part"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"\r\n \r\n", "a.csv", "文件是空的"),
        (b"MZ\x90\x00\x03" + bytes(200), "a.xlsx", "不是真正的 Excel"),
        (b"MZ\x90\x00\x03" + bytes(200), "a.csv", "不是文本表格"),
        ("姓名,金额\n".encode(), "a.xlsx", "不是真正的 Excel"),
        (b"PK\x03\x04 torn", "a.xlsx", "文件已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "a.xls", "文件已损坏"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "网页或 XML"),
        (b"%PDF-1.7 \x00\x01\x02", "a.pdf", "只能上传"),
        (b"x", "a.exe", "只能上传"),
        (b"x", "a", "只能上传"),
        (b"\x81\xff\xfe\x80abc,def\n", "a.csv", "文字编码"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content, filename, part):
    assert part in refusal(content, filename)


def test_password_protected_files_are_named_so():
    assert "打开密码" in refusal(encrypted_xlsx(), "工资.xlsx")
    assert "打开密码" in refusal(xls(ROWS, password=True), "工资.xls")


def test_another_kind_of_package_is_no_workbook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "Word 文档" in refusal(buffer, "a.xlsx")


def test_a_bomb_is_refused_before_it_goes_off():
    bomb = rezipped(xlsx(ROWS), xl__worksheets__sheet1_xml=b" " * (60 << 20))
    assert "解压后过大" in refusal(bomb, "a.xlsx")


def test_a_bomb_that_lies_about_its_size_is_refused_too():
    data = bytearray(rezipped(xlsx(ROWS), xl__worksheets__sheet1_xml=b" " * (9 << 20)).getvalue())
    claimed = (9 << 20).to_bytes(4, "little")
    assert data.count(claimed) == 2
    data = data.replace(claimed, (999).to_bytes(4, "little"))
    assert "解压后过大" in refusal(bytes(data), "a.xlsx")


def test_too_many_members_are_refused():
    file = xlsx(ROWS)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(2_001):
            archive.writestr(f"xl/media/{number}", b"")
    assert "解压后过大" in refusal(file, "a.xlsx")


@pytest.mark.parametrize(
    "reference",
    [
        b'r="XFD2"',
        b'r="xfd2"',
        b"r='XFD2'",
        b'r = "XFD2"',
        b'\n\tr="XFD2"',
        b'r="B1048576"',
        b'r="B9999999999999999999999"',
        b'r="ABCDEFGHIJ2"',
    ],
)
def test_one_far_away_cell_does_not_take_the_memory_of_the_whole_rectangle(reference):
    file = xlsx(ROWS)
    sheet = part(file, "xl/worksheets/sheet1.xml").replace(b'r="B2"', reference)
    assert "占用区域过大" in refusal(rezipped(file, xl__worksheets__sheet1_xml=sheet), "a.xlsx")


def test_cells_without_references_are_counted():
    file = xlsx(ROWS)
    row = b"<row>" + b"<c><v>1</v></c>" * 1_001 + b"</row></sheetData>"
    sheet = part(file, "xl/worksheets/sheet1.xml").replace(b"</sheetData>", row)
    assert "占用区域过大" in refusal(rezipped(file, xl__worksheets__sheet1_xml=sheet), "a.xlsx")


def test_prefixed_elements_are_scanned_as_well():
    file = xlsx([*ROWS, ["王五", "=2*3"]])
    sheet = (
        part(file, "xl/worksheets/sheet1.xml")
        .replace(b"</", b"</s:")
        .replace(b"<", b"<s:")
        .replace(b"<s:/s:", b"</s:")
    )
    sheet = sheet.replace(b"<s:?", b"<?").replace(b" xmlns=", b" xmlns:s=")
    assert only_sheet(rezipped(file, xl__worksheets__sheet1_xml=sheet), "a.xlsx").head[3] == ["王五", 6.0]


def test_external_entities_are_refused():
    entity = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    file = xlsx(ROWS)
    sheet = part(file, "xl/worksheets/sheet1.xml")
    assert "外部实体" in refusal(rezipped(file, xl__worksheets__sheet1_xml=entity + sheet), "a.xlsx")
    assert "外部实体" in refusal(rezipped(file, xl__workbook_xml=entity + part(file, "xl/workbook.xml")), "a.xlsx")


def test_limits_on_size_and_rows():
    assert "超过上限 2 行" in refusal(xlsx(ROWS), "a.xlsx", max_rows=2)
    assert "请拆分" in refusal(xlsx(ROWS), "a.xlsx", max_bytes=1000)


def test_hidden_sheets_are_not_read():
    workbook = open_workbook(xlsx(ROWS, [["密"]], hidden=(1,)), "a.xlsx")
    assert [sheet.name for sheet in workbook.sheets] == ["表1"]
    assert workbook.hidden == ["表2"]


def test_a_workbook_without_content_is_empty():
    assert "没有内容" in refusal(xlsx([]), "a.xlsx")


def test_row_numbers_and_columns_are_those_on_the_screen():
    book = openpyxl.Workbook()
    book.active["C5"] = "姓名"
    rows = dict(only_sheet(saved(book), "a.xlsx").rows())
    assert rows[5] == ["", "", "姓名"]
    assert rows[1] == ["", "", ""]


def test_formulas_never_calculated_are_worked_out_when_they_are_arithmetic_of_their_row():
    sheet = only_sheet(
        xlsx(
            [
                ["天", "日工资", "应发", "社保", "借支", "实发"],
                [27.5, 260, "=A2*B2", 100.5, 500, "=C2-D2-E2"],
                [10, "", "=SUM($A3:B3,2)*(1+1)", "", "", "=ROUND(C3/7,2)"],
                [1, "", "=A4/0", "", "", "=C2+1"],
                [1, "", "=VLOOKUP(A5,B:C,2)", "", "", "=F5"],
                ["张", "", "=A6*2", "", "", "=D6"],
            ]
        ),
        "a.xlsx",
    )
    assert [sheet.head[1][c] for c in (2, 5)] == [7150.0, 6549.5]
    assert [sheet.head[2][c] for c in (2, 5)] == [24.0, 3.43]
    for row, column in ((3, 2), (3, 5), (4, 2), (4, 5), (5, 2)):
        assert isinstance(sheet.head[row][column], BrokenCell)
        assert "在表格软件中打开并保存" in sheet.head[row][column].message
    assert sheet.head[5][5] == 0.0


def test_results_that_are_there_are_taken_as_they_are():
    file = xlsx([["应发", "姓名"], ["=1+1", "张三"], ["=2+2", "李四"], ["=3+3", "王五"]])
    sheet = part(file, "xl/worksheets/sheet1.xml").replace(b"<v></v>", b"<v />")
    sheet = sheet.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>9</v>").replace(b"<f>2+2</f><v />", b"<f>2+2</f><v>0</v>")
    head = only_sheet(rezipped(file, xl__worksheets__sheet1_xml=sheet), "a.xlsx").head
    assert [row[0] for row in head] == ["应发", 9.0, 4.0, 6.0]  # 0 is what generating programs leave


def test_cells_that_show_an_error_are_reported():
    book = openpyxl.load_workbook(xlsx(ROWS))
    cell = book.active["B2"]
    cell.value, cell.data_type = "#REF!", "e"
    broken = only_sheet(saved(book), "a.xlsx").head[1][1]
    assert isinstance(broken, BrokenCell)
    assert "#REF!" in broken.message


def test_the_scan_finds_the_same_whatever_the_chunks(monkeypatch):
    rows = [["张三", 1, f"=B{n}*2", "李四"] for n in range(1, 400)]
    whole = only_sheet(xlsx(rows), "a.xlsx").facts.formulas
    assert len(whole) == 399
    for size in (64, 97, 1000):
        monkeypatch.setattr("core.spreadsheets.archive.CHUNK", size)
        facts = only_sheet(xlsx(rows), "a.xlsx").facts
        assert facts.formulas == whole
        assert facts.last_row == 399


def test_rows_can_be_read_twice():
    sheet = only_sheet(io.BytesIO("姓名,金额\n张三,1\n".encode()), "a.csv")
    assert list(sheet.rows()) == list(sheet.rows())
    assert reader.HEAD_ROWS >= len(sheet.head) == 2


def test_an_old_workbook_whose_blocks_run_in_a_circle_is_refused_not_followed():
    data = bytearray(xls(ROWS).getvalue())
    struct.pack_into("<I", data, 512 + 4, 1)  # the directory's block leads back to itself
    assert "文件已损坏" in refusal(bytes(data), "a.xls")


@example(33, "workbook")  # a member that asks for a version of zip that there is not
@given(st.integers(0, 2**32), st.sampled_from(["workbook", "part", "text"]))
@settings(max_examples=150, deadline=None)
def test_damaged_files_are_read_or_refused_but_never_crash(seed, where):
    dice = random.Random(seed)
    file = io.BytesIO("姓名,金额\n张三,1\n".encode("gb18030")) if where == "text" else xlsx([*ROWS, ["王五", "=B2*2"]])
    if where == "part":
        file = rezipped(file, xl__worksheets__sheet1_xml=damaged(part(file, "xl/worksheets/sheet1.xml"), dice))
    data = file.getvalue() if where == "part" else damaged(file.getvalue(), dice)
    with suppress(SheetError):
        for sheet in open_workbook(io.BytesIO(data), "a.csv").sheets:
            assert all(isinstance(cells, list) for _, cells in sheet.rows())


def damaged(data: bytes, dice: random.Random) -> bytes:
    data = bytearray(data)
    for _ in range(dice.choice([1, 5, 20])):
        at = dice.randrange(len(data))
        data[at : at + dice.randrange(3)] = bytes(dice.randrange(256) for _ in range(dice.randrange(3)))
    return bytes(data)
