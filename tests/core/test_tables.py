from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, RateColumn, Table
from organizations.models import Organization
from tests.organizations import factories


class Sample(Table):
    default_order = "-day"

    name = Column("项目", primary=True, sort="name")
    level = BadgeColumn("级别", value="level", tone=lambda row: "red")
    day = DayColumn("日期", sort="-day")
    amount = MoneyColumn("金额（元）")
    paid = RateColumn("代发率")

    def row_url(self, record):
        return f"/projects/{record['name']}/"


ROW = {"name": "甲<b>", "level": "红色", "day": date(2026, 10, 1), "amount": Decimal("1234.5"), "paid": (1, 3)}


def table(query="", records=(ROW,)):
    return Sample(list(records), RequestFactory().get(f"/?{query}"))


def html(of):
    return Template("{% data_table table %}").render(Context({"table": of}))


def header(of, label):
    return next(header for header in of.headers() if header.column.label == label)


def test_sorting_keeps_the_filters_and_leaves_the_page():
    assert header(table("level=red&cursor=abc"), "项目").url == "?level=red&sort=name"


def test_a_second_click_turns_the_order():
    assert header(table("sort=name"), "项目").url == "?sort=-name"
    assert header(table("sort=-name"), "项目").url == "?sort=name"


def test_a_column_says_in_which_direction_it_is_sorted():
    assert header(table(), "日期").direction == "descending"
    assert header(table("sort=day"), "日期").direction == "ascending"
    assert header(table(), "项目").direction == ""


@pytest.mark.parametrize("sort", ["password", "--name", "name__x", "amount", "?"])
def test_an_order_nobody_offered_is_ignored(sort):
    assert table(f"sort={sort}").order == "-day"


def test_cells_are_written_in_house_style_and_escaped():
    shown = html(table())
    for text in ("甲&lt;b&gt;", "2026-10-01", "1,234.50", "33.3%", "1/3", "tone-red", 'href="/projects/'):
        assert text in shown


def test_every_cell_names_its_column_for_phones():
    shown = html(table())
    assert shown.count("data-label=") == 5


def test_an_empty_table_says_what_to_do_next():
    empty = Sample([], RequestFactory().get("/"), empty_action=("新建项目", "/new/"))
    shown = html(empty)
    assert "没有符合条件的记录" in shown
    assert 'href="/new/"' in shown


def test_columns_are_inherited_and_can_be_replaced():
    class Child(Sample):
        amount = MoneyColumn("应发（元）", value="amount")
        note = Column("备注")

    assert [column.label for column in Child.columns] == ["项目", "级别", "日期", "代发率", "应发（元）", "备注"]


class Units(Table):
    default_order = "name"
    page_size = 2

    name = Column("单位", primary=True, sort="name")
    region = Column("属地", value="region.name", sort="region__name")


@pytest.mark.django_db
def test_pages_of_a_queryset_cost_one_query(django_assert_num_queries):
    for name in "乙甲丙":
        factories.organization(name=name)
    units = Units(Organization.objects.select_related("region"), RequestFactory().get("/?q=x"))
    with django_assert_num_queries(1):
        rows = list(units.rows())
    assert len(rows) == 2
    assert units.next_url.startswith("?q=x&cursor=")
    assert units.previous_url == ""
    assert rows[0].cells[1].text == "临翔区"


@pytest.mark.django_db
def test_the_next_page_is_reached_by_its_address():
    for name in ("A", "B", "C"):
        factories.organization(name=name)
    first = Units(Organization.objects.all(), RequestFactory().get("/"))
    second = Units(Organization.objects.all(), RequestFactory().get(f"/{first.next_url}"))
    assert [row.record.name for row in second.rows()] == ["C"]
    assert second.previous_url
