from datetime import date

from accounts.enums import NoticeSheet
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text

# What there was to post of a month by when, `accounts.selectors.notices.due_on` in SQL, and what of it was not: of the
# last months, and of older ones while their warning is open. How many stand on a sheet is asked of those only.
ON_SHEET = {
    "attendance": "SELECT count(*) FROM workers_attendancemonth a"
    " WHERE a.project_id = d.project_id AND a.month = d.month AND a.days > 0",
    "settlement": "SELECT count(*) FROM accounts_payrollline l"
    " WHERE l.project_id = d.project_id AND l.month = d.month",
    "payout": "SELECT count(*) FROM accounts_payrollline l"
    " WHERE l.project_id = d.project_id AND l.month = d.month AND l.paid > 0",
}
DUE = """
    months AS (
        SELECT scope.project_id, m::date AS month FROM {scope}
        CROSS JOIN generate_series(
            date_trunc('month', %(today)s::date) - %(months)s * interval '1 month',
            date_trunc('month', %(today)s::date), interval '1 month') m
        UNION
        SELECT w.project_id, to_date(w.subject_key, 'YYYY-MM') FROM {scope} JOIN alerts_warning w USING (project_id)
        WHERE w.rule_code = 'PAY-06' AND w.state NOT IN ('released', 'transferred')
    ),
    due AS (
        SELECT m.project_id, m.month, s.sheet, (m.month + interval '1 month' + (%(posted_by)s - 1) * interval '1 day' +
               CASE WHEN s.sheet = 'payout' AND p.wage_pay_day > %(posted_by)s THEN interval '1 month'
                    ELSE interval '0' END)::date AS due_on
        FROM months m
        JOIN projects_project p ON p.id = m.project_id
        CROSS JOIN unnest(ARRAY['attendance', 'settlement', 'payout']) s(sheet)
    ),
    unposted AS MATERIALIZED (
        SELECT d.* FROM due d
        WHERE d.due_on < %(today)s AND NOT EXISTS (
            SELECT 1 FROM accounts_publicnotice n
            WHERE n.project_id = d.project_id AND n.month = d.month AND d.sheet = ANY(n.sheets)
              AND n.withdrawn_at IS NULL
        )
    ),
    counted AS (
        SELECT d.*, CASE d.sheet {counts} END AS people FROM unposted d
    ),
    missing AS (SELECT * FROM counted WHERE people > 0)
"""


def _missing(scope: str) -> str:
    counts = " ".join(f"WHEN '{sheet}' THEN ({count})" for sheet, count in ON_SHEET.items())
    return DUE.format(scope=scope, counts=counts)


class NotPosted(Rule):
    """每月 {posted_by} 日以前，没有在农民工聚集地公示上月考勤表、工资核算表和工资发放表（查近 {months} 个月）。"""

    code = "PAY-06"
    title = "工资未公示"
    subject = Subject.PAY
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十一条；农民工工资按月公示的规定"
    release_when = "打印张贴、拍照登记公示后自动解除。"
    remedy = "在农民工聚集地公示考勤表、工资核算表和工资发放表，并登记公示照片。"
    posted_by = Parameter(5, "每月几日前公示", "日", stricter="less")
    months = Parameter(2, "查近几个月", "个月", stricter="more")
    columns = (
        Column("sheet", "未公示的表格"),
        Column("people", "人数", "number"),
        Column("due_on", "应公示日期", "day"),
    )
    evidence_order = "sheet"
    link = "project"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {_missing("swept AS scope")}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month,
                   array_agg(sheet ORDER BY sheet) AS sheets, sum(people) AS shown
            FROM missing GROUP BY project_id, month
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        names = "、".join(sheet.label for sheet in NoticeSheet if sheet in facts.sheets)
        return f"{month_text(facts.month)}的{names}逾期没有公示。"

    def evidence(self, today: date) -> Sql:
        labels = " ".join(f"WHEN '{sheet.value}' THEN '{sheet.label}'" for sheet in NoticeSheet)
        return self.sql(
            f"""
            WITH {_missing("(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT m.project_id, fresh.subject_key, m.project_id AS link_id,
                   CASE m.sheet {labels} END AS sheet, m.people, m.due_on
            FROM missing m
            JOIN fresh ON fresh.project_id = m.project_id AND fresh.subject_key = to_char(m.month, 'YYYY-MM')
            """,
            today,
        )
