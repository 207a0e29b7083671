"""What PostgreSQL's planner knows of our tables."""

from django.db import connection

# An index on an expression has statistics of its own, kept under the index's name.
_UNKNOWN = """
SELECT DISTINCT c.oid::regclass::text
FROM pg_class AS c
LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indexprs IS NOT NULL
JOIN pg_class AS r ON r.oid IN (c.oid, i.indexrelid)
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.reltuples > 0 AND c.relnamespace = current_schema()::regnamespace
    AND (r.oid = c.oid OR i.indkey[a.attnum - 1] = 0)
    AND NOT EXISTS (
        SELECT FROM pg_stats AS s
        WHERE s.schemaname = current_schema() AND s.tablename = r.relname AND s.attname = a.attname)
ORDER BY 1
"""


def analyse_unknown() -> list[str]:
    """ANALYZE of the tables with a column or an indexed expression that came after their last one; their names.

    A migration adds columns without statistics, and autovacuum waits until a tenth of the rows has changed. Until then
    a condition on the new column is thought to leave nearly nothing, and pages over half a million rows take seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN)
        tables = [name for (name,) in cursor.fetchall()]
        if tables:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
    return tables
