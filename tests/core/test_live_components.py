"""Components that talk to the server: progress of a job, a masked value."""

import sys
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import path

from core.access import access
from core.models import AuditEntry, Job
from core.navigation import _items
from tests.organizations import factories as organizations
from tests.projects import factories as projects
from tests.workers import factories as workers
from workers.models import Worker

PAGE = """{% extends "layout/portal.html" %}{% block title %}工人{% endblock %}
{% block content %}<h1>工人</h1>{% masked worker.id_last4 worker "id_number" label="身份证号码" %}{% endblock %}"""


@access("officer")
def worker_page(request, pk):
    worker = get_object_or_404(Worker.objects.visible_to(request.user), pk=pk)
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"worker": worker}, request))


@pytest.fixture
def officer(db):
    return organizations.officer()


@pytest.fixture
def worker(officer, settings):
    """A worker of the officer's county, on a page of its own."""
    from wagemonitor.urls import urlpatterns

    module = ModuleType("worker_page_urls_for_test")
    module.urlpatterns = [*urlpatterns, path("one-worker/<int:pk>/", worker_page)]
    sys.modules[module.__name__] = module
    settings.ROOT_URLCONF = module.__name__
    yield workers.engagement(projects.project(at="530902")).worker
    _items.cache_clear()


def test_the_full_value_comes_after_a_reason_and_is_on_record(visitor, officer, worker):
    visitor.sign_in(officer)
    visitor.open(f"/one-worker/{worker.pk}/")
    page = visitor.page
    assert worker.id_number not in page.content()
    page.get_by_role("button", name="身份证号码：申请查看").click()
    dialog = page.get_by_role("dialog", name="查看身份证号码")
    dialog.get_by_label("查看事由").fill("核对工资卡持卡人")
    visitor.check_accessible("dialog[open]")
    dialog.get_by_role("button", name="查看").click()
    page.get_by_text(worker.id_number).wait_for()
    assert not dialog.is_visible()
    entry = AuditEntry.objects.get(action="reveal")
    assert (entry.actor, entry.detail["reason"]) == (officer, "核对工资卡持卡人")
    assert worker.id_number not in str(entry.detail)


def test_without_a_script_the_value_comes_on_a_page_of_its_own(client, officer, worker):
    client.force_login(officer)
    facts = {"model": "workers.worker", "pk": worker.pk, "field": "id_number", "reason": "核对工资卡持卡人"}
    page = client.post("/reveal/", facts).content.decode()
    fragment = client.post("/reveal/", facts, headers={"HX-Request": "true"}).content.decode()
    assert worker.id_number in page
    assert "<html" in page
    assert worker.id_number in fragment
    assert "<html" not in fragment


def test_without_a_reason_nothing_is_shown(visitor, officer, worker):
    visitor.sign_in(officer)
    visitor.open(f"/one-worker/{worker.pk}/")
    page = visitor.page
    page.get_by_role("button", name="身份证号码：申请查看").click()
    page.get_by_role("dialog").get_by_role("button", name="查看").click()
    assert page.get_by_role("dialog").is_visible()
    assert not AuditEntry.objects.filter(action="reveal").exists()


def test_a_refusal_is_told_in_its_own_words(visitor, officer, worker):
    visitor.sign_in(officer)
    visitor.open(f"/one-worker/{worker.pk}/")
    page = visitor.page
    page.get_by_role("button", name="身份证号码：申请查看").click()
    page.get_by_label("查看事由").fill("    ")
    page.get_by_role("dialog").get_by_role("button", name="查看").click()
    page.get_by_text("请填写查看原因。").wait_for()
    visitor.problems.clear()  # htmx reports the refusal on the console as well


def test_progress_moves_by_itself_until_the_job_is_done(visitor, officer):
    job = Job.objects.create(kind="sample", title="月度统计表", owner=officer, state="running", done=1, total=4)
    visitor.sign_in(officer)
    visitor.open(f"/jobs/{job.pk}/")
    page = visitor.page
    page.get_by_text("进行中 1/4").wait_for()
    jobs = Job.objects.filter(pk=job.pk)
    jobs.update(done=3)
    page.get_by_text("进行中 3/4").wait_for()
    jobs.update(state="failed", message="第 3 行金额不正确。")
    page.get_by_text("第 3 行金额不正确。").wait_for()
    assert page.locator("[hx-get]").count() == 0
    visitor.check_accessible()


def test_when_the_session_has_ended_the_page_leads_to_the_login(visitor, officer):
    job = Job.objects.create(kind="sample", title="月度统计表", owner=officer, state="running", done=1, total=4)
    visitor.sign_in(officer)
    visitor.open(f"/jobs/{job.pk}/")
    visitor.page.context.clear_cookies()
    visitor.page.wait_for_url(lambda url: "/login/?next=/jobs/" in url)
    visitor.page.get_by_label("用户名").wait_for()
