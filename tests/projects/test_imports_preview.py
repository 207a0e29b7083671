"""What somebody sees of a sheet before it is imported holds nobody's full number, and hides nothing else."""

import pytest

from core.spreadsheets import values
from projects.imports.preview import mask_numbers, show
from projects.imports.records import _discreet


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("6222 0215 5674 6007756", "**** **** **** 7756"),
        ("6222-0215-5674-6007756", "**** **** **** 7756"),
        ("6222　0215　5674　6007756", "**** **** **** 7756"),
        ("530902 19870304 1234", "530902********1234"),
        ("53090219870304123X", "530902********123X"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678 张三", "138****5678 张三"),
        ("卡号６２２２０２１５５６７４６００７７５６", "卡号**** **** **** ７７５６"),
        ("123456789", "**** **** **** 6789"),
        ("2026-10-08", "2026-10-08"),
        ("2026-10-08 11:19:39", "2026-10-08 11:19:39"),
        ("20261008111939", "20261008111939"),
        ("20261008 111939", "20261008 111939"),
        ("2026-10-08 111939", "2026-10-08 111939"),
        ("1,234,567.00", "1,234,567.00"),
        ("0871-6512", "0871-6512"),
        ("12 34 56 78 9", "12 34 56 78 9"),
    ],
)
def test_numbers_of_people_are_masked_however_they_are_grouped(text, shown):
    assert mask_numbers(text) == shown


def test_a_serial_is_shown_as_it_is():
    assert show("HQP202611150000017756", values.code) == "HQP202611150000017756"


def test_messages_are_discreet_about_grouped_cards_and_leave_days_alone():
    assert "5674" not in _discreet("“6222 0215 5674 6007756”看不懂")
    assert _discreet("2026-10-08 至 2026-10-09，流水 2026-10-08 2026-10-09") == (
        "2026-10-08 至 2026-10-09，流水 2026-10-08 2026-10-09"
    )
