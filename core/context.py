from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazystr

from core.navigation import links_for


class LazyNavigation:
    """Asked by the layout only, so that fragments and files never pay for it."""

    def __init__(self, request: HttpRequest):
        self.request = request

    def __iter__(self):
        return iter(links_for(self.request))


def portal(request: HttpRequest) -> dict:
    return {
        "portal_name": lazystr(settings.PORTAL_NAME),
        "navigation": LazyNavigation(request),
    }
