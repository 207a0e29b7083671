"""Labour contracts of one project from a sheet: matched, judged and written together."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.enums import ContractKind, WageMethod
from workers.models import LabourContract
from workers.services.contracts import overlap_problem
from workers.services.roster import Written

WRITTEN = ("signed_on", "starts_on", "ends_on", "kind", "wage_method", "wage_rate", "wage_unit", "pay_day")


class ContractEntry(NamedTuple):
    """One contract as the sheet knows it. What is blank leaves the register as it is."""

    engagement_id: int
    signed_on: date
    starts_on: date
    ends_on: date | None = None
    kind: str = ""
    wage_method: str = ""
    wage_rate: Decimal | None = None
    wage_unit: str = ""
    pay_day: int | None = None


class ContractBook:
    """The contracts of these people, as they are and as the sheet would have them."""

    def __init__(self, project: Project, engagement_ids: Iterable[int]):
        self.project = project
        self.known: dict[int, list[LabourContract]] = defaultdict(list)
        self.created: list[LabourContract] = []
        self.updated: list[LabourContract] = []
        self._taken: set[int] = set()
        contracts = LabourContract.objects.unscoped("the project is in scope").filter(project=project)
        for contract in contracts.filter(engagement__in=list(engagement_ids)).order_by("starts_on"):
            self.known[contract.engagement_id].append(contract)

    def place(self, entry: ContractEntry) -> tuple[str, str]:
        """Takes the contract in. Answers field and problem where it cannot stand; then nothing is changed."""
        contract = self._match(entry)
        if contract is not None and contract.pk in self._taken:
            return "starts_on", "与本表另一行是同一份合同，请核对。"
        terms = self._terms(entry, contract)
        until = (contract.ended_on if contract else None) or terms["ends_on"]
        if until and until < terms["starts_on"]:
            return "starts_on", f"起始日期晚于该合同的终止日期 {until}，请核对。"
        if terms["wage_unit"] and terms["wage_method"] != WageMethod.PIECE:
            return "wage_unit", "只有计件的填写计量单位，计日、计月的请留空。"
        if terms["kind"] == ContractKind.FIXED_TERM and not terms["ends_on"]:
            return "ends_on", "固定期限合同请填写合同终止日期。"
        if other := self._in_the_way(entry.engagement_id, terms["starts_on"], until, contract):
            return "starts_on", overlap_problem(other.starts_on, other.until, terms["starts_on"])
        self._take(entry, contract, terms)
        return "", ""

    def beside(self, engagement: int, entry) -> str:
        """Why a roster's contract would be a second one while another runs. The roster knows a contract again by its
        start or the day it was signed, unless it ended before; `entry` is a `RosterEntry`."""
        starts_on = entry.starts_on or entry.entered_on
        own = [one for one in self.known[engagement] if one.until is None or one.until >= starts_on]
        if any(starts_on == one.starts_on or entry.signed_on == one.signed_on for one in own):
            return ""
        other = self._in_the_way(engagement, starts_on, entry.ends_on, None)
        return overlap_problem(other.starts_on, other.until, starts_on) if other else ""

    def _match(self, entry: ContractEntry) -> LabourContract | None:
        """Known again by its start, else by the day it was signed."""
        own = [contract for contract in self.known[entry.engagement_id] if contract.pk]
        by_start = next((one for one in own if one.starts_on == entry.starts_on), None)
        return by_start or next((one for one in own if one.signed_on == entry.signed_on), None)

    def _terms(self, entry: ContractEntry, contract: LabourContract | None) -> dict:
        standing = contract or LabourContract(pay_day=self.project.wage_pay_day)
        terms = {name: getattr(entry, name) or getattr(standing, name) for name in WRITTEN}
        if entry.wage_method and entry.wage_method != WageMethod.PIECE and not entry.wage_unit:
            terms["wage_unit"] = ""
        return terms

    def _in_the_way(self, engagement: int, starts_on: date, until: date | None, contract) -> LabourContract | None:
        for other in self.known[engagement]:
            ends_before = other.until is not None and other.until < starts_on
            begins_after = until is not None and other.starts_on > until
            if other is not contract and not ends_before and not begins_after:
                return other
        return None

    def _take(self, entry: ContractEntry, contract: LabourContract | None, terms: dict) -> None:
        if contract is None:
            contract = LabourContract(engagement_id=entry.engagement_id, project=self.project, **terms)
            self.known[entry.engagement_id].append(contract)
            self.created.append(contract)
            return
        self._taken.add(contract.pk)
        if any(getattr(contract, name) != value for name, value in terms.items()):
            for name, value in terms.items():
                setattr(contract, name, value)
            self.updated.append(contract)


@transaction.atomic
def write_contracts(project: Project, entries: Iterable[ContractEntry]) -> Written:
    """The entries that `ContractBook.place` accepts; refused ones are left out, as the check told."""
    lock_open(project)
    entries = list(entries)
    book = ContractBook(project, {entry.engagement_id for entry in entries})
    refused = sum(1 for entry in entries if book.place(entry)[0])
    LabourContract.objects.bulk_create(book.created, batch_size=2000)
    LabourContract._base_manager.bulk_update(book.updated, WRITTEN, batch_size=500)
    created, updated = len(book.created), len(book.updated)
    if created or updated:
        mark_changed([project.pk])
    return Written(created, updated, len(entries) - created - updated - refused)
