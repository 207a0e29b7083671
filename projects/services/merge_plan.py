"""What a merge would do, found without writing: temporary tables that live as long as the transaction.

Of each part `merge_rows_N` (the rows concerned, by their keys, with what their columns are to become), `merge_clash_N`
(those of them that the target has already, with its row) and `merge_fold_N` (of these the pairs that become one).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection

from core.models import Attachment
from projects.models import Project
from projects.models.merging import Change, Fold, Refuse
from projects.services.merge_parts import Part, Unique, parts


@dataclass
class Planned:
    """A part with what was found. `columns`: column → SQL of its new value, over `r` (the rows' table)."""

    part: Part
    columns: list[str]
    rows: int = 0
    clashes: dict[int, int] = field(default_factory=dict)  # number of the rule → rows
    refusals: list[str] = field(default_factory=list)

    @property
    def folded(self) -> int:
        return sum(self.clashes.get(number, 0) for number in self.fold_numbers)

    @property
    def changed(self) -> int:
        return sum(count for number, count in self.clashes.items() if number not in self.fold_numbers)

    @property
    def moved(self) -> int:
        return self.rows - self.folded

    @property
    def name(self) -> str:
        return str(self.part.model._meta.verbose_name)

    @property
    def fold_numbers(self) -> list[int]:
        return [number for number, (_, rule) in enumerate(self.part.rules.items()) if isinstance(rule, Fold)]


def plan(source: Project, target: Project) -> list[Planned]:
    """Within a transaction; the tables stay for `merge_moves.carry_out`."""
    with connection.cursor() as cursor:
        _drop(cursor)
        return [_plan(cursor, part, source, target) for part in parts()]


def _drop(cursor) -> None:
    """What an earlier plan in this transaction left."""
    names = [f"merge_{kind}_{part.number}" for part in parts() for kind in ("rows", "clash", "fold")]
    cursor.execute(f"SET LOCAL client_min_messages = warning; DROP TABLE IF EXISTS {', '.join(names)}")


def refuse_if_any(planned: Iterable[Planned]) -> None:
    refusals = [refusal for item in planned for refusal in item.refusals]
    if refusals:
        raise ValidationError(refusals)


def _plan(cursor, part: Part, source: Project, target: Project) -> Planned:
    new = dict(_new_values(part, source, target))
    planned = Planned(part, list(new))
    if part.model is Attachment:
        _rows_of_files(cursor, part, source, target)
    else:
        _rows(cursor, part, new, source)
    cursor.execute(f"ANALYZE merge_rows_{part.number}")
    cursor.execute(f"SELECT count(*) FROM merge_rows_{part.number}")
    planned.rows = cursor.fetchone()[0]
    _clashes(cursor, part, new)
    cursor.execute(f"SELECT rule, count(*) FROM merge_clash_{part.number} GROUP BY rule")
    planned.clashes = dict(cursor.fetchall())
    _fold_table(cursor, planned)
    planned.refusals = list(_refusals(cursor, planned))
    return planned


def _new_values(part: Part, source: Project, target: Project) -> Iterator[tuple[str, str]]:
    if part.model is Attachment:
        yield "owner_id", ""
    for column in part.projects:
        yield column, f"CASE WHEN s.{column} = {source.pk} THEN {target.pk}::bigint ELSE s.{column} END"
    for column in part.parents:
        yield column, f"coalesce(f_{column}.target, s.{column})"


def _rows(cursor, part: Part, new: dict[str, str], source: Project) -> None:
    folds = {parent: number_of(parent) for parent in part.parents.values()}
    joins = " ".join(
        f"LEFT JOIN merge_fold_{folds[parent]} f_{column} ON f_{column}.source = s.{column}"
        for column, parent in part.parents.items()
    )
    ours = [f"s.{column} = {source.pk}" for column in part.projects]
    hangs = [f"f_{column}.source IS NOT NULL" for column in part.parents]
    selected = [f"s.{key} AS key_{key}" for key in part.keys]
    selected += [f"{value} AS new_{column}" for column, value in new.items()]
    cursor.execute(
        f"CREATE TEMPORARY TABLE merge_rows_{part.number} ON COMMIT DROP AS"
        f" SELECT {', '.join(selected)} FROM {part.table} s {joins} WHERE {' OR '.join(ours or hangs)}"
    )


def _rows_of_files(cursor, part: Part, source: Project, target: Project) -> None:
    """Files of the project itself, and of rows that are folded, go over to what is left in their place."""
    owners = [f"SELECT {_content_type(Project)} AS type, '{source.pk}' AS source, '{target.pk}' AS target"]
    owners += [
        f"SELECT {_content_type(other.model)}, source::text, target::text FROM merge_fold_{other.number}"
        for other in parts()
        if other.folds and len(other.keys) == 1
    ]
    cursor.execute(
        f"CREATE TEMPORARY TABLE merge_rows_{part.number} ON COMMIT DROP AS"
        f" SELECT s.id AS key_id, o.target AS new_owner_id FROM {part.table} s"
        f" JOIN ({' UNION ALL '.join(owners)}) o ON o.type = s.owner_type_id AND o.source = s.owner_id"
    )


def _content_type(model) -> int:
    return ContentType.objects.get_for_model(model).pk


def number_of(model) -> int:
    return next(part.number for part in parts() if part.model is model)


# --- what the target has already -------------------------------------------------------------------------------------


def _clashes(cursor, part: Part, new: dict[str, str]) -> None:
    keys = [f"key_{key}" for key in part.keys]
    found, params = [], []
    for number, unique in enumerate(part.rules):
        sql, own = _clash(part, unique, number, new)
        found.append(sql)
        params += own
    if not found:
        nothing = [f"s.{key} AS key_{key}, s.{key} AS t_{key}" for key in part.keys]
        found = [f"SELECT 0 AS rule, {', '.join(nothing)} FROM {part.table} s WHERE false"]
    cursor.execute(
        f"CREATE TEMPORARY TABLE merge_clash_{part.number} ON COMMIT DROP AS"
        f" SELECT DISTINCT ON ({', '.join(keys)}) * FROM ({' UNION ALL '.join(found)}) c"
        f" ORDER BY {', '.join(keys)}, rule",
        params,
    )
    cursor.execute(f"ANALYZE merge_clash_{part.number}")


def _clash(part: Part, unique: Unique, number: int, new: dict[str, str]) -> tuple[str, list]:
    """Rows that would hold the same unique values as one that stands at the target."""
    equal = "IS NOT DISTINCT FROM" if getattr(unique.constraint, "nulls_distinct", None) is False else "="
    on = [f"t.{column} {equal} {f'r.new_{column}' if column in new else f's.{column}'}" for column in unique.columns]
    on += [f"{_of_row(sql, 's')} && {_of_row(sql, 't')}" for sql in unique.overlapping]
    moved = " OR ".join(f"r.new_{column} <> s.{column}" for column in unique.columns if column in new)
    condition, params = _condition(part, unique)
    selected = [f"r.key_{key}, t.{key} AS t_{key}" for key in part.keys]
    sql = (
        f"SELECT {number} AS rule, {', '.join(selected)} FROM merge_rows_{part.number} r"
        f" JOIN {part.table} s ON {same('s', 'r', part)} JOIN {part.table} t ON {' AND '.join(on)}"
        f" WHERE ({moved}) {condition}"
    )
    return sql, params


def _of_row(sql: str, row: str) -> str:
    """An expression over a model's columns, of this row of the join."""
    return f"(SELECT {sql} FROM (SELECT {row}.*) own)"


def _condition(part: Part, unique: Unique) -> tuple[str, list]:
    if unique.constraint is None or unique.constraint.condition is None:
        return "", []
    rows = part.model._base_manager.filter(unique.constraint.condition).order_by().values("pk")
    sql, params = rows.query.sql_with_params()
    return f"AND s.id IN ({sql}) AND t.id IN ({sql})", [*params, *params]


def same(table: str, rows: str, part: Part, prefix: str = "key_", own: str = "") -> str:
    """The join of a table, whose key columns bear the prefix `own`, with a temporary one."""
    return " AND ".join(f"{table}.{own}{key} = {rows}.{prefix}{key}" for key in part.keys)


def _fold_table(cursor, planned: Planned) -> None:
    part = planned.part
    if not part.folds or len(part.keys) > 1:
        return
    numbers = ", ".join(map(str, planned.fold_numbers))
    key = part.keys[0]
    cursor.execute(
        f"CREATE TEMPORARY TABLE merge_fold_{part.number} ON COMMIT DROP AS"
        f" SELECT key_{key} AS source, t_{key} AS target FROM merge_clash_{part.number} WHERE rule IN ({numbers})"
    )
    cursor.execute(f"ANALYZE merge_fold_{part.number}")


def _refusals(cursor, planned: Planned) -> Iterator[str]:
    part = planned.part
    for number, rule in enumerate(part.rules.values()):
        if isinstance(rule, Refuse) and planned.clashes.get(number):
            yield f"{rule.message}（{planned.clashes[number]} 条）。"
        if isinstance(rule, Fold) and rule.refuse_when and planned.clashes.get(number):
            cursor.execute(
                f"SELECT count(*) FROM merge_clash_{part.number} c JOIN {part.table} s ON {same('s', 'c', part)}"
                f" JOIN {part.table} t ON {same('t', 'c', part, 't_')} WHERE c.rule = {number} AND {rule.refuse_when}"
            )
            if count := cursor.fetchone()[0]:
                yield f"{rule.message}（{count} 条）。"


def altering(part: Part) -> list[tuple[int, Change]]:
    return [(number, rule) for number, rule in enumerate(part.rules.values()) if isinstance(rule, Change)]
