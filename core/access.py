"""Which roles may call a view. A view that declares nothing answers 403.

    @access(Role.OFFICER, Role.CLERK)
    def project_list(request): …

    @access.public("the login page comes before any role")
    def login(request): …

The role opens the door; what is behind it is decided by scope. Out of scope is 404, wrong role is 403.

Accounts that only look (`user.query_only`) send nothing, except to views that say `@access.changes_nothing`.
"""

from collections.abc import Callable

from django.views import View
from django.views.decorators.http import require_http_methods

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


class _Access:
    def __call__(self, *roles: str) -> Callable:
        if not roles:
            raise ValueError("Name the roles, or use access.signed_in / access.public.")
        return self._mark(frozenset(str(role) for role in roles))

    def signed_in(self, view):
        """Every signed-in user, whatever the role."""
        return self._mark("signed_in")(view)

    def public(self, reason: str) -> Callable:
        """Anyone, also without a login. The reason is for the reader."""
        if not reason.strip():
            raise ValueError("Say why this page is public.")
        return self._mark("public")

    def changes_nothing(self, view):
        """Posted, yet no record changes: exports, the own session, the own password."""
        view.changes_nothing = True
        return view

    @staticmethod
    def _mark(allowed) -> Callable:
        def decorate(view):
            view.access = allowed
            return view

        return decorate

    @staticmethod
    def of(view) -> frozenset[str] | str | None:
        """What the view declares; None when it declares nothing. Looks through class-based views."""
        declared = getattr(view, "access", None)
        view_class = getattr(view, "view_class", None)
        if declared is None and view_class is not None and issubclass(view_class, View):
            declared = getattr(view_class, "access", None)
        return declared

    @staticmethod
    def allows(declared, user) -> bool:
        if declared == "public":
            return True
        if not user.is_authenticated or declared is None:
            return False
        return declared == "signed_in" or user.role in declared

    @staticmethod
    def may_send(user, method: str, view) -> bool:
        """Whether somebody whom the view lets in may call it by this method."""
        if method in ("GET", "HEAD", "OPTIONS") or not getattr(user, "query_only", False):
            return True
        return getattr(view, "changes_nothing", False)


access = _Access()
