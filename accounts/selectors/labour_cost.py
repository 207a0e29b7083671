"""Labour cost (人工费): what the contract makes due each month against what came in (条例第二十四、二十七、二十九条).

What falls due is said once, in SQL: for one project's page and for the list over all projects.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import DateField, Exists, F, IntegerField, OuterRef, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncMonth

from accounts.enums import MovementDirection, MovementKind, TermBasis
from accounts.models import LabourCostTerm, LedgerEntry, MeasuredValue
from core.aggregates import MONEY
from projects.models import Project

IN_SCOPE = "the project is in scope"

# A row a month of each term, up to the month asked for or that of completion. A share of the price is spread so that
# the months add up to it to the cent. No measured value yet: `due` is NULL.
DUE = """
SELECT t.id AS term_id, t.project_id, m.month::date AS month, v.amount AS measured,
       CASE t.basis
           WHEN 'amount' THEN t.amount
           WHEN 'progress' THEN round(v.amount * t.share / 100, 2)
           ELSE round(p.contract_amount * t.share / 100 * k.nth / k.months, 2)
                - round(p.contract_amount * t.share / 100 * (k.nth - 1) / k.months, 2)
       END AS due,
       (pay.base + least(t.pay_day, extract(day FROM pay.base + interval '1 month - 1 day')::int) - 1)::date AS due_on
FROM accounts_labourcostterm t
JOIN projects_project p ON p.id = t.project_id
CROSS JOIN LATERAL generate_series(
    t.first_month, least(t.last_month, {upto}, date_trunc('month', p.completed_on)::date), interval '1 month'
) AS m(month)
LEFT JOIN accounts_measuredvalue v ON v.project_id = t.project_id AND v.month = m.month::date
CROSS JOIN LATERAL (
    SELECT (extract(year FROM age(m.month, t.first_month)) * 12
            + extract(month FROM age(m.month, t.first_month)) + 1)::int AS nth,
           (extract(year FROM age(t.last_month, t.first_month)) * 12
            + extract(month FROM age(t.last_month, t.first_month)) + 1)::int AS months
) k
CROSS JOIN LATERAL (
    SELECT (m.month + CASE WHEN t.next_month THEN interval '1 month' ELSE interval '0' END)::date AS base
) pay
WHERE t.project_id = {project}
"""
# What came in since the first term, reversed appropriations left aside.
_CAME = """(
    SELECT coalesce(sum(e.amount), 0) FROM accounts_ledgerentry e
    WHERE e.project_id = projects_project.id AND e.kind = 'labour_cost' AND e.direction = 'in'
      AND e.booked_on >= (SELECT min(first_month) FROM accounts_labourcostterm WHERE project_id = projects_project.id)
      AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
)"""
_OF_ROW = DUE.format(project="projects_project.id", upto="%s::date")
_OWED = f"(SELECT coalesce(sum(d.due), 0) FROM ({_OF_ROW}) d WHERE d.due_on < %s)"
_SINCE = f"""(
    SELECT min(c.due_on) FROM (
        SELECT d.due_on, sum(d.due) OVER (ORDER BY d.due_on, d.month) AS upto FROM ({_OF_ROW}) d WHERE d.due_on < %s
    ) c WHERE c.upto > {_CAME}
)"""
_UNMEASURED = f"(SELECT count(*) FROM ({_OF_ROW}) d WHERE d.due IS NULL AND d.due_on < %s)"


def with_labour_cost(projects: QuerySet[Project], today: date) -> QuerySet[Project]:
    """Of projects with terms: `cost_due` that fell due before today, `cost_came`, `cost_gap` between them,
    `overdue_since` when the first unpaid part fell due, `unmeasured` months whose value nobody has recorded."""
    month = today.replace(day=1)
    terms = LabourCostTerm._base_manager.filter(project=OuterRef("pk"))
    return projects.filter(Exists(terms)).annotate(
        cost_due=RawSQL(_OWED, [month, today], output_field=MONEY),
        cost_came=RawSQL(_CAME, [], output_field=MONEY),
        cost_gap=RawSQL(f"greatest({_OWED} - {_CAME}, 0)", [month, today], output_field=MONEY),
        overdue_since=RawSQL(_SINCE, [month, today], output_field=DateField()),
        unmeasured=RawSQL(_UNMEASURED, [month, today], output_field=IntegerField()),
    )


def overdue(projects: QuerySet[Project], today: date) -> QuerySet[Project]:
    """Appropriation that is overdue, or cannot be told because a month was not measured."""
    return with_labour_cost(projects, today).exclude(overdue_since__isnull=True, unmeasured=0)


@dataclass
class CostMonth:
    """A month of a project's labour cost. `gap`: what had fallen due by its last day and had not come in by then."""

    month: date
    basis: str = ""
    measured: Decimal | None = None
    due: Decimal | None = None
    due_on: date | None = None
    came: Decimal = Decimal(0)
    went: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    gap: Decimal = Decimal(0)

    @property
    def wants_value(self) -> bool:
        return self.basis == TermBasis.PROGRESS

    @property
    def is_unmeasured(self) -> bool:
        return self.wants_value and self.measured is None


class LabourCost:
    """Of one project, month by month, up to this month."""

    def __init__(self, project: Project, today: date):
        self.project, self.today = project, today
        self.terms = list(LabourCostTerm.objects.unscoped(IN_SCOPE).filter(project=project))
        self.months = self._months()

    @property
    def due(self) -> Decimal:
        """What has fallen due before today."""
        return sum((m.due or 0 for m in self.months if m.due_on and m.due_on < self.today), Decimal(0))

    @property
    def came(self) -> Decimal:
        """Since the first term."""
        first = min((term.first_month for term in self.terms), default=self.today)
        return sum((m.came for m in self.months if m.month >= first), Decimal(0))

    @property
    def gap(self) -> Decimal:
        return max(self.due - self.came, Decimal(0))

    @property
    def unmeasured(self) -> list[date]:
        return [m.month for m in self.months if m.is_unmeasured and m.due_on < self.today]

    def month(self, month: date) -> CostMonth | None:
        return next((each for each in self.months if each.month == month), None)

    def _months(self) -> list[CostMonth]:
        found: dict[date, CostMonth] = {}
        self._add_movements(found)
        self._add_due(found)
        for row in MeasuredValue.objects.unscoped(IN_SCOPE).filter(project=self.project):
            found.setdefault(row.month, CostMonth(row.month)).measured = row.amount
        months = [found[month] for month in sorted(found)]
        self._run(months)
        return months

    def _add_due(self, found: dict[date, CostMonth]) -> None:
        basis = {term.pk: term.basis for term in self.terms}
        with connection.cursor() as cursor:
            cursor.execute(DUE.format(project="%s", upto="%s::date"), [self.today.replace(day=1), self.project.pk])
            for term, _, month, _, due, due_on in cursor.fetchall():
                each = found.setdefault(month, CostMonth(month))
                each.basis, each.due, each.due_on = basis[term], due, due_on

    def _add_movements(self, found: dict[date, CostMonth]) -> None:
        entries = LedgerEntry.objects.unscoped(IN_SCOPE).filter(project=self.project)
        self.moved = defaultdict(Decimal)  # of all entries, month by month: what the balance is made of
        for month, direction, total in _by_month(entries, "direction"):
            self.moved[month] += total if direction == MovementDirection.IN else -total
            found.setdefault(month, CostMonth(month))
        standing = entries.standing()
        for month, kind, total in _by_month(standing.filter(direction=MovementDirection.IN), "kind"):
            if kind == MovementKind.LABOUR_COST:
                found[month].came = total
        for month, _, total in _by_month(standing.filter(direction=MovementDirection.OUT), "direction"):
            found[month].went = total

    def _run(self, months: list[CostMonth]) -> None:
        """Balance and gap as they stood at the end of each month, the current one as of today."""
        balance = came = Decimal(0)
        first = min((term.first_month for term in self.terms), default=self.today)
        for each in months:
            balance += self.moved[each.month]
            came += each.came if each.month >= first else 0
            end = min(each.month.replace(day=monthrange(each.month.year, each.month.month)[1]), self.today)
            due = sum((m.due or 0 for m in months if m.due_on and m.due_on <= end), Decimal(0))
            each.balance, each.gap = balance, max(due - came, Decimal(0))


def _by_month(entries: QuerySet[LedgerEntry], name: str):
    rows = entries.order_by().annotate(of=TruncMonth("booked_on")).values_list("of", name)
    return rows.annotate(total=Sum(F("amount")))
