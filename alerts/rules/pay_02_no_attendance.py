from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, month_text, people, yuan
from alerts.rules.pausing import STOOD_ALL_MONTH

# Lines of the register's people. Someone registered after the sheet was taken is found again by the ID number.
PAID = """
    paid AS (
        SELECT l.project_id, l.month, l.name, l.net, l.paid, l.days, l.engagement_id
        FROM {scope}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id {month} AND l.engagement_id IS NOT NULL
        WHERE l.net > 0
        UNION ALL
        SELECT l.project_id, l.month, l.name, l.net, l.paid, l.days, e.id
        FROM {scope}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id {month} AND l.engagement_id IS NULL
        JOIN workers_worker w ON w.id_number_index = l.id_number_index
        JOIN workers_engagement e ON e.worker_id = w.id AND e.project_id = l.project_id
        WHERE l.net > 0
    ),
    absent AS MATERIALIZED (
        SELECT paid.*
        FROM paid
        WHERE NOT EXISTS (
            SELECT 1 FROM workers_attendancemonth a
            WHERE a.engagement_id = paid.engagement_id AND a.month = paid.month AND a.days > 0
        )
    ),
    unattended AS (SELECT * FROM absent WHERE NOT {stood})
"""
# Whoever was kept on while the site stood still is paid without working (《工资支付暂行规定》第十二条).
STOOD = STOOD_ALL_MONTH.format(project="absent.project_id", month="absent.month")


class PaidWithoutAttendance(Rule):
    """在册人员当月没有考勤记录，却列入当月工资表或已代发工资（整月停工的月份除外）。"""

    code = "PAY-02"
    title = "无考勤发放工资"
    subject = Subject.PAY
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第二十八条、第三十一条"
    release_when = "补录该人员当月真实考勤，或更正工资表后自动解除；已发放的，核实后上传证据解除。"
    remedy = "核实有关人员的出勤，补录真实考勤或更正工资表；虚报冒领的，追回已发放的款项。"
    ends_with_status = False
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("days", "工资表天数", "number"),
        Column("net", "实发工资（元）", "money", total=True),
        Column("paid", "已代发（元）", "money", total=True),
    )
    evidence_order = "net DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {PAID.format(scope="swept AS scope", month="", stood=STOOD)}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month, count(*) AS people, sum(net) AS amount,
                   (array_agg(name ORDER BY net DESC, name))[:3] AS names,
                   sum(hashtext(concat_ws(',', engagement_id, name, days, net, paid))) AS shown
            FROM unattended
            GROUP BY project_id, month
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        who = people(facts.names, facts.people)
        return f"{month_text(facts.month)}，{who}没有考勤记录，工资表列发工资 {yuan(facts.amount)}。"

    def evidence(self, today: date) -> Sql:
        month = "AND l.month = (scope.facts->>'month')::date"
        return self.sql(
            f"""
            WITH {PAID.format(scope="fresh AS scope", month=month, stood=STOOD)}
            SELECT u.project_id, to_char(u.month, 'YYYY-MM') AS subject_key, e.worker_id AS link_id,
                   u.name, t.name AS team, u.days, u.net, u.paid
            FROM unattended u
            JOIN workers_engagement e ON e.id = u.engagement_id
            LEFT JOIN workers_team t ON t.id = e.team_id
            """,
            today,
        )
