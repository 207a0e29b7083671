"""Addresses of the lists behind the figures."""

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode


def to(url_name: str, *args, **query) -> str:
    """With those parameters that say something; empty while the page does not exist."""
    try:
        address = reverse(url_name, args=args)
    except NoReverseMatch:
        return ""
    asked = {name: value for name, value in query.items() if value not in (None, "", False)}
    return f"{address}?{urlencode(asked)}" if asked else address


def projects(**query) -> str:
    return to("reports:figure_projects", **query)


def warnings(**query) -> str:
    return to("alerts:warning_list", **query)
