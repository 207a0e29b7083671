from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text, people
from alerts.rules.wages import NAMED, worked
from projects.enums import Status


class NotAllPaid(Rule):
    """当月工资已经发放，但有考勤的人员没有全部领到（发放人数少于考勤人数；查近 {months} 个月，已过工资发放日
    {grace} 日）。该月已有“工资逾期未发”预警，或没有工资记录的超过 {share}% 的，由该预警说明。"""

    code = "PAY-10"
    title = "考勤人员未全部发放"
    subject = Subject.PAY
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第十三条、第三十一条"
    source = "贵州省工资发放预警指标（三）"
    release_when = "为名单中的人员发放该月工资，或更正考勤后自动解除。"
    remedy = "向有关人员足额发放该月工资；考勤有误的，予以更正。"
    statuses = tuple(Status.values)
    ends_with_status = False
    reads_warnings = True  # of PAY-01, which speaks first
    grace = Parameter(5, "工资发放日后宽限", "日", stricter="less")
    months = Parameter(3, "查近几个月", "个月", stricter="more")
    # Where PAY-11 begins: moving it hands months from one rule to the other.
    share = Parameter(10, "没有工资记录的比例不超过", "%")
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("days", "考勤天数", "number"),
        Column("net", "工资表实发（元）", "money", total=True),
    )
    evidence_order = "name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {worked(self.code, "swept AS scope")}
            SELECT m.project_id, to_char(m.month, 'YYYY-MM') AS subject_key, m.month, m.people, m.unpaid, u.names,
                   u.shown
            FROM months m
            JOIN (
                SELECT project_id, month, (array_agg(name ORDER BY name, worker_id))[:3] AS names,
                       sum(hashtext(concat_ws(',', worker_id, days, net))) AS shown
                FROM ({NAMED.format(which="paid = 0")}) named GROUP BY project_id, month
            ) u ON u.project_id = m.project_id AND u.month = m.month
            WHERE m.unpaid < m.people AND m.unlisted * 100 <= %(share)s * m.people
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        paid = facts.people - facts.unpaid
        who = people(facts.names, facts.unpaid)
        return f"{month_text(facts.month)}有 {facts.people} 人考勤，{paid} 人领到工资，{who}没有领到。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {worked(self.code, "(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT n.project_id, fresh.subject_key, n.worker_id AS link_id, n.name, t.name AS team, n.days, n.net
            FROM ({NAMED.format(which="paid = 0")}) n
            JOIN fresh ON fresh.project_id = n.project_id AND fresh.subject_key = to_char(n.month, 'YYYY-MM')
            LEFT JOIN workers_team t ON t.id = n.team_id
            """,
            today,
        )
