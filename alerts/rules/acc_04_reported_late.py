from datetime import date

from accounts.enums import AccountAct
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from alerts.rules.terms import DUE_AFTER
from projects.enums import Status

# What happened before the project was supervised is to be reported from that day on. An account of several projects is
# the matter of the first. One that only a statement has told of waits for its opening to be reported.
LATE = f"""
    reports AS (
        SELECT l.project_id, r.account_id, r.account_id || ':' || CASE r.act WHEN 'opened' THEN r.act
               ELSE r.act || ':' || r.id END AS subject_key, r.act, r.happened_on, r.reported_on,
               greatest(r.happened_on, p.supervised_from) AS since
        FROM {{scope}}
        JOIN projects_project p ON p.id = scope.project_id
        JOIN accounts_accountproject l ON l.project_id = p.id
        JOIN accounts_accountreport r ON r.account_id = l.account_id
        WHERE r.reported_on > greatest(r.happened_on, p.supervised_from) + %(days)s
          AND NOT EXISTS (
              SELECT 1 FROM accounts_accountproject f WHERE f.account_id = l.account_id AND f.id < l.id
          )
        UNION ALL
        SELECT l.project_id, a.id, a.id || ':opened', 'opened', NULL, NULL,
               (a.created_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM {{scope}}
        JOIN accounts_accountproject l ON l.project_id = scope.project_id
        JOIN accounts_specialaccount a ON a.id = l.account_id
        WHERE a.opened_on IS NULL AND a.status <> 'cancelled'
          AND NOT EXISTS (
              SELECT 1 FROM accounts_accountproject f WHERE f.account_id = l.account_id AND f.id < l.id
          )
    ),
    dated AS (
        SELECT r.*, {DUE_AFTER.format(since="r.since", days="%(days)s")} AS due_on FROM reports r
    ),
    late AS (
        SELECT DISTINCT ON (subject_key) * FROM dated
        WHERE coalesce(reported_on, %(today)s::date) > due_on
        ORDER BY subject_key, reported_on
    )
"""


class AccountReportedLate(Rule):
    """专户开设、变更、注销超过 {days} 个工作日才报送，或者至今没有报送；逾期超过 {orange_after} 日为橙色。"""

    code = "ACC-04"
    title = "专户信息报送逾期"
    subject = Subject.ACCOUNT
    level = Level.YELLOW
    basis = "《工程建设领域农民工工资专用账户管理暂行办法》"
    source = "专户开设、变更、注销 3 个工作日内推送（湘人社规〔2024〕13号）"
    release_when = "逾期已成事实，核实原因后上传说明解除；尚未报送的须先补报。"
    remedy = "补报专户开立、变更或注销信息，并书面说明逾期原因。"
    statuses = tuple(Status.values)
    ends_with_status = False
    days = Parameter(3, "报送期限", "个工作日", stricter="less")
    orange_after = Parameter(30, "橙色：逾期超过", "日", stricter="less")
    columns = (
        Column("act", "事项", "choice", choices=AccountAct.choices),
        Column("happened_on", "发生日期", "day"),
        Column("due_on", "报送期限", "day"),
        Column("reported_on", "报送日期", "day"),
    )
    evidence_order = "due_on"
    link = "account"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT l.project_id, l.subject_key, a.number_last4 AS account, l.act, l.happened_on, l.due_on,
                   l.reported_on,
                   CASE WHEN coalesce(l.reported_on, %(today)s::date) - l.due_on > %(orange_after)s THEN 2 ELSE 1 END
                   AS severity
            FROM late l
            JOIN accounts_specialaccount a ON a.id = l.account_id
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        account = f"尾号 {facts.account} 的工资专用账户"
        if facts.reported_on is None:
            return f"{account}由对账单登记，开户信息应于 {facts.due_on} 前报送，至今没有报送。"
        days = (date.fromisoformat(facts.reported_on) - date.fromisoformat(facts.due_on)).days
        act = AccountAct(facts.act).label
        return f"{account}于 {facts.happened_on} {act}，应于 {facts.due_on} 前报送，逾期 {days} 日。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT l.project_id, l.subject_key, l.account_id AS link_id, l.act, l.happened_on, l.due_on, l.reported_on
            FROM late l
            JOIN fresh ON fresh.project_id = l.project_id AND fresh.subject_key = l.subject_key
            """,
            today,
        )
