"""A person who leaves: nothing that was open stays open."""

import re

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.urls import reverse

from core import attachments, jobs
from core.models import Job
from organizations import services
from tests.organizations import factories as who

pytestmark = pytest.mark.django_db


def _sign_in(client, user, password=who.PASSWORD):
    return client.post("/login/", {"username": user.username, "password": password})


def test_a_session_that_was_open_does_not_wake_with_the_account(client):
    system, user = who.administrator(), who.clerk()
    _sign_in(client, user)
    assert client.get("/password/").status_code == 200
    services.set_active(user=user, active=False, by=system)
    assert client.get("/password/").status_code == 302
    services.set_active(user=user, active=True, by=system)
    assert client.get("/password/").status_code == 302
    _sign_in(client, user)
    assert client.get("/password/").status_code == 200


def test_a_file_that_a_job_has_made_is_closed_as_well(client):
    user = who.officer()
    file = attachments.store(b"%PDF-1.7\n", "a.pdf", by=user)
    job = Job.objects.create(kind="test", title="任务", owner=user, state=Job.State.DONE, result=file)
    client.force_login(user)
    addresses = [reverse("core:attachment", args=[file.key]), reverse("core:job", args=[job.pk])]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    services.set_active(user=user, active=False, by=who.administrator())
    assert [client.get(address).status_code for address in addresses] == [302, 302]


def test_what_waits_in_the_background_is_not_done_for_who_has_left(monkeypatch):
    done = []
    monkeypatch.setitem(jobs._kinds, "test", ("任务", lambda progress: done.append(1)))
    user = who.clerk()
    job = Job.objects.create(kind="test", title="任务", owner=user)
    services.set_active(user=user, active=False, by=who.administrator())
    assert jobs.run(job.pk).state == Job.State.FAILED
    assert "已停用" in Job.objects.get(pk=job.pk).message
    assert not done


def test_a_reset_lifts_the_lockout_it_is_asked_for(client):
    user = who.clerk()
    for _ in range(5):
        _sign_in(client, user, "wrong")
    password = services.reset_password(user=user, by=who.administrator("security"))
    assert re.fullmatch(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", password)
    assert not AccessAttempt.objects.filter(username=user.username).exists()
    assert _sign_in(client, user, password).status_code == 302


def test_a_closed_account_gets_no_password(client):
    user, security = who.clerk(is_active=False), who.administrator("security")
    with pytest.raises(ValidationError, match="已停用"):
        services.reset_password(user=user, by=security)
    client.force_login(security)
    page = client.post(f"/users/{user.pk}/reset/", follow=True).content.decode()
    assert "已停用" in page


def test_a_page_with_a_password_is_not_kept(client):
    user = who.clerk()
    client.force_login(who.administrator("security"))
    assert "no-store" in client.post(f"/users/{user.pk}/reset/")["Cache-Control"]
    client.force_login(who.administrator())
    form = {"username": "fresh1", "name": "王芳", "role": "clerk", "organization": user.organization.name}
    assert "no-store" in client.post("/users/new/", form)["Cache-Control"]
