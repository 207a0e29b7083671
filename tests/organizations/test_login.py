import pytest
import time_machine
from django.utils import timezone

from core.models import AuditEntry
from organizations.models import User
from tests.organizations import factories as who

pytestmark = pytest.mark.django_db


def sign_in(client, user, password=who.PASSWORD):
    return client.post("/login/", {"username": user.username, "password": password})


def test_login_and_logout_are_on_record(client):
    user = who.officer()
    assert sign_in(client, user).status_code == 302
    assert client.get("/password/").status_code == 200
    client.post("/logout/")
    assert client.get("/password/").status_code == 302
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == ["login", "logout"]


def test_failed_logins_and_the_lockout_are_on_record_with_their_address(client):
    user = who.officer()
    for _ in range(5):
        sign_in(client, user, "wrong")
    acts = AuditEntry.objects.order_by("id").values_list("action", "detail__username", "ip_address")
    assert list(acts) == [("login.failed", user.username, "127.0.0.1")] * 4 + [
        ("login.locked", user.username, "127.0.0.1")
    ]


def test_a_form_sent_after_the_session_ended_says_that_nothing_was_saved(client):
    answer = client.post("/users/new/", {}, headers={"referer": "http://testserver/users/new/"})
    assert answer["Location"] == "/login/?next=/users/new/"
    assert "刚才填写的内容没有保存" in client.get(answer["Location"]).content.decode()
    foreign = client.post("/users/new/", {}, headers={"referer": "http://elsewhere.example/users/new/"})
    assert foreign["Location"] == "/login/?next=/"


def test_a_wrong_password_says_so_and_the_fifth_locks(client):
    user = who.officer()
    for _ in range(4):
        assert "用户名或密码不正确" in sign_in(client, user, "wrong").content.decode()
    assert "账号已锁定" in sign_in(client, user, "wrong").content.decode()
    assert "账号已锁定" in sign_in(client, user).content.decode()  # the right one comes too late
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=31)):
        assert sign_in(client, user).status_code == 302


def test_the_security_administrator_lifts_a_lockout(client):
    user = who.officer()
    for _ in range(5):
        sign_in(client, user, "wrong")
    client.force_login(who.administrator("security"))
    assert "解除锁定" in client.get(f"/users/{user.pk}/").content.decode()
    client.post(f"/users/{user.pk}/unlock/")
    client.logout()
    assert sign_in(client, user).status_code == 302


def test_an_idle_session_ends(client, settings):
    user = who.officer()
    with time_machine.travel("2026-11-20 09:00:00+08:00", tick=False) as clock:
        sign_in(client, user)
        clock.shift(settings.SESSION_IDLE_SECONDS - 1)
        assert client.get("/password/").status_code == 200
        clock.shift(settings.SESSION_IDLE_SECONDS + 1)
        assert client.get("/password/")["Location"].startswith("/login/")


def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(client, settings):
    by_itself = {"X-Background": "1"}
    with time_machine.travel("2026-11-20 09:00:00+08:00", tick=False) as clock:
        sign_in(client, who.officer())
        assert client.get("/password/").status_code == 200
        clock.shift(settings.SESSION_IDLE_SECONDS - 1)
        assert client.get("/password/", headers=by_itself).status_code == 200
        clock.shift(2)
        assert client.get("/password/", headers=by_itself)["Location"].startswith("/login/")


def test_a_session_ends_however_busy_it_is(client, settings):
    settings.SESSION_IDLE_SECONDS = 24 * 3600
    user = who.officer()
    with time_machine.travel("2026-11-20 09:00:00+08:00", tick=False) as clock:
        sign_in(client, user)
        clock.shift(settings.SESSION_ABSOLUTE_SECONDS - 1)
        assert client.get("/password/").status_code == 200
        clock.shift(2)
        assert client.get("/password/").status_code == 302


def test_a_first_login_must_change_the_password(client):
    user = who.officer(must_change_password=True)
    sign_in(client, user)
    assert client.get("/audit/")["Location"] == "/password/"
    form = {"old_password": who.PASSWORD, "new_password": "quiet-river-2026", "again": "quiet-river-2026"}
    assert client.post("/password/", form).status_code == 302
    user.refresh_from_db()
    assert not user.must_change_password
    assert user.check_password("quiet-river-2026")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"old_password": "wrong"}, "当前密码不正确"),
        ({"again": "something else"}, "不一致"),
        ({"new_password": "12345678901", "again": "12345678901"}, "数字"),
        ({"new_password": "short", "again": "short"}, "10"),
        ({"new_password": who.PASSWORD, "again": who.PASSWORD}, "不能与当前密码相同"),
    ],
)
def test_a_bad_new_password_is_refused_at_its_field(client, changed, words):
    client.force_login(who.officer())
    form = {"old_password": who.PASSWORD, "new_password": "quiet-river-2026", "again": "quiet-river-2026"} | changed
    assert words in client.post("/password/", form).content.decode()


def test_who_leaves_loses_access_at_the_next_request(client):
    user = who.clerk()
    sign_in(client, user)
    assert client.get("/password/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/password/").status_code == 302
