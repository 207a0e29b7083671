from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from alerts.rules.pausing import RUNNING_DAYS
from projects.enums import BoardItem, Status


class NoNoticeBoard(Rule):
    """项目开工超过 {days} 日（停工期间不计），没有登记维权信息告示牌；
    或最近一次登记缺少法定内容，或照片超过 {stale_days} 日未更新。"""

    code = "NOTE-01"
    title = "未设立维权信息告示牌"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十四条、第五十六条"
    release_when = "登记写明法定内容的维权信息告示牌和照片后自动解除。"
    remedy = "在施工现场醒目位置设立写明法定内容的维权信息告示牌，并登记照片。"
    statuses = (Status.IN_PROGRESS,)
    days = Parameter(10, "设立期限（开工后）", "日", stricter="less")
    stale_days = Parameter(180, "照片更新期限", "日", stricter="less")
    columns = (
        Column("actual_start_on", "实际开工日期", "day"),
        Column("checked_on", "最近拍照日期", "day"),
        Column("place", "设置位置"),
        Column("lacking", "缺少的内容"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        """The days are counted for those alone that have no board in order: few, after the first weeks."""
        running = RUNNING_DAYS.format(since="b.actual_start_on", project="b.project_id")
        return self.sql(
            f"""
            WITH latest AS (
                SELECT DISTINCT ON (n.project_id) n.project_id, n.checked_on, n.place, n.items
                FROM swept JOIN projects_noticeboard n ON n.project_id = swept.project_id
                ORDER BY n.project_id, n.checked_on DESC, n.id DESC
            ),
            board AS (
                SELECT p.id AS project_id, p.actual_start_on, latest.checked_on, latest.place,
                       ARRAY(SELECT i FROM unnest(%(items)s::text[]) i WHERE NOT i = ANY(latest.items)) AS lacking
                FROM swept
                JOIN projects_project p ON p.id = swept.project_id AND p.actual_start_on < %(today)s::date - %(days)s
                LEFT JOIN latest ON latest.project_id = p.id
                WHERE latest.checked_on IS NULL OR latest.checked_on < %(today)s::date - %(stale_days)s
                   OR NOT latest.items::text[] @> %(items)s::text[]
            )
            SELECT b.project_id, '' AS subject_key, b.actual_start_on, b.checked_on, b.place, b.lacking
            FROM board b WHERE {running} > %(days)s
            """,
            today,
            items=BoardItem.values,
        )

    def message(self, facts: Facts) -> str:
        if facts.checked_on is None:
            return f"项目于 {facts.actual_start_on} 开工，超过 {self.days} 日没有登记维权信息告示牌。"
        if facts.lacking:
            return f"{facts.checked_on} 登记的维权信息告示牌没有写明{self._labels(facts.lacking)}。"
        return f"维权信息告示牌的照片拍于 {facts.checked_on}，超过 {self.stale_days} 日未更新。"

    @staticmethod
    def _labels(items: list[str]) -> str:
        return "、".join(BoardItem(item).label for item in items)

    def evidence(self, today: date) -> Sql:
        words = " ".join(f"WHEN '{item.value}' THEN '{item.label}'" for item in BoardItem)
        return self.sql(
            f"""
            SELECT fresh.project_id, fresh.subject_key, fresh.project_id AS link_id, r.actual_start_on, r.checked_on,
                   r.place, (SELECT string_agg(CASE i {words} END, '；') FROM unnest(r.lacking) i) AS lacking
            FROM fresh
            CROSS JOIN LATERAL jsonb_to_record(fresh.facts)
                AS r(actual_start_on date, checked_on date, place text, lacking text[])
            """,
            today,
        )
