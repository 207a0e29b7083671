"""The pages of merging: who may, what they say, and the two confirmations."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Job
from projects.enums import Status
from projects.models import Project, ProjectMerge
from projects.services import merge as merging
from projects.services import merge_projects
from projects.services.merge_candidates import candidates
from tests.organizations.factories import clerk, officer, organization
from tests.projects import factories as sites
from tests.projects.merging import furnish, twins
from tests.workers import factories as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return twins()


def preview(source: Project, target: Project) -> str:
    return reverse("projects:merge_preview", args=[target.pk, source.pk])


def signed_in(client, user):
    client.force_login(user)
    return client


def test_the_likely_ones_are_suggested_with_the_reasons(client, pair):
    source, target = pair
    sites.project(name="高速公路")
    page = signed_in(client, officer()).get(reverse("projects:merge_choose", args=[target.pk])).text
    assert source.code in page
    assert "名称相近" in page
    assert "总承包单位相同" in page
    assert "高速公路" not in page
    assert [item.project for item in candidates(target, Project.objects.visible_to(officer("530921")))] == []


def test_a_search_by_code_finds_any_of_the_officers_projects(client, pair):
    source, target = pair
    elsewhere = sites.project(at="530921")
    client = signed_in(client, officer())
    address = reverse("projects:merge_choose", args=[target.pk])
    assert source.name in client.get(address, {"q": source.code}).text
    assert "没有找到项目" in client.get(address, {"q": elsewhere.code}).text


def test_the_preview_counts_and_puts_the_facts_side_by_side(client, pair):
    source, target = pair
    furnish(source, people.worker(), 1)
    page = signed_in(client, officer()).get(preview(source, target)).text
    for word in ("在册人员", "考勤日", "专户流水", "两个项目不一致的信息", source.name, target.name):
        assert word in page
    assert Project.objects.filter(pk=source.pk).exists()


def test_it_is_asked_twice_and_the_code_is_typed(client, pair):
    source, target = pair
    client = signed_in(client, officer())
    first = client.post(preview(source, target), {"keep_name": "source", "reason": "同一工程"})
    assert "确认合并" in first.text
    assert 'name="keep_name" value="source"' in first.text
    assert not ProjectMerge.objects.exists()
    wrong = client.post(preview(source, target), {"keep_name": "source", "code": target.code})
    assert wrong.status_code == 422
    assert not ProjectMerge.objects.exists()
    done = client.post(
        preview(source, target), {"keep_name": "source", "reason": "同一工程", "code": source.code}, follow=True
    )
    assert "24 小时内可以撤销" in done.text
    assert source.code in done.text
    target.refresh_from_db()
    assert target.name == source.name


def test_another_contractor_is_confirmed(client, pair):
    source, target = pair
    source.participations.update(organization=organization())
    client = signed_in(client, officer())
    assert client.post(preview(source, target), {"keep_name": "target"}).status_code == 422
    assert "确认合并" in client.post(preview(source, target), {"keep_name": "target", "other_contractor": "on"}).text


def test_the_county_is_told_that_it_is_too_late(client, pair):
    Project.objects.update(supervised_from=timezone.localdate() - timedelta(days=31))
    source, target = pair
    page = signed_in(client, officer()).get(preview(source, target)).text
    assert "须由省级人社部门" in page
    assert "下一步" not in page
    page = signed_in(client, officer("530000")).get(preview(source, target)).text
    assert "下一步" in page


def test_the_old_address_leads_to_the_project_it_became(client, pair):
    source, target = pair
    merge_projects(source, target, by=officer())
    page = signed_in(client, officer()).get(source.get_absolute_url(), follow=True)
    assert page.redirect_chain == [(target.get_absolute_url(), 302)]
    assert "已并入本项目" in page.text
    assert "合并记录" in page.text
    assert client.get(reverse("projects:project_list"), {"q": source.code}).text.count(target.code)
    assert signed_in(client, officer("530921")).get(source.get_absolute_url()).status_code == 404


def test_every_old_address_leads_to_the_same_page_of_the_new_project(client, pair):
    source, target = pair
    merge_projects(source, target, by=officer())
    client = signed_in(client, officer())
    for name, query in (("workers:register", "?q=yw"), ("projects:project_course", ""), ("imports:center", "")):
        page = client.get(reverse(name, args=[source.pk]) + query, follow=True)
        assert page.redirect_chain == [(reverse(name, args=[target.pk]) + query, 302)]
        assert "已并入本项目" in page.text
    posted = client.post(reverse("projects:project_edit", args=[source.pk]), {"name": "改名"})
    assert posted.url == target.get_absolute_url()
    assert not Project.objects.filter(name="改名").exists()
    strange = signed_in(client, officer("530921"))
    assert strange.get(reverse("workers:register", args=[source.pk])).status_code == 404


def test_a_merge_is_undone_from_its_page(client, pair):
    source, target = pair
    merge = merge_projects(source, target, by=officer())
    sites.permit(target)
    client = signed_in(client, officer())
    page = client.get(merge.get_absolute_url()).text
    assert "施工许可证 1 条" in page
    assert "撤销合并" in page
    undone = client.post(reverse("projects:merge_undo", args=[merge.pk]), follow=True).text
    assert "合并已撤销" in undone
    assert client.get(source.get_absolute_url()).status_code == 200


def test_contractors_read_the_trace_and_undo_nothing(client, pair):
    source, target = pair
    merge = merge_projects(source, target, by=officer())
    client = signed_in(client, clerk(target.general_contractor))
    page = client.get(merge.get_absolute_url()).text
    assert source.code in page
    assert "撤销合并" not in page
    assert client.post(reverse("projects:merge_undo", args=[merge.pk])).status_code == 403
    assert client.get(preview(source, target)).status_code == 403


def test_a_completed_project_is_not_merged(client, pair):
    source, target = pair
    Project.objects.filter(pk=source.pk).update(status=Status.COMPLETED, completed_on=timezone.localdate())
    page = signed_in(client, officer()).get(preview(source, target), follow=True)
    assert "不再接受修改" in page.text


def test_much_is_moved_by_a_worker(client, pair, monkeypatch):
    source, target = pair
    monkeypatch.setattr(merging, "LARGE", 0)
    sites.permit(source)
    user = officer()
    signed_in(client, user).post(preview(source, target), {"keep_name": "target", "code": source.code})
    job = Job.objects.get()
    assert (job.kind, job.owner) == ("project_merge", user)
    from core import jobs

    assert jobs.run(job.pk).state == Job.State.DONE
    assert ProjectMerge.objects.get().target == target
