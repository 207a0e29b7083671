"""What a reviewer would otherwise say about the code, as functions from a file to its offences.

`tests/test_code.py` asks them of the whole portal, `tests/test_guards.py` shows that each of them bites.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from core.checks import OUR_APPS
from core.fields import EncryptedField
from organizations.tables import DETAILS

ROOT = Path(__file__).resolve().parent.parent
APPS = (*sorted(OUR_APPS), "wagemonitor")
MOST_LINES, MOST_TEST_LINES, MOST_SETTINGS_LINES, MOST_FUNCTION_LINES = 400, 600, 200, 40

Rule = Callable[[str, str], Iterable[str]]  # path within the project and content → offences


def python_files(*folders: str) -> Iterator[str]:
    for folder in folders or (*APPS, "tests"):
        yield from sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*.py"))


def template_files() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))


def front_end_files() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for kind in ("js", "css") for path in (ROOT / "static").rglob(f"*.{kind}")
    )


def offences(rule: Rule, paths: Iterable[str]) -> list[str]:
    return [f"{path}: {said}" for path in paths for said in rule(path, (ROOT / path).read_text())]


# --- length ----------------------------------------------------------------------------------------------------------


def too_long(path: str, content: str) -> Iterator[str]:
    if "/migrations/" in path:
        return
    most = MOST_TEST_LINES if path.startswith("tests/") else MOST_LINES
    most = MOST_SETTINGS_LINES if path == "wagemonitor/settings.py" else most
    if (lines := content.count("\n")) > most:
        yield f"{lines} lines, at most {most}"


def long_functions(path: str, content: str) -> Iterator[str]:
    if "/migrations/" in path:
        return
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > MOST_FUNCTION_LINES:
                yield f"{node.name}, line {node.lineno}: {lines} lines, at most {MOST_FUNCTION_LINES}"


# --- python ----------------------------------------------------------------------------------------------------------

WRONG_DAYS = re.compile(r"\b(?:date\.today|datetime\.(?:today|now|utcnow)|timezone\.now\(\)\.date)$")


def wrong_days(path: str, content: str) -> Iterator[str]:
    """The day is `timezone.localdate()`: the server's own, or UTC's, is another one for eight hours."""
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Call) and (found := WRONG_DAYS.search(ast.unparse(node.func))):
            yield f"line {node.lineno}: {found[0]}() instead of timezone.localdate()"


def trusted_html(path: str, content: str) -> Iterator[str]:
    if path.startswith("core/"):
        return
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("mark_safe", "SafeString"):
            yield f"line {node.lineno}: {ast.unparse(node)}; only the kernel trusts HTML"


LATER = re.compile("TO" + "DO|FIX" + "ME|XX" + "X")


def put_off(path: str, content: str) -> Iterator[str]:
    for number, line in enumerate(content.splitlines(), 1):
        if LATER.search(line):
            yield f"line {number}: {line.strip()}"


def unnamed_details(path: str, content: str) -> Iterator[str]:
    """Parts of an act on record that the auditor would read by their English names."""
    for call in ast.walk(ast.parse(content)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record":
            names = {keyword.arg for keyword in call.keywords if keyword.arg} - {"by", "target"}
            yield from (f"line {call.lineno}: {name} has no name on screen" for name in sorted(names - set(DETAILS)))


def unnamed_models() -> list[str]:
    """Models whose Chinese name is Django's guess in English."""
    own = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS and not _is_history(model)]
    return [model._meta.label for model in own if "verbose_name" not in model._meta.original_attrs]


def _is_history(model) -> bool:
    return hasattr(model, "pgh_tracked_model")


# --- templates -------------------------------------------------------------------------------------------------------

INLINE = {
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"\s(?:on[a-z]+|hx-on[:\w-]*)=[\"']", re.IGNORECASE),
    "script address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
}
TRUSTED = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off")
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.DOTALL)
URL_TAG = re.compile(r"{%\s*url\s+[\"']([^\"']+)[\"']")
PRINTED = re.compile(r"{{(.*?)}}|{%\s*(?!if|elif|for|with\b)(\w+.*?)%}", re.DOTALL)


def breaks_csp(path: str, content: str) -> Iterator[str]:
    for what, pattern in INLINE.items():
        for found in pattern.finditer(COMMENT.sub("", content)):
            yield f"{what}: {found[0].strip()}"


def trusted_in_template(path: str, content: str) -> list[str]:
    return [] if "/components/" in path else TRUSTED.findall(content)


def homeless(path: str, content: str) -> Iterator[str]:
    """A page extends a layout; what does not is a part of one."""
    parts = Path(path).parts
    is_part = parts[-1].startswith("_") or {"components", "layout", "widgets"} & set(parts[:-1])
    if not is_part and not content.lstrip().startswith('{% extends "layout/'):
        yield "extends no layout, and is neither a component nor a partial (_name.html)"


def lost_addresses(path: str, content: str) -> Iterator[str]:
    for name in URL_TAG.findall(COMMENT.sub("", content)):
        if name not in url_names():
            yield f"{{% url '{name}' %}} names nothing"


@cache
def url_names() -> frozenset[str]:
    return frozenset(_names(get_resolver("wagemonitor.urls").url_patterns))


def _names(patterns, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from _names(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


def lost_reverses(path: str, content: str) -> Iterator[str]:
    """The same for `reverse("…")`, `redirect("…")` and `NavItem(…, "…")`."""
    for node in ast.walk(ast.parse(content)):
        name = getattr(getattr(node, "func", None), "id", "")
        if name in ("reverse", "reverse_lazy", "redirect", "NavItem"):
            texts = [
                arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            for text in texts:
                if re.fullmatch(r"\w+:\w+", text) and text not in url_names():
                    yield f'line {node.lineno}: {name}("{text}") names nothing'


def shown_in_clear(path: str, content: str) -> Iterator[str]:
    """An encrypted value is printed through a masking filter, or not at all."""
    for printed in PRINTED.finditer(COMMENT.sub("", content)):
        expression = printed[1] or printed[2]
        for found in re.finditer(r"\.(\w+)((?:\|\w+)?)", expression):
            if found[1] in encrypted_names() and not found[2].startswith("|masked_"):
                yield f"{printed[0]} prints {found[1]} in clear"


@cache
def encrypted_names() -> frozenset[str]:
    """Names that always mean a secret: not those that another model uses for something open."""
    fields = [
        field for model in apps.get_models() if model._meta.app_label in OUR_APPS for field in model._meta.fields
    ]
    secret = {field.name for field in fields if isinstance(field, EncryptedField)}
    return frozenset(
        secret - {field.name for field in fields if not isinstance(field, EncryptedField) and field.editable}
    )
