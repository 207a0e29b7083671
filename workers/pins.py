"""The six digits a worker signs in with. A building worker remembers six digits; what else one remembers, others guess
first."""

import re
from itertools import pairwise

from django.core.exceptions import ValidationError

from organizations.models import User

DIGITS = 6
_COMMON = frozenset(
    re.findall(
        r"\d{6}",
        """
        147258 258369 369258 147369 159357 357159 123321 112233 332211 223344 102030 201314 521314 131420 789456
        456123 666888 888666 168888 886688
        """,
    )
)


def check_pin(pin: str, user: User) -> None:
    """Raises ValidationError (plain Chinese) for anything but six digits, and for those that are tried first."""
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", pin):
        raise ValidationError(f"密码要 {DIGITS} 位数字。")
    if _is_simple(pin):
        raise ValidationError("这个密码太简单，别人一猜就中，请换一个。")
    if any(pin in number for number in _own_numbers(user)):
        raise ValidationError("不要用身份证号、生日、手机号里的数字，请换一个。")


def _is_simple(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeats = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:]
    return repeats or pin in _COMMON or len(set(pin)) < 3 or (len(steps) == 1 and steps <= {1, 9})


def _own_numbers(user: User) -> list[str]:
    """What is printed on the ID card or known to every workmate; a birthday also the other way round."""
    worker = user.worker
    born = worker.birth_date
    days = [f"{born:%Y%m%d}", f"{born:%d%m%Y}", f"{born:%d%m%y}", f"{born:%m%d%y}"] if born else []
    return [worker.id_number or "", worker.phone or "", *days]
