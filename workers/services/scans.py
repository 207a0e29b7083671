"""Scanned contracts that come as a heap of files, each matched to its person by the file's name."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from django.db import transaction

from core import audit, crypto, identity
from core.spreadsheets.personal import replace_numbers
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.models import Engagement, LabourContract
from workers.services.contracts import add_scans

_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@dataclass
class Scans:
    """What became of the files: `kept` (person, pages), `unmatched` (file as shown, why)."""

    kept: list[tuple[str, int]] = field(default_factory=list)
    unmatched: list[tuple[str, str]] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return sum(pages for _, pages in self.kept)


class _Register:
    """The project's people by number and by name."""

    def __init__(self, project: Project):
        people = Engagement.objects.unscoped("the project is in scope").filter(project=project)
        rows = people.values_list("pk", "worker__name", "worker__id_number_index")
        self.names, self.by_index, self.by_name = {}, {}, defaultdict(list)
        for pk, name, index in rows:
            self.names[pk] = name
            self.by_index[bytes(index)] = pk
            self.by_name[name].append(pk)

    def find(self, stem: str) -> tuple[int | None, str]:
        """The engagement, or why nobody is found. A number is surer than a name; a longer name than one within it."""
        for number in _ID_NUMBER.findall(stem):
            if pk := self.by_index.get(crypto.blind_index(identity.normalize_id(number))):
                return pk, ""
            return None, "该证件号码不在本项目花名册中"
        named = [name for name in self.by_name if name in stem]
        named = [name for name in named if not any(name != other and name in other for other in named)]
        if not named:
            return None, "文件名中没有本项目人员的姓名或公民身份号码"
        people = [pk for name in named for pk in self.by_name[name]]
        if len(people) > 1:
            same = "有同名人员" if len(named) == 1 else "文件名中有几个人的姓名"
            return None, f"{same}，请用公民身份号码命名"
        return people[0], ""


@transaction.atomic
def match_scans(project: Project, files: Iterable[tuple[str, bytes]], *, by) -> Scans:
    """Each file is added to the latest contract of the person it names; whom it does not name is told.

    Refused: a completed project. The same file again is not kept twice. Numbers in file names are not kept.
    """
    lock_open(project)
    register, outcome, heaps = _Register(project), Scans(), defaultdict(list)
    for name, content in files:
        found, problem = register.find(PurePath(name).stem)
        if found is None:
            outcome.unmatched.append((_shown(name), problem))
        else:
            heaps[found].append((name, content))
    contracts = _latest(heaps)
    for pk, heap in heaps.items():
        person = register.names[pk]
        if pk not in contracts:
            outcome.unmatched += [(_shown(name), f"{person}还没有登记劳动合同，请先登记") for name, _ in heap]
            continue
        pages = [(f"{person} 劳动合同{PurePath(name).suffix.lower()}", content) for name, content in heap]
        outcome.kept.append((person, add_scans(contracts[pk], pages, by=by)))
    if outcome.pages:
        mark_changed([project.pk])
    audit.record("contract.scans", by=by, target=project, pages=outcome.pages, unmatched=len(outcome.unmatched))
    return outcome


def _latest(engagement_ids: Iterable[int]) -> dict[int, LabourContract]:
    contracts = LabourContract.objects.unscoped("the project is in scope").filter(engagement__in=list(engagement_ids))
    return {contract.engagement_id: contract for contract in contracts.order_by("starts_on", "pk")}


def _shown(name: str) -> str:
    return replace_numbers(PurePath(name).name, lambda number: f"…{number[-4:]}")
