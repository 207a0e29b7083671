from accounts.imports.payout_result import PayoutResultImport
from accounts.imports.payroll import PayrollImport
from accounts.imports.statement import StatementImport

__all__ = ["PayoutResultImport", "PayrollImport", "StatementImport"]
