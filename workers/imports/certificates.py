"""证书: skill and special-trade certificates of people on the site, a row a certificate."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from core.spreadsheets import Column, ParsedRow
from core.spreadsheets import values as clean
from core.spreadsheets.values import choice
from projects.imports import Outcome, SheetImport
from workers import selectors
from workers.enums import SPECIAL_TRADES, CertificateKind, CertificateStatus
from workers.imports import vocabulary
from workers.imports.base import place, text_of, words
from workers.imports.people import ID_NUMBER, People
from workers.models import Certificate, Engagement
from workers.models.certificate import SOON
from workers.services import CertificateEntry, why_not_certify, write_certificates

certificate_kind = choice(
    CertificateKind.choices,
    {
        "技能证书": CertificateKind.SKILL,
        "职业资格证书": CertificateKind.SKILL,
        "职业技能等级证书": CertificateKind.SKILL,
        "特种作业": CertificateKind.SPECIAL,
        "特种作业证": CertificateKind.SPECIAL,
        "特种作业操作资格证": CertificateKind.SPECIAL,
        "特种作业操作资格证书": CertificateKind.SPECIAL,
        "建筑施工特种作业操作资格证": CertificateKind.SPECIAL,
        "建筑施工特种作业操作资格证书": CertificateKind.SPECIAL,
        "爆破作业人员许可证": CertificateKind.SPECIAL,
        "安全考核证": CertificateKind.SAFETY,
        "安全生产考核合格证书": CertificateKind.SAFETY,
        "安全员证": CertificateKind.SAFETY,
        "岗位证书": CertificateKind.POST,
        "岗位证": CertificateKind.POST,
        "建造师": CertificateKind.REGISTERED,
        "建造师注册证书": CertificateKind.REGISTERED,
        "职称": CertificateKind.TITLE,
    },
)
status = choice(CertificateStatus.choices, {"正常": "1", "在有效期": "1", "吊销": "2", "失效": "4", "已过期": "4"})


def number(raw) -> str:
    text = "".join(clean.text(raw).split())
    if len(text) > 60:
        raise ValidationError("证书编号最多 60 个字符，请核对。")
    return text


class CertificateImport(SheetImport):
    kind, title = "certificates", "人员证书"
    help = "每行一证，至少有姓名、公民身份号码、证书种类、证书编号；特种作业操作证另须对应工种和有效期。"
    order = 15
    next_step = ("查看花名册", "workers:register")
    columns = [
        Column("name", "姓名", words("工人姓名 人员姓名 持证人 持证人姓名"), clean.name, required=True),
        ID_NUMBER,
        Column("certificate", "证书种类", words("证书类型 证书类别 证件类型 证书"), certificate_kind, required=True),
        Column("title", "证书名称", words("操作类别 准操项目 作业类别 证书专业"), text_of(Certificate, "title")),
        Column("trade", "对应工种", words("工种 从事工种"), vocabulary.trade, help="特种作业操作证必填"),
        Column("number", "证书编号", words("证书号 证书号码 证号 操作证号 编号"), number, required=True),
        Column("issuer", "发证机关", words("发证单位 发证部门 颁发机关"), text_of(Certificate, "issuer")),
        Column("issued_on", "发证日期", words("发证时间 初领日期 初次领证日期 签发日期"), clean.date),
        Column("expires_on", "有效期至", words("有效期 有效期止 到期日期 截止日期 有效截止日期"), clean.date),
        Column("status", "证书状态", words("状态"), status, help="有效、注销、暂扣、过期，不填为有效"),
    ]

    def check(self, rows: list[ParsedRow]) -> None:
        people, self.today = People(selectors.engaged_people(self.project)), timezone.localdate()
        self.engagements: dict[tuple[str, int], int] = {}
        first: dict[tuple, ParsedRow] = {}
        for row in rows:
            person = people.of(self, row)
            if person is None:
                continue
            self.engagements[row.sheet, row.row] = person.engagement_id
            same = first.setdefault((person.engagement_id, row.values["certificate"], row.values["number"]), row)
            if same is not row:
                self.refuse(row, "number", f"与{place(same, row)}是同一证书，请删去一行。")
            self._check_certificate(row)

    def _check_certificate(self, row: ParsedRow) -> None:
        facts = {**row.values, "kind": row.values["certificate"]}
        if facts["kind"] == CertificateKind.SPECIAL and not facts["trade"]:
            facts["trade"] = row.values["trade"] = _trade_in(row.values["title"])
        for field, message in why_not_certify(facts).items():
            self.refuse(row, field, message)
        expires = row.values["expires_on"]
        if expires and expires < self.today:
            self.notice(row, "expires_on", "证书已过有效期，登记后仍按无有效证书提示；已换证的请填写新证。")
        elif expires and expires <= self.today + SOON:
            self.notice(row, "expires_on", "证书 30 天内到期，请尽快延期复核。")

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        keys = {self.engagements[row.sheet, row.row] for row in rows}
        workers = dict(
            Engagement.objects.unscoped("of the project in hand").filter(pk__in=keys).values_list("pk", "worker_id")
        )
        entries = [self._entry(row, workers[self.engagements[row.sheet, row.row]]) for row in rows]
        return Outcome(*write_certificates(self.project, entries))

    @staticmethod
    def _entry(row: ParsedRow, worker_id: int) -> CertificateEntry:
        values = {name: row.values[name] for name in CertificateEntry._fields if name in row.values}
        return CertificateEntry(worker_id=worker_id, kind=row.values["certificate"], **values)


def _trade_in(title: str) -> str:
    """架子工 in 建筑架子工（普通脚手架）."""
    found = (trade for trade in SPECIAL_TRADES if trade.label.removeprefix("建筑") in title)
    return next(found, "")
