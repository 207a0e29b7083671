"""The last net under the checks: rows the database refuses are sent back, and the good ones are kept.

Every kind checks its rows itself. Should one let something pass that the database will not have, the whole sheet must
not fail for it: the offending rows are searched by halves, refused by name, and logged so that the check is mended.
"""

import psycopg
import structlog
from django.apps import apps
from django.db import DataError, IntegrityError, connection, models, transaction

from core.spreadsheets import ParsedRow, SheetError
from projects.imports.base import Outcome, SheetImport

log = structlog.get_logger(__name__)

# COPY answers psycopg's own errors, not Django's.
REFUSALS = (DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError)
UNFIT = "本行数据不符合登记要求，无法入库。"
MOST_ROWS = 20
MOST_TRIES = 200


def write(importer: SheetImport, good: list[ParsedRow], *, keep: bool) -> Outcome | None:
    """`importer.apply`, or only on trial; rows the database will not have are refused. None: nothing left."""
    try:
        return _write(importer, good, keep=keep)
    except REFUSALS as error:
        log.error("import_rows_unforeseen", kind=importer.kind, batch=_pk(importer), error=type(error).__name__)
        _refuse_offenders(importer, good)
        good = [row for row in good if row.good]
        return _write(importer, good, keep=keep) if good else None


def _write(importer: SheetImport, rows: list[ParsedRow], *, keep: bool) -> Outcome:
    with transaction.atomic():
        outcome = importer.apply(rows)
        connection.check_constraints()  # foreign keys, too, now and not when the transaction ends
        transaction.set_rollback(not keep)
    return outcome


def _refuse_offenders(importer: SheetImport, rows: list[ParsedRow]) -> None:
    """The last row of the shortest run from the top that the database refuses, again and again."""
    tries = refused = sound = 0
    while (error := _refusal(importer, rows)) is not None:
        fails = len(rows)
        while fails - sound > 1:
            middle = (sound + fails) // 2
            found = _refusal(importer, rows[:middle])
            tries += 1
            sound, fails, error = (middle, fails, error) if found is None else (sound, middle, found)
        row, refused = rows[fails - 1], refused + 1
        importer.refuse(row, "", reason(error))
        log.warning("import_row_refused_by_database", kind=importer.kind, row=row.row, **_where(error))
        if refused >= MOST_ROWS or tries >= MOST_TRIES:
            message = f"至第 {row.row} 行已有 {refused} 行数据不符合登记要求，请核对全表后重新上传。"
            raise SheetError(message, code="unfit")
        rows = rows[: fails - 1] + rows[fails:]


def _refusal(importer: SheetImport, rows: list[ParsedRow]) -> Exception | None:
    try:
        if rows:
            _write(importer, rows, keep=False)
    except REFUSALS as error:
        return error


def reason(error: Exception) -> str:
    """What the constraint says of itself, where it was given words."""
    name = _diagnosis(error).constraint_name if _diagnosis(error) else ""
    model, constraint = _constraints().get(name, (None, None))
    if constraint is None:
        return UNFIT
    if constraint.violation_error_message != models.BaseConstraint.default_violation_error_message:
        return f"{UNFIT}{constraint.violation_error_message}"
    labels = "、".join(filter(None, (_label(model, name) for name in getattr(constraint, "fields", ()))))
    return f"{UNFIT}{labels}与已登记的重复。" if labels else UNFIT


def _constraints() -> dict[str, tuple]:
    return {rule.name: (model, rule) for model in apps.get_models() for rule in model._meta.constraints}


def _label(model, name: str) -> str:
    """The field's Chinese name; a link that no page shows has none."""
    label = str(model._meta.get_field(name).verbose_name)
    return "" if label.isascii() else label


def _where(error: Exception) -> dict[str, str]:
    """Names only: the database's own message repeats values, which may be personal."""
    found = _diagnosis(error)
    return {
        "error": type(error).__name__,
        "code": getattr(found, "sqlstate", None) or "",
        "table": getattr(found, "table_name", None) or "",
        "constraint": getattr(found, "constraint_name", None) or "",
    }


def _diagnosis(error: Exception):
    return getattr(error if isinstance(error, psycopg.Error) else error.__cause__, "diag", None)


def _pk(importer: SheetImport) -> int | None:
    return importer.batch.pk if importer.batch else None
