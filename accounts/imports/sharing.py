"""Whose money a line moved, where an account serves several projects: by what the sheet says, by the payee's card, by
a project's name in summary or payee, by the construction unit that paid; else somebody is asked in the preview."""

import re
from collections import defaultdict
from collections.abc import Iterable

from accounts.models import PayrollLine, SpecialAccount
from accounts.services import Movement
from core import crypto
from organizations.models import Organization
from projects.enums import ParticipantType
from projects.models import Participation, Project
from workers.models import BankCard

OWN = "projects of the sheet's own account"
_BLANKS = re.compile(r"\s+")


class Owners:
    """Answers whose a line is; None where nothing tells."""

    def __init__(self, account: SpecialAccount, numbers: Iterable[str]):
        links = account.project_links.select_related("project").order_by("project")
        self.projects: list[Project] = [link.project for link in links]
        self.named = {_plain(key): each for each in self.projects for key in (each.code, each.name)}
        self.cards = self._cards(set(filter(None, numbers))) if len(self.projects) > 1 else {}
        self.units = self._units() if len(self.projects) > 1 else {}

    def by_name(self, text: str) -> Project | None:
        return self.named.get(_plain(text))

    def of(self, movement: Movement) -> Project | None:
        return (
            self.cards.get(movement.counterparty_number)
            or self._mentioned(movement.summary)
            or self._mentioned(movement.counterparty_name)
            or self.units.get(_plain(movement.counterparty_name))
        )

    def _mentioned(self, text: str) -> Project | None:
        plain = _plain(text)
        return _only({each for key, each in self.named.items() if key in plain}) if plain else None

    def _cards(self, numbers: set[str]) -> dict[str, Project]:
        """Cards that are known at one of the projects, and at one only."""
        index = {crypto.blind_index(number): number for number in numbers}
        known = {"project__in": self.projects, "card_number_index__in": list(index)}
        rows = list(PayrollLine.objects.unscoped(OWN).filter(**known).values_list("card_number_index", "project"))
        bound = BankCard.objects.unscoped(OWN).filter(
            number_index__in=list(index), worker__engagements__project__in=self.projects
        )
        rows += bound.values_list("number_index", "worker__engagements__project")
        found, own = defaultdict(set), {each.pk: each for each in self.projects}
        for card, project in rows:
            if project in own:
                found[index[bytes(card)]].add(own[project])
        return {number: only for number, projects in found.items() if (only := _only(projects))}

    def _units(self) -> dict[str, Project]:
        parties = Participation.objects.unscoped(OWN).filter(
            project__in=self.projects, participant_type=ParticipantType.CONSTRUCTION_UNIT
        )
        found, own = defaultdict(set), {each.pk: each for each in self.projects}
        names = dict(Organization.objects.filter(pk__in=parties.values("organization")).values_list("pk", "name"))
        for unit, project in parties.values_list("organization", "project"):
            found[_plain(names[unit])].add(own[project])
        return {name: only for name, projects in found.items() if (only := _only(projects))}


def _only(projects: set[Project]) -> Project | None:
    return next(iter(projects)) if len(projects) == 1 else None


def _plain(text: str) -> str:
    return _BLANKS.sub("", text or "")
