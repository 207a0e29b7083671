"""The sheets that sites send about their people. Importing this package registers their kinds."""

from workers.imports.attendance import AttendanceImport
from workers.imports.certificates import CertificateImport
from workers.imports.punches import PunchImport
from workers.imports.roster import RosterImport

__all__ = ["AttendanceImport", "CertificateImport", "PunchImport", "RosterImport"]
