"""The kept ledger of arrears, see `accounts.models.kept_arrears`."""

from django.db import connection, transaction

BATCH = 200
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('accounts_arrearsrow'))"
# Statement by statement: the view is read after the marks were taken, and a write it does not see marks anew.
_TAKE = """
DELETE FROM accounts_arrearsmark WHERE project_id IN (
    SELECT project_id FROM accounts_arrearsmark GROUP BY project_id ORDER BY min(id) LIMIT %s
) RETURNING project_id
"""
_FORGET = "DELETE FROM accounts_arrearsrow WHERE project_id = ANY(%s)"
_KEEP = """
INSERT INTO accounts_arrearsrow
SELECT * FROM accounts_wagedue
WHERE kind <> 'paid' AND (kind <> 'departure' OR amount > 0) AND project_id = ANY(%s)
"""


@transaction.atomic
def keep_arrears(batch: int = BATCH) -> int:
    """Make the rows of so many marked projects anew; returns of how many. One at a time: another finds nothing to
    do."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE, [batch])
        projects = sorted({pk for (pk,) in cursor.fetchall()})
        cursor.execute(_FORGET, [projects])
        cursor.execute(_KEEP, [projects])
    return len(projects)
