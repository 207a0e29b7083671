from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.money import format_money, parse_amount

AMOUNTS = st.decimals(min_value="-99999999999", max_value="99999999999", places=2)


@given(AMOUNTS)
def test_an_amount_survives_being_shown_and_read_again(amount):
    assert parse_amount(format_money(amount)) == amount
    assert parse_amount(f"￥{format_money(amount)}元") == amount
    assert parse_amount(str(amount)) == amount


@given(st.integers(-(10**11), 10**11))
def test_binary_noise_of_floats_is_forgiven(cents):
    amount = Decimal(cents) / 100
    assert parse_amount(float(amount)) == amount
    if abs(cents) < 10**8:
        assert parse_amount(float(amount) + 3e-9) == amount


@given(st.integers(0, 10**9), st.integers(1, 9))
def test_a_third_decimal_is_refused_however_it_comes(cents, mills):
    exact = Decimal(cents) / 100 + Decimal(mills) / 1000
    for value in (exact, float(exact), str(exact), f"{exact:,}"):
        with pytest.raises(ValidationError, match="小数超过两位"):
            parse_amount(value)


def test_the_message_offers_the_rounded_amount():
    with pytest.raises(ValidationError) as refused:
        parse_amount(8833.245)
    assert refused.value.messages == ["金额 8833.245 的小数超过两位，请四舍五入到分（如 8833.25）后再填写。"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,200,000.00", "1200000"),
        ("１，２００．５０", "1200.50"),
        ("¥7,150", "7150"),
        ("7150元整", "7150"),
        ("(1,200.00)", "-1200"),
        ("（500）", "-500"),
        ("-312.47", "-312.47"),
        ("−312.47", "-312.47"),
        (" 7 150.00\t", "7150"),
        (".5", "0.5"),
        (0, "0"),
        (7150.0, "7150"),
    ],
)
def test_amounts_as_people_and_banks_write_them(text, amount):
    parsed = parse_amount(text)
    assert parsed == Decimal(amount)
    assert parsed.as_tuple().exponent == -2


@pytest.mark.parametrize("text", [None, "", "  ", "\u3000"])
def test_blank_is_no_amount(text):
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    "text",
    ["12,34", "1,2345", "七千", "7150/人", "=F5*G5", "1e5", True, float("nan"), float("inf"), object(), "1.2.3"],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValidationError):
        parse_amount(text)


def test_units_and_magnitudes_are_questioned():
    with pytest.raises(ValidationError, match="换算成元"):
        parse_amount("12万元")
    with pytest.raises(ValidationError, match="金额过大"):
        parse_amount(10**13)


def test_negative_zero_is_zero():
    assert str(parse_amount("-0.00")) == "0.00"
    assert format_money(None) == ""
    assert format_money(Decimal("-1234.5")) == "-1,234.50"
