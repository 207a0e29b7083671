"""A pytest plugin: fixtures for tests that drive Debian's Chromium against the live server.

    def test_officer_reads_the_desk(visitor, officer):
        visitor.sign_in(officer)
        visitor.open("/alerts/")
        expect(visitor.page.get_by_role("heading", name="预警")).to_be_visible()
        visitor.check_accessible()

Whatever the test looks at, it fails when a page logs an error, breaks its content security policy, answers 5xx or
misses a script, style sheet, image or font. Without Chromium these tests skip; REQUIRE_BROWSER=1 makes them fail.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

# playwright's event loop lives in the main thread for the whole session, which Django takes for async code
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

expect.set_options(timeout=30_000)  # of a busy machine; what is there is found at once

REASON = "browser tests need Chromium: apt-get install chromium fonts-noto-cjk"
AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
AXE_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "visitor" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def chromium() -> str:
    """The path of Chromium, or the end of the test."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found and os.environ.get("REQUIRE_BROWSER", "") not in ("", "0"):
        pytest.fail(f"REQUIRE_BROWSER is set, but {REASON}", pytrace=False)
    if not found:
        pytest.skip(REASON)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    return browser_type_launch_args | {"executable_path": chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    size = {"width": 1366, "height": 900}
    return browser_context_args | {"locale": "zh-CN", "timezone_id": settings.TIME_ZONE, "viewport": size}


class Visitor:
    """A browser page on the live server, and everything that went wrong on it."""

    def __init__(self, page, url: str):
        self.page, self.url = page, url
        self.problems: list[str] = []
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("console", self._hear)
        page.on("response", self._receive)

    def _hear(self, message) -> None:
        refused = message.text.startswith("Failed to load resource")  # `_receive` tells a lost page from a refused one
        if message.type == "error" and not refused:
            self.problems.append(f"console: {message.text}")

    def _receive(self, response) -> None:
        part = response.request.resource_type in {"script", "stylesheet", "image", "font"}
        if response.status >= 500 or (part and response.status >= 400):
            self.problems.append(f"{response.status} {response.url}")

    def open(self, path: str):
        """Goes there; returns the response."""
        return self.page.goto(self.url + path)

    def sign_in(self, user) -> None:
        """Without the login page, which has tests of its own."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])

    def log_in(self, username: str, password: str) -> None:
        self.open("/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "login" not in url)

    def check_accessible(self, within: str = "body") -> None:
        """axe finds no breach of WCAG 2.1 A and AA."""
        try:
            found = self._ask_axe(within)
        except PlaywrightError:  # a click's page came while axe still looked at the one before
            self.page.wait_for_load_state()
            found = self._ask_axe(within)
        breaches = [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert not breaches, f"{self.page.url} is not accessible:\n" + "\n".join(breaches)

    def _ask_axe(self, within: str) -> dict:
        self.page.wait_for_load_state()
        self.page.evaluate(AXE.read_text())
        options = {"runOnly": {"type": "tag", "values": AXE_STANDARDS}}
        return self.page.evaluate("([within, options]) => axe.run(within, options)", [within, options])


@pytest.fixture
def visitor(live_server, page) -> Iterator[Visitor]:
    visitor = Visitor(page, live_server.url)
    yield visitor
    assert not visitor.problems, "the browser met problems:\n" + "\n".join(visitor.problems)
