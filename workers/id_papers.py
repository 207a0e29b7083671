"""Numbers of papers other than the resident ID card: normal form and what can be checked of each (17 kinds).

Where a format is public it is held; where it is not (the army's papers, diplomats') only what no such number can be is
refused. A number that says who it belongs to (残疾人证) is checked as the resident number within it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from django.core.exceptions import ValidationError

from core import identity
from workers.enums import Gender, IdType

_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{5,15}")
_OLD_RESIDENCE = re.compile(r"[A-Z]{3}\d{12}")  # 外国人永久居留身份证 until 2023: country, place, birth, serial
_ARMY = re.compile(r"[\u4e00-\u9fff]{0,6}(?:第)?\d{4,12}(?:号)?")
_LOOSE = re.compile(r"(?=.*\d)[A-Z0-9\u4e00-\u9fff()-]{5,30}")

# kind → (shape, what it should look like)
_SHAPES: dict[str, tuple[re.Pattern, str]] = {
    IdType.OFFICER: (_ARMY, "军官证号如 军字第1234567号"),
    IdType.POLICE_OFFICER: (_ARMY, "武警警官证号如 武字第1234567号"),
    IdType.SOLDIER: (_ARMY, "士兵证号如 士字第1234567号"),
    IdType.RETIRED_CADRE: (_ARMY, "离退休干部证号如 离字第1234567号"),
    IdType.DISABLED_SOLDIER: (
        re.compile(r"[A-Z\u4e00-\u9fff]{1,4}\d{4,12}号?"),
        "残疾军人证号由字头和数字组成，如 云军A123456",
    ),
    IdType.PASSPORT: (_PASSPORT, "护照号码为 5 至 15 位字母和数字，中国护照为 1 至 2 位字母加 7 至 8 位数字"),
    IdType.HM_RETURN: (re.compile(r"[HM]\d{8}(\d{2})?"), "回乡证号码为 H 或 M 加 8 或 10 位数字"),
    IdType.HM_PASS: (
        re.compile(r"[HM]\d{8}(\d{2})?"),
        "港澳居民来往内地通行证号码为 H 或 M 加 8 位数字（旧版加 10 位）",
    ),
    IdType.PRC_HM_PASS: (re.compile(r"[CW](?:\d{8}|[A-HJ-NP-Z]\d{7})"), "往来港澳通行证号码为 C 或 W 开头共 9 位"),
    IdType.TAIWAN_PASS: (
        re.compile(r"\d{8}|\d{10}[A-Z]?"),
        "台湾居民来往大陆通行证号码为 8 位数字（旧版 10 位数字，可带 1 位字母）",
    ),
    IdType.MAINLAND_TAIWAN_PASS: (re.compile(r"[TL]\d{8}"), "大陆居民往来台湾通行证号码为 T 或 L 加 8 位数字"),
    IdType.DIPLOMAT: (_LOOSE, "外交官证号码为 5 至 30 位"),
    IdType.CONSUL: (_LOOSE, "领事馆证号码为 5 至 30 位"),
    IdType.SEAMAN: (re.compile(r"[A-Z]{1,2}\d{6,9}"), "海员证号码为 1 至 2 位字母加 6 至 9 位数字"),
}


def check(id_type: str, text: str) -> str:
    """The normal form. Raises ValidationError (Chinese), never repeating the number."""
    if id_type == IdType.RESIDENT:
        return identity.check_id(text)
    number = _normal(text)
    if own := _OWN.get(id_type):
        return own(number)
    shape, expected = _SHAPES[id_type]
    if id_type == IdType.PASSPORT and _OLD_RESIDENCE.fullmatch(number):
        return number
    if not shape.fullmatch(number):
        raise ValidationError(f"{expected}，请对照证件核对。", code="id_shape")
    return number


def _normal(text: str) -> str:
    """Half-width capitals without blanks; brackets stay, Hong Kong's check digit stands in them."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _disabled(number: str) -> str:
    """残疾人证: the ID number, kind of disability (1–7), level (1–4), for a reissue B and a digit."""
    if not re.fullmatch(r"[0-9X]{18}[1-7][1-4](?:B\d)?", number):
        raise ValidationError("残疾人证号为身份证号后加 2 位类别和等级，共 20 位，请对照证件核对。", code="id_shape")
    identity.check_id(number[:18])
    return number


def _hong_kong(number: str) -> str:
    """A123456(3): letters count A=10 … Z=35, blanks 36, weights 9 to 2, modulo 11 (10 is A)."""
    match = re.fullmatch(r"([A-Z]{1,2})(\d{6})\(?([0-9A])\)?", number)
    if not match:
        raise ValidationError("香港身份证号码如 A123456(3)，请对照证件核对。", code="id_shape")
    letters, digits, given = match.groups()
    values = [36] * (2 - len(letters)) + [ord(letter) - 55 for letter in letters] + [int(digit) for digit in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    if "0A987654321"[total % 11] != given:
        raise ValidationError("香港身份证号码校验码不符，请对照证件核对。", code="id_check")
    return f"{letters}{digits}({given})"


_OWN: dict[str, Callable[[str], str]] = {IdType.DISABLED: _disabled, IdType.HONG_KONG: _hong_kong}


def born_and_gender(id_type: str, number: str) -> tuple[date, str] | None:
    """What the number itself says, None when it says nothing and has to be asked."""
    if id_type in (IdType.RESIDENT, IdType.DISABLED) and len(number) >= 18:
        return identity.birth_date(number), Gender(identity.gender(number))
    return None
