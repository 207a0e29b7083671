from datetime import date

from alerts.enums import Level, Subject
from alerts.models import CaseLead
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people
from workers.enums import Settlement

# Answered is an exit with the signed sheet, or that the worker confirmed on the phone (the wages of the month of the
# exit or of a later one), or of which payrolls and attendance say that nothing was due, or the bank that all is paid.
UNSETTLED = """
    unsettled AS (
        SELECT d.id, d.project_id, d.engagement_id, e.worker_id, w.name, t.name AS team, d.exited_on, d.settlement,
               CASE WHEN d.paid_on IS NULL THEN d.owed_amount END AS owed
        FROM {scope}
        JOIN workers_departure d ON d.project_id = scope.project_id
            AND d.exited_on < %(today)s::date - %(days)s AND d.exited_on >= %(today)s::date - %(within)s
        JOIN workers_engagement e ON e.id = d.engagement_id
        JOIN workers_worker w ON w.id = e.worker_id
        LEFT JOIN workers_team t ON t.id = e.team_id
        WHERE NOT d.paid_by_wages AND d.proposed_amount IS DISTINCT FROM 0
          AND NOT d.is_signed
          AND NOT EXISTS (
              SELECT 1 FROM accounts_payrollline l
              WHERE l.engagement_id = d.engagement_id AND l.month >= date_trunc('month', d.exited_on)
                AND l.answer = 'confirmed'
          )
    )
"""


class LeftUnsettled(Rule):
    """退场超过 {days} 日，没有本人签字的退场工资结算单，也没有本人在手机上确认（{within} 日以内的退场）；
    有关欠薪的案源正在办理的为黄色。"""

    code = "EXIT-01"
    title = "退场未结算工资"
    subject = Subject.PAY
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第十一条、第十五条；《工资支付暂行规定》第九条；《劳动保障监察条例》第二十条"
    source = "贵州省预警指标第 5 项"
    release_when = "上传本人签字的退场工资结算单、本人在手机上确认，或工资经专户付清后自动解除。"
    remedy = "与有关退场人员结清工资，由本人在结算单上签字或在手机上确认。"
    ends_with_status = False
    level_follows = True  # yellow while a case is being handled, red when it is over and nothing is settled
    days = Parameter(0, "退场后结算期限", "日", stricter="less")
    within = Parameter(730, "追溯退场日", "日", stricter="more")
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("exited_on", "退场日期", "day"),
        Column("settlement", "登记的结算情况", "choice", choices=[*Settlement.choices, ("", "未登记")]),
        Column("owed", "登记欠付（元）", "money", total=True),
    )
    evidence_order = "exited_on DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {UNSETTLED.format(scope="swept AS scope")},
            handled AS (
                SELECT DISTINCT l.project_id
                FROM swept
                JOIN alerts_caselead l ON l.project_id = swept.project_id AND l.state <> %(closed)s
                JOIN alerts_warning w ON w.id = l.warning_id
                WHERE w.rule_code LIKE 'PAY-%%' OR w.rule_code = %(own)s
            )
            SELECT u.project_id, '' AS subject_key, count(*) AS people, min(u.exited_on) AS since,
                   (array_agg(u.name ORDER BY u.exited_on DESC, u.id))[:3] AS names,
                   md5(string_agg(u.id::text, ',' ORDER BY u.id)) AS who,
                   sum(hashtext(concat_ws(',', u.id, u.name, u.team, u.settlement, u.owed)))
                       + count(handled.project_id) AS shown,
                   CASE WHEN handled.project_id IS NULL THEN 3 ELSE 1 END AS severity
            FROM unsettled u LEFT JOIN handled ON handled.project_id = u.project_id
            GROUP BY u.project_id, handled.project_id
            """,
            today,
            closed=CaseLead.State.CLOSED.value,
            own=self.code,
        )

    def message(self, facts: Facts) -> str:
        return (
            f"{people(facts.names, facts.people)}退场（最早 {facts.since}），没有本人签字的退场工资结算单，"
            f"也没有本人在手机上确认工资结清。"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {UNSETTLED.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, worker_id AS link_id, name, team, exited_on, settlement, owed
            FROM unsettled
            """,
            today,
        )
