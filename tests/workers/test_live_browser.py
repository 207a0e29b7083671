"""The live view renews itself in front of whoever looks at it."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.organizations.factories import officer
from tests.projects.factories import project
from tests.workers import factories
from workers.services import PunchRow, write_punches

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site():
    return project(name="临翔区某某项目")


@pytest.fixture
def watching(visitor, site):
    """An officer on the live page whose clock does not run by itself."""
    visitor.page.clock.install()
    visitor.sign_in(officer("530902"))
    came(site, "先到")
    visitor.open(reverse("workers:live"))
    return visitor


def came(site, name: str):
    person = factories.engagement(site, factories.worker(name=name), entered_on=timezone.localdate())
    write_punches([PunchRow(person.pk, timezone.now() - timedelta(seconds=5), "01", "001")])


def hide(page, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


def test_a_new_punch_appears_by_itself_and_focus_and_scroll_stay(watching, site):
    page = watching.page
    expect(page.locator("#live-today")).to_have_text("1")
    page.set_viewport_size({"width": 1366, "height": 400})
    link = page.locator("tbody a").first
    link.focus()
    page.evaluate("scrollTo(0, 120)")
    held, scrolled = link.get_attribute("id"), page.evaluate("scrollY")
    came(site, "后到")
    page.clock.run_for(30_500)
    expect(page.locator("#live-today")).to_have_text("2")
    assert page.evaluate("document.activeElement.id") == held
    assert page.evaluate("scrollY") == scrolled


def test_a_hidden_tab_asks_nothing_and_asks_at_once_when_it_is_seen_again(watching, site):
    page, asked = watching.page, []
    page.on("request", lambda request: "live" in request.url and asked.append(request.url))
    hide(page, True)
    came(site, "后到")
    page.clock.run_for(95_000)
    assert asked == []
    hide(page, False)
    expect(page.locator("#live-today")).to_have_text("2")


def test_after_the_session_ended_it_says_so_and_asks_no_more(watching):
    page = watching.page
    Session.objects.all().delete()
    cache.clear()
    page.clock.run_for(30_500)
    expect(page.get_by_text("登录已结束，数据不再刷新。")).to_be_visible()
    expect(page.locator("#live-today")).to_have_text("1")
    asked = []
    page.on("request", lambda request: "live" in request.url and asked.append(request.url))
    page.clock.run_for(95_000)
    assert asked == []


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_accessible_and_fit(watching, site, width):
    page = watching.page
    page.set_viewport_size({"width": width, "height": 900})
    for query in ("", f"?project={site.pk}", "?by=trade"):
        watching.open(reverse("workers:live") + query)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    watching.check_accessible()
    watching.open(reverse("workers:live_people"))
    watching.check_accessible()
