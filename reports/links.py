"""Addresses of the lists behind the figures."""

from django.urls import reverse
from django.utils.http import urlencode


def to(url_name: str, *args, **query) -> str:
    """With those parameters that say something."""
    address = reverse(url_name, args=args)
    asked = {name: value for name, value in query.items() if value not in (None, "", False)}
    return f"{address}?{urlencode(asked)}" if asked else address


def projects(**query) -> str:
    return to("reports:figure_projects", **query)


def warnings(**query) -> str:
    return to("alerts:warning_list", **query)
