"""Names that people sign in by, and how often they may be wrong.

A worker signs in with the own ID number, which is kept nowhere in clear: neither in the log of acts nor with the
failed attempts. What is kept instead is the opaque name of the login, or, of a number that nobody here has, a name of
the same kind made from its blind index: whoever tries learns from no answer whether a person is registered.

A worker's password is six digits. So wrong ones are counted over all addresses together, by day as well, and by
address over all logins together.
"""

import re
from collections.abc import Iterable
from contextlib import suppress

from django.core.cache import cache

from core import crypto, identity
from organizations.enums import Role
from organizations.models import User

WRONG_A_DAY = 15  # of one worker's login; five in a row lock it for half an hour as they do any login
WRONG_AN_HOUR = 100  # from one address: a site behind one address has a hundred people
_LIKE_AN_ID = re.compile(r"\d{15,}[\dX]?")


def is_id_number(text: str) -> bool:
    """Whether somebody typed, or tried to type, an ID number: no name of a login looks like it."""
    return bool(_LIKE_AN_ID.fullmatch(identity.normalize_id(text)))


def worker_login_name(number: str) -> str:
    """The name of the login of whoever has this number; of nobody's number one that no login has."""
    index = crypto.blind_index(identity.normalize_id(number))
    own = User.objects.filter(role=Role.WORKER, worker__id_number_index=index).order_by("worker__id_type", "pk")
    return own.values_list("username", flat=True).first() or f"w-{index.hex()[:32]}"


def parameters(request, credentials=None) -> list[list[str]]:
    """What a lockout goes by (AXES_LOCKOUT_PARAMETERS)."""
    return [["username"]] if getattr(request, "is_worker_login", False) else [["username", "ip_address"]]


def is_throttled(name: str, address: str) -> bool:
    """`address` is empty where the proxy in front tells none: it limits nothing then; it would limit everybody."""
    wrong = cache.get_many([_of_name(name), _of_address(address)])
    too_often = bool(address) and wrong.get(_of_address(address), 0) >= WRONG_AN_HOUR
    return too_often or wrong.get(_of_name(name), 0) >= WRONG_A_DAY


def count_wrong(name: str, address: str) -> None:
    for key, seconds in ((_of_name(name), 24 * 3600), (_of_address(address), 3600)):
        if not cache.add(key, 1, seconds):
            with suppress(ValueError):  # ran out in between
                cache.incr(key)


def forget_wrong(names: Iterable[str]) -> None:
    cache.delete_many([_of_name(name) for name in names])


def _of_name(name: str) -> str:
    return f"wrong-password-of:{name}"


def _of_address(address: str) -> str:
    return f"wrong-password-from:{address}"
