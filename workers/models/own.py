"""What a worker sees: the rows about themselves. Said here once, for every model that has such rows."""

from django.apps import apps
from django.db.models import Q

from organizations.enums import Role


def own_rows(user, path: str) -> Q:
    """Rows whose `path` leads to an engagement of this worker; none of what stayed behind at a merged project, where
    nobody sees it: the same stay goes on at the project it became."""
    engagements = apps.get_model("workers", "Engagement")._base_manager
    own = engagements.filter(worker__user=user, project__merged_into__isnull=True)
    return Q(**{f"{path}__in": own.order_by().values("pk")})


class OwnRows:
    """Stands before `ScopedModel`: for a worker the scope is not the project but the person."""

    own_path = "engagement"

    @classmethod
    def scope_q(cls, user) -> Q:
        return own_rows(user, cls.own_path) if user.role == Role.WORKER else super().scope_q(user)
