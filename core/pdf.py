"""A printable page as PDF, where the extra of `requirements-pdf.txt` is installed. The browser's own printing needs
nothing: it is the same page and the same style sheet."""

from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles import finders

STYLE = "css/paper.css"


def is_available() -> bool:
    return find_spec("weasyprint") is not None


def from_html(html: str) -> bytes:
    """The page dressed in the style of papers. Whatever else it links to is left out: nothing is ever fetched."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=())
    style = CSS(string=Path(finders.find(STYLE)).read_text(encoding="utf-8"), url_fetcher=nothing)
    return HTML(string=html, url_fetcher=nothing).write_pdf(stylesheets=[style])
