from datetime import date

from accounts.models.owing import COUNTS
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text, people
from alerts.rules.wages import NAMED, worked
from projects.enums import Status


class NoWageRecord(Rule):
    """当月有考勤的人员中，没有工资记录的超过 {share}%（已编制工资表的月份，查近 {months} 个月，已过工资发放日
    {grace} 日）。该月已有“工资逾期未发”预警的，由其一并预警。"""

    code = "PAY-11"
    title = "考勤人员无工资记录"
    subject = Subject.PAY
    level = Level.RED
    basis = "《保障农民工工资支付条例》第十五条、第三十一条"
    source = "贵州省工资发放预警指标（六）"
    release_when = "将名单中的人员补列该月工资表，或更正考勤后自动解除。"
    remedy = "将有关人员补列入该月工资表并发放工资；考勤有误的，予以更正。"
    statuses = tuple(Status.values)
    ends_with_status = False
    reads_warnings = True  # of PAY-01, which speaks first
    share = Parameter(10, "没有工资记录的比例超过", "%", stricter="less")
    grace = Parameter(5, "工资发放日后宽限", "日", stricter="less")
    months = Parameter(3, "查近几个月", "个月", stricter="more")
    columns = (Column("name", "姓名"), Column("team", "班组"), Column("days", "考勤天数", "number"))
    evidence_order = "name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {worked(self.code, "swept AS scope")}
            SELECT m.project_id, to_char(m.month, 'YYYY-MM') AS subject_key, m.month, m.people, m.unlisted, u.names,
                   u.shown
            FROM months m
            JOIN (
                SELECT project_id, month, (array_agg(name ORDER BY name, worker_id))[:3] AS names,
                       sum(hashtext(concat_ws(',', worker_id, days))) AS shown
                FROM ({NAMED.format(which="unlisted")}) named GROUP BY project_id, month
            ) u ON u.project_id = m.project_id AND u.month = m.month
            WHERE m.unlisted * 100 > %(share)s * m.people
              AND EXISTS (
                  SELECT 1 FROM accounts_payrollline l
                  WHERE l.project_id = m.project_id AND l.month = m.month AND {COUNTS.format(line="l")}
              )
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        who = people(facts.names, facts.unlisted)
        share = f"{facts.unlisted * 100 / facts.people:.1f}"
        return f"{month_text(facts.month)}有 {facts.people} 人考勤，{who}没有工资记录，占 {share}%。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {worked(self.code, "(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT n.project_id, fresh.subject_key, n.worker_id AS link_id, n.name, t.name AS team, n.days
            FROM ({NAMED.format(which="unlisted")}) n
            JOIN fresh ON fresh.project_id = n.project_id AND fresh.subject_key = to_char(n.month, 'YYYY-MM')
            LEFT JOIN workers_team t ON t.id = n.team_id
            """,
            today,
        )
