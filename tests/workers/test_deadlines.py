from datetime import date

import pytest

from workers.selectors.deadlines import Batch, batch_of, has_come, last_due, next_due


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-15", "2026-10-16", "2026-10-31"),  # the 15th is not over
        ("2026-11-16", "2026-11-01", "2026-11-15"),
        ("2026-11-30", "2026-11-01", "2026-11-15"),
        ("2026-12-01", "2026-11-16", "2026-11-30"),
        ("2026-03-01", "2026-02-16", "2026-02-28"),
    ],
)
def test_linear_works_report_by_the_fifteenth_and_the_end_of_the_month(today, first, last):
    due = last_due(date.fromisoformat(today), is_linear=True)
    assert due == Batch(date.fromisoformat(first), date.fromisoformat(last))
    assert due.due_on < date.fromisoformat(today)


def test_others_report_each_day_the_same_day():
    assert last_due(date(2026, 12, 1), is_linear=False) == Batch(date(2026, 11, 30), date(2026, 11, 30))
    assert next_due(date(2026, 12, 1), is_linear=False).due_on == date(2026, 12, 1)


def test_every_day_belongs_to_the_batch_that_is_due_next():
    for day in (date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 30)):
        batch = batch_of(day, is_linear=True)
        assert batch.first <= day <= batch.last


def test_what_came_is_told_from_the_latest_day_with_attendance():
    today = date(2026, 11, 20)
    assert has_come(date(2026, 11, 1), today, is_linear=True)
    assert not has_come(date(2026, 10, 31), today, is_linear=True)
    assert has_come(date(2026, 11, 19), today, is_linear=False)
    assert not has_come(date(2026, 11, 18), today, is_linear=False)
    assert not has_come(None, today, is_linear=False)
