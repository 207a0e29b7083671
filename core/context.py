from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property, lazystr

from core import notices
from core.navigation import Link, links_for


class LazyNavigation:
    """Drawn by layouts only, twice (desk and phone): fragments and files never pay for it."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def links(self) -> list[Link]:
        return links_for(self.request)

    def __iter__(self):
        return iter(self.links)


class LazyBell:
    """Unread notices, asked for by the layout alone."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def unread(self) -> int:
        user = getattr(self.request, "user", None)
        return notices.unread(user) if user is not None and user.is_authenticated else 0


def portal(request: HttpRequest) -> dict:
    return {
        "portal_name": lazystr(settings.PORTAL_NAME),
        "navigation": LazyNavigation(request),
        "bell": LazyBell(request),
    }
