from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people, yuan

# What one person gets of a project for a month, back pay for it included, and over the year's months. Whoever gets
# more than a month's limit, or a twelfth of the year's, has back pay or one line of half of that: of a million people
# only those few are added up.
LARGE = """
    suspects AS MATERIALIZED (
        SELECT DISTINCT l.project_id, l.id_number_index
        FROM {scope} JOIN accounts_payrollline l ON l.project_id = scope.project_id
        WHERE l.net > least(%(month_limit)s, %(year_limit)s / 12) / 2 OR l.is_back_pay
    ),
    monthly AS MATERIALIZED (
        SELECT l.project_id, l.id_number_index, l.month, min(l.name) AS name, sum(l.net) AS net, sum(l.paid) AS paid,
               min(l.engagement_id) AS engagement_id
        FROM suspects s
        JOIN accounts_payrollline l ON l.project_id = s.project_id AND l.id_number_index = s.id_number_index
        GROUP BY l.project_id, l.id_number_index, l.month
    ),
    sums AS (
        SELECT project_id, id_number_index, to_char(month, 'YYYY-MM') AS period, name, net, paid, engagement_id,
               1 AS months
        FROM monthly WHERE net > %(month_limit)s
        UNION ALL
        SELECT project_id, id_number_index, to_char(month, 'YYYY'), min(name), sum(net), sum(paid),
               min(engagement_id), count(*)
        FROM monthly
        GROUP BY project_id, id_number_index, to_char(month, 'YYYY')
        HAVING sum(net) > %(year_limit)s
    )
"""


class PayoutTooLarge(Rule):
    """同一人员当月工资超过 {month_limit} 元，或当年累计超过 {year_limit} 元。"""

    code = "PAY-04"
    title = "发放金额异常偏高"
    subject = Subject.PAY
    level = Level.RED
    basis = "《保障农民工工资支付条例》第三十一条、第三十八条"
    source = "贵州省工资发放预警指标（四）"
    release_when = "更正工资表后自动解除；确属应发的，核实后上传结算单等证据解除。"
    remedy = "核实有关工资的依据，更正工资表；确属应发的，提交结算单等证明材料。"
    ends_with_status = False
    month_limit = Parameter(50_000, "每人每月上限", "元", stricter="less")
    year_limit = Parameter(300_000, "每人每年累计上限", "元", stricter="less")
    ascending = (("month_limit", "year_limit"),)
    columns = (
        Column("name", "姓名"),
        Column("id_number", "证件号码", "id"),
        Column("months", "涉及月数", "number"),
        Column("net", "实发工资（元）", "money", total=True),
        Column("paid", "已代发（元）", "money", total=True),
    )
    evidence_order = "net DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LARGE.format(scope="swept AS scope")}
            SELECT project_id, period AS subject_key, period, count(*) AS people, sum(net) AS amount, max(net) AS most,
                   (array_agg(name ORDER BY net DESC, name))[:3] AS names,
                   sum(hashtext(concat_ws(',', name, months, net, paid))) AS shown
            FROM sums
            GROUP BY project_id, period
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        year, _, month = facts.period.partition("-")
        who = people(facts.names, facts.people)
        most = f"最高 {yuan(facts.most)}" if facts.people > 1 else yuan(facts.most)
        if month:
            return f"{year}年{int(month)}月，{who}工资 {most}，超过每人每月 {self.month_limit:,} 元。"
        return f"{year}年，{who}累计工资 {most}，超过每人每年 {self.year_limit:,} 元。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LARGE.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT s.project_id, fresh.subject_key, e.worker_id AS link_id, s.name, l.id_number, s.months, s.net,
                   s.paid
            FROM sums s
            JOIN fresh ON fresh.project_id = s.project_id AND fresh.subject_key = s.period
            JOIN LATERAL (
                SELECT l.id_number FROM accounts_payrollline l
                WHERE l.project_id = s.project_id AND l.id_number_index = s.id_number_index LIMIT 1
            ) l ON true
            LEFT JOIN workers_engagement e ON e.id = s.engagement_id
            """,
            today,
        )
