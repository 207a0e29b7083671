from accounts.imports.payroll import PayrollImport
from accounts.imports.statement import StatementImport

__all__ = ["PayrollImport", "StatementImport"]
