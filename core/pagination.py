"""Pages that stay fast on half a million rows: keyset cursors and a count that stops at a cap."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, Q, QuerySet

PAGE_SIZE = 50
COUNT_CAP = 10_000
CURSOR_SALT = "core.pagination"


@dataclass(frozen=True)
class Count:
    """A number of rows, or "more than `value`" when counting stopped at the cap."""

    value: int
    capped: bool = False

    def __str__(self) -> str:
        return f"超过 {self.value:,}" if self.capped else f"{self.value:,}"

    def __bool__(self) -> bool:
        return self.value > 0


def capped_count(queryset: QuerySet, cap: int = COUNT_CAP) -> Count:
    found = queryset.order_by()[: cap + 1].count()
    return Count(min(found, cap), capped=found > cap)


class _CursorJSON(signing.JSONSerializer):
    """Keeps microseconds, which DjangoJSONEncoder drops: rows of one millisecond would be lost between pages."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, separators=(",", ":"), default=self._plain).encode()

    @staticmethod
    def _plain(value: Any) -> str:
        return value.isoformat() if hasattr(value, "isoformat") else str(value)


@dataclass(frozen=True)
class Key:
    """One column of an ordering. Empty values come last in both directions."""

    name: str
    descending: bool
    field: Any = None  # the model field or annotation output that reads a value back from a cursor

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    @property
    def nullable(self) -> bool:
        return getattr(self.field, "null", True)

    def expression(self, backwards: bool = False):
        reverse = self.descending != backwards
        direction = F(self.name).desc if reverse else F(self.name).asc
        if not self.nullable:
            return direction()
        return direction(nulls_first=True) if backwards else direction(nulls_last=True)

    def value_of(self, record: Model) -> Any:
        for part in self.name.split("__"):
            record = getattr(record, part, None)
        return record.pk if isinstance(record, Model) else record

    def parse(self, value: Any) -> Any:
        return value if value is None or self.field is None else self.field.to_python(value)

    def beyond(self, value: Any, backwards: bool) -> Q:
        """Rows strictly after `value` in reading direction."""
        if value is None:  # after the empty ones there is nothing, before them everything that has a value
            return Q((f"{self.name}__isnull", False)) if backwards else Q(pk__in=())
        lookup = "gt" if self.descending == backwards else "lt"
        after = Q((f"{self.name}__{lookup}", value))
        return after | Q((f"{self.name}__isnull", True)) if self.nullable and not backwards else after

    def equal(self, value: Any) -> Q:
        return Q((f"{self.name}__isnull", True)) if value is None else Q((self.name, value))


def ordering_keys(queryset: QuerySet, order: Sequence[str]) -> list[Key]:
    """The wanted order, ended by the primary key so that no two rows are equal."""
    names = [*order]
    for field_ in queryset.model._meta.pk_fields:
        if field_.attname not in {name.lstrip("-") for name in names}:
            names.append(f"-{field_.attname}" if names and names[-1].startswith("-") else field_.attname)
    return [Key(name.lstrip("-"), name.startswith("-"), _field(queryset, name.lstrip("-"))) for name in names]


def _field(queryset: QuerySet, name: str):
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    field_, nullable, meta = None, False, queryset.model._meta
    for part in name.split("__"):
        try:
            field_ = meta.pk if part == "pk" else meta.get_field(part)
        except FieldDoesNotExist:
            field_ = next(f for f in meta.concrete_fields if f.attname == part)
        nullable |= field_.null
        meta = field_.related_model._meta if field_.is_relation else meta
    field_ = getattr(field_, "target_field", field_) if field_.is_relation else field_
    return _Nullable(field_) if nullable and not field_.null else field_


@dataclass(frozen=True)
class _Nullable:
    """A required field reached through an optional relation."""

    target: Any
    null: bool = True

    def to_python(self, value: Any) -> Any:
        return self.target.to_python(value)


def _seek(keys: Sequence[Key], values: Sequence[Any], backwards: bool) -> Q:
    """(a, b) > (x, y) spelled `a >= x AND (a > x OR (a = x AND b > y))`, so that an index on `a` can seek."""
    condition, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        condition |= equal & key.beyond(value, backwards)
        equal &= key.equal(value)
    first, start = keys[0], values[0]
    if start is None or first.nullable:
        return condition
    lookup = "gte" if first.descending == backwards else "lte"
    return Q((f"{first.name}__{lookup}", start)) & condition


@dataclass
class KeysetPage:
    """One page of rows with the cursors of its neighbours; empty string = there is none."""

    rows: list
    previous: str = ""
    next: str = ""
    size: int = PAGE_SIZE
    queryset: QuerySet | None = field(default=None, repr=False)

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def count(self) -> Count:
        if not self.previous and not self.next:
            return Count(len(self.rows))
        return capped_count(self.queryset)


def keyset_page(queryset: QuerySet, order: Sequence[str] = (), cursor: str = "", size: int = PAGE_SIZE) -> KeysetPage:
    """The page at `cursor` (from a page's `next` or `previous`). A cursor that is not ours starts at the beginning."""
    keys = ordering_keys(queryset, order)
    backwards, values = _read_cursor(cursor, keys)
    rows = queryset.order_by(*(key.expression(backwards) for key in keys))
    if values:
        rows = rows.filter(_seek(keys, values, backwards))
    rows = list(rows[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else bool(values)
    has_next = bool(rows) if backwards else more
    return KeysetPage(
        rows,
        previous=_write_cursor(keys, rows[0], backwards=True) if has_previous and rows else "",
        next=_write_cursor(keys, rows[-1], backwards=False) if has_next and rows else "",
        size=size,
        queryset=queryset,
    )


def _write_cursor(keys: Sequence[Key], record: Model, backwards: bool) -> str:
    content = [[str(key) for key in keys], backwards, [key.value_of(record) for key in keys]]
    return signing.dumps(content, salt=CURSOR_SALT, serializer=_CursorJSON, compress=True)


def _read_cursor(cursor: str, keys: Sequence[Key]) -> tuple[bool, list]:
    if not cursor:
        return False, []
    try:
        names, backwards, values = signing.loads(cursor, salt=CURSOR_SALT, serializer=_CursorJSON)
        if names != [str(key) for key in keys]:
            return False, []  # the order was changed: start over
        return backwards, [key.parse(value) for key, value in zip(keys, values, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return False, []
