"""Which lines are a word about wages, and when wages are due: said once, for the view of what is owed, the rule of
overdue wages, a contractor's record and the pages (docs/decisions/arrears.md)."""

from django.db.models import BooleanField, DateField, Func, Q

# Wages of a month fall due on the project's pay day of the next month, in a short month on its last day (条例 14).
# Its one expression is inlined: indexes and estimates see through it.
FUNCTIONS = """
CREATE FUNCTION wage_due_on(month date, pay_day integer) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(month + interval '1 month' + (pay_day - 1) * interval '1 day',
                 month + interval '2 months' - interval '1 day')::date
$$;
CREATE FUNCTION wage_sheet_is_out(sheet bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT state <> 'draft' FROM accounts_payrollsheet WHERE id = sheet
$$;
"""

# A month's own wages are owed whatever their sheet's state. Back pay is a claim somebody makes: while its sheet is a
# draft, nobody has been asked yet. The sheet is looked up for unpaid back pay only.
COUNTS = "(NOT {line}.is_back_pay OR {line}.paid > 0 OR wage_sheet_is_out({line}.sheet_id))"


class _SheetIsOut(Func):
    function = "wage_sheet_is_out"
    output_field = BooleanField()


class DueOn(Func):
    """Of a month and a pay day."""

    function = "wage_due_on"
    output_field = DateField()


def counting() -> Q:
    """`COUNTS`, asked of payroll lines."""
    return Q(is_back_pay=False) | Q(paid__gt=0) | Q(_SheetIsOut("sheet_id"))
