"""Reads an old .xls from standard input and pickles its sheets to standard output. Run as a program, never imported.

calamine follows the block chains of a damaged or hostile OLE container wherever they lead, and takes all memory there
is. So the parsing happens in a process of its own, with limits, that may die without taking anybody along.
"""

import io
import pickle
import resource
import sys

MEMORY, SECONDS = 1 << 30, 30
PASSWORD = 3  # exit status


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine as calamine  # under the limits

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    except calamine.PasswordError:
        return PASSWORD
    pickle.dump([_sheet(book, meta, calamine) for meta in book.sheets_metadata], sys.stdout.buffer, protocol=5)
    return 0


def _sheet(book, meta, calamine) -> tuple:
    """(name, is a worksheet, is visible, rows, merged areas)"""
    table = meta.typ == calamine.SheetTypeEnum.WorkSheet
    visible = meta.visible == calamine.SheetVisibleEnum.Visible
    if not (table and visible):
        return meta.name, table, visible, [], []
    sheet = book.get_sheet_by_name(meta.name)
    return meta.name, table, visible, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or ())


if __name__ == "__main__":
    sys.exit(main())
