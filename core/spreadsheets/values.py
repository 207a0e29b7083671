"""From a raw cell to a typed value.

A cleaner is a plain function: it takes what the reader hands over (str, float, bool, date, datetime, …), answers the
value, "" or None for a blank cell, and raises ValidationError saying what is wrong and how to mend it. Cleaners of
personal numbers never repeat the number in the message.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite

from django.core.exceptions import ValidationError

from core import identity, money

from .personal import replace_numbers

BLANK_MARKS = frozenset(("", "-", "--", "—", "——", "/", "\\", "无", "N/A", "n/a"))
FIRST_YEAR, LAST_YEAR = 1900, 2100
EXCEL_EPOCH = datetime.date(1899, 12, 30)
EXCEL_SERIALS = range(20_000, 80_000)  # 1954 to 2119

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad"))
_HAN = r"\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\ue000-\uf8ff"
_HAN_GAP = re.compile(rf"(?<=[{_HAN}·])\s+(?=[{_HAN}·])")
_NAME = re.compile(rf"[{_HAN}A-Za-z\u00c0-\u024f·.' -]+")
_DOTS = str.maketrans(dict.fromkeys("•‧∙・･．●。▪⋅", "·"))
_FULL_DATE = re.compile(
    r"(\d{4})\s*(?:年|[-./])\s*(\d{1,2})\s*(?:月|[-./])\s*(\d{1,2})\s*(?:日|号)?"
    r"(?:[T\s]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}秒?)?(?:\.\d+)?)?"
)
_YEAR_MONTH = re.compile(r"(\d{4})\s*(?:年度?|[-./])\s*(\d{1,2})\s*(?:月份?)?")
_HALF_DAYS = re.compile(r"(\d+)(?:天|日|个工)半")

Cleaner = Callable[[object], object]


def plain(raw) -> str:
    """A cell as the text a reader sees: whole numbers without the `.0` that spreadsheets add."""
    if isinstance(raw, str):
        return _unquote(raw.strip())
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, bool):
        return "是" if raw else "否"
    return str(raw)


def _unquote(value: str) -> str:
    """Bank exports protect long numbers as ="0012", with a tab, or with a leading apostrophe."""
    if value[:2] == '="' and value[-1:] == '"':
        return value[2:-1].strip()
    return value.lstrip("'") if value[:1] == "'" else value


def _refusal(message: str, code: str, shown: str) -> ValidationError:
    """Shows the cell, but no long number: a shifted column may hold IDs."""
    return ValidationError(message, code=code, params={"value": replace_numbers(shown, lambda _: "…")[:20]})


# --- words ---------------------------------------------------------------------------------------------------------


def text(raw) -> str:
    """One line, single spaces, half-width digits and letters; Chinese punctuation stays as it is."""
    return _text(plain(raw))


@lru_cache(maxsize=1 << 14)
def _text(value: str) -> str:
    if value.isalnum() and not any("！" <= char <= "～" for char in value):
        return value
    folded = "".join(_half_width(char) for char in value.translate(_INVISIBLE))
    return " ".join(folded.split())


def _half_width(char: str) -> str:
    return unicodedata.normalize("NFKC", char) if "０" <= char <= "９" or "Ａ" <= char <= "ｚ" else char


def name(raw) -> str:
    """A person's name: `张　三` and `张 三` are 张三, the dot of minority names is kept, digits are refused."""
    return _name(plain(raw))


@lru_cache(maxsize=1 << 14)
def _name(value: str) -> str:
    value = unicodedata.normalize("NFKC", value.translate(_DOTS)).translate(_INVISIBLE)
    value = _HAN_GAP.sub("", " ".join(value.split()))
    if not value:
        return ""
    if not _NAME.fullmatch(value):
        raise _refusal("姓名“%(value)s”含有数字或符号，请按身份证填写。", "name", value)
    if not 2 <= len(value) <= 50:
        raise ValidationError("姓名应为2至50个字，请按身份证填写。", code="name")
    return value


# --- numbers that are names ----------------------------------------------------------------------------------------


def _digits(raw, what: str, exact_up_to: int) -> str:
    """The digits of a number that names something; a float or 6.2E+18 beyond 15 digits has lost its tail."""
    if isinstance(raw, (bool, datetime.date, datetime.time, datetime.timedelta)):
        raise ValidationError(f"{what}单元格不是文本，请将该列设置为文本格式后重新填写。", code="type")
    if isinstance(raw, (float, int)):
        if raw != raw or abs(raw) >= 10**exact_up_to or raw != int(raw):
            raise ValidationError(_lost_digits(what), code="lost_digits")
        return str(int(raw))
    value = plain(raw)
    if "E" in value.upper() and _looks_scientific(value):
        raise ValidationError(_lost_digits(what), code="lost_digits")
    return value


@lru_cache(maxsize=256)
def _looks_scientific(value: str) -> bool:
    return re.fullmatch(r"\s*\d(?:\.\d+)?[Ee]\+?\d+\s*", unicodedata.normalize("NFKC", value)) is not None


def _lost_digits(what: str) -> str:
    return f"{what}被存成了数字，末尾几位已丢失，请将该列设置为文本格式后重新填写。"


def id_number(raw) -> str:
    value = _digits(raw, "身份证号", 15)
    return identity.check_id(value) if value else ""


def card(raw) -> str:
    value = _digits(raw, "银行卡号", 15)
    return identity.check_card(value) if value else ""


def account(raw) -> str:
    """Any bank account, of a company too."""
    value = _digits(raw, "账号", 15)
    return identity.check_account(value) if value and value not in BLANK_MARKS else ""


def phone(raw) -> str:
    value = _digits(raw, "手机号码", 15)
    return identity.check_phone(value) if value and value not in BLANK_MARKS else ""


def uscc(raw) -> str:
    value = _digits(raw, "统一社会信用代码", 15)
    return identity.check_uscc(value) if value and value not in BLANK_MARKS else ""


def code(raw) -> str:
    """A serial or code: letters, digits, hyphens, kept as written but for spaces and width."""
    return "".join(unicodedata.normalize("NFKC", _digits(raw, "编号", 15)).translate(_INVISIBLE).split())


# --- time ----------------------------------------------------------------------------------------------------------


def date(raw) -> datetime.date | None:
    """Date cells, serials, 2026-08-10, 2026.8.24, 2026/8/4, 2026年8月11日, 20261008; a time of day is dropped."""
    if isinstance(raw, datetime.datetime):
        return raw.date()
    if isinstance(raw, datetime.date):
        return raw
    if isinstance(raw, (bool, datetime.time, datetime.timedelta)):
        raise ValidationError("不是日期，请填写如 2026-08-10 的日期。", code="date")
    return _date(raw)


@lru_cache(maxsize=1 << 14)
def _date(raw) -> datetime.date | None:
    if isinstance(raw, float) and isfinite(raw):
        raw = float(int(raw))
    value = unicodedata.normalize("NFKC", plain(raw)).translate(_INVISIBLE).strip()
    if value in BLANK_MARKS:
        return None
    if value.isdigit():
        return _date_from_digits(value)
    match = _FULL_DATE.fullmatch(value)
    if not match:
        raise _refusal("“%(value)s”不是日期，请填写如 2026-08-10 的日期。", "date", value)
    return _make_date(*map(int, match.groups()), shown=value)


def _date_from_digits(value: str) -> datetime.date:
    if len(value) == 8:
        return _make_date(int(value[:4]), int(value[4:6]), int(value[6:]), shown=value)
    if len(value) == 5 and int(value) in EXCEL_SERIALS:
        return EXCEL_EPOCH + datetime.timedelta(days=int(value))
    raise _refusal("“%(value)s”不是日期，请填写如 2026-08-10 的日期。", "date", value)


def _make_date(year: int, month: int, day: int, *, shown: str) -> datetime.date:
    try:
        made = datetime.date(year, month, day)
    except ValueError:
        raise _refusal("没有“%(value)s”这一天，请核对日期。", "date", shown) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _refusal("日期“%(value)s”的年份不合理，请核对。", "date", shown)
    return made


def time(raw) -> datetime.time | None:
    """A time of day: 11:19:39, 111939, a time cell, or the fraction of a day."""
    if isinstance(raw, datetime.datetime):
        return raw.time()
    if isinstance(raw, datetime.time):
        return raw
    if isinstance(raw, float) and 0 <= raw < 1:
        seconds = round(raw * 86400) % 86400
        return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    value = plain(raw)
    digits = re.sub(r"\D", "", value)
    if not value:
        return None
    if len(digits) in (3, 5) and (value.isdigit() or value.find(":") == 1):
        digits = "0" + digits
    try:
        return datetime.time(*(int(digits[i : i + 2]) for i in range(0, min(len(digits), 6), 2)))
    except (ValueError, TypeError):
        raise _refusal("“%(value)s”不是时间，请填写如 08:30:00 的时间。", "time", value) from None


def month(raw) -> datetime.date | None:
    """The first day of a month: 2026年9月, 2026-09, 2026.9, 202609, or any date in it."""
    if isinstance(raw, (datetime.date, datetime.datetime)):
        return datetime.date(raw.year, raw.month, 1)
    return _month(plain(raw))


@lru_cache(maxsize=1 << 10)
def _month(value: str) -> datetime.date | None:
    value = unicodedata.normalize("NFKC", value).strip()
    if value in BLANK_MARKS:
        return None
    if match := _YEAR_MONTH.fullmatch(value) or re.fullmatch(r"(\d{4})(\d{2})", value):
        return _make_date(int(match[1]), int(match[2]), 1, shown=value)
    try:
        return _date(value).replace(day=1)
    except ValidationError:
        raise _refusal("“%(value)s”不是月份，请填写如 2026-09 的月份。", "month", value) from None


# --- amounts -------------------------------------------------------------------------------------------------------


def amount(raw) -> Decimal | None:
    if isinstance(raw, str):
        raw = _unquote(raw.strip())
        if raw in BLANK_MARKS:
            return None
    return money.parse_amount(raw)


def day_count(raw) -> Decimal | None:
    """Days worked in a month, by halves: 27.5, 27天半, 半天."""
    if isinstance(raw, (bool, datetime.date, datetime.time, datetime.timedelta)):
        raise ValidationError("不是天数，请填写 0 至 31 的数字，半天写 0.5。", code="days")
    return _day_count(plain(raw))


@lru_cache(maxsize=1 << 12)
def _day_count(value: str) -> Decimal | None:
    value = "".join(unicodedata.normalize("NFKC", value).split())
    if value in BLANK_MARKS:
        return None
    value = "0.5" if value in ("半", "半天", "半日") else _HALF_DAYS.sub(r"\1.5", value)
    value = re.sub(r"(?:天|日|个工|工日)$", "", value)
    if not re.fullmatch(r"\d{1,6}(?:\.\d*)?", value):
        raise _refusal("“%(value)s”不是天数，请填写数字，半天写 0.5。", "days", value)
    halves = (Decimal(value) * 2).quantize(Decimal("0.00001"))
    if halves != halves.to_integral_value():
        raise _refusal("天数“%(value)s”应为半天的整数倍，如 27 或 27.5。", "days", value)
    if halves > 62:
        raise _refusal("天数“%(value)s”超过了一个月的天数，请核对。", "days", value)
    return (halves / 2).quantize(Decimal("0.1"))


# --- choices -------------------------------------------------------------------------------------------------------


def _fold(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split()).casefold()


def choice(choices: Iterable[tuple], aliases: Mapping[str, object] | None = None) -> Cleaner:
    """A cleaner for Django choices: takes the label, the code, or an alias (`{"水电工": "120"}`); answers the code."""
    choices = [(value, str(label)) for value, label in choices if value not in ("", None)]
    known = {_fold(alias): value for alias, value in (aliases or {}).items()}
    known |= {_fold(str(value)): value for value, _ in choices} | {_fold(label): value for value, label in choices}
    labels = [label for _, label in choices]

    @lru_cache(maxsize=1 << 10)
    def find(value: str):
        if not value:
            return ""
        try:
            return known[_fold(value)]
        except KeyError:
            raise ValidationError(_not_a_choice(value, labels), code="choice") from None

    def clean(raw):
        return find(plain(raw))

    clean.labels, clean.choices = labels, choices
    return clean


def _not_a_choice(value: str, labels: list[str]) -> str:
    close = get_close_matches(value, labels, n=1, cutoff=0.5)
    hint = f"是否为“{close[0]}”？" if close else ""
    shown = "、".join(labels[:12]) + (" 等" if len(labels) > 12 else "")
    return f"“{value[:20]}”不在可选范围内。{hint}可填：{shown}。"


_YES = frozenset(("是", "有", "对", "真", "y", "yes", "t", "true", "1", "√", "✓", "✔", "已", "已签", "已购"))
_NO = frozenset(("否", "无", "没有", "不是", "n", "no", "f", "false", "0", "×", "✗", "✘", "x", "未", "未签", "未购"))


def yes_no(raw) -> bool | None:
    if isinstance(raw, bool):
        return raw
    value = _fold(plain(raw))
    if value in _YES:
        return True
    if value in _NO:
        return False
    if value in BLANK_MARKS:
        return None
    raise _refusal("“%(value)s”应填“是”或“否”。", "yes_no", plain(raw))


AS_TEXT = frozenset((id_number, card, account, phone, uscc, code))  # columns that a template formats as text
