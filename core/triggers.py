"""Database triggers shared by models."""

from pgtrigger import Before, Delete, Protect, Statement, Trigger, Truncate, Update


def append_only() -> list[Trigger]:
    """No UPDATE, DELETE or TRUNCATE, not even by raw SQL."""
    refuse = "RAISE EXCEPTION 'append-only: % may not be truncated', TG_TABLE_NAME;"
    return [
        Protect(name="append_only", operation=Update | Delete),
        Trigger(name="no_truncate", operation=Truncate, level=Statement, when=Before, func=refuse),
    ]
