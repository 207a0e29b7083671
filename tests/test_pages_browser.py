"""A walk through the portal as every role of the demo province, on a desk and on a phone.

Every entry of the navigation, the first row of every list and every tab there is opened: nothing in the console,
nothing against the content security policy, nothing axe objects to, nothing wider than a phone, no English, no empty
heading.
"""

import re
from collections import Counter
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from organizations.models import User
from tests.browser import Visitor

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ROLES = ["province", "county", "housing", "regulator", "clerk", "bank", "system", "security", "audit"]
ROLES_EACH = 3  # of one kind of page; beyond its navigation a role adds what fewer have shown

# Latin words that are Chinese usage, or names: of files, logins, codes of rules and acts of the log.
ENGLISH = re.compile(r"(?<![\w.@-])[A-Za-z]{3,}(?![\w@-])")
KNOWN = {
    "Excel",
    "PDF",
    "JPG",
    "PNG",
    "WEBP",
    "xlsx",
    "xls",
    "csv",
    "txt",
    "pdf",
    "jpg",
    "jpeg",
    "png",
    "CSV",
    "TXT",
    "XLSX",
}

# The text a reader sees, without what is a code, a login or a value by nature.
VISIBLE = """() => {
  const body = document.body.cloneNode(true);
  body.querySelectorAll('script, style, svg, code, kbd, .kind-code, .code, input, textarea').forEach(e => e.remove());
  return body.textContent;
}"""
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
EMPTY_HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, th')]
  .filter(e => e.checkVisibility() && !e.textContent.trim()).map(e => e.outerHTML.slice(0, 120))"""
OVERFLOW = """() => {
  const width = window.innerWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const scrolls = e => e && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1);
  const first = wide.filter(e => !scrolls(e.parentElement)).slice(0, 3);
  return (first.length ? first : wide.slice(0, 3)).map(e => e.outerHTML.slice(0, 160));
}"""
LINKS = """(within) => [...document.querySelectorAll(within)].map(e => e.getAttribute('href'))"""
DOWNLOAD = re.compile("/attachments/")
NAVIGATION, FIRST_ROWS, TABS = ".nav-desk a[href]", "tbody tr:first-child a[href]", ".nav-tabs a[href], .tabs a[href]"


@pytest.fixture
def province(transactional_db) -> dict[str, User]:
    call_command("seed", projects=12, workers=240, today=date(2026, 11, 20), verbosity=0)
    return {user.username: user for user in User.objects.select_related("organization__region")}


def _paths(visitor: Visitor, within: str) -> list[str]:
    """Addresses of pages of this portal, without their parameters."""
    paths = [urlsplit(href) for href in visitor.page.evaluate(LINKS, within)]
    return [
        part.path for part in paths if part.path.startswith("/") and not part.netloc and not DOWNLOAD.match(part.path)
    ]


def _kind(path: str) -> str:
    """Pages of two objects are one kind of page."""
    return re.sub(r"\d+", "#", path)


def _walk(visitor: Visitor, known: Counter[str]) -> list[str]:
    """Opens page after page; returns what is wrong."""
    visitor.open("/")
    wanted, wrong = dict.fromkeys(["/", *_paths(visitor, NAVIGATION)]), []
    entries, seen = len(wanted), set()
    while wanted:
        path, kind = (first := next(iter(wanted))), _kind(first)
        del wanted[path]
        if kind in seen or (len(seen) >= entries and known[kind] >= ROLES_EACH):
            continue
        seen.add(kind)
        answer = visitor.open(path)
        if "html" in answer.headers.get("content-type", ""):
            wrong += [f"{path}: {said}" for said in _look(visitor, answer, again=known[kind] > 0)]
            wanted |= dict.fromkeys(_paths(visitor, FIRST_ROWS) + _paths(visitor, TABS))
        known[kind] += 1
    return wrong


def _look(visitor: Visitor, answer, *, again: bool) -> list[str]:
    """What is wrong with the page. axe takes half a second: once for each kind of page."""
    page, wrong = visitor.page, []
    if answer.status != 200:
        return [f"answers {answer.status}"]
    wrong += [f"empty heading {html}" for html in page.evaluate(EMPTY_HEADINGS)]
    english = set(ENGLISH.findall(page.evaluate(VISIBLE))) - KNOWN
    wrong += [f"English: {', '.join(sorted(english))}"] if english else []
    wrong += [] if again else _breaches(visitor)
    page.set_viewport_size(PHONE)
    page.evaluate(LAID_OUT)  # charts follow the width of their box a frame later
    wrong += [f"wider than a phone: {html}" for html in page.evaluate(OVERFLOW)]
    page.set_viewport_size(DESK)
    return wrong


def _breaches(visitor: Visitor) -> list[str]:
    try:
        visitor.check_accessible()
    except AssertionError as breach:
        return [str(breach)]
    return []


def test_every_page_of_every_role_is_whole(visitor, province):
    visitor.page.set_viewport_size(DESK)
    wrong, known = [], Counter()
    for role in ROLES:
        visitor.page.context.clear_cookies()
        visitor.sign_in(province[role])
        wrong += [f"{role} {said}" for said in _walk(visitor, known)]
    assert len(known) > 25, f"only {sorted(known)}"
    assert not wrong, "\n".join(wrong)
