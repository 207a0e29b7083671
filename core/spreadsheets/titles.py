"""What the lines above a table say: the month, the account, the project."""

import datetime
import re
import unicodedata
from collections.abc import Iterable

from .values import plain

_CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MONTH = re.compile(r"(20\d\d)\s*年度?\s*(\d{1,2})\s*月(?:份)?(?!\s*\d{1,2}\s*[日号])")
_SHORT = re.compile(r"(?<!\d)(20\d\d)[-./_](\d{1,2})(?![-./_]?\d)")
_DIGITS = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)")
_CHINESE_MONTH = re.compile(
    r"([二〇零一三四五六七八九]{4})年(十[一二]?|[一二三四五六七八九])月(?![一二三四五六七八九十]+日)"
)
_PAIR = re.compile(
    r"([一-鿿A-Za-z（）()]{2,20}?)\s*[:：]\s*"
    r"(.*?)(?=\s{2,}|[,，;；]\s*\S{2,12}[:：]|$)"
)
_SPREAD_LABEL = re.compile(r"(?<![一-鿿])([一-鿿])\s+([一-鿿])\s*(?=[:：]|$)")  # 账  号：
_LABEL = re.compile(r"[一-鿿（）()]{2,12}[:：]?")


def find_month(texts: Iterable[str], filename: str = "") -> datetime.date | None:
    """The first day of the month in a title, else in the file name. A full date is when something was filled in."""
    for text in (*texts, filename):
        text = unicodedata.normalize("NFKC", str(text))
        for pattern in (_MONTH, _SHORT, _DIGITS):
            for match in pattern.finditer(text):
                if 1 <= int(match[2]) <= 12:
                    return datetime.date(int(match[1]), int(match[2]), 1)
        if match := _CHINESE_MONTH.search(text):
            return datetime.date(int(match[1].translate(_CHINESE)), _chinese_number(match[2]), 1)
    return None


def _chinese_number(text: str) -> int:
    if text.startswith("十"):
        return 10 + int(text[1:].translate(_CHINESE) or 0)
    return int(text.translate(_CHINESE))


def find_details(rows: Iterable[list]) -> dict[str, str]:
    """Pairs above the header: `账号：251…` in one cell, several in one line, or the value in the next cell."""
    details: dict[str, str] = {}
    for cells in rows:
        texts = [_SPREAD_LABEL.sub(r"\1\2", plain(cell)) for cell in cells]
        for index, text in enumerate(texts):
            if not text:
                continue
            following = next((after for after in texts[index + 1 :] if after), "")
            for label, value in _pairs(text, following):
                details.setdefault("".join(label.split()), value)
    return details


def _pairs(text: str, following: str) -> list[tuple[str, str]]:
    pairs = [(match[1], match[2].strip()) for match in _PAIR.finditer(text)]
    if pairs and pairs[-1][1]:
        return pairs
    if _LABEL.fullmatch(text) and following and not re.search("[:：]", following):
        return [(text.rstrip(":："), following)]
    return [pair for pair in pairs if pair[1]]
