"""Wage deposits for tests, by the services that make them."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from accounts.enums import DepositForm
from accounts.models import Deposit, DepositBand, DepositInstrument, DepositStandard, DepositUse
from accounts.services import deposit_instruments, deposit_refunds, deposit_uses, deposits
from core import working_days
from core.models import CalendarDay
from organizations.enums import OrganizationKind
from organizations.models import Organization
from projects.enums import Status
from projects.models import Project
from tests.accounts.factories import payroll, payroll_line
from tests.organizations import factories as who

PDF = [("证明.pdf", b"%PDF-1.7\n")]
_serial = count(1)


def calendar() -> None:
    if not CalendarDay.objects.exists():
        working_days.rebuild()


def standard(*bands: dict, at: str = "530000", **fields) -> DepositStandard:
    """1.5 %, at most a million, unless said otherwise."""
    facts = {"valid_from": date(2020, 5, 1), "document": "测试标准", "reason": "测试"} | fields
    version = DepositStandard.objects.count() + 1
    made = DepositStandard.objects.create(region=who.region(at), version=version, **facts)
    for band in bands or ({"percent": Decimal("1.5"), "cap": Decimal(1_000_000)},):
        DepositBand.objects.create(standard=made, **band)
    return made


def declared(of: Project, *, form: str = DepositForm.BANK, by=None, **facts) -> Deposit:
    calendar()
    unit = of.general_contractor
    names = {"payer": unit, "payer_name": unit.name, "payer_uscc": unit.uscc}
    return deposits.apply_deposit(of, by=by or who.clerk(unit), form=form, **(names | facts))


def assessed(of: Project, *, officer=None, **facts) -> Deposit:
    """150,000 of a contract of ten million, without a word against it."""
    if of.contract_amount is None:
        of.contract_amount = Decimal(10_000_000)
        of.save()
    if not DepositStandard.objects.exists():
        standard()
    deposit = declared(of, **facts)
    deposits.assess_deposit(deposit, by=officer or who.officer(of.jurisdiction_id), stated={})
    deposit.refresh_from_db()
    return deposit


def offered(deposit: Deposit, *, form: str = "", keeper: Organization | None = None, **facts) -> DepositInstrument:
    form = DepositForm(form or deposit.form)
    number, today = next(_serial), timezone.localdate()
    if form == DepositForm.BANK:
        own = {"account_number": f"62100000{number:08d}"}
    else:
        own = {"document_number": f"BH2026-{number}", "ends_on": today + timedelta(days=365)}
    keeper = keeper or _keeper(form.keeper_kind)
    facts = {"keeper_name": keeper.name, "amount": deposit.differential_amount, "starts_on": today} | own | facts
    by = who.clerk(deposit.payer)
    return deposit_instruments.offer_instrument(deposit, by=by, form=form, keeper=keeper, **facts)


def _keeper(kind: OrganizationKind) -> Organization:
    return who.organization(kind)


def confirm(instrument: DepositInstrument, **facts) -> DepositInstrument:
    role = who.insurer_clerk if instrument.keeper.kind == OrganizationKind.INSURER else who.bank_clerk
    marked = True if instrument.is_account else None
    facts = {"moved_on": timezone.localdate(), "has_special_mark": marked} | facts
    deposit_instruments.confirm_instrument(instrument, by=role(instrument.keeper), **facts)
    instrument.refresh_from_db()
    return instrument


def stored(of: Project, *, form: str = DepositForm.BANK, keeper: Organization | None = None, **facts) -> Deposit:
    deposit = assessed(of, form=form)
    confirm(offered(deposit, keeper=keeper, **facts))
    deposit.refresh_from_db()
    return deposit


def in_force(deposit: Deposit) -> DepositInstrument:
    return deposit.instruments.get(state="in_force")


def owed(of: Project, *amounts: str, month: date = date(2026, 9, 1)):
    sheet = payroll(of, month)
    return [payroll_line(sheet, amount, card_number="6217001234567890123", card_last4="0123") for amount in amounts]


def proposed(deposit: Deposit, *lines, by=None, **facts) -> DepositUse:
    today = timezone.localdate()
    lines = lines or owed(deposit.project, "6000", "4000")
    order = {"order_number": "临人社监令〔2026〕7号", "ordered_on": today - timedelta(days=20)}
    order |= {"order_due_on": today - timedelta(days=5), "opinion": "逾期未支付"}
    amounts = {line.pk: line.net - line.paid for line in lines}
    return deposit_uses.propose_use(deposit, by=by or who.officer(), **({"amounts": amounts} | order | facts))


def approved(use: DepositUse) -> DepositUse:
    return deposit_uses.approve_use(use, by=who.officer())


def paid(use: DepositUse) -> DepositUse:
    by = who.bank_clerk(use.instrument.keeper)
    deposit_uses.confirm_payment(use, by=by, moved_on=timezone.localdate())
    use.refresh_from_db()
    return use


def completed(of: Project) -> Project:
    of.status, of.completed_on = Status.COMPLETED, timezone.localdate() - timedelta(days=60)
    of.save()
    return of


def asked_back(deposit: Deposit, **facts):
    today = timezone.localdate()
    completed(deposit.project)
    facts = {
        "promised_on": today - timedelta(days=40),
        "notice_from": today - timedelta(days=38),
        "notice_until": today - timedelta(days=3),
        "files": PDF,
    } | facts
    return deposit_refunds.apply_refund(deposit, by=who.clerk(deposit.payer), **facts)


def refund_approved(deposit: Deposit):
    refund = asked_back(deposit)
    deposit_refunds.propose_refund(refund, by=who.officer(), opinion="同意", office_uscc=who.uscc(next(_serial)))
    return deposit_refunds.approve_refund(refund, by=who.officer())
