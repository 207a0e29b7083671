"""Every guard bites on a planted offender. A guard that does not is worse than none."""

import io
import logging
import socket
from datetime import datetime

import pytest
import xlsxwriter
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpResponse
from django.template import Context, Origin, Template
from django.test import Client
from django.urls import include, path

from core.access import access
from organizations.models import User
from projects.models import Project
from tests import code_rules as rules
from tests import guards, test_matrix
from tests.addresses import Address
from tests.organizations import factories as who
from tests.projects import factories as sites

# --- planted pages ---------------------------------------------------------------------------------------------------


@access.signed_in
def writing(request):
    User.objects.filter(pk=request.user.pk).update(phone="13900000000")
    return HttpResponse("read, they said")


@access.signed_in
def leaking(request, pk):
    """A page that forgot the scope and gave a reason for it."""
    project = Project.objects.unscoped("planted by a test").get(pk=pk)
    return HttpResponse(f"{project.name} {project.wage_clerks.first()}")


def undeclared(request):
    return HttpResponse("seen")


urlpatterns = [
    path("writing/", writing),
    path("leaking/<int:pk>/", leaking, name="leaking"),
    path("", include("wagemonitor.urls")),
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_get_that_writes_fails():
    client = Client()
    client.force_login(who.officer())
    with pytest.raises(AssertionError, match="A GET wrote to organizations_user"):
        client.get("/writing/")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE \"organizations_user\" SET name = 'x'",
        "SELECT set_config('pghistory.context_id', '1', true); UPDATE \"organizations_user\" SET name = 'x'",
        'WITH gone AS (DELETE FROM "organizations_user" RETURNING id) SELECT count(*) FROM gone',
        "insert into organizations_user values (1)",
    ],
)
def test_a_write_is_known_however_it_is_put(statement):
    with pytest.raises(AssertionError, match="organizations_user"):
        guards.refuse_writes(None, statement, (), False, {})


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT * FROM "organizations_user" FOR UPDATE OF "organizations_user"',
        'SELECT * FROM "organizations_user" FOR NO KEY UPDATE',
        'INSERT INTO "core_auditentry" VALUES (1)',
        'UPDATE "django_session" SET session_data = 1',
    ],
)
def test_a_lock_the_session_and_the_audit_log_are_no_writes(statement):
    assert guards.refuse_writes(lambda *args: "ran", statement, (), False, {}) == "ran"


# --- templates -------------------------------------------------------------------------------------------------------


def _render(text: str, **names) -> str:
    return Template(text, origin=Origin("<planted>")).render(Context(names))


@pytest.mark.parametrize(
    "text",
    [
        "{{ nmae }}",
        "{{ project.nmae }}",
        "{{ nmae|upper }}",
        "{% for row in rwos %}{{ row }}{% endfor %}",
        "{% badge nmae %}",
        "{% with x=nmae %}{{ x }}{% endwith %}",
    ],
)
def test_a_name_that_nobody_gave_fails(text):
    with pytest.raises(guards.UndefinedVariable):
        _render(text, project=Project(name="一"))


@pytest.mark.parametrize(
    "text",
    [
        "{% if nmae %}there{% endif %}",
        "{{ nmae|default:'' }}",
        '{% for row in rows|default_if_none:"" %}{{ row }}{% endfor %}',
        "{{ empty }}",
        "{{ none }}",
    ],
)
def test_a_question_a_default_and_an_empty_value_pass(text):
    assert _render(text, rows=None, empty="", none=None) in ("", "None")


def test_a_library_may_print_what_it_likes():
    assert Template("{{ nmae }}", origin=Origin("/site-packages/x.html")).render(Context()) == ""


# --- the database and the network ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_naive_datetime_fails():
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        User.objects.filter(created_at__lt=datetime(2026, 11, 20)).exists()  # noqa: DTZ001


@pytest.mark.django_db
def test_pages_of_an_unordered_list_fail():
    with pytest.raises(Warning, match="unordered"):
        Paginator(User.objects.order_by(), 10).page(1)


@pytest.mark.django_db
def test_too_many_queries_fail(few_queries):
    with few_queries(2):
        list(User.objects.all()[:1])
    with pytest.raises(AssertionError, match="3 queries, at most 2"), few_queries(2):
        [User.objects.filter(pk=pk).exists() for pk in range(3)]


def test_a_test_that_reaches_another_machine_fails():
    with socket.socket() as away, pytest.raises(guards.NetworkReached, match=r"203\.0\.113\.7"):
        away.connect(("203.0.113.7", 80))


# --- the matrix ------------------------------------------------------------------------------------------------------


@pytest.fixture
def sibling_page():
    """The county officer of the first world, and a project of the second that carries its mark."""
    mine, theirs = who.officer("530902"), sites.project(at="530921", name="乙标记工程")
    address = Address("leaking", "leaking/<int:pk>/", leaking, "")
    person = test_matrix.Person("officer", mine, {"甲"}, "officer")
    return person, test_matrix.Visit(address, "project", "乙", f"/leaking/{theirs.pk}/")


@pytest.fixture
def sibling_worlds():
    return {
        letter: test_matrix.World(place, {f"5309{n}"}) for n, (letter, place) in enumerate(test_matrix.WORLDS.items())
    }


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_page_without_scope_fails_the_matrix(sibling_page, sibling_worlds):
    person, visit = sibling_page
    answer = person.client.get(visit.path)
    assert "answers 200, not one of (404, 405)" in test_matrix.wrong_status(person, visit, answer, sibling_worlds)
    assert test_matrix.leaks(person, visit, answer, sibling_worlds) == [f"{visit}: shows 乙标记"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("另一县：乙标记工程", "乙标记"),
        (r'<script type="application/json">"\u4e59\u6807\u8bb0"</script>', "乙标记"),
        ("身份证 53090 号", "53090"),
        ("单位 乙单位总包", "乙单位"),
    ],
)
def test_a_foreign_word_and_a_number_in_clear_fail_the_matrix(sibling_page, sibling_worlds, content, shown):
    person, visit = sibling_page
    assert test_matrix.leaks(person, visit, HttpResponse(content), sibling_worlds) == [f"{visit}: shows {shown}"]


@pytest.mark.django_db
def test_a_foreign_word_in_a_cell_fails_the_matrix(sibling_page, sibling_worlds):
    person, visit = sibling_page
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("一")
        book.add_worksheet("二").write(40, 3, "乙标记工程")
    answer = HttpResponse(buffer.getvalue())
    assert test_matrix.leaks(person, visit, answer, sibling_worlds) == [f"{visit}: shows 乙标记"]


def test_an_address_nobody_knows_fails_the_matrix():
    unknown = Address("projects:new_page", "projects/<int:nobody_pk>/x/", access.signed_in(lambda request: None), "")
    with pytest.raises(LookupError, match='"projects:new_page"'):
        test_matrix.things_of(unknown)


def test_a_view_without_a_word_has_declared_nothing():
    assert Address("x", "x/", undeclared, "").declared is None


@pytest.mark.django_db
def test_a_refused_post_that_writes_is_noticed():
    before = test_matrix.changes()
    who.officer()
    assert {"organizations_user"} <= {table for table, _ in test_matrix.changes() - before}


@pytest.mark.django_db
def test_the_audit_log_may_be_written():
    before = test_matrix.changes()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('x', 'y', now())")
    assert test_matrix.changes() == before


def test_the_matrix_gives_logging_back():
    assert logging.root.manager.disable == logging.NOTSET


# --- the code --------------------------------------------------------------------------------------------------------

LATER = "# TO" + "DO: later"


@pytest.mark.parametrize(
    ("rule", "path", "content"),
    [
        (rules.too_long, "projects/x.py", "\n" * 401),
        (rules.too_long, "tests/test_x.py", "\n" * 601),
        (rules.too_long, "wagemonitor/settings.py", "\n" * 201),
        (rules.long_functions, "x.py", "def long():\n" + "    pass\n" * 40),
        (rules.wrong_days, "x.py", "from datetime import date\nday = date.today()"),
        (rules.wrong_days, "x.py", "now = datetime.datetime.now()"),
        (rules.wrong_days, "x.py", "now = datetime.now(tz)"),
        (rules.wrong_days, "x.py", "day = timezone.now().date()"),
        (rules.trusted_html, "projects/x.py", "html = mark_safe(name)"),
        (rules.trusted_html, "projects/x.py", "html = safestring.SafeString(name)"),
        (rules.put_off, "x.py", f"x = 1  {LATER}"),
        (rules.lost_reverses, "x.py", 'reverse("projects:nowhere", args=[1])'),
        (rules.lost_reverses, "x.py", 'NavItem("项目", "projects:nowhere", "x", ())'),
        (rules.unnamed_details, "x.py", 'audit.record("login", by=user, whatever=1)'),
        (rules.breaks_csp, "x.html", "<script>alert(1)</script>"),
        (rules.breaks_csp, "x.html", '<script type="module">1</script>'),
        (rules.breaks_csp, "x.html", "<style>p {}</style>"),
        (rules.breaks_csp, "x.html", '<p style="color: red">'),
        (rules.breaks_csp, "x.html", '<button class="x" onclick="go()">'),
        (rules.breaks_csp, "x.html", "<button hx-on:click='go()'>"),
        (rules.breaks_csp, "x.html", '<a href="javascript:go()">'),
        (rules.trusted_in_template, "templates/x.html", "{{ name|safe }}"),
        (rules.trusted_in_template, "templates/x.html", "{% autoescape off %}"),
        (rules.homeless, "templates/projects/x.html", "<html>"),
        (rules.lost_addresses, "x.html", "<a href=\"{% url 'projects:nowhere' %}\">"),
        (rules.shown_in_clear, "x.html", "{{ worker.id_number }}"),
        (rules.shown_in_clear, "x.html", "{{ line.card_number|blank }}"),
        (rules.shown_in_clear, "x.html", '{% definition "证件" worker.id_number %}'),
    ],
)
def test_an_offence_against_a_rule_of_the_code_is_found(rule, path, content):
    assert list(rule(path, content))


@pytest.mark.parametrize(
    ("rule", "path", "content"),
    [
        (rules.too_long, "projects/x.py", "\n" * 400),
        (rules.too_long, "projects/migrations/0001_initial.py", "\n" * 999),
        (rules.wrong_days, "x.py", "day = timezone.localdate()\nnow = timezone.now()"),
        (rules.trusted_html, "core/x.py", "html = mark_safe(name)"),
        (rules.breaks_csp, "x.html", '<script src="x.js"></script>{# style="" #}<a href="?one=1">'),
        (rules.homeless, "templates/projects/_row.html", "<tr>"),
        (rules.homeless, "templates/projects/x.html", '{% extends "layout/portal.html" %}'),
        (rules.lost_addresses, "x.html", "{% url 'projects:project_list' %}"),
        (rules.shown_in_clear, "x.html", "{{ worker.id_number|masked_id }}{% if worker.id_number %}x{% endif %}"),
        (rules.shown_in_clear, "x.html", "{{ permit.number }}"),
    ],
)
def test_what_is_no_offence_passes(rule, path, content):
    assert not list(rule(path, content))
