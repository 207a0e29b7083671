"""Who may do what with special accounts and their ledgers. Whether one is seen at all is the scope's answer."""

from accounts.models import BankAgreement, LedgerEntry, SpecialAccount
from organizations.enums import AUTHORITIES, Role
from projects.imports.permissions import can_import
from projects.models import Project
from projects.permissions import can_edit, is_contractor, is_regulator

COST_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)
FORECAST_READERS = COST_READERS  # of all accounts of a project: not for a bank, which keeps only some
BANK_READERS = (*AUTHORITIES, Role.BANK)


def can_record_account(user, project: Project) -> bool:
    """The general contractor's clerk, or the bank that keeps the account."""
    return project.is_open and (user.role == Role.BANK or is_contractor(user, project))


def can_share_account(user, account: SpecialAccount, holder) -> bool:
    """For one more project of the account's holder, by the holder, its bank, or whoever sees the account anyway."""
    if account.holder_id != holder.pk:
        return False
    if user.role == Role.BANK:
        return account.bank_id in (None, user.organization_id)
    own = user.organization_id == account.holder_id
    return own or SpecialAccount.objects.visible_to(user).filter(pk=account.pk).exists()


def can_edit_account(user, account: SpecialAccount) -> bool:
    """The contractor's clerk completes what is known; once the bank is named, its own clerks may too. Cancelled
    accounts stay."""
    if account.is_cancelled:
        return False
    if user.role == Role.BANK:
        return account.bank_id == user.organization_id
    return any(is_contractor(user, link.project) for link in account.project_links.all())


def can_cancel_account(user, account: SpecialAccount) -> bool:
    return can_edit_account(user, account)


def can_import_statement(user, project: Project) -> bool:
    """Data of the ledger comes from the bank: uploaded by its clerk, or as the bank's own file by the contractor's."""
    return can_import(user, project, "bank-statement")


def can_correct(user, entry: LedgerEntry) -> bool:
    """Reverse or reclassify: the bank that keeps the account, and the officer of the jurisdiction; never a
    contractor, whose money it is."""
    if entry.account.is_cancelled:
        return False
    if user.role == Role.BANK:
        return entry.account.bank_id == user.organization_id
    return is_regulator(user, entry.project)


def can_begin_closing(user, account: SpecialAccount) -> bool:
    """总承包单位或者开户银行 posts the notice (条例第二十七条), also once the project is completed."""
    return can_edit_account(user, account)


def can_transfer_surplus(user, account: SpecialAccount) -> bool:
    """The bank books the last movements."""
    return user.role == Role.BANK and can_edit_account(user, account)


def can_sign_agreement(user, account: SpecialAccount, project: Project) -> bool:
    return not account.is_cancelled and can_record_account(user, project)


def can_set_terms(user, project: Project) -> bool:
    """The contract is the contractor's to tell, or the regulator's."""
    return can_edit(user, project)


def can_record_measured(user, project: Project) -> bool:
    """The construction unit, which measures, or the contractor's clerk; both have signed."""
    return project.is_open and (user.role == Role.CONSTRUCTION_UNIT or is_contractor(user, project))


def can_sign_with_banks(user) -> bool:
    return user.role == Role.OFFICER


def can_edit_bank_agreement(user, agreement: BankAgreement) -> bool:
    return can_sign_with_banks(user) and agreement.office_id == user.organization_id
