"""A small kind of sheet for tests, registered only while the fixture is in use, and files of its shape."""

import datetime
import io
from collections import Counter
from collections.abc import Iterator

import pytest
import xlsxwriter

from core.spreadsheets import Column, SheetError, values
from projects.enums import Category
from projects.imports import Outcome, SheetImport, base
from projects.models import WageClerk

HEAD = ["序号", "姓名", "身份证号码", "手机号", "补贴"]
PEOPLE = [
    ["1", "黄云发", "530625198103215275", "19913360464", 7150],
    ["2", "朱华福", "530923199801254931", "19993599199", 7420.5],
    ["3", "毕文新", "530926196710190659", "13887771234", 6500],
]


FACTS = ("name", "id_number", "phone")


def put(project, *, name: str, **facts) -> str:
    clerk = WageClerk.objects.filter(project=project, name=name).first()
    if clerk is None:
        WageClerk.objects.create(project=project, name=name, **facts)
        return "created"
    if (clerk.id_number, clerk.phone) == tuple(facts.values()):
        return "unchanged"
    clerk.id_number, clerk.phone = facts.values()
    clerk.save()
    return "updated"


def make_toy() -> type[SheetImport]:
    class ToyImport(SheetImport):
        """Wage-affairs clerks of a project, by name."""

        kind, title, help = "toy", "专管员名单", "每行一名劳资专管员。"
        columns = [
            Column("name", "姓名", ("人员姓名",), values.name, required=True),
            Column("id_number", "公民身份号码", ("身份证号码", "身份证号"), values.id_number, required=True),
            Column("phone", "手机号码", ("手机号", "电话"), values.phone),
            Column("subsidy", "补贴", ("补贴金额",), values.amount),
            Column("category", "项目分类", (), values.choice(Category.choices)),
        ]

        def check(self, rows):
            seen = {}
            for row in rows:
                first = seen.setdefault(row.values["id_number"], row)
                if first is not row and row.values["id_number"]:
                    self.refuse(row, "id_number", f"与第 {first.row} 行重复。")
                if not row.values["phone"]:
                    self.notice(row, "phone", "没有手机号码。")
            if rows and rows[0].values["name"] == "别月人员":
                raise SheetError("这是别的月份的名单。")

        def apply(self, rows):
            done = Counter(put(self.project, **{name: row.values[name] for name in FACTS}) for row in rows)
            return Outcome(**done)

    return ToyImport


@pytest.fixture
def toy() -> Iterator[type[SheetImport]]:
    yield make_toy()
    base._kinds.pop("toy")


def sheet(rows=PEOPLE, *, head=HEAD, titles=("专管员名单",), formulas=None) -> bytes:
    """An .xlsx: title lines, a header, rows, a total and signatures. `formulas`: {(row, column): text}, 0-based."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 10, 1)})  # noqa: DTZ001 the same rows, the same bytes
    page = book.add_worksheet("名单")
    for number, line in enumerate([*([title] for title in titles), head, *rows, ["合计"], ["制表人："]]):
        page.write_row(number, 0, line)
    for (row, column), formula in (formulas or {}).items():
        page.write_formula(row, column, formula)
    book.close()
    return buffer.getvalue()
