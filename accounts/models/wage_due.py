"""Every month of wages there is a word about, as one relation: what payrolls list, what was worked and stands on
none, and what was put down as owed when somebody left. A view; see docs/decisions/arrears.md for what counts."""

from datetime import date

from django.db import models
from django.db.models import Func, Q

from accounts.enums import DUE_OF_MONTHS, DueKind
from accounts.models.owing import COUNTS
from core.months import previous_month
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.models import Organization
from projects.models import Project
from workers.models import Engagement, Team, Worker

DUE_ON = "(SELECT wage_due_on(({month})::date, p.wage_pay_day) FROM projects_project p WHERE p.id = {project})"
_CONTRACTOR = """(SELECT c.organization_id FROM projects_participation c
     WHERE c.project_id = {project} AND c.participant_type = '009' ORDER BY c.is_lead DESC, c.id LIMIT 1)"""
_UNIT = """(SELECT u.organization_id FROM workers_team t JOIN projects_participation u ON u.id = t.employer_id
     WHERE t.id = {team})"""
_OF_STAY = "(SELECT e.{column} FROM workers_engagement e WHERE e.id = {engagement})"
_NAME = """(SELECT w.name FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = {engagement})"""

# Scalar subqueries instead of joins: a column nobody asks for costs nothing.
_LINES = f"""
SELECT 'l' || l.id AS key, '{{kind}}'::text AS kind, l.project_id, l.month, l.engagement_id,
    {_OF_STAY.format(column="worker_id", engagement="l.engagement_id")} AS worker_id, encode(l.id_number_index, 'hex')
    AS person, l.name::text AS name,
    coalesce(l.team_id, {_OF_STAY.format(column="team_id", engagement="l.engagement_id")}) AS team_id,
    {_UNIT.format(team=f"coalesce(l.team_id, {_OF_STAY.format(column='team_id', engagement='l.engagement_id')})")}
    AS unit_id, {_CONTRACTOR.format(project="l.project_id")} AS contractor_id, l.days, l.net, l.paid,
    l.net - l.paid AS amount, {DUE_ON.format(month="l.month", project="l.project_id")} AS due_on,
    (SELECT max(p.paid_on) FROM accounts_payout p WHERE p.line_id = l.id AND p.returned_id IS NULL) AS last_paid_on,
    l.payroll_id, NULL::bigint AS departure_id,
    (SELECT h.state = 'draft' FROM accounts_payrollsheet h WHERE h.id = l.sheet_id) AS is_drafted
FROM accounts_payrollline l WHERE {{where}} AND {COUNTS.format(line="l")}
"""

# What a month's work is worth by the contract of the time: by the day; by the month, each day a 21.75th and at most
# the whole; piece work cannot be told from days. {days}, {last}: SQL.
WORTH = """round(CASE {contract}.wage_method WHEN 'day' THEN {days} * {contract}.wage_rate
        WHEN 'month' THEN least({contract}.wage_rate, {days} * {contract}.wage_rate / 21.75) END, 2)"""
ESTIMATE = f"""(SELECT {WORTH.format(contract="c", days="{days}")}
     FROM workers_labourcontract c
     WHERE c.engagement_id = {{engagement}} AND c.starts_on <= {{last}}
     ORDER BY c.starts_on DESC, c.id DESC LIMIT 1)"""

# What was put down at an exit stands for the months up to it, unless it is less than what payrolls and attendance came
# to and the worker has not signed it: then these are still what is owed (`Departure.standing_for_months`).
STANDS = """{d}.settlement = 'owed'
    AND ({d}.is_signed OR {d}.proposed_amount IS NULL OR {d}.owed_amount >= {d}.proposed_amount)"""

# Worked and on no payroll, neither as a registered person nor as a stranger with the same number; nor is there an
# amount put down at the exit, which stands for the months up to it.
UNLISTED = f"""{{days}} > 0
    AND NOT EXISTS (
        SELECT 1 FROM accounts_payrollline l
        WHERE l.engagement_id = {{engagement}} AND l.month = {{month}} AND {COUNTS.format(line="l")}
    )
    AND NOT EXISTS (
        SELECT 1 FROM accounts_payrollline l
        JOIN workers_worker w ON w.id_number_index = l.id_number_index
        JOIN workers_engagement e ON e.worker_id = w.id
        WHERE l.engagement_id IS NULL AND l.project_id = {{project}} AND l.month = {{month}} AND e.id = {{engagement}}
            AND {COUNTS.format(line="l")}
    )
    AND NOT EXISTS (
        SELECT 1 FROM workers_departure d
        WHERE d.engagement_id = {{engagement}} AND d.exited_on >= {{last_day}} AND {STANDS.format(d="d")}
    )"""
_OF_ATTENDANCE = {name: f"a.{name}" for name in ("days", "month", "last_day")} | {
    "engagement": "a.engagement_id",
    "project": "a.project_id",
}


class Unlisted(Func):
    """The same condition in a query of `AttendanceMonth`."""

    output_field = models.BooleanField()

    def __init__(self, *columns):
        super().__init__(*(columns or _OF_ATTENDANCE))

    def as_sql(self, compiler, connection, **context):
        asked = [compiler.compile(column)[0] for column in self.get_source_expressions()]
        columns = dict(zip(_OF_ATTENDANCE, asked, strict=True))
        return f"({UNLISTED.format(**columns)})", []


_UNLISTED_ROWS = f"""
SELECT 'a' || a.id AS key, 'unlisted'::text AS kind, a.project_id, a.month, a.engagement_id,
    {_OF_STAY.format(column="worker_id", engagement="a.engagement_id")} AS worker_id,
    (SELECT encode(w.id_number_index, 'hex') FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = a.engagement_id) AS person,
    {_NAME.format(engagement="a.engagement_id")}::text AS name,
    {_OF_STAY.format(column="team_id", engagement="a.engagement_id")} AS team_id,
    {_UNIT.format(team=_OF_STAY.format(column="team_id", engagement="a.engagement_id"))} AS unit_id,
    {_CONTRACTOR.format(project="a.project_id")} AS contractor_id, a.days, NULL::numeric AS net, NULL::numeric AS paid,
    {ESTIMATE.format(days="a.days", engagement="a.engagement_id", last="a.last_day")} AS amount,
    {DUE_ON.format(month="a.month", project="a.project_id")} AS due_on, NULL::date AS last_paid_on,
    NULL::bigint AS payroll_id, NULL::bigint AS departure_id, false AS is_drafted
FROM workers_attendancemonth a WHERE {UNLISTED.format(**_OF_ATTENDANCE)}
"""

# The lines a departure's amount stands for: up to the month of the exit, without those of an earlier one.
COVERED = f"""l.engagement_id = {{d}}.engagement_id AND l.project_id = {{d}}.project_id
    AND l.month <= {{d}}.exited_on AND NOT EXISTS (
        SELECT 1 FROM workers_departure o
        WHERE o.engagement_id = {{d}}.engagement_id AND o.exited_on < {{d}}.exited_on AND l.month <= o.exited_on
            AND {STANDS.format(d="o")}
    )"""

# Of what was put down, what no line holds: put down + paid before − all those lines come to.
_LEFT_ROWS = f"""
SELECT 'd' || d.id AS key, 'departure'::text AS kind, d.project_id, date_trunc('month', d.exited_on)::date AS month,
    d.engagement_id, {_OF_STAY.format(column="worker_id", engagement="d.engagement_id")} AS worker_id,
    (SELECT encode(w.id_number_index, 'hex') FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = d.engagement_id) AS person,
    {_NAME.format(engagement="d.engagement_id")}::text AS name,
    {_OF_STAY.format(column="team_id", engagement="d.engagement_id")} AS team_id,
    {_UNIT.format(team=_OF_STAY.format(column="team_id", engagement="d.engagement_id"))} AS unit_id,
    {_CONTRACTOR.format(project="d.project_id")} AS contractor_id, NULL::numeric AS days, d.owed_amount AS net,
    NULL::numeric AS paid, greatest(0, d.owed_amount + d.paid_before - (
        SELECT coalesce(sum(l.net), 0) FROM accounts_payrollline l
        WHERE {COVERED.format(d="d")} AND {COUNTS.format(line="l")}
    )) AS amount, d.owed_due_on AS due_on, NULL::date AS last_paid_on, NULL::bigint AS payroll_id,
    d.id AS departure_id, false AS is_drafted
FROM workers_departure d WHERE {STANDS.format(d="d")} AND d.paid_on IS NULL
"""

VIEW = " UNION ALL ".join(
    [
        _LINES.format(kind="unpaid", where="l.paid < l.net"),
        _LINES.format(kind="paid", where="l.paid >= l.net"),
        _UNLISTED_ROWS,
        _LEFT_ROWS,
    ]
)


def past_due(today: date) -> Q:
    """Owed past the day it was due. Pay days lie in the following month: only of the month before this one each
    project's has to be asked, and neither day nor estimate of a row that falls out anyhow is worked out."""
    last = previous_month(today)
    of_months = Q(month__lt=last) | Q(month=last, due_on__lt=today)
    listed = Q(kind__in=(DueKind.UNPAID, DueKind.UNLISTED)) & of_months
    return listed | Q(kind=DueKind.DEPARTURE, due_on__lt=today, amount__gt=0)


class WageDueQuerySet(ScopedQuerySet):
    def months(self) -> "WageDueQuerySet":
        """What is asked whether it was settled: lines, and work on no line."""
        return self.filter(kind__in=DUE_OF_MONTHS)

    def arrears(self, today: date) -> "WageDueQuerySet":
        return self.filter(past_due(today))


class WageDueFacts(ScopedModel):
    """What is said of a month's wages. `amount`: still owed; of `unlisted` an estimate, empty where days do not tell;
    `is_drafted`: as its sheet has it so far, nobody has been asked yet. `person`: the blind index of the ID number, of
    strangers too."""

    scope_through = "project"

    key = models.TextField(primary_key=True)
    kind = models.TextField("情形", choices=DueKind)
    project = models.ForeignKey(Project, verbose_name="项目", on_delete=models.DO_NOTHING, related_name="+")
    month = models.DateField("工资月份")
    engagement = models.ForeignKey(Engagement, null=True, on_delete=models.DO_NOTHING, related_name="+")
    worker = models.ForeignKey(Worker, null=True, on_delete=models.DO_NOTHING, related_name="+")
    person = models.TextField()
    name = models.TextField("姓名")
    team = models.ForeignKey(Team, null=True, on_delete=models.DO_NOTHING, related_name="+")
    unit = models.ForeignKey(Organization, null=True, on_delete=models.DO_NOTHING, related_name="+")
    contractor = models.ForeignKey(Organization, null=True, on_delete=models.DO_NOTHING, related_name="+")
    days = models.DecimalField("天数", max_digits=4, decimal_places=1, null=True)
    net = models.DecimalField("应付", max_digits=16, decimal_places=2, null=True)
    paid = models.DecimalField("已付", max_digits=16, decimal_places=2, null=True)
    amount = models.DecimalField("尚欠", max_digits=16, decimal_places=2, null=True)
    due_on = models.DateField("应付日期")
    last_paid_on = models.DateField("最后支付", null=True)
    payroll_id = models.BigIntegerField(null=True)
    departure_id = models.BigIntegerField(null=True)
    is_drafted = models.BooleanField("工资表编制中")

    class Meta:
        abstract = True
        ordering = ["due_on", "key"]

    def __str__(self) -> str:
        return f"{self.name} {self.month:%Y-%m} {self.kind}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """By the projects' keys, not by a subquery: only constants reach the indexes through a union."""
        return Q(project__in=list(Project._base_manager.filter(Project.scope_q(user)).values_list("pk", flat=True)))

    @property
    def is_estimate(self) -> bool:
        return self.kind == DueKind.UNLISTED


class WageDue(WageDueFacts):
    """A row of the view."""

    objects = WageDueQuerySet.as_manager()

    class Meta(WageDueFacts.Meta):
        abstract = False
        managed = False
        db_table = "accounts_wagedue"
        verbose_name = "应付工资"
        verbose_name_plural = verbose_name
