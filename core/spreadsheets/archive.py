"""What must be true of an .xlsx before a parser may touch it, and what the parser does not tell.

Every XML part is inflated here once, in chunks and with a limit, because the sizes in a zip directory are only claims.
The same pass finds what calamine hides: how far the cells reach (it allocates the whole rectangle), cells that hold an
error, and formulas that nobody has calculated.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from posixpath import join, normpath
from xml.etree import ElementTree

from .errors import SheetError, column_index

MAX_MEMBERS = 2_000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 200  # of members above RATIO_FROM; a real attendance grid stays below 60
RATIO_FROM = 10 * 1024 * 1024
MAX_CELLS = 8_000_000  # calamine needs about 32 bytes for each
MAX_COLUMNS = 1_000
CHUNK = 1 << 20

_DAMAGED = "文件已损坏，无法读取。请用表格软件打开后另存为 .xlsx 再上传。"
_BOMB = "文件解压后过大，不予读取。请删除多余的工作表、图片后再上传。"
_TOO_WIDE = "工作表“%s”的内容占用区域过大，请删除数据区以外的单元格后再上传。"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_BLANKS = bytes.maketrans(b"\t\r\n'", b'   "')  # XML allows any of them around attributes
_PREFIX = re.compile(rb"<(\w+):worksheet\b")
_WIDE_CELL = re.compile(rb' r *= *"([A-Za-z]{2,})\d')
_LOW_CELL = re.compile(rb' r *= *"[A-Za-z]+(\d{6,})')
_ROW = re.compile(rb'<row [^>]*?\br *= *"(\d+)"')
_FORMULA = re.compile(rb"<f[ >/]")
_CELL_REF = re.compile(rb'\br="([A-Z]+)(\d+)"')
_CELL_TYPE = re.compile(rb'\bt="(\w+)"')
_FORMULA_TEXT = re.compile(rb"<f(?: [^>]*)?>([^<]*)</")
_VALUE = re.compile(rb"<v(?: [^>]*)?>([^<]*)</")


@dataclass
class SheetFacts:
    """Cells of one sheet by 1-based row and 0-based column."""

    last_row: int = 0
    last_column: int = 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: dict[int, dict[int, str]] = field(default_factory=dict)


def inspect_xlsx(data: bytes) -> dict[str, SheetFacts]:
    """Refuses what is dangerous, broken or no workbook; answers the facts of each sheet by its name."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError):
        raise SheetError(_DAMAGED, code="damaged") from None
    _check_directory(members, len(data))
    parts = {member.filename.lstrip("/"): member for member in members}
    if "xl/workbook.xml" not in parts:
        raise SheetError(_why_no_workbook(parts), code="not_a_workbook")
    return _inspect_parts(data, parts)


def _check_directory(members: list[zipfile.ZipInfo], size: int) -> None:
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise SheetError(_BOMB, code="bomb")
    if sum(member.compress_size for member in members) > size:
        raise SheetError(_DAMAGED, code="damaged")  # members that overlap
    for member in members:
        if member.flag_bits & 1:
            raise SheetError("文件设有打开密码，请取消密码后再上传。", code="encrypted")
        if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise SheetError(_BOMB, code="bomb")


def _why_no_workbook(parts) -> str:
    if "xl/workbook.bin" in parts:
        return "不支持 .xlsb 格式，请用表格软件另存为 .xlsx 后再上传。"
    if "word/document.xml" in parts:
        return "这是 Word 文档，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"
    return "文件不是真正的 Excel 工作簿（可能只是改了扩展名）。请用表格软件另存为 .xlsx 后再上传。"


def _inspect_parts(data: bytes, parts: dict[str, zipfile.ZipInfo]) -> dict[str, SheetFacts]:
    budget = MAX_UNPACKED
    names = _sheet_parts(data, parts)
    facts = {}
    for part, member in parts.items():
        if not part.endswith((".xml", ".rels", ".vml")):
            continue
        chunks = _inflate(data, member, budget)
        if part in names:
            facts[names[part]] = _scan_sheet(names[part], _guarded(chunks))
        else:
            for _ in _guarded(chunks):
                pass
        budget -= member.file_size
    return facts


def _inflate(data: bytes, member: zipfile.ZipInfo, budget: int) -> Iterator[bytes]:
    """The member's bytes by chunks, never more than it declares or the budget allows."""
    start = _data_start(data, member)
    packed = memoryview(data)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise SheetError(_DAMAGED, code="damaged")
    total, inflater = 0, zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        rest = packed
        while not inflater.eof:
            chunk = inflater.decompress(rest, CHUNK)
            total += len(chunk)
            if total > min(budget, member.file_size):
                raise SheetError(_BOMB, code="bomb")
            if not chunk and not inflater.unconsumed_tail:
                break
            yield chunk
            rest = inflater.unconsumed_tail
    except zlib.error:
        raise SheetError(_DAMAGED, code="damaged") from None
    if total != member.file_size:
        raise SheetError(_DAMAGED, code="damaged")


def _data_start(data: bytes, member: zipfile.ZipInfo) -> int:
    header = data[member.header_offset : member.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise SheetError(_DAMAGED, code="damaged")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    return member.header_offset + 30 + name_length + extra_length


def _guarded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """No document type, hence no entities: neither external files nor exponential expansion."""
    tail = b""
    for chunk in chunks:
        seen = tail + chunk
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise SheetError("文件含有不允许的外部实体引用，不予读取。", code="entities")
        tail = chunk[-9:]
        yield chunk


def _sheet_parts(data: bytes, parts: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    """Sheet name by the path of its part."""
    relations = parts.get("xl/_rels/workbook.xml.rels")
    if relations is None:
        raise SheetError(_DAMAGED, code="damaged")
    targets = {
        relation.get("Id"): normpath(join("xl", relation.get("Target", ""))).lstrip("/")
        if not relation.get("Target", "").startswith("/")
        else relation.get("Target").lstrip("/")
        for relation in _tree(data, relations)
    }
    sheets = (node for node in _tree(data, parts["xl/workbook.xml"]).iter() if node.tag.endswith("}sheet"))
    return {targets[sheet.get(_REL)]: sheet.get("name", "") for sheet in sheets if sheet.get(_REL) in targets}


def _tree(data: bytes, member: zipfile.ZipInfo) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(b"".join(_guarded(_inflate(data, member, MAX_UNPACKED))))
    except (ElementTree.ParseError, LookupError, ValueError):  # LookupError: an unknown encoding
        raise SheetError(_DAMAGED, code="damaged") from None


def _scan_sheet(name: str, chunks: Iterator[bytes]) -> SheetFacts:
    facts, rest, prefix = SheetFacts(last_column=25), b"", None
    for number, chunk in enumerate(chunks):
        whole = rest + chunk.translate(_BLANKS)
        prefix = prefix if number else _PREFIX.search(whole)
        if prefix:
            whole = whole.replace(b"<" + prefix[1] + b":", b"<").replace(b"</" + prefix[1] + b":", b"</")
        cut = _end_of_last_cell(whole)
        _scan_cells(whole[:cut], facts)
        rest = whole[cut:]
    _scan_cells(rest, facts)
    if facts.last_column >= MAX_COLUMNS or (facts.last_row + 1) * (facts.last_column + 1) > MAX_CELLS:
        raise SheetError(_TOO_WIDE % name, code="too_wide")
    return facts


def _end_of_last_cell(xml: bytes) -> int:
    """What follows may go on in the next chunk; without any cell in sight nothing is worth keeping."""
    cut = max(xml.rfind(b"</c>") + 4, xml.rfind(b"</row>") + 6)
    if cut >= 6:
        return cut
    return 0 if b"<c " in xml and len(xml) < 8 * CHUNK else len(xml) - 64


def _scan_cells(xml: bytes, facts: SheetFacts) -> None:
    _scan_extent(xml, facts)
    for found in _FORMULA.finditer(xml):
        _note_formula(xml, found.start(), facts)
    at = xml.find(b't="e"')
    while at >= 0:
        _note_error(xml, at, facts)
        at = xml.find(b't="e"', at + 5)


def _scan_extent(xml: bytes, facts: SheetFacts) -> None:
    """By the references of rows and cells, believing neither alone, and by counting cells that have none."""
    for letters in set(_WIDE_CELL.findall(xml)):
        facts.last_column = max(facts.last_column, column_index(letters[:4].upper().decode()))
    facts.last_column = max(facts.last_column, *(row.count(b"<c") - 1 for row in xml.split(b"<row")))
    rows = {*_ROW.findall(xml), *_LOW_CELL.findall(xml)}
    facts.last_row = max(facts.last_row, max((int(row[:9]) for row in rows), default=0))


def _cell_around(xml: bytes, at: int) -> tuple[bytes, int, int] | None:
    start, end = xml.rfind(b"<c ", 0, at), xml.find(b"</c>", at)
    if start < 0 or end < 0:
        return None
    reference = _CELL_REF.search(xml, start, end)
    if not reference:
        return None
    return xml[start:end], int(reference[2]), column_index(reference[1].decode())


def _note_formula(xml: bytes, at: int, facts: SheetFacts) -> None:
    """Remembers formulas without a result, or with the 0 that generating programs leave in its place."""
    found = _cell_around(xml, at)
    if not found:
        return
    cell, row, column = found
    kind, value = _CELL_TYPE.search(cell), _VALUE.search(cell)
    if (kind and kind[1] in (b"str", b"e")) or (value and value[1] not in (b"", b"0")):
        return
    text = _FORMULA_TEXT.search(cell)
    formula = unescape(text[1].decode("utf-8", "replace")) if text else ""
    facts.formulas.setdefault(row, {})[column] = ("" if value and value[1] else "?") + formula


def _note_error(xml: bytes, at: int, facts: SheetFacts) -> None:
    found = _cell_around(xml, at)
    if not found:
        return
    cell, row, column = found
    value = _VALUE.search(cell)
    facts.errors.setdefault(row, {})[column] = value[1].decode("ascii", "replace") if value else "#N/A"
