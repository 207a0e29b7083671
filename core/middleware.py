import ipaddress
import time
import uuid
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from core.access import access
from core.audit import client_ip
from core.scoping import guard

log = structlog.get_logger("request")

# Views of libraries cannot carry our decorator. URL namespace or view name → who may call.
LIBRARY_VIEWS = {"admin": frozenset({"system"})}
OPEN_VIEWS = {"prometheus-django-metrics": frozenset({"system"})}


class ClientAddressMiddleware:
    """Behind a proxy, the address it appended to X-Forwarded-For stands for its own, which would be everybody's; no
    address, where it appended none. What stands further left the caller may have written."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.BEHIND_PROXY:
            told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
            request.META["REMOTE_ADDR"] = told if _is_address(told) else None
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


class RequestLogMiddleware:
    """One structured line a request: never a query string, a body or a name."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        request.id = uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request.id)
        client_ip.set(request.META.get("REMOTE_ADDR"))
        try:
            response = self.get_response(request)
            log.info("request", **self._facts(request, response), ms=round((time.perf_counter() - started) * 1000, 1))
            response["X-Request-ID"] = request.id
            return response
        finally:
            structlog.contextvars.clear_contextvars()
            client_ip.set(None)

    @staticmethod
    def _facts(request, response) -> dict:
        match = request.resolver_match
        return {
            "method": request.method,
            "view": match.view_name if match else None,
            "status": response.status_code,
            "user": getattr(getattr(request, "user", None), "pk", None),
        }


class AccessMiddleware:
    """Closed unless declared: a view without `@access` answers 403, an anonymous user is sent to the login."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        declared = access.of(view) or self._of_library(request.resolver_match)
        if access.allows(declared, request.user) and access.may_send(request.user, request.method, view):
            return None
        if not request.user.is_authenticated:
            return self._to_login(request)
        raise PermissionDenied

    @staticmethod
    def _to_login(request):
        """Back to the page after the login: for a form that was sent too late, the page it stood on."""
        page = next((url for start, url in settings.LOGIN_URLS.items() if request.path.startswith(start)), None)
        if request.method == "GET":
            return redirect_to_login(request.get_full_path(), page)
        messages.warning(request, "登录已过期，刚才填写的内容没有保存，请登录后重新填写。")
        came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
        return redirect_to_login(came_from.path if came_from.netloc == request.get_host() else "/", page)

    @staticmethod
    def _of_library(match):
        return LIBRARY_VIEWS.get(match.app_name) or OPEN_VIEWS.get(match.url_name)


class ScopeGuardMiddleware:
    """Within a request, a query of a supervised model without a scope raises (see `core.scoping`)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with guard():
            return self.get_response(request)
