"""Builds the documents that tests read: .xlsx by openpyxl, .xls by hand, text by codecs."""

import io
import struct
import zipfile

import openpyxl

from core import identity

CARD = "6222021556746007756"


def id_number(serial: int, born: str = "19850612", region: str = "530902") -> str:
    first17 = f"{region}{born}{serial:03d}"
    return first17 + identity.check_digit(first17)


def xlsx(
    *sheets: list[list], names: tuple[str, ...] = (), merged: tuple[str, ...] = (), hidden: tuple = ()
) -> io.BytesIO:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"表{number + 1}")
        for row in rows:
            sheet.append(row)
        for area in merged:
            sheet.merge_cells(area)
        if number in hidden:
            sheet.sheet_state = "hidden"
    return saved(book)


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return buffer


def rezipped(file: io.BytesIO, **changes: bytes) -> io.BytesIO:
    """The same package with parts replaced: `xl/worksheets/sheet1.xml` is given as `xl__worksheets__sheet1_xml`."""
    parts = {name.replace("/", "__").replace(".", "_"): name for name in zipfile.ZipFile(file).namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for key, name in parts.items():
            new.writestr(name, changes.get(key, old.read(name)))
    buffer.seek(0)
    return buffer


def part(file: io.BytesIO, name: str) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return archive.read(name)


def xls(rows: list[list], *, password: bool = False) -> io.BytesIO:
    """A minimal BIFF8 workbook of texts and numbers inside an OLE container."""
    return _ole("Workbook", _biff(rows, password))


def encrypted_xlsx() -> io.BytesIO:
    return _ole("EncryptedPackage", b"\x01" * 5000)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff(rows: list[list], password: bool) -> bytes:
    bof = lambda kind: _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))  # noqa: E731
    guard = _record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if password else b""
    name = "花名册".encode("utf-16-le")
    sheet_head = lambda at: _record(0x0085, struct.pack("<IBBBB", at, 0, 0, 3, 1) + name)  # noqa: E731
    codepage, end = _record(0x0042, struct.pack("<H", 1200)), _record(0x000A, b"")
    at = len(bof(5) + guard + codepage + sheet_head(0) + end)
    cells = b"".join(_cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row) if value != "")
    dimensions = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    return bof(5) + guard + codepage + sheet_head(at) + end + bof(0x10) + dimensions + cells + end


def _cell(row: int, column: int, value) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def _ole(stream: str, content: bytes) -> io.BytesIO:
    content = content.ljust(4096, b"\0")  # smaller streams would need the mini stream
    content += bytes(-len(content) % 512)
    sectors = len(content) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = struct.pack("<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
                         0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)  # fmt: skip
    header += struct.pack("<108I", *([0xFFFFFFFF] * 108))
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(stream, 2, 2, len(content)) + bytes(256)
    assert len(header) == 512
    assert sectors < 120
    return io.BytesIO(header + struct.pack("<128I", *fat) + directory + content)


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ", text, len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, 0, start, size
    )
