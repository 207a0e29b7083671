import pytest
from django.db import connection

from core.triggers import bulk_history, without_triggers

pytestmark = pytest.mark.django_db


def _ignored() -> list[str]:
    """As the triggers read it; raises what they would have to catch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')::text[]")
        return cursor.fetchone()[0]


def test_triggers_find_their_setting_again_after_a_block_without_them():
    with bulk_history(source="test"):
        assert _ignored() == []
        with without_triggers():
            assert _ignored()
        assert _ignored() == []
