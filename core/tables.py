"""Tables declared by their columns, rendered by `{% data_table table %}`.

class ProjectTable(Table):
    name = Column("项目名称", sort="name", primary=True)
    amount = MoneyColumn("合同价", sort="contract_amount", value="contract_amount")
    state = BadgeColumn("状态", value="get_status_display", tone=lambda project: TONES[project.status])

    default_order = "-filed_on"
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import formats
from core.pagination import PAGE_SIZE, KeysetPage, keyset_page


class Column:
    """`value` is a dotted path or a callable of the record, by default the column's own name."""

    kind = "text"
    numeric = False

    def __init__(
        self,
        label: str,
        value: str | Callable[[Any], Any] = "",
        *,
        sort: str = "",
        primary: bool = False,
        hint: str = "",
        minor: bool = False,
    ):
        self.label, self.value, self.sort, self.primary = label, value, sort, primary
        self.hint = hint  # a sentence shown at the header: what is counted, the unit
        self.minor = minor  # left out on phones
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.value = self.value or name

    def raw(self, record: Any) -> Any:
        if callable(self.value):
            return self.value(record)
        for part in self.value.split("."):
            record = record.get(part) if isinstance(record, dict) else getattr(record, part, None)
            record = record() if callable(record) else record
        return record

    def text(self, record: Any) -> str | SafeString:
        return formats.blank(self.raw(record))


class NumberColumn(Column):
    numeric = True

    def text(self, record: Any) -> str:
        return formats.number(self.raw(record))


class MoneyColumn(NumberColumn):
    def text(self, record: Any) -> str:
        return formats.money(self.raw(record))


class RateColumn(NumberColumn):
    """`value` gives (numerator, denominator)."""

    kind = "rate"

    def text(self, record: Any) -> str:
        return formats.rate(*(self.raw(record) or (None, None)))


class DayColumn(Column):
    kind = "day"

    def text(self, record: Any) -> str:
        return formats.day(self.raw(record))


class MonthColumn(Column):
    kind = "month"

    def text(self, record: Any) -> str:
        return formats.month(self.raw(record))


class MomentColumn(Column):
    """Day and time."""

    kind = "day"

    def text(self, record: Any) -> str:
        return formats.moment(self.raw(record))


class BadgeColumn(Column):
    """`tone` is a tone's name (see `badge`), a dict from raw value to tone, or a callable of the record."""

    kind = "badge"

    def __init__(self, label: str, value="", *, tone: str | dict | Callable[[Any], str] = "", **options):
        super().__init__(label, value, **options)
        self.tone = tone

    def tone_of(self, record: Any) -> str:
        if callable(self.tone):
            return self.tone(record)
        if isinstance(self.tone, dict):
            return self.tone.get(getattr(record, self.name, None), "")
        return self.tone


class CodeColumn(Column):
    """Codes and serial numbers: digits of one width, never broken."""

    kind = "code"


class Cell:
    def __init__(self, column: Column, record: Any):
        self.column, self.record = column, record
        self.text = column.text(record)

    @property
    def tone(self) -> str:
        return self.column.tone_of(self.record)

    @property
    def parts(self) -> tuple[str, str]:
        return formats.fraction(*(self.column.raw(self.record) or (None, None)))


class Row:
    def __init__(self, table: "Table", record: Any):
        self.record = record
        self.url = table.row_url(record)
        self.cells = [Cell(column, record) for column in table.columns]


class Header:
    def __init__(self, table: "Table", column: Column):
        self.column = column
        self.sortable = bool(column.sort)
        current = table.order.lstrip("-") == column.sort.lstrip("-") if column.sort else False
        self.direction = ("descending" if table.order.startswith("-") else "ascending") if current else ""
        self.url = table.sort_url(column) if column.sort else ""


class ChooseColumn(Column):
    """A box of the form `#many`, where `can` says that the row may be chosen; `called` is the path to the name of what
    is chosen."""

    kind = "choose"

    def __init__(self, label: str, *, can: Callable[[Any], bool], called: str = "name", **options):
        super().__init__(label, called, **options)
        self.can = can

    def text(self, record: Any) -> str | SafeString:
        if not self.can(record):
            return ""
        box = (
            '<input type="checkbox" class="form-check-input" form="many" name="chosen" value="{}" aria-label="选择{}">'
        )
        return format_html(box, record.pk, self.raw(record))


class Table:
    """Sorted by `?sort=`, cut into pages by `?cursor=`; every other parameter of the address is kept."""

    columns: list[Column] = []
    default_order = ""
    page_size = PAGE_SIZE
    caption = ""
    empty_title = "没有符合条件的记录"
    empty_text = "请放宽或清除筛选条件后再试。"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = [value for value in vars(cls).values() if isinstance(value, Column)]
        names = {column.name for column in own}
        cls.columns = [column for column in cls.columns if column.name not in names] + own

    def __init__(self, records: QuerySet | list, request: HttpRequest, *, empty_action: tuple[str, str] | None = None):
        self.records, self.request, self.empty_action = records, request, empty_action
        self.columns = list(type(self).columns)

    def row_url(self, record: Any) -> str:
        try:
            return record.get_absolute_url()
        except (AttributeError, NoReverseMatch):
            return ""

    @property
    def sorts(self) -> dict[str, str]:
        return {column.sort.lstrip("-"): column.sort for column in self.columns if column.sort}

    @cached_property
    def order(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if asked.lstrip("-") in self.sorts and not asked.startswith("--") else self.default_order

    @cached_property
    def page(self) -> KeysetPage:
        if isinstance(self.records, QuerySet):
            order = [self.order] if self.order else []
            return keyset_page(self.records, order, self.request.GET.get("cursor", ""), self.page_size)
        return KeysetPage(list(self.records))

    @property
    def count(self):
        return self.page.count

    def headers(self) -> Iterator[Header]:
        return (Header(self, column) for column in self.columns)

    def sorts_shown(self) -> list[Header]:
        return [header for header in self.headers() if header.sortable]

    def rows(self) -> Iterator[Row]:
        return (Row(self, record) for record in self.page)

    def url(self, **changes: str) -> str:
        """This address with some parameters changed; a changed order or filter starts at the first page."""
        query = self.request.GET.copy()
        query.pop("cursor", None)
        for name, value in changes.items():
            query[name] = value
        return f"?{query.urlencode()}"

    def sort_url(self, column: Column) -> str:
        other = column.sort[1:] if column.sort.startswith("-") else f"-{column.sort}"
        return self.url(sort=other if self.order == column.sort else column.sort)

    @property
    def previous_url(self) -> str:
        return self.url(cursor=self.page.previous) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        return self.url(cursor=self.page.next) if self.page.next else ""
