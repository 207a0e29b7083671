"""Every address of the portal, read from its resolver."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, get_resolver

from core.access import access
from core.middleware import LIBRARY_VIEWS, OPEN_VIEWS

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True)
class Address:
    name: str  # "namespace:name", as in `{% url %}`; of a nameless view the route
    route: str
    view: Callable
    namespace: str

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.route)

    @property
    def declared(self) -> frozenset[str] | str | None:
        """Who may call it: roles, "signed_in", "public", or None for a view that forgot to say."""
        return access.of(self.view) or LIBRARY_VIEWS.get(self.namespace) or OPEN_VIEWS.get(self.name)

    @property
    def is_ours(self) -> bool:
        """Not a library's."""
        return access.of(self.view) is not None

    def path(self, values: dict[str, object]) -> str:
        return "/" + PARAMETER.sub(lambda found: str(values[found[1]]), self.route)


@cache
def addresses() -> tuple[Address, ...]:
    found = {address.route: address for address in _walk(get_resolver("wagemonitor.urls").url_patterns)}
    return tuple(found.values())


def _walk(patterns, prefix: str = "", namespaces: tuple[str, ...] = ()) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + _plain(str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            name = ":".join([*namespaces, pattern.name]) if pattern.name else route
            yield Address(name, route, pattern.callback, namespaces[-1] if namespaces else "")
        else:
            own = (pattern.namespace,) if pattern.namespace else ()
            yield from _walk(pattern.url_patterns, route, namespaces + own)


def _plain(route: str) -> str:
    """A regular expression's groups as the parameters of a route."""
    if "(?P<" not in route:
        return route
    return GROUP.sub(lambda found: f"<{found[1]}>", route).removeprefix("^").rstrip("$").rstrip("\\Z")
