import datetime
import io
from decimal import Decimal

import pytest

from core.spreadsheets import Column, detect, find_details, find_month, fingerprint, open_workbook, read_rows, values
from core.spreadsheets.headers import norm
from tests.core.spreadsheet_files import CARD, id_number, xlsx

NAME = Column("name", "姓名", ("工人姓名",), values.name, required=True)
ID = Column("id_number", "身份证号码", ("身份证号", "公民身份号码"), values.id_number, required=True)
PHONE = Column("phone", "联系电话", ("手机号",), values.phone)
TEAM = Column("team", "班组", ("所属班组",), values.text)
DAYS = Column("days", "出勤天数", ("工作天数",), values.day_count)
SOCIAL = Column("social", "社保个人部分", (), values.amount)
LOAN = Column("loan", "借支", (), values.amount)
NET = Column("net", "实发工资", ("实发",), values.amount, required=True)
CARD_COLUMN = Column("card", "银行卡号", (), values.card)
ROSTER = [NAME, ID, PHONE, TEAM]
PAYROLL = [NAME, ID, DAYS, SOCIAL, LOAN, NET, CARD_COLUMN]


def person(serial: int, name: str = "张三") -> list:
    return [serial, name, id_number(serial)]


def read(file, columns, filename="甲.xlsx", mapping=None):
    workbook = open_workbook(file, filename)
    layout = detect(workbook, columns, mapping)
    skipped = []
    return layout, list(read_rows(workbook, layout, columns, skipped=skipped)), skipped


def csv_file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode("gb18030"))


@pytest.mark.parametrize(
    "header",
    [
        "工资标准\n（元/日）",
        "* 工资标准",
        "工资标准*",
        "工 资 标 准",
        "工资标准(元)：",
        "【工资标准】",
        "工资标准（必填）",
        "工资标准﹡",
    ],
)
def test_headers_are_compared_without_their_decoration(header):
    assert norm(header.replace("﹡", "＊")) == "工资标准"


def test_a_roster_with_titles_blank_rows_and_a_footer():
    layout, rows, skipped = read(
        xlsx(
            [
                ["某小学改扩建工程工人名册"],
                [],
                ["施工单位：云南某公司    填表日期：2026年9月3日"],
                ["序号", "所属班组", "公民身份号码", "手机号", "工人姓名", "备注"],
                [1, "木工班", id_number(1), 13987654321, "张 三", ""],
                [],
                [2, "木工班", id_number(2).lower(), "139 8765 4322", "李四", "带班"],
                [3, "", "", "", "", ""],
                ["合计：2 人"],
                [],
                ["劳资专管员（签字）：        项目经理（签字）："],
            ]
        ),
        ROSTER,
    )
    sheet = layout.sheets[0]
    assert (sheet.header_row, sheet.data_row) == (4, 5)
    assert sheet.mapping == {"team": 1, "id_number": 2, "phone": 3, "name": 4}
    assert sheet.unmatched == ["备注"]
    assert sheet.details == {"施工单位": "云南某公司", "填表日期": "2026年9月3日"}
    assert [(row.row, row.values["name"], row.values["phone"]) for row in rows] == [
        (5, "张三", "13987654321"),
        (7, "李四", "13987654322"),
    ]
    assert all(row.good for row in rows)
    assert [(skip.row, skip.reason) for skip in skipped] == [(9, "合计行"), (11, "签字或说明行")]


def test_people_whose_names_look_like_a_footer_are_kept():
    names = ["合计", "总计平", "合国强", "注册", "备注", "小计", "审核"]
    _, rows, skipped = read(
        xlsx([["姓名", "身份证号", "班组"], *[[name, id_number(i), "木工"] for i, name in enumerate(names)]]), ROSTER
    )
    assert [row.values["name"] for row in rows] == names
    assert skipped == []


def test_a_person_without_an_id_is_a_problem_not_a_footer():
    _, rows, skipped = read(
        xlsx(
            [
                ["序号", "姓名", "身份证号", "班组"],
                [1, "合国强", "", "木工"],
                [2, "", id_number(2), ""],
                [3, "", "", "注浆班"],
            ]
        ),
        ROSTER,
    )
    assert [(row.row, [problem.field for problem in row.problems]) for row in rows] == [
        (2, ["id_number"]),
        (3, ["name"]),
        (4, ["name", "id_number"]),
    ]
    assert rows[0].problems[0].message == "身份证号码：必填，请补充。"
    assert rows[0].problems[0].cell == "C2"
    assert skipped == []


def test_one_bad_cell_leaves_the_other_cells_and_rows():
    wrong = id_number(1)[:17] + ("0" if id_number(1)[17] != "0" else "1")
    _, rows, _ = read(
        xlsx([["姓名", "身份证号", "联系电话"], ["张三", wrong, "1398765432"], ["李四", id_number(2), "13987654321"]]),
        ROSTER,
    )
    assert [problem.cell for problem in rows[0].problems] == ["B2", "C2"]
    assert rows[0].values["name"] == "张三"
    assert not rows[0].good
    assert rows[1].good


def payroll_rows():
    return [
        ["2026年9月工资表"],
        ["序号", "姓名", "身份证号", "工作天数", "代扣款项", "", "实发工资", "银行卡号"],
        ["", "", "", "", "社保个人部分", "借支", "", ""],
        [1, "张三", id_number(1), 27.5, 100, 500, 6400.25, CARD],
        [2, "李四", id_number(2), 27, 0, 0, "7,150.00", CARD],
        ["小计", "", "", "", 100, 500, 13550.25, ""],
        ["姓名", "", "", "", "", "", "", ""],
        [3, "王五", id_number(3), 0.5, "", "", 100, ""],
        ["合  计", "", "", "", "", "", 13650.25, ""],
        ["制表：", "", "审核：", "", "", "", "", ""],
    ]


def check_payroll(layout, rows):
    assert layout.complete
    assert (layout.sheets[0].header_row, layout.sheets[0].data_row) == (2, 4)
    assert layout.sheets[0].mapping["social"] == 4
    assert layout.sheets[0].mapping["loan"] == 5
    assert [row.values["name"] for row in rows if row.good] == ["张三", "李四", "王五"]
    assert rows[0].values["social"] == Decimal("100.00")
    assert sum(row.values["net"] for row in rows if row.good) == Decimal("13650.25")


def test_a_header_of_two_merged_rows_is_flattened():
    rows = [row for row in payroll_rows() if row[0] != "姓名"]
    merged = ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:G3", "H2:H3")
    layout, rows, skipped = read(xlsx(rows, merged=merged), PAYROLL)
    check_payroll(layout, rows)
    assert layout.sheets[0].headers[4] == "代扣款项社保个人部分"
    assert [skip.reason for skip in skipped] == ["合计行", "合计行", "签字或说明行"]


def test_the_same_header_in_a_text_table_has_no_merge_marks():
    rows = [row for row in payroll_rows() if row[0] != "姓名"]
    quoted = ('"' + str(cell) + '"' for row in rows for cell in row)
    text = "\n".join(",".join(next(quoted) for _ in row) for row in rows)
    layout, rows, _ = read(csv_file(text), PAYROLL, "工资.csv")
    check_payroll(layout, rows)


def test_the_whole_name_under_a_group_may_be_the_alias():
    columns = [
        NAME,
        Column("social", "代扣款项社保", (), values.amount),
        Column("own", "应发项目社保", (), values.amount),
    ]
    layout, _, _ = read(
        xlsx(
            [["姓名", "应发项目", "", "代扣款项", ""], ["", "社保", "奖金", "社保", "借支"], ["张三", 1, 2, 3, 4]],
            merged=("A1:A2", "B1:C1", "D1:E1"),
        ),
        columns,
    )
    assert layout.sheets[0].mapping == {"name": 0, "social": 3, "own": 1}


def test_headers_and_titles_repeated_on_every_printed_page_are_passed_over():
    header = ["序号", "姓名", "身份证号", "所属班组"]
    _, rows, _ = read(
        xlsx(
            [
                ["2026年9月工人名册"],
                header,
                ["1", "2", "3", "4"],
                [*person(1), "木工班"],
                ["2026年9月工人名册（第二页，共两页）"],
                header,
                [*person(2), "木工班"],
            ]
        ),
        ROSTER,
    )
    assert [row.row for row in rows] == [4, 7]
    assert all(row.good for row in rows)


def test_a_team_merged_down_holds_for_all_its_people():
    _, rows, _ = read(
        xlsx(
            [
                ["班组", "姓名", "身份证号"],
                ["木工班", *person(1)[1:]],
                ["", *person(2)[1:]],
                ["", *person(3)[1:]],
                ["", *person(4)[1:]],
            ],
            merged=("A2:A4",),
        ),
        ROSTER,
    )
    assert [row.values["team"] for row in rows] == ["木工班", "木工班", "木工班", ""]


def test_sheets_without_the_table_are_left_out_and_named():
    notes = [["填表说明"], ["一、姓名按身份证填写"], ["二、本表一式两份"]]
    table = [["姓名", "身份证号"], person(1)[1:]]
    layout, rows, _ = read(xlsx(notes, table, table, names=("说明", "木工", "钢筋")), ROSTER)
    assert [sheet.name for sheet in layout.sheets] == ["木工", "钢筋"]
    assert layout.ignored == ["说明"]
    assert [row.sheet for row in rows] == ["木工", "钢筋"]


def test_an_unknown_shape_asks_and_takes_the_answer():
    rows = [["花名册"], ["人员", "证照", "队伍"], ["张三", id_number(1), "木工"], ["李四", id_number(2), "木工"]]
    layout, _, _ = read(xlsx(rows), ROSTER)
    assert not layout.complete
    assert layout.missing == [NAME, ID]
    assert layout.sheets[0].header_row == 2
    assert layout.sheets[0].unmatched == ["人员", "证照", "队伍"]
    assert layout.sheets[0].samples[0] == ["张三", id_number(1), "木工"]

    layout, rows, _ = read(xlsx(rows), ROSTER, mapping={"人员": "name", "证照 ": "id_number", "队伍": None})
    assert layout.complete
    assert layout.sheets[0].mapping == {"name": 0, "id_number": 1}
    assert [row.values["name"] for row in rows] == ["张三", "李四"]


def test_an_answer_overrides_what_would_be_found():
    rows = [["姓名", "曾用名", "身份证号", "班组"], ["张三", "张四", id_number(1), "木工"]]
    layout, rows, _ = read(xlsx(rows), ROSTER, mapping={"曾用名": "name", "班组": ""})
    assert layout.sheets[0].mapping == {"name": 1, "id_number": 2}
    assert rows[0].values["name"] == "张四"
    assert rows[0].values["team"] == ""


def test_likeness_is_only_taken_when_it_is_the_persons_own():
    rows = [["班组长姓名", "农民工姓名", "身份证号", "联系电话"], ["王五", "张三", id_number(1), ""]]
    layout, _, _ = read(xlsx(rows), ROSTER)
    assert layout.sheets[0].mapping["name"] == 1
    assert layout.sheets[0].guessed == ["name"]
    layout, _, _ = read(xlsx([["班组长姓名", "身份证号", "联系电话"], ["王五", id_number(1), ""]]), ROSTER)
    assert layout.missing == [NAME]


def test_the_fingerprint_knows_the_headers_again():
    assert fingerprint(["姓名", "身份证号\n（18位）", "序号"]) == fingerprint(["身份证号", "* 姓名", "问题"])
    assert fingerprint(["姓名"]) != fingerprint(["身份证号"])


GRID = [Column("name", "姓名", (), values.name, True), Column("days", "出勤天数", (), values.day_count)]


@pytest.mark.parametrize(
    "days",
    [
        list(range(1, 31)),
        [f"{day}日" for day in range(1, 31)],
        [f"{day:02d}" for day in range(1, 31)],
        [datetime.date(2026, 9, day) for day in range(1, 31)],
        [f"9月{day}日" for day in range(1, 31)],
        [f"{day}号" for day in range(1, 31)],
        [f"2026-09-{day:02d}" for day in range(1, 31)],
    ],
)
def test_day_columns_of_an_attendance_grid(days):
    marks = ["√", "△", "", "○"] + ["√"] * 26
    layout, rows, _ = read(
        xlsx([["2026年9月考勤表"], ["姓名", *days, "出勤天数"], ["张三", *marks, 27.5], ["", *marks, 1]]), GRID
    )
    assert layout.sheets[0].days == {day: day for day in range(1, 31)}
    assert layout.sheets[0].mapping["days"] == 31
    assert layout.sheets[0].unmatched == []
    assert rows[0].days == {1: "√", 2: "△", 4: "○"} | dict.fromkeys(range(5, 31), "√")
    assert [problem.field for problem in rows[1].problems] == ["name"]


def test_day_numbers_under_a_group_and_weekdays_under_the_days():
    days = list(range(1, 32))
    weekdays = ["一二三四五六日"[day % 7] for day in days]
    below, _, _ = read(
        xlsx(
            [["姓名", "出勤情况", *[""] * 30, "出勤天数"], ["", *days, ""], ["张三", *["√"] * 31, 31]],
            merged=("B1:AF1",),
        ),
        GRID,
    )
    layout, rows, _ = read(xlsx([["姓名", *days, "出勤天数"], ["", *weekdays, ""], ["张三", *["√"] * 31, 31]]), GRID)
    assert below.sheets[0].days == layout.sheets[0].days == {day: day for day in days}
    assert layout.sheets[0].data_row == 3
    assert len(rows) == 1


def test_a_few_numbered_headers_are_no_days():
    layout, _, _ = read(xlsx([["姓名", 1, 2, 3], ["张三", 5, 6, 7]]), GRID)
    assert layout.sheets[0].days == {}


STATEMENT = [
    Column("day", "交易日期", ("记账日期",), values.date, True),
    Column("serial", "交易流水号", ("流水号",), values.code, True),
    Column("debit", "借方发生额", ("支出",), values.amount),
    Column("credit", "贷方发生额", ("收入",), values.amount),
    Column("balance", "余额", (), values.amount, True),
]


def test_a_bank_statement_with_its_account_line_and_count_line():
    text = (
        "账号：2510328559195922089,户名：云南某公司,币种：人民币\n"
        "交易日期,流水号,支出,收入,余额\n"
        '20261008,HQP2026100810001\t,,"1,200,000.00","3,550,000.00"\n'
        '20261009,HQP2026100910002,"7,150.00",,"3,542,850.00"\n'
        "合计笔数：2\n"
    )
    layout, rows, skipped = read(csv_file(text), STATEMENT, "流水.csv")
    assert layout.sheets[0].details == {"账号": "2510328559195922089", "户名": "云南某公司", "币种": "人民币"}
    assert [(row.values["debit"], row.values["credit"]) for row in rows] == [
        (None, Decimal("1200000.00")),
        (Decimal("7150.00"), None),
    ]
    assert rows[0].values["serial"] == "HQP2026100810001"
    assert [skip.row for skip in skipped] == [5]


def test_pairs_stand_in_one_cell_in_one_line_or_in_neighbouring_cells():
    assert find_details([["账号", "2510328559", "", "户名", "云南公司"]]) == {"账号": "2510328559", "户名": "云南公司"}
    assert find_details([["账 号：2510328559  户 名：云南公司"]]) == {"账号": "2510328559", "户名": "云南公司"}
    assert find_details([["账号：", "2510328559"]]) == {"账号": "2510328559"}
    assert find_details([["2026年9月工资表"], ["单位"]]) == {}


@pytest.mark.parametrize(
    ("texts", "filename"),
    [
        (["某项目2026年9月农民工考勤表"], ""),
        (["某项目 2026 年 09 月份工资表"], ""),
        (["工资表", "发放日期：2026年10月15日", "所属期：2026-09"], ""),
        (["工资表（2026.09）"], ""),
        (["二〇二六年九月工资发放表"], ""),
        (["工资表", "填表日期：2026年10月3日"], "工资2026-09.xlsx"),
        ([], "payroll_202609_v2.xlsx"),
    ],
)
def test_the_month_is_in_the_title_or_the_file_name(texts, filename):
    assert find_month(texts, filename) == datetime.date(2026, 9, 1)


def test_a_day_of_filling_in_is_no_month():
    assert find_month(["填表日期：2026年9月3日", "2026-09-03", "20260903", "第13页"], "花名册.xlsx") is None
