"""The sheets that sites send about their people. Importing this package registers their kinds."""

from workers.imports.attendance import AttendanceImport
from workers.imports.certificates import CertificateImport
from workers.imports.contracts import ContractImport
from workers.imports.punches import PunchImport
from workers.imports.roster import RosterImport
from workers.imports.stays import StayImport

__all__ = [
    "AttendanceImport",
    "CertificateImport",
    "ContractImport",
    "PunchImport",
    "RosterImport",
    "StayImport",
]
