"""Small worlds that must not see each other: whatever is written in one carries its mark.

A world is one project with everything that can hang on it. `WORLDS` says where each lies; a new kind of object is one
line in `World.build` and, when it has a page, one in `tests.matrix_objects.OBJECTS`.
"""

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from django.db.models import Model
from django.utils import timezone

from alerts import services as disposals
from alerts.enums import Act, WarningState
from alerts.models import CaseLead, Disposal, SavedFilter, TrialFigure, TrialFinding, TrialRegrading, TrialStanding
from alerts.services import sync_settings
from core import attachments, working_days
from core.models import CalendarDay, Job, Notice
from organizations.enums import Industry, OrganizationKind
from organizations.models import User
from projects import imports
from projects.enums import MilestoneKind, ParticipantType
from projects.models import MilestoneAnswer, Project, StatusChange, WageClerk
from projects.selectors.course import standing_of
from projects.services import filing, jurisdiction, merge_projects
from tests.accounts import deposits as stored
from tests.accounts import factories as money
from tests.alerts import factories as alarms
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people
from tests.worlds_money import MONTH, PDF, MoneyOfAWorld
from workers.services import PunchRow, StrayRow, keep_strays, write_punches

JPEG = b"\xff\xd8\xff\xe0"
PUBLIC_PHONE = "13800000000"  # the wage-affairs clerk's hangs on a board at the gate of the site (条例 art. 34)
ROSTER_HEAD = ["序号", "姓名", "身份证号码", "性别", "班组", "工种", "手机号", "银行卡号", "开户银行", "进场日期"]


@dataclass(frozen=True)
class Place:
    letter: str
    county: str
    industry: str
    department: str  # the kind of the industry's department


WORLDS = {
    "甲": Place("甲", "530902", Industry.HOUSING, OrganizationKind.HOUSING),
    "乙": Place("乙", "530921", Industry.TRANSPORT, OrganizationKind.TRANSPORT),
}


@dataclass
class World(MoneyOfAWorld):
    place: Place
    secrets: set[str] = field(default_factory=set)
    things: dict[str, Any] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """In every text of a supervised row."""
        return f"{self.place.letter}标记"

    @property
    def public_mark(self) -> str:
        """In the names of units and users, which administrators see."""
        return f"{self.place.letter}单位"

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["things"][name]
        except KeyError as missing:
            raise AttributeError(f"The world has no {name}.") from missing

    def text(self, noun: str) -> str:
        return f"{self.mark}{noun}"

    def _secret(self, number: str) -> str:
        self.secrets.add(number)
        return number

    def _id_number(self) -> str:
        return self._secret(people.id_number(place=self.place.county))

    def _phone(self) -> str:
        return self._secret(f"139{self.place.county[-4:]}{len(self.secrets):04d}")

    # --- building --------------------------------------------------------------------------------------------------

    @classmethod
    def build(cls, letter: str) -> "World":
        if not CalendarDay.objects.exists():
            working_days.rebuild()
        world = cls(WORLDS[letter])
        world._units()
        world.things |= world._project()
        world.things |= world.person()
        world.things["departure"] = world.left()
        world._logins()
        world.things |= world._money()
        world.things |= world._deposits()
        world.things |= world._sheet()
        world.things |= world._warning()
        world.things["proposal"] = world.propose()
        world.things |= world._jobs()
        world.things |= world._permit_list()
        world.things |= world._subcontract()
        world.things |= world._jurisdiction()
        world.things |= world._merges()
        return world

    def _units(self) -> None:
        county, unit = self.place.county, self.public_mark
        self.things |= {
            "contractor": self._unit(f"{unit}总包"),
            "subcontractor": self._unit(f"{unit}分包"),
            "owner": self._unit(f"{unit}建设"),
            "bank": who.bank(name=f"{self.place.letter}地银行", at=county),  # banks are to be chosen from
            "insurer": who.insurer(name=f"{self.place.letter}地保险", at=county),
        }
        self.users |= {
            "officer": who.officer(county, name=f"{unit}监管员"),
            "industry": who.industry_officer("530900", self.place.department, name=f"{unit}行业监管员"),
            "clerk": who.clerk(self.contractor, name=f"{unit}专管员"),
            "subcontractor": who.clerk(self.subcontractor, name=f"{unit}分包专管员"),
            "construction_unit": who.construction_unit_clerk(self.owner, name=f"{unit}建设经办员"),
            "bank": who.bank_clerk(self.bank, name=f"{unit}经办员"),
            "insurer": who.insurer_clerk(self.insurer, name=f"{unit}保险经办员"),
        }
        looker = who.industry_officer(county, self.place.department, name=f"{unit}查询", query_only=True)
        self.things |= {"user": self.users["clerk"], "login": self.users["clerk"]}
        self.things |= {"looker": looker, "owner_login": self.users["construction_unit"]}

    def _unit(self, name: str) -> Model:
        return who.organization(
            at=self.place.county,
            name=name,
            legal_representative=f"{self.public_mark}法人",
            legal_representative_id=self._id_number(),
            registered_address=f"{self.public_mark}地址",
        )

    def _project(self, number: int = 1) -> dict[str, Any]:
        project = sites.project(
            at=self.place.county,
            industry=self.place.industry,
            contractor=self.contractor,
            name=self.text(f"工程{number}"),
            address=self.text("地址"),
            filed_by=self.users["officer"],
        )
        sites.participation(project, self.owner, ParticipantType.CONSTRUCTION_UNIT)
        change = {"status": project.status, "on": project.actual_start_on, "by": self.users["officer"]}
        StatusChange.objects.create(project=project, reason=self.text("进度说明"), **change)
        party = sites.participation(project, self.subcontractor, ParticipantType.LABOUR_SUBCONTRACTOR)
        return {"project": project, "party": party} | self._papers(project)

    def _papers(self, project: Model) -> dict[str, Any]:
        number = project.wage_clerks.count()
        clerk = WageClerk.objects.create(
            project=project, name=self.text(f"专管员{number}"), id_number=self._id_number(), phone=PUBLIC_PHONE
        )
        clerk.photo = attachments.store(JPEG, f"{self.mark}照片.jpg", by=self.users["officer"], owner=clerk)
        clerk.save()
        permit = sites.permit(project, number=self.text(f"许可证{project.pk}-{number}"))
        return {"wage_clerk": clerk, "permit": permit} | self._course(project)

    def _course(self, project: Model) -> dict[str, Any]:
        """A span without work, a milestone with its answer, a guarantee with its document."""
        number, officer = project.suspensions.count(), self.users["officer"]
        began = date(2026, 8, 1) + timedelta(days=number)
        span = sites.suspension(project, began, began + timedelta(days=1), reason=self.text("停工原因"))
        part = sites.milestone(project, kind=MilestoneKind.PART_ACCEPTANCE, part=self.text("部位"), by=officer)
        answer = MilestoneAnswer.objects.create(
            project=project,
            milestone=part,
            real_name_conforms=True,
            wages_paid=False,
            note=self.text("意见"),
            standing=standing_of(project, began).kept(),
            by=officer,
        )
        held = sites.guarantee(project, guarantor_name=self.text("担保单位"), recorded_by=self.users["clerk"])
        name = f"{self.mark}文书.pdf"
        files = {
            "guarantee_file": attachments.store(PDF + self.mark.encode(), name, by=self.users["clerk"], owner=held),
            "answer_file": attachments.store(PDF + self.mark.encode(), name, by=officer, owner=answer),
        }
        board = sites.notice_board(project, place=self.text("大门"), by=self.users["clerk"])
        name = f"{self.mark}告示牌.pdf"
        files["board_file"] = attachments.store(PDF + self.mark.encode(), name, by=self.users["clerk"], owner=board)
        return {"suspension": span, "milestone": part, "guarantee": held} | files

    def person(self) -> dict[str, Any]:
        """One more worker on the project: team, contract, card, attendance."""
        project, number = self.project, self.project.engagements.count()
        team = people.team(
            project, self.text(f"班组{number}"), leader_name=self.text("班组长"), leader_phone=self._phone()
        )
        worker = people.worker(
            name=self.text(f"工人{number}"),
            id_number=self._id_number(),
            phone=self._phone(),
            address=self.text("住址"),
        )
        engagement = people.engagement(project, worker, team=team)
        people.attendance(engagement, date(2026, 9, 3), date(2026, 9, 4))
        device = people.device(project, place=self.text("门"))
        write_punches(
            [PunchRow(engagement.pk, timezone.now() - timedelta(minutes=number % 50 + 1), "01", "", device.pk)]
        )
        keep_strays(project, [StrayRow(self._id_number(), self.text("生人"), timezone.now(), team=self.text("班"))])
        card = people.bank_card(worker, self._secret(people.card_number()))
        contract = people.contract(engagement)
        self._papers_of(worker, engagement)
        return {"worker": worker, "engagement": engagement, "team": team, "card": card, "contract": contract} | {
            "device": device
        }

    def _papers_of(self, worker: Model, engagement: Model) -> None:
        """Photo, certificate, training, insurance and appraisal of somebody who holds a post."""
        officer, text = self.users["officer"], self.text
        engagement.post = "03"
        engagement.save()
        worker.photo = attachments.store(JPEG, f"{self.mark}照片.jpg", by=officer, owner=worker)
        worker.save()
        certificate = people.certificate(
            worker, title=text("证书"), number=text(f"编号{worker.pk}"), issuer=text("机关")
        )
        training = people.training(engagement, name=text("培训"), trainer=text("培训人"))
        insurance = people.insurance(engagement, insurer=text("保险公司"), number=text("保单"))
        appraisal = people.appraisal(engagement, reason=text("事由"), by=officer)
        scan = attachments.store(PDF + self.mark.encode(), f"{self.mark}证书.pdf", by=officer, owner=certificate)
        papers = {"certificate": certificate, "training": training, "insurance": insurance, "appraisal": appraisal}
        for name, thing in (papers | {"certificate_scan": scan, "photo": worker.photo}).items():
            self.things.setdefault(name, thing)  # the first person's

    def _logins(self) -> None:
        """Of the first worker, and of a workmate at the same site who must not see the first one's rows."""
        mate = people.worker(name=self.text("工友"), id_number=self._id_number(), phone=self._phone())
        people.engagement(self.project, mate, team=self.team)
        self.users |= {"worker": people.login(self.worker), "workmate": people.login(mate)}
        people.login_issue(self.worker, self.project, by=self.users["clerk"])
        scan = PDF + self.mark.encode()
        name = f"{self.mark}劳动合同.pdf"
        settled = attachments.store(scan, f"{self.mark}结算单.pdf", by=self.users["clerk"], owner=self.departure)
        self.things["settlement"] = settled
        self.things["contract_scan"] = attachments.store(scan, name, by=self.users["clerk"], owner=self.contract)

    def left(self) -> Model:
        """Somebody who has left with wages owing."""
        worker = people.worker(name=self.text("退场工人"), id_number=self._id_number())
        engagement = people.engagement(self.project, worker, team=self.team)
        return people.departure(engagement, date(2026, 9, 30), owed_amount=Decimal("1200"), note=self.text("欠付说明"))

    def open_account(self, project: Model) -> Model:
        number = self._secret(f"25{self.place.county}8591{len(self.secrets):07d}")
        text = {"name": self.text("专户"), "bank_name": self.text("支行")}
        account = money.special_account(project, bank=self.bank, number=number, **text)
        money.entry(account, "500000", summary=self.text("拨付"), counterparty_name=self.text("付款方"))
        return account

    def _money(self) -> dict[str, Any]:
        account = self.open_account(self.project)
        payroll = money.payroll(self.project, MONTH, created_by=self.users["clerk"])
        things = {"account": account, "payroll": payroll, "public_notice": self._public_notice(self.project)}
        things |= self.wages(payroll, account, self.engagement)
        return things | self._sheets() | self.advanced() | self._papers_of_money(account) | self.hand_over()

    def _public_notice(self, project: Model) -> Model:
        by, place = self.users["clerk"], self.text("宣传栏")
        notice = money.public_notice(project, MONTH, place=place, by=by)
        attachments.store(PDF + self.mark.encode(), f"{self.mark}公示.pdf", by=by, owner=notice)
        return notice

    def wages(self, payroll: Model, account: Model, engagement: Model) -> dict[str, Any]:
        card = self._secret(people.card_number())
        line = money.payroll_line(
            payroll, engagement=engagement, card_number=card, card_last4=card[-4:], remark=self.text("备注")
        )
        entry = {"summary": self.text("工资"), "counterparty_number": self._secret(people.card_number())}
        movement = money.entry(account, Decimal("-100"), counterparty_name=self.text("收款方"), **entry)
        payout = money.payout(line, account)
        return {"payroll_line": line, "payout": payout, "ledger_entry": movement}

    def _sheet(self) -> dict[str, Any]:
        """A roster with one row that will do and one that will not."""
        number = self._id_number()
        rows = [
            [1, self.text("新人"), number, "男", self.text("新班组"), "钢筋工", self._phone(), "", "", "2026-09-01"],
            [2, self.text("坏人"), number[:-2], "男", self.text("新班组"), "钢筋工", self._phone(), "", "", "x"],
        ]
        return {"batch": self.sheet(rows)} | self._batch_files()

    def sheet(self, rows: list[list]) -> Model:
        book = openpyxl.Workbook()
        for row in [ROSTER_HEAD, *rows]:
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        name, clerk = f"{self.mark}花名册.xlsx", self.users["clerk"]
        batch = imports.receive(self.project, "roster", content=content.getvalue(), filename=name, by=clerk)
        return imports.examine(batch)

    def _batch_files(self) -> dict[str, Any]:
        batch = self.project.imports.get()
        name, kinds = f"{self.mark}标注.xlsx", {".xlsx": attachments.XLSX}
        content = imports.annotated(batch)
        copy = attachments.store(content, name, by=self.users["clerk"], owner=batch, kinds=kinds)
        return {"batch_file": batch.file, "annotated": copy}

    def warn(self) -> Model:
        return alarms.warning(
            self.project,
            title=self.text("预警"),
            message=self.text("预警内容"),
            evidence=self._evidence(),
            state=WarningState.ACCEPTED,
            handler=self.users["officer"],
        )

    def _evidence(self) -> dict:
        """As `alerts.findings` keeps it."""
        columns = [{"key": "name", "label": "姓名", "kind": "text"}, {"key": "due", "label": "应发", "kind": "money"}]
        rows = {"rows": [[self.text("证据"), "100.00"]], "links": [self.worker.pk], "link": "worker", "total": 1}
        return {"columns": columns, "sums": {"due": "100.00"}} | rows

    def _warning(self) -> dict[str, Any]:
        officer, warning = self.users["officer"], self.warn()
        disposal = Disposal.objects.create(
            warning=warning,
            act=Act.NOTED,
            from_state=WarningState.ACCEPTED,
            to_state=WarningState.ACCEPTED,
            text=self.text("说明"),
            by=officer,
        )
        evidence = attachments.store(PDF + self.mark.encode(), f"{self.mark}佐证.pdf", by=officer, owner=disposal)
        demanded = self.demand(self.warn()) | self._of_the_clerk()
        return demanded | {
            "warning": warning,
            "disposal": disposal,
            "evidence": evidence,
            "lead": self.transfer(self.warn()),
        }

    def demand(self, warning: Model) -> dict[str, Any]:
        """A correction the contractor has reported on, and a question to the industry department."""
        officer, clerk, soon = self.users["officer"], self.users["clerk"], timezone.localdate() + timedelta(days=9)
        verified = disposals.verify(warning=warning, text=self.text("核实情况"), by=officer)
        asked = {"text": self.text("要求"), "due_on": soon, "by": officer}
        opinion = disposals.ask_opinion(warning=verified, seen=verified.state, **asked)
        order = disposals.order_correction(
            warning=verified, of=self.contractor, basis=self.text("依据"), seen=verified.state, **asked
        )
        file = (f"{self.mark}整改.pdf", PDF + self.mark.encode())
        facts = {"text": self.text("整改报告"), "files": [file], "by": clerk, "seen": order.seen}
        order = disposals.report_correction(demand=order, **facts)
        return {"order": order, "opinion": opinion, "report_file": attachments.of(order.disposals.last()).get()}

    def _of_the_clerk(self) -> dict[str, Any]:
        clerk = self.users["clerk"]
        own = Notice.objects.create(user=clerk, key="世界", text=self.text("消息"), url="/")
        return {
            "notice": own,
            "saved_filter": SavedFilter.objects.create(user=clerk, name=self.text("筛选"), query="q=1"),
        }

    def propose(self, **decided) -> Model:
        """A change of a rule for the county, tried, with a warning it would release and one it would raise."""
        sync_settings()
        province, place = (
            User.objects.filter(organization__region="530000", role="officer").first(),
            self.project.region,
        )
        terms = {
            "proposed_by": province or who.officer("530000"),
            "regions": [place.code],
            "reason": self.text("变更说明"),
        }
        made = alarms.proposal("PAY-01", params={"grace": 3}, **terms | decided)
        trial = alarms.trial(made)
        for day in trial.checked_days:
            TrialFigure.objects.create(trial=trial, day=day, jurisdiction=place, held=2, tried=2, raised=1, released=1)
        TrialStanding.objects.create(trial=trial, jurisdiction=place, standing="open", held=2, tried=2)
        TrialRegrading.objects.create(
            trial=trial, day=trial.day, jurisdiction=place, before="orange", after="red", number=1
        )
        finding = {"trial": trial, "day": trial.day, "level": "red", "message": self.text("试算内容")}
        TrialFinding.objects.create(project=self.project, change="raised", **finding)
        TrialFinding.objects.create(project=self.project, change="released", warning=self.warning, **finding)
        return made

    def transfer(self, warning: Model) -> Model:
        text = {"number": self.text(f"案{warning.pk}"), "reason": self.text("移送理由")}
        facts = {"opened_by": self.users["officer"], "due_on": timezone.localdate()}
        return CaseLead.objects.create(project=self.project, warning=warning, **facts, **text)

    def _jurisdiction(self, number: int = 1) -> dict[str, Any]:
        """A project filed by the contractor, and the county's word that it lies elsewhere."""
        facts = {"category": "01", "region": self.project.region, "industry": self.place.industry}
        texts = {"name": self.text(f"待确认{number}"), "address": self.text("地址")}
        project = filing.file_project(by=self.users["clerk"], **facts, **texts)
        officer, reason = self.users["officer"], self.text("不属本地")
        asked = jurisdiction.ask_transfer(project, by=officer, region=None, reason=reason)
        return {"unconfirmed": project, "moving": asked}

    def _jobs(self) -> dict[str, Any]:
        """A finished job with its file, which belongs to whoever started it."""
        officer = self.users["officer"]
        book = openpyxl.Workbook()
        book.active.append([self.text("统计表")])
        content = io.BytesIO()
        book.save(content)
        name, kinds = f"{self.mark}统计表.xlsx", {".xlsx": attachments.XLSX}
        workbook = attachments.store(content.getvalue(), name, by=officer, kinds=kinds)
        job = Job.objects.create(
            kind="test", title=self.text("任务"), owner=officer, state=Job.State.DONE, result=workbook
        )
        return {"job": job, "workbook": workbook}

    def _permit_list(self) -> dict[str, Any]:
        """A permit whose project is not on the platform, and the sheet of a list, sent by the county's officer."""
        return {"listed": self.list_permit(), "permit_sheet": self.send_permits()}

    def list_permit(self) -> Model:
        text = {"project_name": self.text("许可工程"), "contractor": self.text("许可单位")}
        return sites.listed_permit(at=self.place.county, industry=self.place.industry, **text)

    def send_permits(self) -> Model:
        book, officer = openpyxl.Workbook(), self.users["officer"]
        book.active.append(["施工许可证编号", "工程名称", "发证日期", "行政区划"])
        book.active.append(["2026-1", self.text("新许可工程"), "2026-09-01", self.place.county])
        book.active.append(["2026-2", self.text("坏许可工程"), "x", self.place.county])
        content = io.BytesIO()
        book.save(content)
        name = f"{self.mark}许可清单.xlsx"
        return imports.examine(imports.receive(None, "permits", content=content.getvalue(), filename=name, by=officer))

    def _subcontract(self) -> dict[str, Any]:
        contract = sites.subcontract(self.party, number=self.text("合同1"), filed_by=self.users["clerk"])
        scan = PDF + self.mark.encode()
        file = attachments.store(scan, f"{self.mark}合同.pdf", by=self.users["clerk"], owner=contract)
        return {"subcontract": contract, "scan": file}

    def _merges(self) -> dict[str, Any]:
        """A project that is the same site, and one that has been merged into this one."""
        merged, officer = self._project(901)["project"], self.users["officer"]
        Project.every.filter(pk__in=(merged.pk, self.project.pk)).update(supervised_from=timezone.localdate())
        merge = merge_projects(merged, self.project, by=officer, reason=self.text("合并原因"))
        return {"duplicate": self._project(902)["project"], "merge": merge}

    # --- growing: for counting queries -----------------------------------------------------------------------------

    def grow(self, rows: int) -> None:
        """Until every list has at least so many rows."""
        project, payroll, account = self.project, self.payroll, self.account
        for number in range(rows - project.engagements.count()):
            engagement = self.person()["engagement"]
            self.wages(payroll, account, engagement)
            self._papers(project)
            self._party(number)
            self.left()
            self.advanced()
            self._more(number)

    def _party(self, number: int) -> None:
        unit = self._unit(f"{self.public_mark}分包{self.project.participations.count()}-{number}")
        sites.participation(self.project, unit, ParticipantType.LABOUR_SUBCONTRACTOR)

    def _more(self, number: int) -> None:
        """One more project with money of its own, one more month, sheet, warning, case, job and user."""
        months = self.project.payrolls.count()
        month = date(2025 - months // 12, months % 12 + 1, 1)
        payroll = money.payroll(self.project, month, created_by=self.users["clerk"])
        money.payroll_line(payroll, engagement=self.engagement)
        self._more_of_the_worker(month)
        self.hand_over()
        self.transfer(self.warn())
        self.demand(self.warn())
        Notice.objects.create(user=self.users["clerk"], key=f"世界{number}-{months}", text=self.text("消息"), url="/")
        self.sheet([[1, self.text(f"新人{number}"), "", "", "", "", "", "", "", ""]])
        Job.objects.create(kind="test", title=self.text("任务"), owner=self.users["officer"])
        who.clerk(self.contractor)
        self.list_permit()
        self.propose(state="withdrawn", decided_by=self.users["officer"], decided_at=timezone.now())
        TrialFinding.objects.create(
            trial=self.proposal.trial, day=self.proposal.trial.day, change="raised", project=self.project,
            level="red", message=self.text("试算内容"),
        )  # fmt: skip
        sites.subcontract(self.party, number=self.text(f"合同{self.party.subcontracts.count() + 1}"))
        self._account_elsewhere(number)
        self._jurisdiction(number + 2 + self.contractor.participations.count())

    def _more_of_the_worker(self, month: date) -> None:
        """What the worker's own pages list."""
        people.attendance(self.engagement, month)
        people.contract(self.engagement, starts_on=month, ends_on=month, signed_on=month)
        people.bank_card(self.worker, self._secret(people.card_number()), is_current=False)
        people.login_issue(self.worker, self.project, by=self.users["clerk"], is_first=False)

    def _account_elsewhere(self, number: int) -> None:
        other = self._project(number + 2 + self.contractor.participations.count())["project"]
        account = self.open_account(other)
        stored.offered(self.declare_deposit(other), form="bank", keeper=self.bank, keeper_name=self.text("支行"))
        money.labour_cost_term(other, clause=self.text("条款"))
        money.tripartite_agreement(account, other, number=self.text("协议"))
        alarms.warning(other, message=self.text("预警内容"))
        money.payroll(other, MONTH)
