"""A sheet uploaded at the wrong place: which other kind it would be."""

from core.spreadsheets import Layout, Workbook
from projects.imports.base import SheetImport, kinds


def other_kind(importer: SheetImport, layout: Layout, workbook: Workbook) -> type[SheetImport] | None:
    """The kind the sender may upload whose required columns are all there, and more of its others than of ours."""
    best, most = None, _known(layout)
    for kind in kinds().values():
        may = importer.by is None or kind.may_upload(importer.by)
        if kind.kind == importer.kind or kind.home != importer.home or not may:
            continue
        found = kind(importer.project, by=importer.by, filename=importer.filename).layout(workbook)
        if found.complete and _known(found) > most:
            best, most = kind, _known(found)
    return best


def _known(layout: Layout) -> int:
    return max((len(sheet.mapping) + len(sheet.days) for sheet in layout.sheets), default=0)
