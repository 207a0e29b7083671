import pytest
from django.db import connection

from core.planner import analyse_unknown

pytestmark = pytest.mark.django_db


@pytest.fixture
def table():
    """With rows and statistics."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planned (name text)")
        cursor.execute("INSERT INTO planned SELECT i::text FROM generate_series(1, 100) AS i")
        cursor.execute("ANALYZE planned")
        yield cursor


def _known(cursor, table: str) -> set[str]:
    cursor.execute("SELECT attname FROM pg_stats WHERE tablename = %s", [table])
    return {name for (name,) in cursor.fetchall()}


def test_a_table_all_of_whose_columns_are_known_is_left_alone(table):
    assert "planned" not in analyse_unknown()


def test_a_column_that_came_later_becomes_known(table):
    table.execute("ALTER TABLE planned ADD COLUMN merged_into int")
    assert "planned" in analyse_unknown()
    assert _known(table, "planned") == {"name", "merged_into"}
    assert "planned" not in analyse_unknown()


def test_an_indexed_expression_that_came_later_becomes_known(table):
    table.execute("CREATE INDEX planned_letters ON planned USING gin (string_to_array(name, NULL))")
    assert "planned" in analyse_unknown()
    assert _known(table, "planned_letters")
    assert "planned" not in analyse_unknown()
