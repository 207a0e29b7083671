"""Background jobs. A job is defined by decorating its function:

    @job("monthly_workbook", "月度统计表")
    def make_workbook(progress: Progress, *, month: str) -> Attachment | None: …

`start` writes the row and wakes a worker after commit. Whoever claims the row (`FOR UPDATE SKIP LOCKED`) runs it;
beat wakes again what a crash left behind (`core.tasks.run_waiting_jobs`).
"""

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.models.jobs import Job

log = structlog.get_logger(__name__)
STALE = timedelta(minutes=5)
_kinds: dict[str, tuple[str, Callable]] = {}


def job(kind: str, title: str) -> Callable:
    def define(function: Callable) -> Callable:
        if kind in _kinds:
            raise ValueError(f"Two jobs are called {kind}.")
        _kinds[kind] = (title, function)
        return function

    return define


class Progress:
    """Handed to the job's function. Progress is written outside its transaction, at most twice a second; `last_word`
    stays on the finished job."""

    def __init__(self, job: Job):
        self.job, self._written, self.last_word = job, 0.0, ""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        if time.monotonic() - self._written < 0.5 and done < total:
            return
        self._written = time.monotonic()
        values = {"done": done, "total": total, "message": message, "heartbeat_at": timezone.now()}
        Job.objects.unscoped("the worker runs jobs of all owners").filter(pk=self.job.pk).update(**values)


@transaction.atomic
def start(kind: str, *, by, title: str = "", **params) -> Job:
    if kind not in _kinds:
        raise ValueError(f"No job is called {kind}.")
    job = Job.objects.create(kind=kind, title=title or _kinds[kind][0], params=params, owner=by)
    transaction.on_commit(lambda: current_app.send_task("core.tasks.run_job", [job.pk], ignore_result=True))
    return job


def waiting() -> list[int]:
    """Jobs nobody runs: never claimed, or claimed by a worker that fell silent."""
    silent = Q(state=Job.State.RUNNING, heartbeat_at__lt=timezone.now() - STALE)
    jobs = Job.objects.unscoped("the worker runs jobs of all owners")
    return list(jobs.filter(Q(state=Job.State.WAITING) | silent).order_by("id").values_list("pk", flat=True))


def run(job_id: int) -> Job | None:
    """Claim and run one job; None when somebody else has it. A failure is put on the job in plain words."""
    job = _claim(job_id)
    if job is None:
        return None
    if not job.owner.is_active:  # who has left starts nothing any more
        return _finish(job, Job.State.FAILED, message="发起人的账号已停用，任务没有执行。")
    progress = Progress(job)
    try:
        result = _kinds[job.kind][1](progress, **job.params)
    except ValidationError as error:
        return _finish(job, Job.State.FAILED, message="；".join(error.messages))
    except Exception:
        log.exception("job_failed", job=job.pk, kind=job.kind)
        return _finish(job, Job.State.FAILED, message="系统内部错误，已记录，请稍后重试或联系系统管理员。")
    return _finish(job, Job.State.DONE, message=progress.last_word, result=result)


@transaction.atomic
def _claim(job_id: int) -> Job | None:
    free = Q(state=Job.State.WAITING) | Q(heartbeat_at__lt=timezone.now() - STALE, state=Job.State.RUNNING)
    jobs = Job.objects.unscoped("the worker runs jobs of all owners").filter(free, pk=job_id)
    job = jobs.select_for_update(skip_locked=True).first()
    if job:
        job.state, job.heartbeat_at = Job.State.RUNNING, timezone.now()
        job.save(update_fields=["state", "heartbeat_at"])
    return job


def _finish(job: Job, state: str, *, message: str = "", result=None) -> Job:
    job.refresh_from_db()
    job.state, job.message, job.result, job.finished_at = state, message[:500], result, timezone.now()
    if state == Job.State.DONE:
        job.done = job.total = job.total or 1
    job.save()
    return job
