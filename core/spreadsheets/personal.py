"""Numbers of people in cells that nobody has cleaned: IDs, cards and phones, also written in groups."""

import re
from collections.abc import Callable

SHORTEST_RUN, SHORTEST_IN_GROUPS = 9, 11
_RUN = re.compile(r"\d(?:[\s\-－‐–—]?\d){8,}[Xx]?")
_SEPARATORS = re.compile(r"[\s\-－‐–—]")
_MOMENT = re.compile(
    r"(?:19|20)\d\d[-\s]?(?:0?[1-9]|1[0-2])[-\s]?(?:0[1-9]|[12]\d|3[01])"
    r"(?:[\s-]*(?:[01]\d|2[0-3])(?:[0-5]\d){0,2})?"
)


def replace_numbers(text: str, replace: Callable[[str], str]) -> str:
    """`replace` gets the bare digits of 6222 0215 5674 6007756; days and times of day stay."""

    def answer(found: re.Match) -> str:
        digits = _SEPARATORS.sub("", found[0])
        shortest = SHORTEST_RUN if digits == found[0] else SHORTEST_IN_GROUPS
        return found[0] if len(digits) < shortest or _MOMENT.fullmatch(found[0]) else replace(digits)

    return _RUN.sub(answer, text)
