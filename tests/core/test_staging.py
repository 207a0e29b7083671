import pghistory
import pytest
from django.db import connection

from core.staging import stage


@pytest.mark.django_db
def test_rows_are_staged_within_a_request_too():
    """The middleware opens a history context around every request that writes."""
    with pghistory.context(url="/"):
        stage("staged", {"number": "int4"}, [(1,)])
        assert stage("staged", {"number": "int4", "word": "text"}, [(7, "七"), (8, None)]) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, word FROM staged ORDER BY number")
        assert cursor.fetchall() == [(7, "七"), (8, None)]
