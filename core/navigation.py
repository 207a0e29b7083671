"""The portal's navigation. An app adds to it by a list `navigation = [NavItem(...)]` in its `urls.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from types import ModuleType

from django.http import HttpRequest
from django.urls import get_resolver, get_urlconf, reverse

GROUP = 10


@dataclass(frozen=True)
class NavItem:
    """`order` sorts over all apps, each ten of it are a group; `count(user)` is asked only when the item is drawn."""

    label: str
    url_name: str
    icon: str
    roles: tuple[str, ...]  # values of organizations.enums.Role; empty: everyone who is signed in
    order: int = 50
    count: Callable | None = field(default=None, compare=False)

    def is_for(self, user) -> bool:
        return user.is_authenticated and (not self.roles or getattr(user, "role", "") in self.roles)


class Link:
    """An item as one user sees it on one page."""

    def __init__(self, item: NavItem, user, active: bool = False):
        self.item, self.user, self.active = item, user, active
        self.label, self.icon = item.label, item.icon
        self.url = reverse(item.url_name)  # a name that does not resolve is a mistake to be seen

    starts_group = False

    @cached_property
    def count(self) -> int:
        return self.item.count(self.user) if self.item.count else 0


@cache
def _items(urlconf: str | None) -> tuple[NavItem, ...]:
    modules = (getattr(pattern, "urlconf_module", None) for pattern in get_resolver(urlconf).url_patterns)
    lists = (getattr(module, "navigation", ()) for module in modules if isinstance(module, ModuleType))
    return tuple(sorted((item for items in lists for item in items), key=lambda item: item.order))


def navigation_items() -> tuple[NavItem, ...]:
    return _items(get_urlconf())


def links_for(request: HttpRequest) -> list[Link]:
    """The user's links; the one whose address is the longest beginning of this page's address is active."""
    user = getattr(request, "user", None)
    if user is None:
        return []
    links = [Link(item, user) for item in navigation_items() if item.is_for(user)]
    for before, link in pairwise(links):
        link.starts_group = before.item.order // GROUP != link.item.order // GROUP
    around = [link for link in links if _is_around(link.url, request.path)]
    if around:
        max(around, key=lambda link: len(link.url)).active = True
    return links


def _is_around(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url if url.endswith("/") else f"{url}/") or path == url
