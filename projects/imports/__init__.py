"""Spreadsheets into the portal: one engine, one class per kind of sheet (`SheetImport`, in an app's `imports.py`).

Defining a class registers its kind. A row with an error is refused and listed by sheet, row and field; a row with
only notices is taken. Uploading the same file twice changes nothing. The engine holds the transaction; a kind never
commits.

    batch = receive(project, "roster", content=…, filename=…, by=user)   # checked for type and size, stored encrypted
    examine(batch)   # read, check, foretell → CHECKED, MAPPING (columns unknown) or REFUSED (nothing good)
    apply(batch, by=user)   # one transaction: checked again against the database as it is now, good rows written
    straight(batch, by=None)   # both in one go, where nobody looks at a preview in between
"""

from projects.imports.background import annotate_soon, apply_soon, examine_soon
from projects.imports.base import Outcome, SheetImport, Unanswered, kinds, project_kinds
from projects.imports.engine import (
    Busy,
    annotated,
    answer,
    apply,
    columns_of,
    discard,
    examine,
    move,
    receive,
    remap,
    straight,
)
from projects.imports.permits import PermitImport

__all__ = [
    "Busy",
    "Outcome",
    "PermitImport",
    "SheetImport",
    "Unanswered",
    "annotate_soon",
    "annotated",
    "answer",
    "apply",
    "apply_soon",
    "columns_of",
    "discard",
    "examine",
    "examine_soon",
    "kinds",
    "move",
    "project_kinds",
    "receive",
    "remap",
    "straight",
]
