import json
import logging
import sys

import pytest
import structlog

from core.logs import Formatter, without_personal_data


def _line(message: str, *, as_json: bool = True, **extra) -> str:
    record = logging.LogRecord("tests", logging.WARNING, __file__, 1, message, None, extra.get("exc_info"))
    return Formatter(json=as_json).format(record)


def test_a_line_is_json_with_level_logger_and_time():
    line = json.loads(_line("专户余额不连续"))
    assert (line["event"], line["level"], line["logger"]) == ("专户余额不连续", "warning", "tests")
    assert line["timestamp"]


def test_the_request_id_bound_in_the_middleware_is_on_every_line():
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        assert json.loads(_line("said by a library"))["request_id"] == "abc"


@pytest.mark.parametrize("number", ["11010519491231002X", "110105194912310021", "6222021234567890123", "13812345678"])
@pytest.mark.parametrize("as_json", [True, False])
def test_id_card_and_phone_numbers_never_reach_a_line(number, as_json):
    assert number not in _line(f"refused {number}, as said", as_json=as_json)


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("rest", ["", "\nCONTEXT: COPY"])
def test_neither_does_the_row_that_postgresql_quotes_in_a_traceback(as_json, rest):
    try:
        raise ValueError(f'violates check\nDETAIL:  Failing row contains (1, 张三, "昆明").{rest}')
    except ValueError:
        line = _line("job_failed", as_json=as_json, exc_info=sys.exc_info())
    assert "张三" not in line
    assert "昆明" not in line
    assert "violates check" in line
    assert rest.strip() in line
    if as_json:
        json.loads(line)


def test_ids_amounts_and_times_stay_readable():
    text = "job=1234567890 ms=12.345678901234567 code=530102 at=2026-11-20T17:00:00.123456"
    assert without_personal_data(text) == text
