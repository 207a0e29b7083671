from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property, lazystr

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


def portal(request: HttpRequest) -> dict:
    return {
        "portal_name": lazystr(settings.PORTAL_NAME),
        "navigation": LazyNavigation(request),
    }
