from datetime import date

from accounts.models.owing import COUNTS
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text, yuan
from alerts.rules.wages import DOUBTFUL, PAY_DAY, UNPAID

# Owed after the pay day (条例 art. 14): what a payroll lists and the bank has not paid, and whoever attended and is on
# no payroll at all.
OWED = f"""
    {DOUBTFUL},
    closed AS MATERIALIZED (
        SELECT d.project_id, d.month
        FROM doubtful d
        JOIN projects_project p ON p.id = d.project_id
        WHERE {PAY_DAY.format(month="d.month")} + %(grace)s < %(today)s
    ),
    unlisted AS (
        SELECT a.project_id, a.month, a.engagement_id
        FROM closed
        JOIN workers_attendancemonth a ON a.project_id = closed.project_id AND a.month = closed.month AND a.days > 0
        WHERE NOT EXISTS (
            SELECT 1 FROM accounts_payrollline l
            WHERE l.engagement_id = a.engagement_id AND l.month = a.month AND {COUNTS.format(line="l")}
        )
    ),
    owed AS (
        SELECT l.project_id, l.month, l.engagement_id, l.name, l.team_id, l.net, l.paid, l.net - l.paid AS amount,
            (SELECT h.state = 'draft' FROM accounts_payrollsheet h WHERE h.id = l.sheet_id) AS is_drafted
        FROM closed
        JOIN accounts_payrollline l ON l.project_id = closed.project_id AND l.month = closed.month
        WHERE l.paid < l.net AND {COUNTS.format(line="l")}
        UNION ALL
        SELECT u.project_id, u.month, u.engagement_id, w.name, e.team_id, NULL, NULL, NULL, NULL
        FROM unlisted u
        JOIN workers_engagement e ON e.id = u.engagement_id
        JOIN workers_worker w ON w.id = e.worker_id
        WHERE NOT EXISTS (
            SELECT 1 FROM accounts_payrollline l
            WHERE l.project_id = u.project_id AND l.month = u.month AND l.id_number_index = w.id_number_index
              AND {COUNTS.format(line="l")}
        )
    )
"""
# Red at once, whatever the age: nothing at all was paid for the month and the one after it has ended, or too many of
# those who attended stand on no payroll (Guizhou's first and sixth conditions, of which this warning speaks too).
GRAVE = f"""(
    m.month <= date_trunc('month', %(today)s::date) - interval '2 months'
    AND {UNPAID.format(project="m.project_id", month="m.month")}
) OR m.unlisted * 100 > %(unlisted_share)s * coalesce(a.people, 0)"""


class WagesOverdue(Rule):
    """当月工资超过工资发放日 {grace} 日仍未发放或未足额发放；
    逾期超过 {orange_after} 日为橙色；超过 {red_after} 日，或当月、次月没有一笔通过专户发放，或有考勤而未列入工资表的
    超过 {unlisted_share}% 的，为红色。"""

    code = "PAY-01"
    title = "工资逾期未发"
    subject = Subject.PAY
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第十三条、第十四条、第三十一条"
    release_when = "补发当月全部工资（工资表逐人代发到位）后自动解除。"
    remedy = "通过工资专用账户逐人足额补发拖欠的工资，支付到农民工本人的银行账户。"
    ends_with_status = False
    grace = Parameter(5, "宽限", "日", stricter="less")
    orange_after = Parameter(15, "橙色：逾期超过", "日", stricter="less")
    red_after = Parameter(30, "红色：逾期超过", "日", stricter="less")
    unlisted_share = Parameter(10, "红色：未列入工资表的比例超过", "%", stricter="less")
    ascending = (("grace", "orange_after", "red_after"),)
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("net", "应付（元）", "money", total=True),
        Column("paid", "已代发（元）", "money", total=True),
        Column("amount", "尚欠（元）", "money", total=True),
        Column("note", "情况"),
    )
    evidence_order = "amount DESC NULLS LAST, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {OWED.format(scope="swept AS scope")}, months AS MATERIALIZED (
                SELECT o.project_id, o.month, {PAY_DAY.format(month="o.month")} AS due_on, count(*) AS people,
                       count(*) FILTER (WHERE o.amount IS NULL) AS unlisted, coalesce(sum(o.amount), 0) AS amount,
                       sum(hashtext(concat_ws(
                           ',', o.engagement_id, o.name, o.team_id, o.net, o.paid, o.is_drafted
                       ))) AS shown
                FROM owed o
                JOIN projects_project p ON p.id = o.project_id
                GROUP BY o.project_id, o.month, p.wage_pay_day
            ), attending AS (
                SELECT a.project_id, a.month, count(*) AS people
                FROM months m
                JOIN workers_attendancemonth a ON a.project_id = m.project_id AND a.month = m.month AND a.days > 0
                WHERE m.unlisted > 0
                GROUP BY a.project_id, a.month
            )
            SELECT m.project_id, to_char(m.month, 'YYYY-MM') AS subject_key, m.month, m.due_on, m.people, m.unlisted,
                   m.amount, m.shown,
                   CASE WHEN %(today)s::date - m.due_on > %(red_after)s OR {GRAVE} THEN 3
                        WHEN %(today)s::date - m.due_on > %(orange_after)s THEN 2 ELSE 1 END AS severity
            FROM months m
            LEFT JOIN attending a ON a.project_id = m.project_id AND a.month = m.month
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        parts = []
        if listed := facts.people - facts.unlisted:
            parts.append(f"{listed} 人工资未足额代发，尚欠 {yuan(facts.amount)}")
        if facts.unlisted:
            parts.append(f"{facts.unlisted} 人有考勤而未列入工资表")
        return f"{month_text(facts.month)}工资应于 {facts.due_on} 发放，至今 {'，'.join(parts)}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {OWED.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT o.project_id, fresh.subject_key, e.worker_id AS link_id, o.name, t.name AS team, o.net, o.paid,
                   o.amount,
                   CASE WHEN o.amount IS NULL THEN '有考勤，未列入工资表'
                        WHEN o.paid > 0 THEN '部分代发'
                        WHEN o.is_drafted THEN '工资表编制中，金额未经确认' ELSE '未代发' END AS note
            FROM owed o
            JOIN fresh ON fresh.project_id = o.project_id AND fresh.subject_key = to_char(o.month, 'YYYY-MM')
            LEFT JOIN workers_engagement e ON e.id = o.engagement_id
            LEFT JOIN workers_team t ON t.id = coalesce(o.team_id, e.team_id)
            """,
            today,
        )
