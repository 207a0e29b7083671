"""Large sheets are examined and applied by a worker; small ones at once, while the browser waits."""

from django.db import transaction

from core import attachments, audit, jobs
from core.jobs import Progress, job
from core.models import Attachment, Job
from core.scoping import unscoped
from core.spreadsheets import annotated_name
from organizations.models import User
from projects.imports import engine
from projects.models import ImportBatch


def examine_soon(batch: ImportBatch, *, by) -> ImportBatch:
    if not (by and batch.is_large):
        return engine.examine(batch)
    return _start(batch, "import_examine", by=by)


def apply_soon(batch: ImportBatch, *, by) -> ImportBatch:
    if not (by and batch.is_large):
        return engine.apply(batch, by=by)
    return _start(batch, "import_apply", by=by)


def annotate_soon(batch: ImportBatch, *, by) -> Job:
    return jobs.start("import_annotate", by=by, title=annotated_name(batch.file.name), batch_id=batch.pk, by_id=by.pk)


@transaction.atomic
def _start(batch: ImportBatch, kind: str, *, by) -> ImportBatch:
    """One job at a time for a batch: a second click finds the first one's."""
    with unscoped("the caller has seen the batch"):
        batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("job", "file").get(pk=batch.pk)
        if not batch.is_busy and not batch.is_settled:
            batch.job = jobs.start(kind, by=by, title=batch.file.name, batch_id=batch.pk, by_id=by.pk)
            batch.save(update_fields=["job"])
    return batch


@job("import_examine", "检查导入文件")
def _examine(progress: Progress, *, batch_id: int, by_id: int) -> None:
    engine.examine(_batch(batch_id), progress=progress)


@job("import_apply", "导入数据")
def _apply(progress: Progress, *, batch_id: int, by_id: int) -> None:
    engine.apply(_batch(batch_id), by=User.objects.get(pk=by_id), progress=progress)


@job("import_annotate", "标注导入文件")
def _annotate(progress: Progress, *, batch_id: int, by_id: int) -> Attachment:
    batch, by = _batch(batch_id), User.objects.get(pk=by_id)
    progress(0, 1, "正在标注")
    content = engine.annotated(batch)
    audit.record("import.annotated", by=by, target=batch)
    name, kinds = annotated_name(batch.file.name), {".xlsx": attachments.XLSX}
    return attachments.store(content, name, by=by, owner=batch, kinds=kinds)


def _batch(pk: int) -> ImportBatch:
    return ImportBatch.objects.select_related("file", "project", "by__organization").get(pk=pk)
