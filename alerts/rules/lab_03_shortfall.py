from datetime import date

from django.db import connection, transaction

from accounts.selectors import forecast
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text

# Without a special account there is nothing to forecast: that is ACC-01's.
WITH_ACCOUNT = "(SELECT DISTINCT s.project_id FROM {scope} s JOIN accounts_accountproject USING (project_id))"

# Whether the night, or what has just changed, left a forecast of today for all of them.
FORESEEN = f"""
SELECT NOT EXISTS (
    SELECT 1 FROM {WITH_ACCOUNT.format(scope="swept")} s
    WHERE NOT EXISTS (SELECT 1 FROM accounts_forecast f WHERE f.project_id = s.project_id AND f.made_on = %s)
)
"""
STORED = """(
    SELECT f.project_id, f.month, f.pay_on, f.made_on AS as_of, f.balance, f.owed, f.accrued, f.to_come, f.inflow,
           f.shortfall
    FROM swept s JOIN accounts_forecast f ON f.project_id = s.project_id AND f.made_on = %(today)s
) positions"""

# The first pay day within the lead on which the money will not do. Facts that are equal mean that nothing has changed,
# and a forecast moves every night: the amount is told to two figures, what the evidence shows to the cent.
SHORT = """
SELECT DISTINCT ON (project_id) project_id, to_char(month, 'YYYY-MM') AS subject_key, month, pay_on,
       round(shortfall, 1 - floor(log(shortfall))::int)::bigint AS amount,
       least(3, (shortfall >= %(large)s)::int + CASE
           WHEN pay_on - as_of <= %(red_days)s THEN 3
           WHEN pay_on - as_of <= %(orange_days)s THEN 2 ELSE 1 END) AS severity,
       concat_ws(',', balance, inflow, owed, accrued, to_come) AS shown
FROM {positions}
WHERE pay_on <= as_of + %(lead)s AND shortfall >= %(minimum)s
ORDER BY project_id, pay_on
"""
REASONS = """
SELECT p.project_id, fresh.subject_key, p.project_id AS link_id, x.place, x.item, x.day, x.amount
FROM positions p
JOIN fresh ON fresh.project_id = p.project_id AND fresh.subject_key = to_char(p.month, 'YYYY-MM')
CROSS JOIN LATERAL (
    VALUES (1, '专户余额', p.as_of, p.balance),
           (3, '减：已列工资表未发', NULL, -p.owed),
           (4, '减：已出勤未列工资表', p.as_of, -p.accrued),
           (5, '减：预计至月末的出勤', NULL, -p.to_come),
           (6, '预计结余（负数为缺口）', p.pay_on, p.rest)
    UNION ALL
    SELECT 2, CASE WHEN e.by_contract THEN '预计拨付（约定 ' || e.due_on || '）' ELSE '预计拨付（按近六个月到账）' END,
           e.day, e.amount
    FROM expected e WHERE e.project_id = p.project_id AND e.as_of = p.as_of AND e.day <= p.pay_on
) x(place, item, day, amount)
"""


class WillFallShort(Rule):
    """按出勤、劳动合同和人工费拨付推算，{lead} 日内的发薪日专户资金不够付工资，缺口不少于 {minimum} 元；
    距发薪日不足 {orange_days} 日为橙色，不足 {red_days} 日为红色；缺口达到 {large} 元的提高一级。"""

    code = "LAB-03"
    title = "预计发薪日资金不足"
    subject = Subject.LABOUR_COST
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十四条、第二十九条、第三十八条"
    release_when = "人工费拨付到账、预计够付工资后自动解除；发薪日过后转由工资发放规则监测。"
    remedy = "建设单位在工资发放日前将人工费足额拨付到工资专用账户。"
    disposal_days = 10
    lead = Parameter(20, "提前", "日", stricter="more")
    minimum = Parameter(10_000, "缺口不少于", "元", stricter="less")
    orange_days = Parameter(10, "橙色：距发薪日", "日", stricter="more")
    red_days = Parameter(5, "红色：距发薪日", "日", stricter="more")
    large = Parameter(1_000_000, "缺口大、提高一级", "元", stricter="less")
    ascending = (("red_days", "orange_days", "lead"), ("minimum", "large"))
    columns = (
        Column("item", "项目"),
        Column("day", "日期", "day"),
        Column("amount", "金额（元）", "money"),
    )
    evidence_order = "place, day"
    link = "project"

    @classmethod
    def make_tables(cls, cursor) -> None:
        forecast.make_tables(cursor)

    def find(self, today: date) -> Sql:
        with connection.cursor() as cursor:
            cursor.execute(FORESEEN, [today])
            (foreseen,) = cursor.fetchone()
        if not foreseen:
            self._compute("swept", today)
        return self.sql(SHORT.format(positions=STORED if foreseen else "positions"), today)

    def message(self, facts: Facts) -> str:
        return (
            f"预计 {facts.pay_on} 发放{month_text(facts.month)}工资时，专户资金短缺约 {facts.amount:,} 元，"
            "请在此前将人工费拨付到位。"
        )

    def evidence(self, today: date) -> Sql:
        self._compute("fresh", today)
        return self.sql(REASONS, today)

    @staticmethod
    def _compute(scope: str, today: date) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            asked = forecast.NOW.format(scope=WITH_ACCOUNT.format(scope=scope))
            forecast.compute(cursor, asked, {"today": today})
