from dataclasses import dataclass
from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql
from projects.enums import Status


@dataclass(frozen=True)
class Check:
    """`earlier` must not lie after `later`; both are SQL over `source`, which knows a `project_id`. What the database
    itself refuses (an exit before the entry, …) needs no check here."""

    said: str
    record: str  # what the row is called
    link: str  # ADDRESSES of alerts.evidence, and the id
    earlier: tuple[str, str]  # its name, its SQL
    later: tuple[str, str]
    source: str

    @property
    def fault(self) -> str:
        return f"{self.earlier[1]} > {self.later[1]}"

    @property
    def row(self) -> str:
        texts = f"'{self.said}', {self.record}, {self.link}, '{self.earlier[0]}', {self.earlier[1]}, '{self.later[0]}'"
        return f"({texts}, {self.later[1]})"


_PROJECT = "JOIN projects_project p ON p.id = scope.project_id"
_PERMIT = f"{_PROJECT} JOIN projects_permit r ON r.project_id = p.id"
_PERSON = "JOIN workers_engagement e ON e.project_id = scope.project_id JOIN workers_worker w ON w.id = e.worker_id"
_CONTRACT = f"{_PERSON} JOIN workers_labourcontract c ON c.engagement_id = e.id"
_TO_PROJECT, _TO_WORKER = "'project/' || scope.project_id", "'worker/' || e.worker_id"
_PERMIT_NAME = "coalesce(nullif(r.number, ''), '施工许可证')"

CHECKS = [
    Check(
        "竣工早于开工",
        "p.name",
        _TO_PROJECT,
        ("实际开工日期", "p.actual_start_on"),
        ("竣工日期", "p.completed_on"),
        _PROJECT,
    ),
    Check(
        "施工许可早于施工合同",
        _PERMIT_NAME,
        _TO_PROJECT,
        ("施工合同签订日期", "p.contract_signed_on"),
        ("施工许可证发放日期", "r.issued_on"),
        _PERMIT,
    ),
    Check(
        "竣工早于施工许可",
        _PERMIT_NAME,
        _TO_PROJECT,
        ("施工许可证发放日期", "r.issued_on"),
        ("竣工日期", "p.completed_on"),
        _PERMIT,
    ),
    Check(
        "开工早于施工合同",
        "p.name",
        _TO_PROJECT,
        ("施工合同签订日期", "p.contract_signed_on"),
        ("实际开工日期", "p.actual_start_on"),
        _PROJECT,
    ),
    Check(
        "专管员离任早于登记",
        "c.name",
        _TO_PROJECT,
        ("登记日期", "c.registered_on"),
        ("离任日期", "c.left_on"),
        "JOIN projects_wageclerk c ON c.project_id = scope.project_id",
    ),
    Check(
        "进场早于出生",
        "w.name",
        _TO_WORKER,
        ("出生日期", "w.birth_date"),
        ("进场日期", "e.entered_on"),
        _PERSON,
    ),
    Check(
        "进场时年龄超过 90 岁",
        "w.name",
        _TO_WORKER,
        ("进场日期", "e.entered_on"),
        ("满 90 周岁", "(w.birth_date + interval '90 years')::date"),
        _PERSON,
    ),
    Check(
        "劳动合同签订晚于退场",
        "w.name",
        _TO_WORKER,
        ("合同签订日期", "c.signed_on"),
        ("退场日期", "e.exited_on"),
        _CONTRACT,
    ),
    Check(
        "劳动合同起始晚于退场",
        "w.name",
        _TO_WORKER,
        ("合同起始日期", "c.starts_on"),
        ("退场日期", "e.exited_on"),
        _CONTRACT,
    ),
    Check(
        "劳动合同终止早于签订",
        "w.name",
        _TO_WORKER,
        ("合同签订日期", "c.signed_on"),
        ("合同终止日期", "coalesce(c.ended_on, c.ends_on)"),
        _CONTRACT,
    ),
    Check(
        "证书发放早于出生",
        "w.name",
        _TO_WORKER,
        ("出生日期", "w.birth_date"),
        ("发证日期", "t.issued_on"),
        f"{_PERSON} JOIN workers_certificate t ON t.worker_id = w.id",
    ),
]


# What is looked through once, for all checks of it; only the rows with a fault are told apart by check.
_FAULTY = """
SELECT scope.project_id, v.*
FROM {scope} AS scope {source}
CROSS JOIN LATERAL (VALUES {rows}) v(said, record, link_id, earlier, earlier_on, later, later_on)
WHERE ({faults}) AND v.earlier_on > v.later_on
"""


def _faults(scope: str) -> str:
    by_source: dict[str, list[Check]] = {}
    for check in CHECKS:
        by_source.setdefault(check.source, []).append(check)
    parts = (
        _FAULTY.format(
            scope=scope,
            source=source,
            rows=", ".join(check.row for check in checks),
            faults=" OR ".join(check.fault for check in checks),
        )
        for source, checks in by_source.items()
    )
    return f"faults AS ({' UNION ALL '.join(parts)})"


class DatesOutOfOrder(Rule):
    """项目、人员、劳动合同或证书的日期先后颠倒。"""

    code = "LOG-03"
    title = "日期先后不合逻辑"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条"
    source = "工程项目监管数据指标（逻辑校验）"
    release_when = "更正清单所列日期后自动解除。"
    remedy = "更正有关日期。"
    statuses = tuple(Status.values)
    ends_with_status = False
    columns = (
        Column("said", "问题"),
        Column("record", "记录"),
        Column("earlier", "应在前"),
        Column("earlier_on", "日期", "day"),
        Column("later", "应在后"),
        Column("later_on", "日期", "day"),
    )
    evidence_order = "said, record, link_id, earlier_on"
    link = "project"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {_faults("swept")}
            SELECT project_id, '' AS subject_key, count(*) AS faults,
                   (array_agg(said || '（' || record || '）' ORDER BY said, record))[1] AS first,
                   md5(string_agg(concat_ws(',', said, link_id, earlier_on, later_on), ';'
                                  ORDER BY said, link_id, earlier_on, later_on)) AS which,
                   sum(hashtext(record)) AS shown
            FROM faults GROUP BY project_id
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"有 {facts.faults} 处日期先后颠倒：{facts.first}{'等' if facts.faults > 1 else ''}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(f"WITH {_faults('fresh')} SELECT *, '' AS subject_key FROM faults", today)
