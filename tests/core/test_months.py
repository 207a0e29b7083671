from datetime import date

import pytest

from core import months


@pytest.mark.parametrize(
    ("month", "by", "there"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 3, 1), -27, date(2023, 12, 1)),
    ],
)
def test_months_are_counted_over_the_year_and_told_by_their_firsts(month, by, there):
    assert months.shifted(month, by) == there


def test_the_months_around_a_day_come_oldest_first():
    found = months.around(date(2026, 12, 5), back=1, ahead=1)
    assert found == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
