"""What the records say about a project when a department is to confirm a milestone."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from projects.models import Project


@dataclass(frozen=True)
class Standing:
    """What the records say about the two questions of a milestone: real-name registration, and wages."""

    on_site: int  # people engaged and not gone
    without_contract: int
    without_card: int
    attended: int  # of those on site, within the last 30 days
    clerks: int
    unpaid_people: int  # lines of payrolls the bank has not paid in full
    unpaid_amount: Decimal
    unpaid_since: date | None  # the oldest such month
    unlisted: int  # attended in a month that is over, and stand on no payroll
    accounts: int
    warnings: int
    pay_warnings: int

    @property
    def real_name_is_open(self) -> bool:
        return bool(self.without_contract or not self.clerks or not self.on_site)

    @property
    def wages_are_open(self) -> bool:
        return bool(self.unpaid_people or self.unlisted or self.pay_warnings)

    def kept(self) -> dict:
        """As it is kept beside an answer."""
        return {name: value if isinstance(value, int) else str(value or "") for name, value in asdict(self).items()}


# The apps above are read by their tables, as the rules read them: projects know none of their modules.
STANDING = """
WITH here AS (
    SELECT e.* FROM workers_engagement e
    WHERE e.project_id = %(project)s AND e.entered_on <= %(today)s
      AND (e.exited_on IS NULL OR e.exited_on >= %(today)s)
), unpaid AS (
    SELECT * FROM accounts_payrollline l WHERE l.project_id = %(project)s AND l.paid < l.net
      AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
), unlisted AS (
    SELECT a.engagement_id FROM workers_attendancemonth a
    JOIN workers_engagement e ON e.id = a.engagement_id
    JOIN workers_worker w ON w.id = e.worker_id
    WHERE a.project_id = %(project)s AND a.days > 0 AND a.month < date_trunc('month', %(today)s::date)
      AND NOT EXISTS (
          SELECT 1 FROM accounts_payrollline l
          WHERE l.project_id = a.project_id AND l.month = a.month
            AND (l.engagement_id = a.engagement_id OR l.id_number_index = w.id_number_index)
            AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
      )
), open AS (
    SELECT * FROM alerts_warning w
    WHERE w.project_id = %(project)s AND w.state NOT IN ('released', 'transferred')
)
SELECT
    (SELECT count(*) FROM here),
    (SELECT count(*) FROM here h
     WHERE NOT EXISTS (SELECT 1 FROM workers_labourcontract c WHERE c.engagement_id = h.id)),
    (SELECT count(*) FROM here h
     WHERE NOT EXISTS (SELECT 1 FROM workers_bankcard c WHERE c.worker_id = h.worker_id AND c.is_current)),
    (SELECT count(*) FROM here h
     WHERE EXISTS (SELECT 1 FROM workers_attendancemonth a
                   WHERE a.engagement_id = h.id AND a.last_day >= %(today)s::date - 30 AND a.days > 0)),
    (SELECT count(*) FROM projects_wageclerk c WHERE c.project_id = %(project)s AND c.left_on IS NULL),
    (SELECT count(*) FROM unpaid), (SELECT coalesce(sum(net - paid), 0) FROM unpaid), (SELECT min(month) FROM unpaid),
    (SELECT count(*) FROM unlisted),
    (SELECT count(*) FROM accounts_accountproject l JOIN accounts_specialaccount a ON a.id = l.account_id
     WHERE l.project_id = %(project)s AND a.status <> 'cancelled'),
    (SELECT count(*) FROM open), (SELECT count(*) FROM open WHERE rule_code LIKE 'PAY-%%')
"""


def standing_of(project: Project, today: date) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"project": project.pk, "today": today})
        return Standing(*cursor.fetchone())
