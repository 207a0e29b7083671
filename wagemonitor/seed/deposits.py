"""Wage deposits of the demo province: most stored in one of the three forms, some exempt, waiting, expiring or late;
one in use and one refunded at home, where two officers sign in."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.enums import DepositForm, DepositMovementKind, DepositState, InstrumentState
from accounts.models import (
    Deposit,
    DepositAssessment,
    DepositBand,
    DepositInstrument,
    DepositMovement,
    DepositStandard,
)
from accounts.selectors.deposits import payable_lines
from accounts.services import deposit_instruments, deposit_refunds, deposit_uses
from accounts.services.deposit_assessment import Assessed, Facts, assess
from core import attachments
from core.working_days import add_workdays
from organizations.enums import OrganizationKind
from organizations.models import Organization, User
from projects.enums import Status
from projects.models import Project
from wagemonitor.seed import numbers
from wagemonitor.seed.copying import execute
from wagemonitor.seed.fill import Made, moment
from wagemonitor.seed.plan import HOME
from wagemonitor.seed.units import PROVINCE, Units

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
M = Decimal(1_000_000)
DOCUMENT = "工资保证金存储标准（演示）"
FORMS = (*[DepositForm.BANK] * 5, *[DepositForm.GUARANTEE] * 3, *[DepositForm.INSURANCE] * 2)


def standards(by: User) -> list[tuple[DepositStandard, list[DepositBand]]]:
    """For every industry, and with a higher cap for transport. Invented for the demonstration."""
    facts = {"region_id": PROVINCE, "valid_from": date(2022, 1, 1), "document": DOCUMENT, "created_by": by}
    facts |= {"exempt_below": 3 * M, "later_percent": Decimal(1), "reason": "首次设定"}
    general = DepositStandard.objects.create(version=1, **facts)
    transport = DepositStandard.objects.create(
        version=2, industry="transport", **facts | {"key_cap": Decimal(2_500_000), "reason": "交通工程另定上限"}
    )
    return [
        (one, [DepositBand.objects.create(standard=one, percent=Decimal("1.5"), cap=cap)])
        for one, cap in ((general, M), (transport, Decimal(1_500_000)))
    ]


def fill(made: list[Made], units: Units, today: date) -> None:
    general, transport = standards(units.users["province"])
    Plan.insurer = Organization.objects.get(kind=OrganizationKind.INSURER)
    Plan.codes = dict(Organization.objects.filter(kind=OrganizationKind.ENTERPRISE).values_list("pk", "uscc"))
    projects = {project.pk: project for project in Project.objects.exclude(contract_amount=None)}
    plans = [
        Plan(order, item, projects[item.id], units, transport if item.site.industry == "transport" else general, today)
        for order, item in enumerate(made)
        if item.id in projects and order % 10 != 7
    ]
    Deposit.objects.bulk_create([plan.deposit for plan in plans], batch_size=1000)
    DepositAssessment.objects.bulk_create(list(_assessments(plans, units.users["province"])), batch_size=1000)
    held = [plan for plan in plans if plan.state in (DepositState.HELD, DepositState.RELEASED)]
    DepositInstrument.objects.bulk_create([plan.instrument() for plan in held], batch_size=1000)
    DepositMovement.objects.bulk_create([plan.movement() for plan in held], batch_size=1000)
    _number_on(held)
    _keep_proofs(plans, units)


class Plan:
    """What became of one project's deposit."""

    insurer: Organization
    codes: dict[int, str | None]  # of the enterprises

    def __init__(self, order: int, item: Made, project: Project, units: Units, standard, today: date):
        self.order, self.item, self.project, self.units, self.today = order, item, project, units, today
        self.standard, self.bands = standard
        self.form = DepositForm.BANK if item.site.is_own and order % 2 else FORMS[order % 10]
        self.facts = Facts(project.contract_amount, months=24, keeps_names_and_account=True)
        self.result: Assessed = assess(self.standard, self.bands, self.facts)
        self.state = self._state()
        self.begun = project.contract_signed_on or project.supervised_from
        self.due = add_workdays(self.begun, 20).day
        self.deposit = self._deposit()

    def _state(self) -> DepositState:
        if self.result.is_exempt:
            return DepositState.EXEMPT
        if self.project.status == Status.COMPLETED:
            return DepositState.HELD
        return {3: DepositState.APPLIED, 13: DepositState.ASSESSED}.get(self.order % 20, DepositState.HELD)

    @property
    def stored_on(self) -> date:
        """Some store late, none before the term began."""
        return min(self.due + timedelta(days=9 if self.order % 9 == 4 else -(self.order % 8)), self.today)

    def _deposit(self) -> Deposit:
        is_assessed = self.state != DepositState.APPLIED
        return Deposit(
            project=self.project,
            payer_id=self.item.contractor,
            payer_name=self.units.name_of[self.item.contractor],
            payer_uscc=self.codes[self.item.contractor] or numbers.uscc(HOME, self.item.contractor),
            form=self.form,
            due_amount=self.result.due if is_assessed else None,
            differential_amount=self.result.differential if is_assessed else None,
            state=self.state,
            months=24,
            begins_with="施工合同",
            begins_on=self.begun,
            due_on=self.due,
            stored_on=self.stored_on if self.state == DepositState.HELD else None,
            applied_at=moment(self.begun),
        )

    def instrument(self) -> DepositInstrument:
        keeper = self.insurer.pk if self.form == DepositForm.INSURANCE else self.item.bank
        facts = {"form": self.form, "keeper_id": keeper, "state": InstrumentState.IN_FORCE}
        facts |= {"keeper_name": self.units.name_of.get(keeper, self.insurer.name)}
        facts |= {"amount": self.result.differential, "starts_on": self.stored_on, "deposit": self.deposit}
        facts |= {"offered_at": moment(self.stored_on), "answered_at": moment(self.stored_on)}
        if self.form == DepositForm.BANK:
            number = numbers.card_number("621000", self.item.id)
            own = {"account_number": number, "account_last4": number[-4:], "has_special_mark": self.order % 12 != 5}
        else:
            word = "BH" if self.form == DepositForm.GUARANTEE else "PZBX"
            own = {"document_number": f"{word}{self.stored_on:%Y}{self.item.id:06d}", "ends_on": self._ends()}
        self.made = DepositInstrument(**facts, **own)
        return self.made

    def _ends(self) -> date:
        """Most with the works; some within the month, a few have ended."""
        left = {2: 12, 5: 24, 8: -9}.get(self.order // 10 % 10, 200 + self.order % 300)
        return max(self.today + timedelta(days=left), self.stored_on + timedelta(days=1))

    def movement(self) -> DepositMovement:
        place, day = self.project.jurisdiction_id, self.stored_on
        return DepositMovement(
            instrument=self.made,
            number=f"BZJ{place}{day:%Y%m%d}{self.order:05d}",
            kind=DepositMovementKind.COLLECT,
            amount=self.made.amount,
            moved_on=day,
            at=moment(day),
        )


def _assessments(plans: list[Plan], by: User) -> Iterator[DepositAssessment]:
    for plan in plans:
        if plan.state == DepositState.APPLIED:
            continue
        yield DepositAssessment(
            deposit=plan.deposit,
            standard=plan.standard,
            facts=plan.facts.kept(),
            derived=plan.facts.kept(),
            steps=[step.kept() for step in plan.result.steps],
            due_amount=plan.result.due,
            differential_amount=plan.result.differential,
            by=by,
            at=moment(plan.begun),
        )


def _number_on(held: list[Plan]) -> None:
    """New numbers of a place go on behind those given out here."""
    execute(
        "INSERT INTO accounts_depositserial (series, last)"
        " SELECT 'movement:' || p.jurisdiction_id || ':' || extract(year FROM m.moved_on), %s"
        " FROM accounts_depositmovement m JOIN accounts_depositinstrument i ON i.id = m.instrument_id"
        " JOIN accounts_deposit d ON d.id = i.deposit_id JOIN projects_project p ON p.id = d.project_id GROUP BY 1",
        [max((plan.order for plan in held), default=0)],
    )


def _keep_proofs(plans: list[Plan], units: Units) -> None:
    """At home every exemption shows its proof."""
    for plan in plans:
        if plan.state == DepositState.EXEMPT and plan.project.jurisdiction_id == HOME:
            attachments.store(PDF, "免予存储证明.pdf", by=units.users["county"], owner=plan.deposit)


# --- at home, by the services ----------------------------------------------------------------------------------------


def act(users: dict[str, User], today: date) -> None:
    held = Deposit.objects.filter(project__jurisdiction=HOME, state=DepositState.HELD).order_by("id")
    owing = [one for one in held.exclude(project__status=Status.COMPLETED) if payable_lines(one).exists()]
    for deposit, is_paid in zip(owing, (False, True), strict=False):
        _use(deposit, users, today, is_paid=is_paid)
    for deposit in held.filter(project__status=Status.COMPLETED)[:1]:
        _refund(deposit, users, today)
    waiting = Deposit.objects.filter(state=DepositState.ASSESSED, project__jurisdiction__code__startswith=HOME[:4])
    for deposit in waiting.order_by("id")[:2]:
        _offer(deposit, users, today)


def _use(deposit: Deposit, users: dict[str, User], today: date, *, is_paid: bool) -> None:
    """Decided by two; one waits for its keeper, one is paid and waits for the refill."""
    instrument = deposit.instruments.get()
    left, amounts = instrument.balance, {}
    for line in payable_lines(deposit)[:12]:
        amount = min(line.left, left)
        if amount > 0:
            amounts[line.pk], left = amount, left - amount
    use = deposit_uses.propose_use(
        deposit,
        by=users["county"],
        amounts=amounts,
        order_number=f"临翔人社监令〔{today.year}〕{deposit.pk}号",
        ordered_on=today - timedelta(days=21),
        order_due_on=today - timedelta(days=8),
        opinion="责令期限届满仍未支付，提请动用工资保证金。",
    )
    use = deposit_uses.approve_use(use, by=users["county2"])
    if is_paid:
        deposit_uses.confirm_payment(use, by=None, moved_on=max(today, timezone.localdate(use.approved_at)))


def _refund(deposit: Deposit, users: dict[str, User], today: date) -> None:
    completed = today - timedelta(days=48)
    execute("UPDATE projects_project SET completed_on = %s WHERE id = %s", [completed, deposit.project_id])
    deposit.refresh_from_db()
    refund = deposit_refunds.apply_refund(
        deposit,
        by=users["clerk"],
        promised_on=today - timedelta(days=44),
        notice_from=today - timedelta(days=42),
        notice_until=today - timedelta(days=10),
        files=[("书面承诺及公示照片.pdf", PDF)],
    )
    office = numbers.uscc(HOME, 1)
    deposit_refunds.propose_refund(refund, by=users["county"], opinion="公示期内无异议，同意。", office_uscc=office)
    refund = deposit_refunds.approve_refund(refund, by=users["county2"])
    deposit_refunds.confirm_refund(refund, by=None, moved_on=timezone.localdate(refund.approved_at))


def _offer(deposit: Deposit, users: dict[str, User], today: date) -> None:
    """A policy that its insurer is asked to confirm."""
    unit = users["insurer"].organization
    deposit_instruments.offer_instrument(
        deposit,
        by=None,
        form=DepositForm.INSURANCE,
        keeper=unit,
        keeper_name=unit.name,
        document_number=f"PZBX{today.year}9{deposit.pk:05d}",
        amount=deposit.differential_amount,
        starts_on=today,
        ends_on=today + timedelta(days=540),
    )
