import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from core.access import access
from organizations.enums import Role
from tests.organizations import factories as who


def undeclared(request):
    return HttpResponse("seen")


@access(Role.OFFICER)
def for_officers(request):
    return HttpResponse("seen")


@access.signed_in
def for_all(request):
    return HttpResponse("seen")


@access.public("a test")
def for_anyone(request):
    return HttpResponse("seen")


urlpatterns = [
    path("undeclared/", undeclared),
    path("officers/", for_officers),
    path("all/", for_all),
    path("anyone/", for_anyone),
    path("", include("wagemonitor.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.mark.parametrize(
    ("address", "anonymous", "clerk", "officer"),
    [
        ("/undeclared/", 302, 403, 403),
        ("/officers/", 302, 403, 200),
        ("/all/", 302, 200, 200),
        ("/anyone/", 200, 200, 200),
    ],
)
def test_a_view_is_closed_unless_declared(client, address, anonymous, clerk, officer):
    assert client.get(address).status_code == anonymous
    client.force_login(who.clerk())
    assert client.get(address).status_code == clerk
    client.force_login(who.officer())
    assert client.get(address).status_code == officer


def test_a_public_page_and_an_open_role_want_words():
    with pytest.raises(ValueError, match="public"):
        access.public("")
    with pytest.raises(ValueError, match="roles"):
        access()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CLERK, Role.SECURITY, Role.AUDIT])
def test_the_reference_tables_are_the_system_administrators(client, role):
    users = {Role.OFFICER: who.officer, Role.CLERK: who.clerk}
    client.force_login(users[role]() if role in users else who.administrator(role))
    assert client.get("/reference/").status_code == 403


def test_class_based_views_may_declare_too(client):
    assert access.of(RequestFactory) is None
    assert client.get("/login/").status_code == 200
