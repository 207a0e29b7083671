import pytest

from workers import selectors
from workers.models import Engagement


@pytest.mark.parametrize("text", ["曾小明", "zxm", "1234"])
def test_the_search_for_people_compares_what_its_indexes_hold(text):
    """`icontains` compares in capitals: over 112,000 people 490 ms instead of 6."""
    assert "UPPER" not in str(selectors.matching(Engagement.objects.all(), text).query)
