from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core import attachments, jobs
from core.jobs import Progress, job
from core.models import Job
from tests.organizations.factories import officer

pytestmark = pytest.mark.django_db


@job("test_counting", "数数")
def count(progress: Progress, *, to: int):
    for number in range(to):
        progress(number + 1, to, f"第 {number + 1} 个")


@job("test_refusing", "拒绝")
def refuse(progress: Progress):
    raise ValidationError("本月没有数据。")


@job("test_crashing", "崩溃")
def crash(progress: Progress):
    raise RuntimeError("secret detail")


@job("test_filing", "出文件")
def make_file(progress: Progress):
    return attachments.store(b"a,b\n1,2\n", "figures.csv", by=progress.job.owner, kinds=attachments.SHEETS)


def test_a_job_runs_to_its_end_and_says_how_far_it_got():
    started = jobs.start("test_counting", by=officer(), to=3)
    done = jobs.run(started.pk)
    assert (done.state, done.done, done.total, done.percent) == ("done", 3, 3, 100)


def test_a_refusal_is_told_in_its_own_words_and_a_crash_without_details():
    user = officer()
    assert jobs.run(jobs.start("test_refusing", by=user).pk).message == "本月没有数据。"
    crashed = jobs.run(jobs.start("test_crashing", by=user).pk)
    assert crashed.state == "failed"
    assert "secret" not in crashed.message


def test_a_finished_job_is_not_run_again():
    started = jobs.start("test_counting", by=officer(), to=1)
    assert jobs.run(started.pk)
    assert jobs.run(started.pk) is None


def test_a_job_whose_worker_fell_silent_is_taken_up_again():
    started = jobs.start("test_counting", by=officer(), to=1)
    Job.objects.filter(pk=started.pk).update(state="running", heartbeat_at=timezone.now())
    assert jobs.waiting() == []
    assert jobs.run(started.pk) is None
    Job.objects.filter(pk=started.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=6))
    assert jobs.waiting() == [started.pk]
    assert jobs.run(started.pk).state == "done"


def test_only_the_owner_sees_a_job_and_its_file(client):
    user = officer()
    done = jobs.run(jobs.start("test_filing", by=user).pk)
    client.force_login(user)
    assert client.get(f"/jobs/{done.pk}/").status_code == 200
    download = client.get(f"/attachments/{done.result.key}/")
    assert download.content == b"a,b\n1,2\n"
    client.force_login(officer())
    assert client.get(f"/jobs/{done.pk}/").status_code == 404
    assert client.get(f"/attachments/{done.result.key}/").status_code == 404


def test_two_jobs_may_not_share_a_name_and_an_unknown_one_is_refused():
    with pytest.raises(ValueError, match="Two jobs"):
        job("test_counting", "again")(count)
    with pytest.raises(ValueError, match="No job"):
        jobs.start("unheard of", by=officer())
