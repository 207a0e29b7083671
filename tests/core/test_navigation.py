import sys
from types import ModuleType, SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import NoReverseMatch, include, path

from core import navigation
from core.navigation import NavItem, links_for

CALLS = []


def app(name, items, *names):
    module = ModuleType(f"{name}_urls_for_test")
    module.app_name = name
    module.urlpatterns = [path(f"{part}/" if part else "", HttpResponse, name=part or "list") for part in names]
    module.navigation = items
    sys.modules[module.__name__] = module
    return path(f"{name}/", include(module.__name__))


def count(user):
    CALLS.append(user)
    return 3


@pytest.fixture
def urls(settings):
    """A URLconf of two apps with navigation."""
    root = ModuleType("root_urls_for_test")
    alerts = [NavItem("预警", "alerts:list", "bell", ("officer",), order=10, count=count)]
    projects = [
        NavItem("项目", "projects:list", "building", (), order=20),
        NavItem("归档项目", "projects:archive", "file", ("officer",), order=5),
    ]
    root.urlpatterns = [app("projects", projects, "", "archive"), app("alerts", alerts, "")]
    sys.modules[root.__name__] = root
    settings.ROOT_URLCONF = root.__name__
    navigation._items.cache_clear()
    CALLS.clear()
    yield root
    navigation._items.cache_clear()


def request(at="/", role="officer", signed_in=True):
    found = RequestFactory().get(at)
    found.user = SimpleNamespace(is_authenticated=signed_in, role=role)
    return found


def labels(links):
    return [link.label for link in links]


def test_items_of_all_apps_come_in_one_order(urls):
    assert labels(links_for(request())) == ["归档项目", "预警", "项目"]


def test_each_ten_of_the_order_are_a_group(urls):
    assert [link.starts_group for link in links_for(request())] == [False, True, True]
    assert [link.starts_group for link in links_for(request(role="clerk"))] == [False]


def test_a_role_sees_its_own_items_and_those_for_everybody(urls):
    assert labels(links_for(request(role="clerk"))) == ["项目"]


def test_nobody_signed_in_sees_nothing(urls):
    assert links_for(request(signed_in=False)) == []


@pytest.mark.parametrize(
    ("at", "active"),
    [("/projects/", "项目"), ("/projects/12/", "项目"), ("/projects/archive/3/", "归档项目"), ("/alerts/", "预警")],
)
def test_the_nearest_item_is_active(urls, at, active):
    assert [link.label for link in links_for(request(at)) if link.active] == [active]


def test_a_page_outside_the_navigation_marks_nothing(urls):
    assert not any(link.active for link in links_for(request("/elsewhere/")))


def test_figures_are_counted_only_when_drawn(urls):
    warning = links_for(request())[1]
    assert CALLS == []
    assert (warning.count, warning.count, len(CALLS)) == (3, 3, 1)


def test_a_name_that_does_not_resolve_is_an_error(urls):
    broken = app("broken", [NavItem("坏", "broken:missing", "file", ())], "")
    urls.urlpatterns.append(broken)
    navigation._items.cache_clear()
    with pytest.raises(NoReverseMatch):
        links_for(request())
