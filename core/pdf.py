"""A printable page as PDF, where the extra of `requirements-pdf.txt` is installed. The browser's own printing needs
nothing: the same page, the same style sheets."""

import mimetypes
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders

BASE = "https://portal.invalid"


def is_available() -> bool:
    return find_spec("weasyprint") is not None


def from_html(html: str) -> bytes:
    from weasyprint import HTML

    return HTML(string=html, base_url=BASE, url_fetcher=fetch, media_type="print").write_pdf()


def fetch(url: str, *_args, **_kwargs) -> dict:
    """The portal's own static files, from the disk; nothing else is ever fetched."""
    path = unquote(urlsplit(url).path)
    prefix = urlsplit(settings.STATIC_URL).path
    if not (url.startswith(BASE) and path.startswith(prefix)) or not (found := _file(path.removeprefix(prefix))):
        raise ValueError(f"not a static file of the portal: {url}")
    return {
        "string": Path(found).read_bytes(),
        "mime_type": mimetypes.guess_type(found)[0] or "application/octet-stream",
    }


def _file(name: str) -> str | None:
    if ".." in Path(name).parts:
        return None
    collected = Path(settings.STATIC_ROOT or ".") / name
    return str(collected) if settings.STATIC_ROOT and collected.is_file() else finders.find(name)
