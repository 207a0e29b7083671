import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse

from organizations.enums import Role

STARTED, SEEN = "session_started", "session_seen"
OWN_PIN = "my:pin"  # where a worker chooses the own password
BY_ITSELF = "X-Background"  # header of requests that no person made, as the live view's


class SessionLimitMiddleware:
    """Ends a session that was idle too long or has lasted too long, and holds a user to a due password change."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            if self._expired(request.session, by_itself=BY_ITSELF in request.headers):
                page = "organizations:worker_login" if request.user.role == Role.WORKER else settings.LOGIN_URL
                logout(request)
                messages.info(request, "登录已超时，请重新登录。")
                return redirect(page)
            if request.user.must_change_password and request.path not in self._always_open():
                return redirect(OWN_PIN if request.user.role == Role.WORKER else "organizations:password_change")
        return self.get_response(request)

    @staticmethod
    def _expired(session, *, by_itself: bool) -> bool:
        """What a page asks for by itself keeps nobody signed in."""
        now = int(time.time())
        started, seen = session.setdefault(STARTED, now), session.get(SEEN, now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
            return True
        if (now - seen >= 60 and not by_itself) or SEEN not in session:  # not a write per request
            session[SEEN] = now
        return False

    @staticmethod
    def _always_open() -> set[str]:
        return {reverse(name) for name in ("organizations:password_change", "organizations:logout", OWN_PIN)}
