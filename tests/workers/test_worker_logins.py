"""Logins of workers (C2): issued by the contractor of the present site, used with an ID number, guarded like a key."""

import re
from datetime import date

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from organizations import lockout
from organizations.enums import Role
from organizations.models import User
from projects.enums import Status
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people
from workers import pins
from workers.models import LoginIssue, Worker
from workers.selectors.logins import issue_shortly_before
from workers.services import logins

pytestmark = pytest.mark.django_db
SLIP = re.compile(r"<code class=\"slip-password\">(\d{4}) (\d{4})</code>")
PIN = "830517"


@pytest.fixture
def clerk():
    return who.clerk()


@pytest.fixture
def project(clerk):
    return sites.project(contractor=clerk.organization)


@pytest.fixture
def stay(project):
    return people.engagement(project, people.worker(phone="13987654321"))


def issued(project, *stays, by, **options) -> list[str]:
    return [slip.password for slip in logins.issue_logins(project, [one.pk for one in stays], by=by, **options)]


def user_of(stay) -> User:
    return Worker.objects.get(pk=stay.worker_id).user


def sign_in(client, number, password, page="/worker/", **extra):
    return client.post(page, {"username": number, "password": password}, **extra)


def plain(page: str) -> str:
    """Without what differs from answer to answer: tokens, and the number that was typed."""
    return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page)


class TestIssuing:
    def test_a_clerk_hands_out_slips_that_are_shown_once(self, client, clerk, project, stay):
        other = people.engagement(project)
        client.force_login(clerk)
        address = reverse("workers:login_issue", args=[project.pk])
        page = client.post(address, {"chosen": [stay.pk, other.pk]})
        text, told = page.content.decode(), {"".join(pair) for pair in SLIP.findall(page.content.decode())}
        assert len(told) == 2
        assert "no-store" in page["Cache-Control"]
        assert "http://testserver/worker/" in text
        assert stay.worker.name in text
        assert stay.worker.id_number not in text
        user = user_of(stay)
        assert user.role == Role.WORKER
        assert user.organization is None
        assert user.must_change_password
        assert any(user.check_password(password) for password in told)
        assert not re.search(r"\d{15}", user.username)
        entry = AuditEntry.objects.get(action="worker.logins")
        assert entry.actor == clerk
        assert entry.detail == {"rows": 2, "again": 0}
        assert not any(password in str(row.detail) for row in AuditEntry.objects.all() for password in told)

    def test_one_login_a_person_however_many_sites(self, clerk, project, stay):
        issued(project, stay, by=clerk)
        first = user_of(stay)
        second = sites.project(contractor=who.organization())
        elsewhere = people.engagement(second, stay.worker)
        issued(second, elsewhere, by=who.officer())
        assert user_of(stay) == first
        assert [issue.is_first for issue in LoginIssue.objects.order_by("pk")] == [True, False]

    def test_a_login_in_use_is_issued_again_only_when_asked(self, clerk, project, stay):
        issued(project, stay, by=clerk)
        logins.set_pin(user_of(stay), PIN)
        with pytest.raises(ValidationError, match="重新发放"):
            issued(project, stay, by=clerk)
        assert user_of(stay).check_password(PIN)
        [password] = issued(project, stay, by=clerk, again=True)
        assert user_of(stay).check_password(password)
        assert user_of(stay).must_change_password
        assert AuditEntry.objects.filter(action="worker.logins").latest("pk").detail == {"rows": 1, "again": 1}

    def test_sessions_end_with_the_old_password(self, client, clerk, project, stay):
        issued(project, stay, by=clerk)
        logins.set_pin(user_of(stay), PIN)
        sign_in(client, stay.worker.id_number, PIN)
        assert client.get("/my/account/").status_code == 200
        issued(project, stay, by=clerk, again=True)
        assert client.get("/my/account/").status_code == 302

    def test_of_another_project_nobody_is_issued_a_login(self, client, clerk, project):
        foreign = people.engagement(sites.project())
        client.force_login(clerk)
        own = reverse("workers:login_issue", args=[project.pk])
        assert "没有可以发放的" in client.post(own, {"chosen": [foreign.pk]}, follow=True).content.decode()
        assert client.post(reverse("workers:login_issue", args=[foreign.project_id])).status_code == 404
        assert user_of(foreign) is None

    def test_the_contractor_of_an_earlier_site_has_no_key_to_somebody_who_is_elsewhere(self, clerk, project, stay):
        people.departure(stay, date(2026, 9, 30))
        issued(project, stay, by=clerk)  # on no other site: still theirs to issue
        people.engagement(sites.project(), stay.worker)
        with pytest.raises(ValidationError, match="其他工地"):
            issued(project, stay, by=clerk, again=True)

    def test_roles_that_issue(self, client, project, stay):
        address = reverse("workers:login_issue", args=[project.pk])
        expected = [
            (who.officer(), 200),
            (who.officer("530921"), 404),
            (who.industry_officer(), 403),
            (who.construction_unit_clerk(), 403),
            (people.login(people.worker()), 403),
        ]
        for user, status in expected:
            client.force_login(user)
            assert client.post(address, {"chosen": [stay.pk]}).status_code == status, user

    def test_a_completed_project_issues_none(self, clerk, project, stay):
        type(project).objects.filter(pk=project.pk).update(status=Status.COMPLETED, completed_on="2026-11-01")
        with pytest.raises(ValidationError):
            issued(project, stay, by=clerk)

    def test_issues_are_never_rewritten(self, clerk, project, stay):
        issued(project, stay, by=clerk)
        for change in ("UPDATE workers_loginissue SET by_id = by_id", "DELETE FROM workers_loginissue"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                connection.cursor().execute(change)

    def test_a_login_is_issued_for_the_first_time_once(self, clerk, project, stay):
        issued(project, stay, by=clerk)
        columns = "worker_id, project_id, by_id, is_first, at"
        again = f"INSERT INTO workers_loginissue ({columns}) VALUES (%s, %s, %s, true, now())"
        with pytest.raises(DatabaseError, match="worker_login_is_first_once"), transaction.atomic():
            connection.cursor().execute(again, [stay.worker_id, project.pk, clerk.pk])

    def test_what_is_signed_soon_after_an_issue_is_known(self, clerk, project, stay):
        issued(project, stay, by=clerk)
        user = user_of(stay)
        assert issue_shortly_before(user).by == clerk
        assert issue_shortly_before(user, timezone.now() + timezone.timedelta(hours=25)) is None


class TestSigningIn:
    def test_with_the_id_number_on_either_page_and_the_first_time_to_the_own_pin(self, client, clerk, project, stay):
        [password] = issued(project, stay, by=clerk)
        for page in ("/worker/", "/login/"):
            assert sign_in(client, stay.worker.id_number.lower(), password, page)["Location"] == "/"
            assert client.get("/")["Location"] == "/my/pin/"
            client.post("/logout/")
        sign_in(client, f" {stay.worker.id_number} ", password)
        assert client.post("/my/pin/", {"pin": PIN, "again": PIN})["Location"] == "/"
        assert stay.worker.name in client.get("/").content.decode()
        assert user_of(stay).one_time_until is None
        assert client.post("/logout/")["Location"] == "/worker/"
        assert sign_in(client, stay.worker.id_number, PIN)["Location"] == "/"

    def test_no_answer_tells_whether_a_person_is_registered(self, client, stay):
        people.login(stay.worker)
        unknown = people.id_number()
        for _ in range(6):
            known, stranger = (sign_in(client, number, "000000") for number in (stay.worker.id_number, unknown))
            said = [plain(answer.content.decode()) for answer in (known, stranger)]
            assert known.status_code == stranger.status_code
            assert said[0] == said[1]
        assert "30 分钟" in said[0]

    @pytest.mark.parametrize("page", ["/worker/", "/login/"])
    def test_the_number_is_kept_nowhere_in_clear(self, client, stay, page):
        people.login(stay.worker)
        for number in (stay.worker.id_number, people.id_number(), stay.worker.id_number[:17]):
            sign_in(client, number, "wrong", page)
            kept = [str(row.detail) for row in AuditEntry.objects.all()]
            kept += [" ".join(map(str, row.values())) for row in AccessAttempt.objects.values()]
            assert len(kept) > 1
            assert not any(number in text for text in kept)

    def test_wrong_ones_count_over_all_addresses(self, client, stay):
        people.login(stay.worker)
        for tail in range(5):
            answer = sign_in(client, stay.worker.id_number, "000000", REMOTE_ADDR=f"10.0.0.{tail}")
        assert "30 分钟" in answer.content.decode()
        assert (
            "30 分钟" in sign_in(client, stay.worker.id_number, who.PASSWORD, REMOTE_ADDR="10.0.1.1").content.decode()
        )
        with time_machine.travel(timezone.now() + timezone.timedelta(minutes=31)):
            assert sign_in(client, stay.worker.id_number, who.PASSWORD)["Location"] == "/"

    def test_after_so_many_in_a_day_only_a_new_password_helps(self, client, clerk, project, stay, monkeypatch):
        monkeypatch.setattr(lockout, "WRONG_A_DAY", 3)
        people.login(stay.worker)
        for _ in range(3):
            sign_in(client, stay.worker.id_number, "000000")
        answer = sign_in(client, stay.worker.id_number, who.PASSWORD).content.decode()
        assert "次数太多" in answer
        assert AuditEntry.objects.filter(action="login.locked").exists()
        [password] = issued(project, stay, by=clerk, again=True)
        assert sign_in(client, stay.worker.id_number, password)["Location"] == "/"

    def test_one_address_may_not_try_everybody(self, client, monkeypatch):
        monkeypatch.setattr(lockout, "WRONG_AN_HOUR", 3)
        for _ in range(3):
            sign_in(client, people.id_number(), "000000")
        one = people.worker()
        people.login(one)
        assert "次数太多" in sign_in(client, one.id_number, who.PASSWORD).content.decode()
        assert sign_in(client, one.id_number, who.PASSWORD, REMOTE_ADDR="10.9.9.9")["Location"] == "/"

    def test_a_slip_in_a_drawer_is_no_key_for_ever(self, client, clerk, project, stay):
        [password] = issued(project, stay, by=clerk)
        with time_machine.travel(timezone.now() + timezone.timedelta(days=logins.VALID_DAYS, minutes=1)):
            assert "已经过期" in sign_in(client, stay.worker.id_number, password).content.decode()

    def test_staff_sign_in_as_before(self, client):
        user = who.officer()
        assert sign_in(client, user.username, who.PASSWORD, "/login/")["Location"] == "/"

    def test_administrators_manage_no_workers(self, client, stay):
        user = people.login(stay.worker)
        client.force_login(who.administrator(Role.SECURITY))
        assert stay.worker.name not in client.get("/users/").content.decode()
        assert client.get(f"/users/{user.pk}/").status_code == 404
        assert client.post(f"/users/{user.pk}/reset/").status_code == 404


class TestOwnPin:
    @pytest.mark.parametrize(
        "pin",
        [
            "12345",
            "1234567",
            "abcdef",
            "111111",
            "123456",
            "987654",
            "890123",
            "121212",
            "123123",
            "112211",
            "520520",
            "850315",
            "150385",
            "198503",
            "876543",
        ],
    )
    def test_what_others_guess_first_is_refused(self, stay, pin):
        with pytest.raises(ValidationError):
            pins.check_pin(pin, people.login(stay.worker))

    def test_digits_of_the_own_papers_are_refused(self, stay):
        user = people.login(stay.worker)
        for number in (stay.worker.id_number[-7:-1], stay.worker.id_number[:6], "654321", "987654"):
            with pytest.raises(ValidationError):
                pins.check_pin(number, user)
        pins.check_pin(PIN, user)

    def test_a_change_asks_for_the_present_one(self, client, stay):
        user = people.login(stay.worker, password="604918")
        client.force_login(user)
        wrong = client.post("/my/pin/", {"old": "000000", "pin": PIN, "again": PIN})
        assert wrong.status_code == 422
        assert "现在的密码不对" in wrong.content.decode()
        apart = client.post("/my/pin/", {"old": "604918", "pin": PIN, "again": "830518"})
        assert "两次输入的不一样" in apart.content.decode()
        assert client.post("/my/pin/", {"old": "604918", "pin": PIN, "again": PIN}).status_code == 302
        user.refresh_from_db()
        assert user.check_password(PIN)
        assert AuditEntry.objects.filter(action="user.password", actor=user).exists()
        assert client.get("/password/")["Location"] == "/my/pin/"
