"""Who may do what with accounts, ledgers and payrolls. Whether one is seen at all is the scope's answer."""

from accounts.models import SpecialAccount
from organizations.enums import Role
from projects.models import Project


def can_record_account(user, project: Project) -> bool:
    """The general contractor's clerk, or the bank that keeps the account."""
    return project.is_open and user.role in (Role.CLERK, Role.BANK)


def can_edit_account(user, account: SpecialAccount) -> bool:
    """A clerk completes what is known; once the bank is named, its own clerks may too. Cancelled accounts stay."""
    if account.is_cancelled:
        return False
    return user.role == Role.CLERK or (user.role == Role.BANK and account.bank_id == user.organization_id)


def can_cancel_account(user, account: SpecialAccount) -> bool:
    return can_edit_account(user, account)


def can_import_statement(user, project: Project) -> bool:
    """Data of the ledger comes from the bank: uploaded by its clerk, or as the bank's own file by the contractor's."""
    return project.is_open and user.role in (Role.CLERK, Role.BANK)


def can_import_payroll(user, project: Project) -> bool:
    return project.is_open and user.role == Role.CLERK
