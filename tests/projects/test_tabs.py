import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import resolve

from core.access import access
from projects.templatetags.projects import TABS, project_tabs
from tests.accounts.factories import special_account
from tests.organizations.factories import bank, bank_clerk, clerk, industry_officer, officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


def tabs_of(user, one, active=""):
    request = RequestFactory().get("/")
    request.user = user
    return project_tabs({"request": request}, one, active)["tabs"]


def test_every_tab_is_there_once():
    assert len({tab.key for tab in TABS}) == len({tab.label for tab in TABS}) == len(TABS)


@pytest.mark.parametrize("make_user", [officer, industry_officer, clerk, bank_clerk])
def test_no_tab_leads_to_a_page_that_refuses_the_role(make_user):
    user = make_user()
    shown = tabs_of(user, project())
    assert shown
    assert all(access.allows(access.of(resolve(url.split("?")[0]).func), user) for _, url, _ in shown)


def test_the_page_one_is_on_is_marked():
    assert [label for label, _, active in tabs_of(officer(), project(), "overview") if active] == ["概况"]


@pytest.mark.parametrize("make_user", [officer, industry_officer, "contractor", "bank"])
def test_every_tab_opens(client, make_user):
    one = project()
    keeper = bank()
    special_account(one, bank=keeper)
    special = {"contractor": lambda: clerk(one.general_contractor), "bank": lambda: bank_clerk(keeper)}
    user = special.get(make_user, make_user)()
    client.force_login(user)
    for label, url, _ in tabs_of(user, one):
        assert client.get(url).status_code == 200, label


def test_header_names_the_contractor_and_the_status():
    one = project()
    request = RequestFactory().get("/")
    request.user = officer()
    header = Template("{% include 'projects/_header.html' with active_tab='overview' %}")
    page = header.render(Context({"project": one, "request": request}))
    assert one.general_contractor.name in page
    assert "在建" in page
    assert one.code in page
