from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.enums import ParticipantType

# The portal keeps no suggestions of merging, and alike is not the same: sections of one road bear nearly one name. So
# the same name but for spaces, width and brackets (`permit_key` folds them), the same leading contractor, the same
# place. A permit stands at one project only, so a number twice cannot be.
SAME = """
    here AS MATERIALIZED (
        SELECT p.id, permit_key(p.name) AS key, p.jurisdiction_id, p.supervised_from, x.organization_id
        FROM {scope}
        JOIN projects_project p ON p.id = scope.project_id AND p.merged_into_id IS NULL AND p.status <> '004'
        JOIN projects_participation x ON x.project_id = p.id AND x.participant_type = %(contractor)s AND x.is_lead
    ),
    same AS (
        SELECT here.id AS project_id, there.id AS other_id, there.supervised_from,
               greatest(here.supervised_from, there.supervised_from) AS both_since
        FROM here
        JOIN projects_participation x ON x.organization_id = here.organization_id
            AND x.participant_type = %(contractor)s AND x.is_lead
        JOIN projects_project there ON there.id = x.project_id AND there.id <> here.id
            AND there.merged_into_id IS NULL AND there.status <> '004'
            AND there.jurisdiction_id = here.jurisdiction_id AND permit_key(there.name) = here.key
        WHERE greatest(here.supervised_from, there.supervised_from) < %(today)s::date - %(days)s
    )
"""


class SameProjectUnmerged(Rule):
    """名称、施工总承包单位和管辖属地都相同的项目，纳入监管超过 {days} 日未合并。"""

    code = "MERGE-01"
    title = "同一工程重复建档未合并"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条"
    source = "湘人社规〔2024〕13号（九）（同一工程 30 日内合并）"
    release_when = "合并项目，或更正项目名称后自动解除；确属不同工程的，核实后解除。"
    remedy = "核实是否为同一工程：属同一工程的合并项目，不属同一工程的更正项目名称。"
    days = Parameter(30, "合并期限", "日", stricter="less")
    columns = (Column("name", "相同的项目"), Column("supervised_from", "纳入监管日期", "day"))
    evidence_order = "supervised_from, link_id"
    link = "project"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {SAME.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(*) AS others, max(both_since) AS both_since,
                   md5(string_agg(other_id::text, ',' ORDER BY other_id)) AS which
            FROM same GROUP BY project_id
            """,
            today,
            contractor=ParticipantType.GENERAL_CONTRACTOR.value,
        )

    def message(self, facts: Facts) -> str:
        return (
            f"另有 {facts.others} 个项目与本项目名称、施工总承包单位和管辖属地都相同，"
            f"自 {facts.both_since} 都已纳入监管，超过 {self.days} 日未合并。"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {SAME.format(scope="fresh AS scope")}
            SELECT same.project_id, '' AS subject_key, same.other_id AS link_id, p.name, p.supervised_from
            FROM same JOIN projects_project p ON p.id = same.other_id
            """,
            today,
            contractor=ParticipantType.GENERAL_CONTRACTOR.value,
        )
