"""The page a person meets after login. Which one is decided here, by role, and nowhere else."""

from collections.abc import Callable

from django.http import HttpRequest

from organizations.enums import Role
from reports.desks import administrators, bank, clerk, construction_unit, deposits, regulator, worker

Desk = Callable[[HttpRequest], tuple[str, dict]]  # → template, context

_DESKS: dict[Role, Desk] = {
    Role.OFFICER: regulator.desk,
    Role.INDUSTRY: regulator.desk,
    Role.CLERK: clerk.desk,
    Role.CONSTRUCTION_UNIT: construction_unit.desk,
    Role.BANK: bank.desk,
    Role.WORKER: worker.desk,
    Role.INSURER: deposits.insurer_desk,
    Role.SYSTEM: administrators.desk,
    Role.SECURITY: administrators.desk,
    Role.AUDIT: administrators.desk,
}


def desk_for(user) -> Desk:
    return _DESKS[Role(user.role)]
