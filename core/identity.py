"""Numbers that identify people, cards, phones and enterprises: normal form, checks, masks.

No message repeats the number: messages reach logs, annotated copies and screens of people who may not see it.
"""

import datetime
import re
import unicodedata
from functools import lru_cache
from operator import mul

from django.core.exceptions import ValidationError
from django.utils import timezone
from stdnum.cn import uscc

MALE, FEMALE = "0", "1"  # codes of the national dictionary `gender`

# GB/T 2260 provinces, retired ones included; 81, 82, 83: residence permits for Hong Kong, Macau and Taiwan residents
PROVINCES = frozenset(
    f"{region}{place}"
    for region, places in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5), (7, 1), (8, 3))
    for place in range(0 if region == 5 else 1, places + 1)
)
# GB 11643: ISO 7064 MOD 11-2
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_OFFSET = ord("0") * sum(_WEIGHTS)
_MAX_AGE = 120
# Births in this span need no look at the clock, which costs more than the whole check.
_SURELY_ALIVE = datetime.date(1930, 1, 1), datetime.date(2020, 1, 1)

_JUNK = re.compile(r"[\s\-'‘’`\u200b-\u200f\u2060\ufeff\xad]+")  # separators and what copying from chats leaves
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LUHN_DOUBLE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_LUHN_SINGLE = bytes.maketrans(b"0123456789", bytes(range(10)))


def _compact(text: str) -> str:
    if not (text.isascii() and text.isalnum()):
        text = _JUNK.sub("", unicodedata.normalize("NFKC", text))
    return text


# --- resident ID ---------------------------------------------------------------------------------------------------


def normalize_id(text: str) -> str:
    """Half-width, no spaces, capital X. Says nothing about whether the number is right."""
    return _compact(text).upper()


def check_id(text: str, today: datetime.date | None = None) -> str:
    """The normal form of a resident ID number (GB 11643), of a residence permit (81/82/83), or of a foreigner's
    permanent residence card (国家移民管理局, from December 2023: 9, place, country, birth, serial, check digit).

    15-digit numbers are refused, not converted: they have been invalid since 2013, and an 18-digit number with three
    digits lost would turn into somebody else's.
    """
    number = normalize_id(text)
    body = number[:17]
    if len(number) != 18 or not (body.isascii() and body.isdigit()):
        raise ValidationError(_shape_message(number), code="id_shape")
    if number[:2] not in PROVINCES and not is_foreign(number):
        raise ValidationError("公民身份号码前两位不是有效的省级地区代码，请对照身份证核对。", code="id_region")
    born = _date_of(number[6:14])
    if born is None:
        raise ValidationError("公民身份号码第7至14位不是有效的出生日期，请对照身份证核对。", code="id_birth")
    _check_birth(born, today)
    if _CHECK_DIGITS[(sum(map(mul, body.encode(), _WEIGHTS)) - _OFFSET) % 11] != number[17]:
        raise ValidationError("公民身份号码校验位不符，请对照身份证核对。", code="id_check")
    return number


def is_foreign(number: str) -> bool:
    """The number of a foreigner's permanent residence card: no place of birth or domicile can be read from it."""
    return number.startswith("9")


def _shape_message(number: str) -> str:
    if not number:
        return "公民身份号码不能为空。"
    if len(number) == 15 and number.isdigit():
        return "15位旧身份证号码已停止使用，请按现行身份证填写18位号码。"
    if len(number) != 18:
        return f"公民身份号码应为18位，现为{len(number)}位，请对照身份证核对。"
    return "公民身份号码前17位应全部为数字，请对照身份证核对。"


def _check_birth(born: datetime.date, today: datetime.date | None) -> None:
    if today is None:
        if _SURELY_ALIVE[0] < born < _SURELY_ALIVE[1]:
            return
        today = timezone.localdate()
    if born > today:
        raise ValidationError("公民身份号码中的出生日期晚于今天，请对照身份证核对。", code="id_birth")
    if today.year - born.year > _MAX_AGE:
        raise ValidationError("公民身份号码中的出生日期过早，请对照身份证核对。", code="id_birth")


@lru_cache(maxsize=1 << 15)
def _date_of(digits: str) -> datetime.date | None:
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def check_digit(first17: str) -> str:
    """The 18th character that belongs to these 17 digits."""
    return _CHECK_DIGITS[sum(map(mul, map(int, first17), _WEIGHTS)) % 11]


def birth_date(number: str) -> datetime.date:
    return _date_of(number[6:14])


def gender(number: str) -> str:
    return MALE if int(number[16]) % 2 else FEMALE


def age_on(number: str, day: datetime.date) -> int:
    """Full years of age: a year is full on the birthday itself; born on 29 February, on 1 March of common years."""
    born = birth_date(number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


# --- cards, phones, enterprises ------------------------------------------------------------------------------------


def normalize_card(text: str) -> str:
    return _compact(text)


def check_card(text: str) -> str:
    """A wage card or passbook number. UnionPay cards (62…) must pass Luhn; passbooks of rural banks follow no rule."""
    number = normalize_card(text)
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        raise ValidationError("银行卡号应为12至19位数字，请对照银行卡核对。", code="card_shape")
    if number.startswith("62") and (len(number) < 16 or not passes_luhn(number)):
        raise ValidationError("银行卡号校验位不符，请对照银行卡核对。", code="card_check")
    return number


def check_account(text: str) -> str:
    """Any bank account, company accounts included: no check digit is prescribed."""
    number = normalize_card(text)
    if not (number.isascii() and number.isdigit() and 6 <= len(number) <= 32):
        raise ValidationError("银行账号应为6至32位数字，请核对。", code="account_shape")
    return number


def passes_luhn(number: str) -> bool:
    digits = number.encode()[::-1]
    total = sum(digits[::2].translate(_LUHN_SINGLE)) + sum(digits[1::2].translate(_LUHN_DOUBLE))
    return total % 10 == 0


def check_phone(text: str) -> str:
    number = _compact(text)
    if len(number) > 11:
        number = re.sub(r"^(?:\+|00)?86", "", number)
    if not (number.isascii() and _MOBILE.fullmatch(number)):
        raise ValidationError("手机号码应为11位数字并以13至19开头，请核对。", code="phone")
    return number


def check_uscc(text: str) -> str:
    """Unified social credit identifier, GB 32100."""
    number = normalize_id(text)
    if not uscc.is_valid(number):
        raise ValidationError("统一社会信用代码应为18位且校验位正确，请对照营业执照核对。", code="uscc")
    return number


# --- masks ---------------------------------------------------------------------------------------------------------


def mask_id(number: str) -> str:
    """530902********0010"""
    return _mask(number, head=6, tail=4)


def mask_card(number: str) -> str:
    """**** **** **** 1712: however long the number is, only its last four digits show."""
    return f"**** **** **** {number[-4:]}" if len(number) >= 8 else "*" * len(number or "")


def mask_phone(number: str) -> str:
    """138****1234"""
    return _mask(number, head=3, tail=4)


def _mask(number: str, *, head: int, tail: int) -> str:
    if not number:
        return ""
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]
