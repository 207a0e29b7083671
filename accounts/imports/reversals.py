"""Which fee a bank gives back: the latest standing one of the same amount, of the ledger or of the statement."""

from collections.abc import Iterable

from accounts.enums import MovementDirection, MovementKind
from accounts.imports.movements import TAKEN_BY_THE_BANK
from accounts.models import SpecialAccount
from accounts.services import Movement
from projects.models import Project


def tie_reversals(account: SpecialAccount | None, project: Project, fresh: Iterable[Movement]) -> list[Movement]:
    """Ties each of the new movements that gives a fee back to that fee, in booking order; answers those for which
    none was found. They stand as reversals all the same, and count among no wages."""
    movements = list(fresh)
    wanted = {one.amount for one in movements if _gives_back(one)}
    if not wanted:
        return []
    open_ones = _standing(account, wanted)  # (amount, project) → what may still be taken back, the latest last
    untied = []
    for one in movements:
        key = one.amount, one.project or project.pk
        if one.direction == MovementDirection.OUT and one.kind in TAKEN_BY_THE_BANK:
            open_ones.setdefault(key, []).append(one.serial)
        elif _gives_back(one):
            if not open_ones.get(key):
                untied.append(one)
            elif isinstance(found := open_ones[key].pop(), int):
                one.reverses = found
            else:
                one.reverses_serial = found
    return untied


def _gives_back(movement: Movement) -> bool:
    return movement.kind == MovementKind.REVERSAL and movement.direction == MovementDirection.IN


def _standing(account: SpecialAccount | None, amounts: set) -> dict[tuple, list[int | str]]:
    found: dict[tuple, list[int | str]] = {}
    if account:
        fees = account.entries.standing().filter(
            direction=MovementDirection.OUT, kind__in=TAKEN_BY_THE_BANK, amount__in=amounts
        )
        for pk, amount, project in fees.order_by("sequence").values_list("pk", "amount", "project"):
            found.setdefault((amount, project), []).append(pk)
    return found
