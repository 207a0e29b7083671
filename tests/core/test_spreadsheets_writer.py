# ruff: noqa: DTZ001 - cells of spreadsheets know no time zone
import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import (
    Column,
    Problem,
    annotate,
    annotated_name,
    csv_bytes,
    detect,
    open_workbook,
    read_rows,
    template,
    values,
    write_csv,
    write_table,
    writer,
)
from tests.core.spreadsheet_files import CARD, id_number, saved, xls, xlsx

DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1", '=HYPERLINK("http://x")', "=cmd|'/c calc'!A1"]
ROSTER = [
    Column("name", "姓名", (), values.name, required=True, help="与身份证一致"),
    Column("id_number", "身份证号码", ("身份证号",), values.id_number, required=True),
    Column("gender", "性别", (), values.choice([("0", "男"), ("1", "女")])),
    Column("entered", "进场日期", (), values.date),
    Column("wage", "日工资", (), values.amount),
    Column("card", "工资卡号", (), values.card),
]


def written(title, headers, rows):
    buffer = io.BytesIO()
    write_table(buffer, title, headers, rows)
    return openpyxl.load_workbook(buffer)


def test_a_table_keeps_the_kinds_of_its_values():
    row = ["张三", CARD, Decimal("7150.50"), 12, datetime.date(2026, 9, 1), True, None, 27.5, 10**15]
    sheet = written("2026年9月：工资[表]", ["甲"] * 9, [row]).active
    cells = [cell.value for cell in sheet[3]]
    assert cells == ["张三", CARD, 7150.5, 12, datetime.datetime(2026, 9, 1), "是", None, 27.5, str(10**15)]
    assert sheet.title == "2026年9月：工资表"
    assert sheet["A1"].value == "2026年9月：工资[表]"
    assert sheet["B3"].number_format == "@"
    assert sheet["C3"].number_format == "#,##0.00"


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_exported_cell_becomes_a_formula(text):
    sheet = written("表", [text], [[text]]).active
    assert [sheet["A2"].data_type, sheet["A3"].data_type] == ["s", "s"]
    line = csv_bytes(["甲"], [[text]]).decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


def test_negative_numbers_stay_numbers_in_text_tables():
    assert (
        csv_bytes(["甲", "乙", "丙"], [[Decimal("-12.50"), -3, None]]) == "\ufeff甲,乙,丙\r\n-12.50,-3,\r\n".encode()
    )


def test_a_bank_file_in_its_own_encoding():
    target = io.StringIO()
    assert write_csv(target, ["户名"], [["张三"], ["李四"]], delimiter="|") == 2
    assert target.getvalue().encode("gb18030").decode("gb18030") == "户名\r\n张三\r\n李四\r\n"


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
def test_any_text_can_be_written_and_is_never_a_formula(rows):
    sheet = written("表", ["甲", "乙"], rows).active
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_a_full_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(writer, "LAST_ROW", 4)
    book = written("工资表", ["甲"], [[number] for number in range(5)])
    assert book.sheetnames == ["工资表", "工资表（续1）", "工资表（续2）"]
    assert [[cell.value for cell in row] for row in book.worksheets[2].iter_rows(min_row=2)] == [["甲"], [4]]


def test_aware_moments_are_shown_in_local_time(settings):
    moment = datetime.datetime(2026, 9, 1, 16, 0, tzinfo=datetime.UTC)
    assert written("表", ["甲"], [[moment]]).active["A3"].value == datetime.datetime(2026, 9, 2, 0, 0)


def test_a_template_reads_back_as_the_table_it_is_for():
    book = openpyxl.load_workbook(io.BytesIO(template(ROSTER, {"entered": ["2026-09-01"]}, "花名册")))
    sheet = book["花名册"]
    assert [cell.value for cell in sheet[3]] == ["姓名*", "身份证号码*", "性别", "进场日期", "日工资", "工资卡号"]
    assert sheet["A2"].value == "必填。与身份证一致"
    assert sheet["B4"].number_format == sheet["F4"].number_format == sheet.column_dimensions["B"].number_format == "@"
    assert book["选项"].sheet_state == "hidden"
    rules = {str(rule.sqref): rule.formula1.replace("'", "") for rule in sheet.data_validations.dataValidation}
    assert rules == {"C4:C3003": "选项!$C$2:$C$3", "D4:D3003": "选项!$D$2:$D$2"}
    assert [book["选项"][f"C{row}"].value for row in (1, 2, 3)] == ["性别", "男", "女"]

    for column, value in enumerate(["张三", id_number(1), "女", "2026-09-01", 260, CARD], 1):
        sheet.cell(4, column, value)
    workbook = open_workbook(saved(book), "花名册.xlsx")
    layout = detect(workbook, ROSTER)
    assert layout.complete
    rows = list(read_rows(workbook, layout, ROSTER))
    assert [row.values for row in rows] == [
        {
            "name": "张三",
            "id_number": id_number(1),
            "gender": "1",
            "entered": datetime.date(2026, 9, 1),
            "wage": Decimal("260.00"),
            "card": CARD,
        }
    ]
    assert rows[0].good


# --- annotated copies ----------------------------------------------------------------------------------------------


def check(file, filename):
    workbook = open_workbook(file, filename)
    layout = detect(workbook, ROSTER)
    rows = list(read_rows(workbook, layout, ROSTER))
    return layout, rows, [problem for row in rows for problem in row.problems]


BAD_ROWS = [
    ["花名册"],
    ["姓名", "身份证号", "日工资", "工资卡号"],
    ["张三", id_number(1), 260, CARD],
    ["李四2", id_number(2), "二百", CARD],
    ["合计：2 人"],
]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_an_annotated_copy_is_mended_and_sent_again(kind):
    make = {
        "xlsx": lambda: xlsx(BAD_ROWS),
        "xls": lambda: xls(BAD_ROWS),
        "csv": lambda: io.BytesIO("\n".join(",".join(map(str, row)) for row in BAD_ROWS).encode("gb18030")),
    }[kind]
    layout, _, problems = check(make(), f"名册.{kind}")
    assert [problem.cell for problem in problems] == ["A4", "C4"]
    copy = annotate(make(), f"名册.{kind}", problems, header_rows={layout.sheets[0].name: 2})

    book = openpyxl.load_workbook(io.BytesIO(copy))
    sheet = book.active
    assert [cell.value for cell in sheet[2]] == ["姓名", "身份证号", "日工资", "工资卡号", "问题"]
    assert sheet["E4"].value == f"{problems[0].message}\n{problems[1].message}"
    assert sheet["C4"].comment.text == problems[1].message
    assert [sheet[at].fill.fgColor.rgb for at in ("A4", "C4")] == ["FFFFC7CE"] * 2
    assert sheet["B4"].fill.fill_type is None
    assert sheet["B4"].value == id_number(2)

    sheet["A4"], sheet["C4"] = "李四", 200
    layout, rows, problems = check(saved(book), annotated_name(f"名册.{kind}"))
    assert layout.sheets[0].unmatched == []
    assert problems == []
    assert [row.values["wage"] for row in rows] == [Decimal("260.00"), Decimal("200.00")]


def test_remarks_of_the_last_round_do_not_stay():
    first = Problem("表1", 3, "name", "姓名：旧问题。", column=0)
    second = Problem("表1", 4, "name", "姓名：新问题。", "notice", column=0)
    once = annotate(xlsx(BAD_ROWS), "a.xlsx", [first], header_rows={"表1": 2})
    sheet = openpyxl.load_workbook(
        io.BytesIO(annotate(io.BytesIO(once), "a.xlsx", [second], header_rows={"表1": 2}))
    ).active
    assert sheet["A3"].comment is None
    assert sheet["A3"].fill.fill_type is None
    assert sheet["A4"].fill.fgColor.rgb == "FFFFEB9C"
    assert [sheet[f"E{row}"].value for row in (2, 3, 4)] == ["问题", None, "姓名：新问题。"]
    assert sheet.max_column == 5


def test_a_remark_is_no_formula_and_merged_cells_can_be_marked():
    rows = [["姓名", "身份证号", "班组"], ["张三", id_number(1), "木工"], ["李四", id_number(2), ""]]
    problems = [Problem("表1", 3, "team", "=1+1", column=2)]
    sheet = openpyxl.load_workbook(io.BytesIO(annotate(xlsx(rows, merged=("C2:C3",)), "a.xlsx", problems))).active
    assert sheet["D3"].data_type == "s"
    assert sheet["C2"].comment.text == "=1+1"


def test_formulas_of_the_original_stay_and_are_read_again():
    rows = [["姓名", "身份证号", "日工资"], ["张三", id_number(1), "=200+60"]]
    copy = annotate(xlsx(rows), "a.xlsx", [Problem("表1", 2, "name", "姓名：核对。", column=0)])
    assert openpyxl.load_workbook(io.BytesIO(copy)).active["C2"].value == "=200+60"
    assert check(io.BytesIO(copy), "a.xlsx")[1][0].values["wage"] == Decimal("260.00")


def test_very_large_files_keep_their_values(monkeypatch):
    monkeypatch.setattr("core.spreadsheets.remarks.STYLED_CELLS", 1)
    rows = [["姓名", "身份证号", "进场日期"], ["张三", id_number(1), datetime.date(2026, 9, 1)]]
    problems = [Problem("表1", 2, "entered", "进场日期：核对。", column=2)]
    once = annotate(xlsx(rows), "a.xlsx", problems)
    twice = annotate(io.BytesIO(once), "a.xlsx", problems)
    for copy in (once, twice):
        sheet = openpyxl.load_workbook(io.BytesIO(copy)).active
        assert sheet["C2"].value == datetime.datetime(2026, 9, 1)
        assert [sheet["D1"].value, sheet["D2"].value] == ["问题", "进场日期：核对。"]
        assert sheet.max_column == 4
