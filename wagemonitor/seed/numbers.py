"""Invented numbers with right check digits."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_number(place: str, born: date, order: int) -> str:
    """GB 11643: 17 digits and MOD 11-2; an even order is a woman's."""
    body = f"{place}{born:%Y%m%d}{order:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, ID_WEIGHTS, strict=True)) % 11]


def id_numbers(random: Random, places: list[str], today: date) -> Iterator[tuple[str, date, bool]]:
    """Endless (number, birth date, is a man), each number once: aged 18 to 59, nine men in ten."""
    seen: set[str] = set()
    while True:
        born = today - timedelta(days=random.randint(18 * 366, 59 * 365))
        is_man = random.random() < 0.9
        order = random.randrange(0, 500) * 2 + is_man
        number = id_number(random.choice(places), born, order)
        if number not in seen:
            seen.add(number)
            yield number, born, is_man


def card_number(prefix: str, order: int) -> str:
    """19 digits that pass Luhn."""
    body = f"{prefix}{order:012d}"
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(map(int, reversed(body))))
    return body + str(-total % 10)


def uscc(region: str, order: int) -> str:
    """GB 32100 of the order-th invented unit registered in a region."""
    body = f"91{region}{order:09d}"
    total = sum(USCC_ALPHABET.index(c) * 3**i % 31 for i, c in enumerate(body))
    return body + USCC_ALPHABET[(31 - total % 31) % 31]
