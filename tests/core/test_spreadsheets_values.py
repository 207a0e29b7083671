# ruff: noqa: DTZ001 - cells of spreadsheets know no time zone
import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import values
from tests.core.spreadsheet_files import CARD, id_number

DAY = datetime.date(2026, 8, 4)
DAYS = st.dates(datetime.date(1955, 1, 1), datetime.date(2099, 12, 31))


def refusal(clean, raw) -> str:
    with pytest.raises(ValidationError) as refused:
        clean(raw)
    return "".join(refused.value.messages)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("张　三", "张三"),
        (" 张 三 ", "张三"),
        ("欧阳\n娜娜", "欧阳娜娜"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提 · 吐尔逊", "买买提·吐尔逊"),
        ("阿卜杜拉．艾力", "阿卜杜拉·艾力"),
        ("John  Smith", "John Smith"),
        ("张𬱖", "张𬱖"),
        ("", ""),
    ],
)
def test_names(raw, clean):
    if "．" in raw:
        raw = raw.replace("．", "・")
    assert values.name(raw) == clean


@pytest.mark.parametrize("raw", ["张三2", "张三（组长）", "13987654321", 5.0, "张"])
def test_what_is_no_name(raw):
    assert "身份证" in refusal(values.name, raw)


def test_text_is_one_line_with_half_width_letters():
    assert values.text("  云南省\n临沧市　忙畔街道２９号 ") == "云南省 临沧市 忙畔街道29号"
    assert values.text("项目部（一）") == "项目部（一）"
    assert values.text("６号楼") == "6号楼"
    assert values.text(12.0) == "12"
    assert values.text('="0012"') == "0012"
    assert values.text("'0012") == "0012"


def test_id_numbers_that_arrive_as_numbers_have_lost_digits():
    number = id_number(11)
    assert values.id_number(f" {number.lower()}\t") == number
    for raw in (5.30902198506120e17, 530902198506120112, "5.30902E+17", "５.３E＋１７"):
        assert "末尾几位已丢失" in refusal(values.id_number, raw)
    assert "15位旧身份证" in refusal(values.id_number, 530902850612011.0)
    assert values.id_number("") == ""


def test_no_message_repeats_a_personal_number():
    wrong = id_number(11)[:-1] + ("0" if id_number(11)[-1] != "0" else "1")
    for clean, raw in ((values.id_number, wrong), (values.card, CARD[:-1] + "0"), (values.phone, "12345678901")):
        assert raw not in refusal(clean, raw)
    for clean in (values.date, values.day_count, values.time, values.month, values.yes_no):
        assert wrong[:12] not in refusal(clean, wrong)


def test_cards_and_phones():
    assert values.card("6222 0215 5674 6007756") == CARD
    assert "末尾几位已丢失" in refusal(values.card, 6.222021556746008e18)
    assert "校验位不符" in refusal(values.card, CARD[:-1] + "0")
    assert values.phone(13987654321.0) == values.phone("139 8765 4321") == "13987654321"
    assert values.account("-") == ""
    assert values.account("53052222222222222") == "53052222222222222"


@pytest.mark.parametrize(
    "raw",
    [
        DAY,
        datetime.datetime(2026, 8, 4, 7, 30),
        "2026-08-04",
        "2026-8-4",
        "2026/8/4",
        "2026.8.4",
        "2026.08.04.".rstrip("."),
        "2026年8月4日",
        "2026 年 8 月 4 日",
        "２０２６年８月４日",
        "20260804",
        20260804.0,
        46238.0,
        "46238",
        "2026-08-04 00:00:00",
        "2026/8/4 7:30",
        " 2026-08-04\u200b",
    ],
)
def test_dates_in_every_shape(raw):
    assert values.date(raw) == DAY


@given(DAYS)
def test_dates_survive_every_writing(day):
    for text in (
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        float((day - values.EXCEL_EPOCH).days),
    ):
        assert values.date(text) == day


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ("2026-02-30", "没有“2026-02-30”这一天"),
        ("2026年8月", "不是日期"),
        ("26.8.24", "不是日期"),
        ("8月24日", "不是日期"),
        ("长期", "不是日期"),
        ("1026-01-01", "年份不合理"),
        (260.0, "不是日期"),
        (True, "不是日期"),
        (datetime.time(8, 0), "不是日期"),
    ],
)
def test_what_is_no_date(raw, part):
    assert part in refusal(values.date, raw)


@pytest.mark.parametrize("raw", ["", "-", "/", "无", None])
def test_marks_for_nothing_are_blank(raw):
    assert values.date(raw) is None
    assert values.amount(raw) is None
    assert values.day_count(raw) is None


@pytest.mark.parametrize(
    "raw", ["2026年9月", "2026-09", "2026.9", "202609", 202609.0, "2026年9月份", "2026-09-15", DAY.replace(month=9)]
)
def test_months(raw):
    assert values.month(raw) == datetime.date(2026, 9, 1)


def test_what_is_no_month():
    assert "不是月份" in refusal(values.month, "九月")
    assert "没有“2026-13”" in refusal(values.month, "2026-13")


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        (27.5, "27.5"),
        ("27天半", "27.5"),
        ("半天", "0.5"),
        ("２７", "27.0"),
        (0, "0.0"),
        ("26个工", "26.0"),
        ("31天", "31.0"),
    ],
)
def test_day_counts(raw, days):
    assert str(values.day_count(raw)) == days


@pytest.mark.parametrize("raw", [27.3, "27.25", 31.5, -1, "√", True, DAY])
def test_what_is_no_day_count(raw):
    refusal(values.day_count, raw)


@given(st.integers(0, 62))
def test_day_counts_survive_as_float_and_text(halves):
    assert values.day_count(halves / 2) == values.day_count(str(halves / 2)) == Decimal(halves) / 2


def test_times():
    assert values.time("11:19:39") == values.time("111939") == datetime.time(11, 19, 39)
    assert values.time("8:05") == datetime.time(8, 5)
    assert values.time(0.5) == datetime.time(12)
    assert values.time("") is None
    assert "不是时间" in refusal(values.time, "25:00:00")


def test_choices_by_label_code_and_alias():
    clean = values.choice([("020", "钢筋工"), ("050", "模板工"), ("130", "建筑电工")], {"电工": "130"})
    assert clean("钢筋工") == clean(" 钢 筋 工 ") == clean("020") == "020"
    assert clean("电工") == "130"
    assert clean("") == ""
    assert "是否为“钢筋工”？可填：钢筋工、模板工、建筑电工" in refusal(clean, "钢筋")
    assert clean.labels == ["钢筋工", "模板工", "建筑电工"]


def test_yes_and_no():
    assert values.yes_no("是") is values.yes_no("√") is values.yes_no(1.0) is True
    assert values.yes_no("否") is values.yes_no("Ｎ") is values.yes_no(False) is False
    assert values.yes_no("") is None
    assert "“是”或“否”" in refusal(values.yes_no, "也许")


def test_codes_keep_their_zeros_and_letters():
    assert values.code(" HQP2026 1008100001 ") == "HQP20261008100001"
    assert values.code("000123") == "000123"
    assert values.code(17.0) == "17"
    assert "末尾几位已丢失" in refusal(values.code, 2.0261008100001e19)
