"""Carries out what was planned, writing down every row it touches; and takes it back from what was written down."""

from collections.abc import Callable, Iterable

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection

from projects.models import MergeStep, Project, ProjectMerge
from projects.models.merging import Fold, Rule
from projects.services.merge_parts import Part, key_columns, parts, project_columns
from projects.services.merge_plan import Planned, altering, number_of, same

Action = MergeStep.Action
Watch = Callable[[int, int, str], None]

JOURNAL = "INSERT INTO projects_mergedrow (step_id, key, before, after)"


def carry_out(merge: ProjectMerge, planned: Iterable[Planned], watch: Watch) -> None:
    planned = list(planned)
    journal = Journal(merge)
    for done, item in enumerate(planned):
        watch(done, len(planned), item.name)
        if item.rows:
            _Mover(journal, item).run()


class Journal:
    """Numbers the steps of a merge."""

    def __init__(self, merge: ProjectMerge):
        self.merge, self.number = merge, merge.steps.count()

    def step(self, label: str, action: str, columns: Iterable[str], rows: int) -> MergeStep:
        self.number += 1
        facts = {"model": label, "action": action, "columns": list(columns), "rows": rows}
        return MergeStep.objects.create(merge=self.merge, number=self.number, **facts)


class _Mover:
    """One part: its folded rows noted, the target's rows filled, all others moved."""

    def __init__(self, journal: Journal, planned: Planned):
        self.journal, self.planned, self.part = journal, planned, planned.part
        self.clash, self.rows = f"merge_clash_{self.part.number}", f"merge_rows_{self.part.number}"

    def run(self) -> None:
        for number, rule in enumerate(self.part.rules.values()):
            if isinstance(rule, Fold) and (count := self.planned.clashes.get(number)):
                self._note_folded(number, count)
                if rule.into:
                    self._fill(number, rule)
        self._move("c.rule IS NULL", self.planned.moved - self.planned.changed, {})
        for number, change in altering(self.part):
            self._move(f"c.rule = {number}", self.planned.clashes.get(number, 0), change.to)
        for rule in self.part.rules.values():
            if isinstance(rule, Fold) and rule.rebuild:
                rebuild(rule, self.part, _targets(rule, self.part))

    def _note_folded(self, number: int, count: int) -> None:
        step = self.journal.step(self.part.label, Action.FOLDED, [], count)
        _execute(
            f"{JOURNAL} SELECT {step.pk}, {_object(self.part.keys, 'c.key_')}, '{{}}',"
            f" {_object(self.part.keys, 'c.t_')} FROM {self.clash} c WHERE c.rule = {number}"
        )

    def _fill(self, number: int, rule: Fold) -> None:
        """Only rows that differ."""
        part, table = self.part, self.part.table
        pairs = f"{self.clash} c JOIN {table} s ON {same('s', 'c', part)}"
        new = [f"({sql}) AS {column}" for column, sql in rule.into.items()]
        temporary = f"merge_fill_{part.number}_{number}"
        old, fresh = _tuple(rule.into, "t."), _tuple(rule.into, "v.")
        selected = ", ".join([*(f"t.{key} AS t_{key}" for key in part.keys), "v.*"])
        _execute(
            f"DROP TABLE IF EXISTS {temporary}; CREATE TEMPORARY TABLE {temporary} ON COMMIT DROP AS"
            f" SELECT {selected} FROM {pairs} JOIN {table} t ON {same('t', 'c', part, 't_')}"
            f" CROSS JOIN LATERAL (SELECT {', '.join(new)}) v"
            f" WHERE c.rule = {number} AND {old} IS DISTINCT FROM {fresh}"
        )
        if not _count(temporary):
            return
        step = self.journal.step(self.part.label, Action.FILLED, rule.into, _count(temporary))
        found = f"{table} t JOIN {temporary} v ON {same('t', 'v', part, 't_')}"
        _execute(
            f"{JOURNAL} SELECT {step.pk}, {_object(part.keys, 't.')}, {_object(rule.into, 't.')},"
            f" {_object(rule.into, 'v.')} FROM {found}"
        )
        assigned = ", ".join(f"{column} = v.{column}" for column in rule.into)
        _execute(f"UPDATE {table} t SET {assigned} FROM {temporary} v WHERE {same('t', 'v', part, 't_')}")

    def _move(self, which: str, count: int, altered: dict[str, str]) -> None:
        if not count:
            return
        part, columns = self.part, [*self.planned.columns, *altered]
        step = self.journal.step(part.label, Action.MOVED, columns, count)
        keys = {key: f"r.new_{key}" if key in self.planned.columns else f"r.key_{key}" for key in part.keys}
        chosen = (
            f"{self.rows} r JOIN {part.table} s ON {same('s', 'r', part)}"
            f" LEFT JOIN {self.clash} c ON {same('c', 'r', part, own='key_')} WHERE {which}"
        )
        made = ", ".join(f"'{key}', {value}" for key, value in keys.items())
        _execute(
            f"{JOURNAL} SELECT {step.pk}, jsonb_build_object({made}), {_object(columns, 's.')}, '{{}}' FROM {chosen}"
        )
        assigned = [f"{column} = r.new_{column}" for column in self.planned.columns]
        assigned += [f"{column} = {sql}" for column, sql in altered.items()]
        unlike = f"FROM {self.rows} r LEFT JOIN {self.clash} c ON {same('c', 'r', part, own='key_')}"
        _execute(f"UPDATE {part.table} s SET {', '.join(assigned)} {unlike} WHERE {same('s', 'r', part)} AND {which}")


def rebuild(rule: Fold, part: Part, rows: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(rule.rebuild, {"rows": list(rows)})


def _targets(rule: Fold, part: Part) -> list[int]:
    parent = part.model._meta.get_field(rule.of).related_model
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT target FROM merge_fold_{number_of(parent)}")
        return [pk for (pk,) in cursor.fetchall()]


def keep_facts(merge: ProjectMerge, facts: dict[str, object]) -> None:
    """What the officer chose among the two projects' facts, column → value, written on the target."""
    if not facts:
        return
    step = Journal(merge).step(Project._meta.label, Action.FILLED, facts, 1)
    old = Project.every.unscoped("the caller's").filter(pk=merge.target_id)
    read = f"SELECT {_object(facts, 't.')} FROM projects_project t WHERE t.id = %s"
    with connection.cursor() as cursor:
        cursor.execute(read, [merge.target_id])
        before = cursor.fetchone()[0]
        old.update(**facts)
        cursor.execute(read, [merge.target_id])
        after = cursor.fetchone()[0]
        cursor.execute(
            f"{JOURNAL} VALUES (%s, jsonb_build_object('id', %s::bigint), %s, %s)",
            [step.pk, merge.target_id, before, after],
        )


def lead_on(merge: ProjectMerge) -> None:
    """Codes merged into the source before lead to the target from now on."""
    earlier = f"FROM projects_project s WHERE s.merged_into_id = {merge.source_id}"
    if count := _value(f"SELECT count(*) {earlier}"):
        step = Journal(merge).step(Project._meta.label, Action.MOVED, ["merged_into_id"], count)
        written = f"{_object(['id'], 's.')}, {_object(['merged_into_id'], 's.')}"
        _execute(f"{JOURNAL} SELECT {step.pk}, {written}, '{{}}' {earlier}")
        _execute(
            f"UPDATE projects_project SET merged_into_id = {merge.target_id} WHERE merged_into_id = {merge.source_id}"
        )


# --- taking back ----------------------------------------------------------------------------------------------------


def take_back(merge: ProjectMerge) -> None:
    """Step by step, the last first. What hangs on a returning row by a required key returns with it."""
    for step in merge.steps.order_by("-number"):
        if step.action == Action.MOVED:
            _return(step)
        elif step.action == Action.FILLED:
            _empty_again(step)
    for part in parts():
        _follow(part, merge)
    for part in parts():
        for rule in part.rules.values():
            if isinstance(rule, Fold) and rule.rebuild:
                rebuild(rule, part, _once_folded(merge, rule, part))


def _return(step: MergeStep) -> None:
    model = apps.get_model(step.model)
    keys = key_columns(model)
    temporary = _journalled(step, model, [f"(k).{key} AS key_{key}" for key in keys], step.columns)
    assigned = ", ".join(f"{column} = v.old_{column}" for column in step.columns)
    where = " AND ".join(f"t.{key} = v.key_{key}" for key in keys)
    _execute(f"UPDATE {model._meta.db_table} t SET {assigned} FROM {temporary} v WHERE {where}")


def _empty_again(step: MergeStep) -> None:
    """Where somebody has written since, theirs stands: of a project column by column, of a row as a whole."""
    model = apps.get_model(step.model)
    keys, table = key_columns(model), model._meta.db_table
    temporary = _journalled(step, model, [f"(k).{key} AS key_{key}" for key in keys], step.columns)
    where = " AND ".join(f"t.{key} = v.key_{key}" for key in keys)
    untouched = f"{_tuple(step.columns, 't.')} IS NOT DISTINCT FROM {_tuple(step.columns, 'v.new_')}"
    if model is Project:
        assigned = [
            f"{c} = CASE WHEN t.{c} IS NOT DISTINCT FROM v.new_{c} THEN v.old_{c} ELSE t.{c} END" for c in step.columns
        ]
        _execute(f"UPDATE {table} t SET {', '.join(assigned)} FROM {temporary} v WHERE {where}")
        return
    if _is_exact(model, step) and _value(
        f"SELECT count(*) FROM {table} t JOIN {temporary} v ON {where} WHERE NOT ({untouched})"
    ):
        raise ValidationError(f"合并后的{model._meta.verbose_name}又有变动，不能撤销合并。")
    assigned = ", ".join(f"{column} = v.old_{column}" for column in step.columns)
    _execute(f"UPDATE {table} t SET {assigned} FROM {temporary} v WHERE {where} AND {untouched}")


def _is_exact(model, step: MergeStep) -> bool:
    rules: Iterable[Rule] = getattr(model, "on_merge", {}).values()
    return any(isinstance(rule, Fold) and rule.is_exact and set(rule.into) == set(step.columns) for rule in rules)


def _journalled(step: MergeStep, model, keys: list[str], columns: list[str]) -> str:
    """The step's rows with their types, in a table the planner knows the size of."""
    temporary, table = "merge_taken_back", model._meta.db_table
    selected = keys + [f"(b).{column} AS old_{column}, (a).{column} AS new_{column}" for column in columns]
    typed = ", ".join(
        f"jsonb_populate_record(NULL::{table}, r.{name}) AS {letter}"
        for name, letter in (("key", "k"), ("before", "b"), ("after", "a"))
    )
    _execute(
        f"SET LOCAL client_min_messages = warning; DROP TABLE IF EXISTS {temporary};"
        f" CREATE TEMPORARY TABLE {temporary} ON COMMIT DROP AS SELECT {', '.join(selected)}"
        f" FROM (SELECT {typed} FROM projects_mergedrow r WHERE r.step_id = {step.pk} OFFSET 0) j;"
        f" ANALYZE {temporary}"
    )
    return temporary


def _follow(part: Part, merge: ProjectMerge) -> None:
    """Written since the merge, below a row that has gone back: a day's attendance goes where its person is."""
    if not part.projects or set(project_columns(part.model)) != {"project_id"}:
        return
    for field in part.model._meta.concrete_fields:
        parent = field.related_model if field.many_to_one or field.one_to_one else None
        if parent is None or field.null or parent is Project or "project_id" not in project_columns(parent):
            continue
        _execute(
            f"UPDATE {part.table} t SET project_id = {merge.source_id} FROM {parent._meta.db_table} p"
            f" WHERE t.project_id = {merge.target_id} AND p.id = t.{field.column} AND p.project_id = {merge.source_id}"
        )


def _once_folded(merge: ProjectMerge, rule: Fold, part: Part) -> list[int]:
    parent = part.model._meta.get_field(rule.of).related_model
    steps = merge.steps.filter(model=parent._meta.label, action=Action.FOLDED)
    pairs = [(change.key["id"], change.after["id"]) for step in steps for change in step.changes.all()]
    return [pk for pair in pairs for pk in pair]


# --- SQL ------------------------------------------------------------------------------------------------------------


def _object(columns: Iterable[str], prefix: str) -> str:
    names = [column.removeprefix("key_") for column in columns]
    return f"jsonb_build_object({', '.join(f'{chr(39)}{name}{chr(39)}, {prefix}{name}' for name in names)})"


def _tuple(columns: Iterable[str], prefix: str) -> str:
    return f"({', '.join(prefix + column for column in columns)})"


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _value(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _count(table: str) -> int:
    return _value(f"SELECT count(*) FROM {table}")
