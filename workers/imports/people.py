"""Whom a row of a sheet is about, by the project's register."""

from collections import defaultdict
from collections.abc import Iterable

from core import crypto
from core.spreadsheets import Column, ParsedRow
from core.spreadsheets import values as clean
from projects.imports import SheetImport
from workers.imports.base import words
from workers.selectors import EngagedPerson

ID_NUMBER = Column(
    "id_number",
    "公民身份号码",
    words("身份证号码 身份证号 身份证 证件号码 证件号"),
    clean.id_number,
    required=True,
    help="18 位，请设为文本格式",
)
UNKNOWN = "不在本项目花名册中，请先登记人员再导入考勤。"


class People:
    """Everybody ever engaged at the project, by number and by name."""

    def __init__(self, people: Iterable[EngagedPerson]):
        self._by_index, self._by_name = {}, defaultdict(list)
        self._known: dict[str, list[EngagedPerson]] = {}
        for person in people:
            self._by_index[person.id_number_index] = person
            self._by_name[person.name].append(person)

    def by_number(self, number: str) -> list[EngagedPerson]:
        """Remembered: in a sheet of clockings the same number comes hundreds of times."""
        if number not in self._known:
            found = self._by_index.get(crypto.blind_index(number))
            self._known[number] = [found] if found else []
        return self._known[number]

    def by_name(self, name: str) -> list[EngagedPerson]:
        return self._by_name.get(name, [])

    def of(self, kind: SheetImport, row: ParsedRow) -> EngagedPerson | None:
        """The person of this row; refused at the row when that is nobody, or cannot be told."""
        if not row.good:
            return None
        number, name = row.values["id_number"], row.values["name"]
        found = self.by_number(number) if number else self.by_name(name)
        if not found:
            by = "身份证号码" if number else "姓名"
            kind.refuse(row, "id_number" if number else "name", by + UNKNOWN)
        elif len(found) > 1:
            kind.refuse(row, "name", f"花名册中有 {len(found)} 人叫这个姓名，请填写身份证号码。")
        elif found[0].name != name:
            kind.refuse(row, "name", "姓名与花名册中该身份证号码登记的姓名不一致，请核对。")
        else:
            return found[0]
        return None
