"""An account of several projects, the money kept apart: what each project has on it, and who spent another's."""

from decimal import Decimal

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Sum, When

from accounts.enums import MovementDirection
from accounts.models import LedgerEntry, SpecialAccount
from projects.models import Project

# A project's own part runs along the entries as the account's balance does.
_OVERDRAWN = """
SELECT id, own FROM (
    SELECT e.id, e.direction,
           sum(CASE e.direction WHEN 'in' THEN e.amount ELSE -e.amount END)
               OVER (PARTITION BY e.project_id ORDER BY e.sequence ROWS UNBOUNDED PRECEDING) AS own
    FROM accounts_ledgerentry e WHERE e.account_id = %s
) run WHERE direction = 'out' AND own < 0
"""


def parts_of(account: SpecialAccount) -> dict[int, Decimal]:
    """Project → its own part of the account. Together they are the account's balance."""
    signed = Case(When(Q(direction=MovementDirection.IN), then=F("amount")), default=-F("amount"))
    rows = LedgerEntry.objects.unscoped("the account is in scope").filter(account=account)
    return dict(rows.order_by().values_list("project").annotate(own=Sum(signed)))


def own_parts(project: Project, accounts: QuerySet[SpecialAccount] | list[SpecialAccount]) -> dict[int, Decimal]:
    """Account → this project's part of it."""
    signed = Case(When(Q(direction=MovementDirection.IN), then=F("amount")), default=-F("amount"))
    rows = LedgerEntry.objects.unscoped("the project is in scope").filter(project=project, account__in=accounts)
    return dict(rows.order_by().values_list("account").annotate(own=Sum(signed)))


def overdrawn(account: SpecialAccount) -> dict[int, Decimal]:
    """Outflows above their project's own part: entry → how far below zero it stood afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDRAWN, [account.pk])
        return dict(cursor.fetchall())
