"""The course of an uploaded sheet: received, examined, applied or discarded.

Everything that reads or writes the register runs under a lock of the project's row, so that two uploads at once come
one after the other; the second finds the rows of the first. A refusal or a crash leaves nothing but its message.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, LockNotAvailable

from core import attachments, audit
from core.scoping import unscoped
from core.spreadsheets import Layout, ParsedRow, SheetError, Workbook, annotate, open_workbook
from core.triggers import bulk_history
from projects.enums import ImportState
from projects.imports import net, records
from projects.imports.base import Outcome, SheetImport, Unanswered, kinds
from projects.imports.fitting import other_kind
from projects.models import ImportBatch, Project
from projects.models.imports import LARGE_BYTES, RESEMBLES
from projects.services import CLOSED, lock, mark_changed

log = structlog.get_logger(__name__)

DEADLOCK_ATTEMPTS = 3
PATIENCE, PATIENCE_OF_A_WORKER = "20s", "30min"
CRASHED = "系统内部错误，已记录，数据没有任何变化。请稍后重试或联系系统管理员。"


class Busy(SheetError):
    """Another import of the project would not end. Nothing has changed; the same act may be tried again."""


Progress = Callable[[int, int, str], None]


def quiet(done: int, total: int, message: str = "") -> None:
    """Progress that nobody watches."""


def receive(project: Project | None, kind: str, *, content: bytes, filename: str, by, options: dict | None = None):
    """Keep the file as a new batch. Raises ValidationError for a closed project or a file that is no sheet.

    A large file is opened later by a worker; of any other it is known at once whether it can be read.
    """
    _refuse_closed(project)
    accepted = _kinds_of(content)
    attachments.check(content, filename, accepted)
    large = len(content) > LARGE_BYTES
    rows = 0 if large else sum(sheet.height for sheet in open_workbook(io.BytesIO(content), filename).sheets)
    with transaction.atomic():
        file = attachments.store(content, filename, by=by, kinds=accepted)
        batch = ImportBatch.objects.create(
            project=project, kind=kind, file=file, rows=rows, options=options or {}, by=by
        )
        file.owner = batch
        file.save(update_fields=["owner_type", "owner_id"])
    return batch


def _kinds_of(content: bytes) -> dict[str, str]:
    """Spreadsheet programs do not mind .xls over the new format, nor the reverse; neither do we."""
    if content.startswith(b"PK\x03\x04"):
        return attachments.SHEETS | {".xls": attachments.XLSX}
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return attachments.SHEETS | {".xlsx": attachments.SHEETS[".xls"]}
    return attachments.SHEETS


def examine(batch: ImportBatch, *, progress: Progress = quiet) -> ImportBatch:
    """Read and check the sheet, and foretell what applying would change. Answers the batch as it is now."""
    return _careful(batch, lambda: _examine(batch, progress))


def apply(batch: ImportBatch, *, by, progress: Progress = quiet) -> ImportBatch:
    """Write the good rows of a checked batch, once, however often it is asked. Answers the batch as it is now."""
    return _careful(batch, lambda: _apply(batch, by, progress))


def straight(batch: ImportBatch, *, by, progress: Progress = quiet) -> ImportBatch:
    """Examine and apply in one go, where nobody looks at a preview in between: read, checked and written once."""
    return _careful(batch, lambda: _apply(batch, by, progress, ImportState.UPLOADED))


def discard(batch: ImportBatch, *, by) -> ImportBatch:
    with unscoped("the caller has seen the batch"), _transaction(batch):
        batch = _locked(batch)
        if not batch.is_settled:
            batch.state, batch.preview, batch.outcome = ImportState.DISCARDED, [], {}
            batch.save()
            audit.record("import.discard", by=by, target=batch, kind=batch.kind)
    return batch


def remap(batch: ImportBatch, mapping: dict[str, str]) -> ImportBatch:
    """What a person says the columns are (header → column name, "" for none): kept for this shape of sheet."""
    with unscoped("the caller has seen the batch"), _transaction(batch):
        batch = _locked(batch)
        if batch.is_settled:
            return batch
        importer, workbook = open_batch(batch)
        records.remember(batch, importer.layout(workbook), mapping)
        batch.mapping, batch.state, batch.message = mapping, ImportState.UPLOADED, ""
        batch.save()
    return batch


def answer(batch: ImportBatch, answers: dict[str, str]) -> ImportBatch:
    """What somebody chose for rows the sheet says too little about; it is examined anew with that."""
    with unscoped("the caller has seen the batch"), _transaction(batch):
        batch = _locked(batch)
        if batch.is_settled:
            return batch
        batch.options["answers"] = batch.options.get("answers", {}) | answers
        batch.state, batch.message = ImportState.UPLOADED, ""
        batch.save()
    return batch


def move(batch: ImportBatch, *, by) -> ImportBatch:
    """To the kind it resembles: uploaded there, it would be the same file."""
    with unscoped("the caller has seen the batch"), _transaction(batch):
        batch = _locked(batch)
        kind = batch.resembles
        if batch.state != ImportState.MAPPING or kind not in kinds():
            return batch
        audit.record("import.move", by=by, target=batch, before=batch.kind, after=kind)
        batch.kind, batch.mapping, batch.state, batch.message = kind, {}, ImportState.UPLOADED, ""
        del batch.options[RESEMBLES]
        batch.save()
    return batch


def columns_of(batch: ImportBatch) -> tuple[SheetImport, Layout]:
    """How the sheet's columns are understood now, for somebody to correct."""
    importer, workbook = open_batch(batch)
    with unscoped("the caller has seen the batch"):
        return importer, find_layout(batch, importer, workbook)


def annotated(batch: ImportBatch) -> bytes:
    """The file with what is wrong written into it: mended there, it can be uploaded again as it is."""
    importer, workbook = open_batch(batch)
    with unscoped("the caller has seen the batch"):
        layout = find_layout(batch, importer, workbook)
        problems = records.as_problems(batch)
    header_rows = {sheet.name: sheet.header_row for sheet in layout.sheets}
    content = io.BytesIO(attachments.read(batch.file))
    return annotate(content, batch.file.name, problems, header_rows=header_rows)


# --- reading -------------------------------------------------------------------------------------------------------


def open_batch(batch: ImportBatch) -> tuple[SheetImport, Workbook]:
    workbook = open_workbook(io.BytesIO(attachments.read(batch.file)), batch.file.name)
    importer = kinds()[batch.kind](
        batch.project, by=batch.by, batch=batch, filename=batch.file.name, options=batch.options
    )
    return importer, workbook


def find_layout(batch: ImportBatch, importer: SheetImport, workbook: Workbook) -> Layout:
    """As this batch was mapped, else as the organization mapped such a sheet before, else by the headers."""
    layout = importer.layout(workbook)
    mapping = batch.mapping or records.remembered(batch, layout)
    if mapping:
        layout = importer.layout(workbook, mapping)
    importer.found = layout
    return layout


def _read(batch: ImportBatch, progress: Progress) -> tuple[SheetImport, Layout, list[ParsedRow]]:
    progress(0, 3, "正在读取表格")
    importer, workbook = open_batch(batch)
    importer.progress = progress
    layout = find_layout(batch, importer, workbook)
    if not layout.complete:
        importer.resembles = other_kind(importer, layout, workbook)
    if not layout.sheets:
        wanted = "、".join(column.label for column in importer.columns if column.required)
        message = f"没有找到表头。表格中应有一行列名，至少包括：{wanted}。可下载模板对照。"
        raise SheetError(_send_to(importer) + message, code="no_header")
    if not layout.complete:
        return importer, layout, []
    rows = importer.read(workbook, layout)
    if not rows:
        raise SheetError("表头下面没有数据行，请核对后重新上传。", code="no_rows")
    return importer, layout, rows


# --- steps ---------------------------------------------------------------------------------------------------------


def _examine(batch: ImportBatch, progress: Progress) -> ImportBatch:
    importer, layout, rows = _read(batch, progress)
    progress(1, 3, f"正在核对 {len(rows)} 行")
    with _transaction(batch, progress):
        batch = _locked(batch)
        batch.project = _hold(batch, importer)
        if batch.is_settled:
            return batch
        _refuse_moved(importer, batch)
        _refuse_closed(batch.project)
        if not layout.complete:
            return _ask_for_columns(batch, layout, importer)
        good = _check(importer, layout, rows)
        outcome = net.write(importer, good, keep=False) if good else None
        records.keep(batch, importer, rows)
        batch.outcome = outcome.facts() if outcome else {}
        _conclude(batch, ImportState.CHECKED)
    return batch


def _apply(batch: ImportBatch, by, progress: Progress, expected: str = ImportState.CHECKED) -> ImportBatch:
    importer, layout, rows = _read(batch, progress)
    importer.by = by
    progress(1, 3, f"正在写入 {len(rows)} 行")
    with _transaction(batch, progress):
        batch = _locked(batch)
        batch.project = _hold(batch, importer)
        if batch.state != expected:
            return batch
        _refuse_moved(importer, batch)
        _refuse_closed(batch.project)
        if not layout.complete:
            return _ask_for_columns(batch, layout, importer)
        good = _check(importer, layout, rows)
        outcome = net.write(importer, good, keep=True) if good else None
        records.keep(batch, importer, rows)
        if outcome:
            _record(batch, outcome, by)
        _conclude(batch, ImportState.APPLIED)
    return batch


def _record(batch: ImportBatch, outcome: Outcome, by) -> None:
    batch.outcome, batch.applied_at, batch.preview = outcome.facts(), timezone.now(), []
    audit.record(
        "import.apply",
        by=by,
        target=batch,
        kind=batch.kind,
        project=batch.project.code if batch.project else "",
        refused=batch.refused,
        **batch.outcome,
    )
    if batch.project and (outcome.created or outcome.updated):
        mark_changed([batch.project_id])


def _check(importer: SheetImport, layout: Layout, rows: list[ParsedRow]) -> list[ParsedRow]:
    importer.check_title(layout)
    importer.check(rows)
    return [row for row in rows if row.good]


def _conclude(batch: ImportBatch, state: ImportState) -> None:
    batch.state = state if batch.accepted else ImportState.REFUSED
    batch.message = "" if batch.accepted else f"{batch.refused} 行全部退回，请按问题清单改正后重新上传。"
    batch.save()


def _ask_for_columns(batch: ImportBatch, layout: Layout, importer: SheetImport) -> ImportBatch:
    labels = "、".join(column.label for column in layout.missing)[:300]
    batch.state, batch.options[RESEMBLES] = ImportState.MAPPING, importer.resembles.kind if importer.resembles else ""
    batch.message = f"{_send_to(importer)}没有认出必填列：{labels}。请指定它们对应表中的哪一列。"
    batch.save()
    return batch


def _send_to(importer: SheetImport) -> str:
    other = importer.resembles
    return f"这份表像是{other.title}，请到“{other.title}”上传；如确是{importer.title}：" if other else ""


def _locked(batch: ImportBatch) -> ImportBatch:
    """The batch as it is now, nobody else's until the transaction ends."""
    return ImportBatch.objects.select_for_update(of=("self",)).select_related("file", "by", "project").get(pk=batch.pk)


def _hold(batch: ImportBatch, importer: SheetImport) -> Project | None:
    """The project as it is now, locked, with others the sheet may write for, in one order for all; sheets of no
    project come one after the other by their kind."""
    if batch.project:
        others = {project.pk: project for project in importer.other_projects()}
        held = {pk: lock(project) for pk, project in sorted((others | {batch.project_id: batch.project}).items())}
        return held[batch.project_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {batch.kind}"])
    return None


def _refuse_closed(project: Project | None) -> None:
    if project and not project.is_open:
        raise SheetError(CLOSED, code="closed")


def _refuse_moved(importer: SheetImport, batch: ImportBatch) -> None:
    """The project was merged while the sheet was read: it was understood with the other project's eyes."""
    if importer.project and importer.project.pk != batch.project_id:
        raise SheetError(f"本项目刚刚并入“{batch.project.name}”，请在该项目重新上传。", code="project_merged")


# --- what can go wrong ---------------------------------------------------------------------------------------------


def _careful(batch: ImportBatch, step: Callable[[], ImportBatch]) -> ImportBatch:
    with unscoped("a sheet is checked against the whole register; the caller has seen the batch"):
        try:
            _refuse_closed(batch.project)
            return _retried(step)
        except Busy:
            raise
        except Unanswered as error:
            return _refused(batch, "；".join(error.messages), error.questions)
        except ValidationError as error:
            return _refused(batch, "；".join(error.messages))
        except Exception:
            log.exception("import_failed", batch=batch.pk, kind=batch.kind)
            return _refused(batch, CRASHED)


def _retried(step: Callable[[], ImportBatch]) -> ImportBatch:
    """People work on several sites: two projects' sheets may want the same workers in another order."""
    for attempt in range(1, DEADLOCK_ATTEMPTS + 1):
        try:
            return step()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or attempt == DEADLOCK_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


@contextmanager
def _transaction(batch: ImportBatch, progress: Progress = quiet) -> Iterator[None]:
    """A browser is not kept waiting for somebody else's import; a worker has time."""
    patience = PATIENCE if progress is quiet else PATIENCE_OF_A_WORKER
    try:
        with transaction.atomic(), bulk_history(import_batch=batch.pk):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [patience])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy("另一份资料正在导入，请稍等片刻后再试。", code="busy") from error
        raise


def _refused(batch: ImportBatch, message: str, questions: Sequence[dict] = ()) -> ImportBatch:
    with _transaction(batch):
        batch = _locked(batch)
        if not batch.is_settled:
            records.clear(batch)
            if questions:
                batch.options["questions"] = list(questions)
            batch.state, batch.message = ImportState.REFUSED, message[:500]
            batch.save()
    return batch
