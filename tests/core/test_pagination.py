from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count, F
from django.db.models.functions import Length

from core.pagination import capped_count, keyset_page
from organizations.enums import Role
from organizations.models import Organization, Region, User
from tests.organizations import factories

pytestmark = pytest.mark.django_db

ORDERS = [
    [],
    ["name"],
    ["-name"],
    ["office_address"],
    ["-office_address", "name"],
    ["region__name"],
    ["-region__parent__name"],
    ["uscc"],
    ["-uscc"],
    ["region"],
    ["-name_length"],
]


@pytest.fixture
def organizations():
    """Ties, empty values and relations that lead nowhere."""
    for number in range(23):
        unit = factories.organization(at=["530902", "530921", "530000"][number % 3], name=f"单位{number % 7:02}")
        unit.office_address = "临翔区" if number % 2 else ""
        unit.region = None if number % 5 == 0 else unit.region
        unit.uscc = None if number % 4 == 0 else unit.uscc
        unit.save()
    return Organization.objects.annotate(name_length=Length("name")).select_related("region__parent")


def pages(queryset, order, size=4):
    cursor, found = "", []
    while True:
        page = keyset_page(queryset, order, cursor, size)
        found.append([row.pk for row in page])
        if not page.next:
            return found, page
        cursor = page.next


def expected(queryset, order):
    """The same order as the database gives in one go, empty values last in both directions."""
    keys = [
        F(name.lstrip("-")).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in order
    ]
    last = "-pk" if order and order[-1].startswith("-") else "pk"
    return list(queryset.order_by(*keys, last).values_list("pk", flat=True))


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_reading_forward_meets_every_row_once_in_order(organizations, order):
    found, _ = pages(organizations, order)
    assert [pk for page in found for pk in page] == expected(organizations, order)


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_reading_backward_gives_the_same_pages(organizations, order):
    forward, page = pages(organizations, order)
    backward = [[row.pk for row in page]]
    while page.previous:
        page = keyset_page(organizations, order, page.previous, 4)
        backward.append([row.pk for row in page])
    # counted from the other end the first page may be the short one, so compare rows
    assert [pk for rows in reversed(backward) for pk in rows] == [pk for rows in forward for pk in rows]


def test_first_page_has_no_previous_and_last_no_next(organizations):
    first = keyset_page(organizations, ["name"], "", 20)
    last = keyset_page(organizations, ["name"], first.next, 20)
    assert (first.previous, last.next) == ("", "")
    assert (len(first), len(last)) == (20, 3)


def test_rows_added_before_the_cursor_do_not_repeat_rows(organizations):
    first = keyset_page(organizations, ["name"], "", 5)
    factories.organization(name="单位00")
    second = keyset_page(organizations, ["name"], first.next, 5)
    assert not {row.pk for row in first} & {row.pk for row in second}


@pytest.mark.parametrize("cursor", ["x", "eyJhIjoxfQ", "☃", "a:b:c", "\x00"])
def test_a_cursor_that_is_not_ours_starts_at_the_beginning(organizations, cursor):
    page = keyset_page(organizations, ["name"], cursor, 5)
    assert [row.pk for row in page] == [row.pk for row in keyset_page(organizations, ["name"], "", 5)]


def test_a_cursor_of_another_order_starts_at_the_beginning(organizations):
    cursor = keyset_page(organizations, ["name"], "", 5).next
    page = keyset_page(organizations, ["uscc"], cursor, 5)
    assert page.previous == ""


def test_turning_the_direction_starts_at_the_beginning(organizations):
    cursor = keyset_page(organizations, ["name"], "", 5).next
    assert keyset_page(organizations, ["-name"], cursor, 5).previous == ""


def test_a_text_primary_key_ends_the_order():
    factories.region("530902")
    factories.region("530921")
    found, _ = pages(Region.objects.all(), ["level"], size=1)
    assert [pk for page in found for pk in page] == ["530000", "530900", "530902", "530921"]


def test_count_stops_at_the_cap(organizations, django_assert_num_queries):
    with django_assert_num_queries(1):
        count = capped_count(Organization.objects.all(), cap=10)
    assert (count.value, count.capped, str(count)) == (10, True, "超过 10")


def test_count_under_the_cap_is_exact(organizations):
    assert str(capped_count(Organization.objects.all(), cap=23)) == "23"


def test_the_count_of_a_single_page_costs_no_query(organizations, django_assert_num_queries):
    page = keyset_page(organizations, ["name"], "", 50)
    with django_assert_num_queries(0):
        assert page.count.value == 23


def test_an_index_can_seek_to_the_page(organizations, django_assert_num_queries):
    """A required first column is bounded outside of any OR, so that the pages before are not read."""
    cursor = keyset_page(Organization.objects.all(), ["name"], "", 5).next
    with django_assert_num_queries(1) as queries:
        keyset_page(Organization.objects.all(), ["name"], cursor, 5)
    where = queries[0]["sql"].partition("WHERE")[2]
    assert where.lstrip(' ("').startswith('organizations_organization"."name" >= ')


def test_moments_of_one_millisecond_are_kept_apart():
    unit = factories.organization()
    start = datetime(2026, 10, 1, tzinfo=UTC)
    for number in range(9):
        factories.user(Role.CLERK, unit, created_at=start + timedelta(microseconds=100 * number))
    for order in (["created_at"], ["-created_at"]):
        found, _ = pages(User.objects.all(), order, size=2)
        assert [pk for page in found for pk in page] == expected(User.objects.all(), order)


def test_aggregates_can_be_sorted(organizations):
    regions = Region.objects.annotate(units=Count("children"))
    found, _ = pages(regions, ["-units"], size=2)
    assert sorted(pk for page in found for pk in page) == sorted(regions.values_list("pk", flat=True))
