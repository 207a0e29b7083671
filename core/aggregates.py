"""Counts and sums beside each row of a list, each asked for per row: a page costs its own rows only; and a median."""

from django.db.models import Aggregate, DecimalField, Field, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

MONEY = DecimalField(max_digits=16, decimal_places=2)  # of sums


def figure(rows: QuerySet, aggregate, output_field: Field | None = None) -> Coalesce:
    """`aggregate` over all of `rows`, which an OuterRef ties to the row; zero without any. A whole number, unless
    `output_field` says what else."""
    # grouped by a constant: one row whatever there is, where a GROUP BY of their own would lose those that have none
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(figure=aggregate).values("figure")
    return Coalesce(Subquery(counted), Value(0), output_field=output_field or IntegerField())


class Middle(Aggregate):
    """The median that is one of the values, so that amounts stay exact; of an even number the lower one."""

    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
