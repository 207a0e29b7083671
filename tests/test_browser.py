"""The browser fixtures bite on planted offenders. One page for each thing that must not pass."""

import pytest
from django.http import HttpResponse
from django.urls import path

from core.access import access
from tests.browser import Visitor

HEAD = '<!doctype html><html lang="zh"><head><title>页</title><link rel="icon" href="data:,">{head}</head>'
PAGE = HEAD + "<body><main><h1>标题</h1>{body}</main></body></html>"
PAGES = {
    "good": {"body": "<p>正文</p>"},
    "inline-script": {"body": "<script>document.title = 'x'</script>"},
    "inline-style": {"body": '<p style="color: red">正文</p>'},
    "lost-script": {"head": '<script src="/nowhere.js"></script>'},
    "unreadable": {"body": '<img src="data:," width="1" height="1"><p>无替代文字</p>'},
}


@access.public("planted by a test")
def planted(request, name):
    if name == "broken":
        return HttpResponse("no", status=500)
    if name == "refused":
        return HttpResponse(PAGE.format(head="", body=""), status=403)
    return HttpResponse(PAGE.format(**{"head": "", "body": ""} | PAGES[name]))


urlpatterns = [path("<slug:name>", planted)]
pytestmark = pytest.mark.urls(__name__)


def _problems(page, live_server, name: str) -> str:
    visitor = Visitor(page, live_server.url)
    visitor.open(f"/{name}")
    page.wait_for_load_state("networkidle")
    return "\n".join(visitor.problems)


def test_a_good_page_passes_and_is_accessible(visitor):
    visitor.open("/good")
    visitor.check_accessible()


def test_a_refusal_is_no_problem(visitor):
    assert visitor.open("/refused").status == 403


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("inline-script", "Content Security Policy"),
        ("inline-style", "Content Security Policy"),
        ("lost-script", "/nowhere.js"),
        ("broken", "500"),
    ],
)
def test_a_breach_is_noticed(page, live_server, name, complaint):
    assert complaint in _problems(page, live_server, name)


def test_a_page_that_a_screen_reader_cannot_read_is_noticed(visitor):
    visitor.open("/unreadable")
    with pytest.raises(AssertionError, match="image-alt"):
        visitor.check_accessible()
