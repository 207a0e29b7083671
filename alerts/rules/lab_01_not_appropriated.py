from datetime import date

from accounts.selectors.labour_cost import DUE, STANDING
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, yuan
from projects.enums import Status

# Where what is due can be told, the contract decides. Else (no clause, or a month nobody measured) a project at work
# whose last appropriation, opening of the account, start or resumption is more than a month ago, and where people
# worked since. Without an account ACC-01 speaks.
SILENT = """
    inflow AS MATERIALIZED (
        SELECT e.project_id, max(e.booked_on) AS last_on
        FROM accounts_ledgerentry e
        WHERE e.kind = 'labour_cost' AND e.direction = 'in' AND e.project_id IN (SELECT project_id FROM swept)
          AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
        GROUP BY e.project_id
    ),
    opened AS (
        SELECT l.project_id, min(coalesce(a.opened_on, l.since)) AS on
        FROM swept
        JOIN accounts_accountproject l ON l.project_id = swept.project_id
        JOIN accounts_specialaccount a ON a.id = l.account_id AND a.status <> 'cancelled'
        GROUP BY l.project_id
    ),
    resumed AS (
        SELECT c.project_id, max(c.on) AS on
        FROM swept
        JOIN projects_statuschange c ON c.project_id = swept.project_id AND c.status = %(in_progress)s
        GROUP BY c.project_id
    ),
    waiting AS MATERIALIZED (
        SELECT p.id AS project_id, i.last_on, greatest(i.last_on, opened.on, p.actual_start_on, resumed.on) AS since
        FROM swept
        JOIN projects_project p ON p.id = swept.project_id AND p.status = %(in_progress)s
        JOIN opened ON opened.project_id = p.id
        LEFT JOIN inflow i ON i.project_id = p.id
        LEFT JOIN resumed ON resumed.project_id = p.id
    ),
    silent AS (
        SELECT w.* FROM waiting w
        WHERE w.since + %(months)s * interval '1 month' < %(today)s AND EXISTS (
            SELECT 1 FROM workers_attendancemonth a
            WHERE a.project_id = w.project_id AND a.month >= date_trunc('month', w.since)::date AND a.days > 0
              AND a.last_day > w.since
        )
    )
"""


class LabourCostNotPaidIn(Rule):
    """人工费未按合同约定的时间、数额或者比例拨付到专户；合同没有约定或当月未计量的，距上次拨付超过 {months} 个月，
    其间有人员考勤。逾期超过 {red_after} 日为红色。"""

    code = "LAB-01"
    title = "人工费未按期足额拨付"
    subject = Subject.LABOUR_COST
    level = Level.ORANGE
    basis = (
        "《保障农民工工资支付条例》第二十四条、第二十九条、第五十七条；《工程建设领域农民工工资专用账户管理暂行办法》"
    )
    release_when = "建设单位补拨到应拨数额；没有约定的，有新的人工费拨付到账后自动解除。"
    remedy = "建设单位将欠拨的人工费足额拨付到工资专用账户。"
    # What is owed by the contract stays owed when the works are complete; the query tells which.
    statuses = tuple(Status.values)
    months = Parameter(1, "拨付周期不超过", "个月", stricter="less")
    red_after = Parameter(30, "红色：逾期超过", "日", stricter="less")
    columns = (
        Column("month", "月份", "month"),
        Column("due_on", "应拨付日期", "day"),
        Column("due", "应拨付（元）", "money", total=True),
        Column("came", "当月到账（元）", "money", total=True),
    )
    evidence_order = "month DESC"
    link = "labour_cost"

    def find(self, today: date) -> Sql:
        return self._sql(
            f"""
            WITH standing AS MATERIALIZED ({STANDING.format(projects="SELECT project_id FROM swept")}), {SILENT}
            SELECT project_id, '' AS subject_key, overdue_since AS since, due, came, NULL::date AS last_on,
                   CASE WHEN overdue_since < %(today)s::date - %(red_after)s THEN 3 ELSE 2 END AS severity
            FROM standing WHERE overdue_since IS NOT NULL
            UNION ALL
            SELECT s.project_id, '', s.since, NULL, NULL, s.last_on,
                   CASE WHEN s.since + %(months)s * interval '1 month' < %(today)s::date - %(red_after)s THEN 3
                        ELSE 2 END
            FROM silent s
            LEFT JOIN standing t ON t.project_id = s.project_id
            WHERE t.project_id IS NULL OR (t.overdue_since IS NULL AND t.unmeasured > 0)
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        if facts.due is not None:
            gap = yuan(facts.due - facts.came)
            return f"按合同应拨付人工费 {yuan(facts.due)}，已到账 {yuan(facts.came)}，自 {facts.since} 起尚欠 {gap}。"
        if facts.last_on == facts.since:
            return f"上次人工费拨付在 {facts.since}，此后有人员考勤，超过 {self.months} 个月没有拨付。"
        return f"自 {facts.since} 起有人员考勤，超过 {self.months} 个月没有人工费拨付到专户。"

    def evidence(self, today: date) -> Sql:
        """Month by month, what fell due and what came."""
        dues = DUE.format(project="ANY (SELECT project_id FROM fresh)", month="%(month)s")
        return self._sql(
            f"""
            WITH dues AS ({dues}), came AS (
                SELECT e.project_id, date_trunc('month', e.booked_on)::date AS month, sum(e.amount) AS came
                FROM (SELECT DISTINCT project_id FROM fresh) f
                JOIN accounts_ledgerentry e ON e.project_id = f.project_id
                    AND e.kind = 'labour_cost' AND e.direction = 'in'
                LEFT JOIN accounts_ledgerentry r ON r.reverses_id = e.id
                WHERE r.id IS NULL GROUP BY 1, 2
            )
            SELECT fresh.project_id, fresh.subject_key, fresh.project_id AS link_id, months.month, months.due_on,
                   months.due, months.came
            FROM fresh
            LEFT JOIN (
                SELECT coalesce(d.project_id, c.project_id) AS project_id, coalesce(d.month, c.month) AS month,
                       d.due_on, d.due, c.came
                FROM (SELECT * FROM dues WHERE due_on < %(today)s) d
                FULL JOIN came c ON c.project_id = d.project_id AND c.month = d.month
            ) months ON months.project_id = fresh.project_id
            """,
            today,
        )

    def _sql(self, text: str, today: date) -> Sql:
        return self.sql(text, today, month=today.replace(day=1), in_progress=Status.IN_PROGRESS)
