from datetime import date, timedelta
from functools import lru_cache

from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import LedgerEntry, Payout
from accounts.selectors import faulty_payouts, unmatched_payouts
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, yuan
from projects.enums import Status

BOTH = """
    SELECT project_id, account_id, serial, amount, day, why FROM ({payouts}) reported
    UNION ALL
    SELECT project_id, account_id, serial, amount, day, NULL FROM ({entries}) booked
"""


@lru_cache(maxsize=8)  # a day's changes ask it again and again
def _both(projects: str, before: date) -> tuple[str, list]:
    """The two lists of the reconciliation, without what may still come."""
    payouts = faulty_payouts(_of(Payout, projects).filter(paid_on__lt=before)).annotate(day=F("paid_on"))
    arrived = _of(LedgerEntry, projects).filter(booked_on__lt=before, created_at__date__lt=before)
    entries = unmatched_payouts(arrived).annotate(day=F("booked_on"))
    fields = ("project_id", "account_id", "serial", "amount", "day")
    first, of_first = payouts.order_by().values(*fields, "why").query.sql_with_params()
    second, of_second = entries.order_by().values(*fields).query.sql_with_params()
    return BOTH.format(payouts=first, entries=second), [*of_first, *of_second]


def _of(model, projects: str) -> QuerySet:
    return model.objects.unscoped("a rule looks at the projects it is asked about").filter(
        project__in=RawSQL(projects, [])
    )


class SerialsApart(Rule):
    """工资发放明细在专户流水中没有对应的流水号，或专户流水中的工资支出没有对应的发放明细（{days} 日后仍未对上）。"""

    code = "LOG-04"
    title = "工资发放与专户流水不符"
    subject = Subject.DATA
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第三十一条、第三十八条"
    source = "发放流水号与专户流水号应一致（湘人社规〔2024〕13号）"
    release_when = "补报流水、发放明细或工资表，两边对上后自动解除；重复发放等核实后上传证据解除。"
    remedy = "核对专户流水、发放明细和工资表，补报所缺记录；重复发放的，查明处理。"
    statuses = tuple(Status.values)
    ends_with_status = False
    days = Parameter(3, "对账宽限", "日", stricter="less")
    columns = (
        Column("day", "日期", "day"),
        Column("serial", "流水号"),
        Column("amount", "金额（元）", "money", total=True),
        Column("why", "情况"),
    )
    evidence_order = "day, serial"
    link = "account"

    def find(self, today: date) -> Sql:
        both, params = _both("SELECT project_id FROM swept", today - timedelta(self.days))
        return Sql(
            f"""
            SELECT b.project_id, b.account_id::text AS subject_key, a.number_last4 AS account,
                   count(b.why) AS payouts, coalesce(sum(b.amount) FILTER (WHERE b.why IS NOT NULL), 0) AS paid,
                   count(*) FILTER (WHERE b.why IS NULL) AS movements,
                   coalesce(sum(b.amount) FILTER (WHERE b.why IS NULL), 0) AS booked,
                   sum(hashtext(concat_ws(',', b.serial, b.amount, b.why))) AS shown
            FROM ({both}) b
            JOIN accounts_specialaccount a ON a.id = b.account_id
            GROUP BY b.project_id, b.account_id, a.number_last4
            """,
            params,
        )

    def message(self, facts: Facts) -> str:
        parts = []
        if facts.payouts:
            parts.append(f"{facts.payouts} 笔已报发放的工资（{yuan(facts.paid)}）与流水不符")
        if facts.movements:
            parts.append(f"{facts.movements} 笔工资支出（{yuan(facts.booked)}）没有对应的发放明细")
        return f"尾号 {facts.account} 的工资专用账户：{'；'.join(parts)}。"

    def evidence(self, today: date) -> Sql:
        both, params = _both("SELECT project_id FROM fresh", today - timedelta(self.days))
        return Sql(
            f"""
            SELECT b.project_id, fresh.subject_key, b.account_id AS link_id, b.day, b.serial, b.amount,
                   coalesce(b.why, '流水为工资支出，没有对应的发放明细') AS why
            FROM ({both}) b
            JOIN fresh ON fresh.project_id = b.project_id AND fresh.subject_key = b.account_id::text
            """,
            params,
        )
