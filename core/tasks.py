from celery import shared_task

from core import jobs, notices


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def run_waiting_jobs() -> None:
    for job_id in jobs.waiting():
        run_job.delay(job_id)


@shared_task(soft_time_limit=300, time_limit=360)
def send_messages() -> None:
    notices.send_waiting()
