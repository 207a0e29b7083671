"""Declaring a wage deposit, and assessing what is to be stored."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.enums import DepositState
from accounts.models import Deposit, DepositAssessment, DepositBand, DepositStandard
from accounts.selectors import deposits as selectors
from accounts.services.deposit_assessment import Assessed, Facts, assess
from core import attachments, audit
from core.attachments import Files
from core.working_days import FIRST, add_workdays
from organizations.enums import RegionLevel
from organizations.models import Organization, Region
from projects.models import Project
from projects.services import lock_open, mark_changed

NO_CONTRACT = "项目的合同价款尚未填写，不能核定存储金额，请先补全项目信息。"
NO_STANDARD = "本省尚未设定适用于该项目的工资保证金存储标准，请由省级人社部门设定后再核定。"
NO_PROOF = "免予存储的，须上传证明材料扫描件。"


def lock_deposit(deposit: Deposit) -> Deposit:
    """As it is now, held until the transaction ends. The project's lock is to be held first."""
    return Deposit.objects.unscoped("the caller has found it in scope").select_for_update().get(pk=deposit.pk)


@transaction.atomic
def apply_deposit(
    project: Project,
    *,
    by,
    payer: Organization,
    payer_name: str,
    payer_uscc: str,
    form: str,
    months: int | None = None,
    is_key: bool = False,
    files: Files = (),
) -> Deposit:
    """申报: the contractor says by which form it will store. The term runs from the first permit or the contract."""
    project = lock_open(project)
    open_ones = Deposit.objects.unscoped("of this project").filter(project=project, came_by_merge=False).open()
    if open_ones.exists():
        raise ValidationError("本项目的工资保证金已经申报。")
    facts = {"payer_name": payer_name, "payer_uscc": payer_uscc, "months": months, "is_key": is_key}
    deposit = Deposit(project=project, payer=payer, form=form, applied_by=by, **facts)
    _set_term(deposit)
    deposit.full_clean()
    deposit.save()
    attachments.store_all(files, by=by, owner=deposit)
    audit.record("deposit.apply", by=by, target=deposit, project=project.code)
    mark_changed([project.pk])
    return deposit


def _set_term(deposit: Deposit) -> None:
    deposit.begins_with, deposit.begins_on = selectors.begins_with(deposit.project)
    if deposit.begins_on and deposit.begins_on >= FIRST:
        term = add_workdays(deposit.begins_on, selectors.STORE_WITHIN)
        deposit.due_on, deposit.is_provisional = term.day, term.provisional


def derived_facts(deposit: Deposit, today: date) -> Facts:
    """What the portal's own data says; raises ValidationError while the contract's sum is unknown."""
    project = deposit.project
    if project.contract_amount is None:
        raise ValidationError(NO_CONTRACT)
    record = selectors.payment_record(deposit.payer, today)
    return Facts(
        contract_amount=project.contract_amount,
        months=deposit.months,
        is_key=deposit.is_key,
        is_later=selectors.has_other_deposit(deposit),
        clean_years=record.clean_years(today),
        arrears_before_signing=record.within(1, project.contract_signed_on or today),
        recent_arrears=record.is_recent(today),
        keeps_names_and_account=selectors.keeps_names_and_account(project),
    )


def standard_of(deposit: Deposit, today: date) -> DepositStandard:
    """In force when the contract was signed, by which the amount is due; without that day, today."""
    standard = selectors.standard_for(deposit.project, deposit.project.contract_signed_on or today)
    standard = standard or selectors.standard_for(deposit.project, today)
    if standard is None:
        raise ValidationError(NO_STANDARD)
    return standard


def preview(deposit: Deposit, facts: Facts, today: date) -> tuple[DepositStandard, Assessed]:
    standard = standard_of(deposit, today)
    return standard, assess(standard, list(standard.bands.all()), facts)


@transaction.atomic
def assess_deposit(deposit: Deposit, *, by, stated: dict, reason: str = "", files: Files = ()) -> DepositAssessment:
    """核定 by what the portal knows, and where the officer states otherwise (`stated`), with a reason.

    Refused: what is stored already, a deviation without a reason, an exemption without its scanned proof."""
    project = lock_open(deposit.project)
    deposit = lock_deposit(deposit)
    if deposit.is_stored:
        raise ValidationError("工资保证金已存储，不再重新核定。")
    deposit.project, today = project, timezone.localdate()
    derived = derived_facts(deposit, today)
    facts = replace(derived, **stated)
    if facts != derived and not reason.strip():
        raise ValidationError({"reason": "与平台数据不一致的，请说明理由。"})
    standard, result = preview(deposit, facts, today)
    if result.is_exempt and not (files := list(files)) and not attachments.of(deposit).exists():
        raise ValidationError({"files": NO_PROOF})
    made = _write(deposit, standard, result, facts, derived, by, reason)
    attachments.store_all(files, by=by, owner=deposit)
    facts_kept = {"number": str(made.differential_amount), "version": standard.version, "reason": reason}
    audit.record("deposit.assess", by=by, target=deposit, project=project.code, **facts_kept)
    mark_changed([project.pk])
    return made


def _write(deposit, standard, result: Assessed, facts: Facts, derived: Facts, by, reason: str) -> DepositAssessment:
    amounts = {"due_amount": result.due, "differential_amount": result.differential}
    made = DepositAssessment.objects.create(
        deposit=deposit,
        standard=standard,
        facts=facts.kept(),
        derived=derived.kept(),
        steps=[step.kept() for step in result.steps],
        reason=reason.strip(),
        by=by,
        **amounts,
    )
    deposit.due_amount, deposit.differential_amount = result.due, result.differential
    deposit.state = DepositState.EXEMPT if result.is_exempt else DepositState.ASSESSED
    deposit.months, deposit.is_key = facts.months, facts.is_key
    _set_term(deposit)
    deposit.save()
    return made


# --- the province's standard -----------------------------------------------------------------------------------------


def _unsaved(region: Region, bands: list[dict], facts: dict) -> tuple[DepositStandard, list[DepositBand]]:
    return DepositStandard(region=region, **facts), [DepositBand(**band) for band in bands]


@transaction.atomic
def change_standard(*, by, bands: list[dict], **facts) -> DepositStandard:
    """The next version, for the officer's own province. Refused: what the national rule does not allow."""
    if by.level != RegionLevel.PROVINCE:
        raise PermissionDenied
    standard, rows = _unsaved(by.region, bands, facts)
    if not any(row.above == 0 for row in rows):
        raise ValidationError("第一档应从 0 元起。")
    last = DepositStandard.objects.order_by("-version").select_for_update().first()
    known = DepositStandard.objects.aggregate(last=Max("version"))["last"] if last else 0
    standard.version, standard.created_by = known + 1, by
    standard.full_clean()
    standard.save()
    for row in rows:
        row.standard = standard
        row.full_clean()
        row.save()
    audit.record("deposit.standard", by=by, target=standard, version=standard.version, reason=standard.reason)
    return standard


def effect_of(user, bands: list[dict], facts: dict) -> list[tuple[Deposit, Decimal, Decimal]]:
    """What the deposits not stored yet, and those stored, would come to if they were assessed by this standard: each
    with what it was assessed at. Nothing is written."""
    standard, rows = _unsaved(user.region, bands, facts)
    deposits = Deposit.objects.visible_to(user).filter(differential_amount__isnull=False).open()
    if standard.industry:
        deposits = deposits.filter(project__industry=standard.industry)
    latest = _latest_assessments(deposits)
    changed = []
    for deposit in deposits.select_related("project").order_by("-id"):
        made = latest.get(deposit.pk)
        if made is None:
            continue
        would = assess(standard, rows, Facts.of(made.facts)).differential
        if would != made.differential_amount:
            changed.append((deposit, made.differential_amount, would))
    return changed


def _latest_assessments(deposits) -> dict[int, DepositAssessment]:
    made = DepositAssessment.objects.unscoped("of deposits in scope").filter(deposit__in=deposits.values("pk"))
    return {one.deposit_id: one for one in made.order_by("id")}
