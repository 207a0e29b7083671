from celery import shared_task

from core import jobs


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def run_waiting_jobs() -> None:
    for job_id in jobs.waiting():
        run_job.delay(job_id)
