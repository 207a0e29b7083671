"""Who may do what with special accounts and their ledgers. Whether one is seen at all is the scope's answer."""

from accounts.models import SpecialAccount
from organizations.enums import Role
from projects.imports.permissions import can_import
from projects.models import Project
from projects.permissions import is_contractor


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
