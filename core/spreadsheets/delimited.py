"""Text tables of banks and time clocks: which encoding, which separator."""

import codecs
import csv
import io
from collections import Counter

from .errors import SheetError

SEPARATORS = ",\t;|"
SAMPLE_LINES = 60
_QUOTES = "文件中的引号或换行不配对，无法按表格读取。请用表格软件另存为 .xlsx 后再上传。"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def looks_binary(data: bytes) -> bool:
    """NUL bytes outside UTF-16, or many control characters: a program or picture, not a table."""
    sample = data[:4096]
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _bare_utf16(sample):
        return False
    controls = sum(byte < 32 and byte not in b"\t\r\n\x0c\x1a" for byte in sample)
    return b"\0" in sample or controls > len(sample) // 50 or sample.startswith((b"MZ\x90", b"%PDF", b"\x7fELF"))


def decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_as(data, encoding), encoding
    candidates = [bare] if (bare := _bare_utf16(data[:4096])) else ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise SheetError("无法识别文件的文字编码，请另存为 UTF-8 或 GBK 编码的 CSV 后再上传。", code="encoding")


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise SheetError("文件的文字编码有误，请另存为 UTF-8 编码的 CSV 后再上传。", code="encoding") from None


def _bare_utf16(sample: bytes) -> str:
    """UTF-16 without a mark: the separators and line ends, being ASCII, leave their zero bytes on one side only."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < max(4, len(sample) // 20) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def split_rows(content: str) -> list[list[str]]:
    content = content.rstrip("\x1a\0")
    separator = find_separator(content)
    lines = content.splitlines()
    if lines and lines[0].lower().startswith("sep="):
        content = "\n" + content.partition("\n")[2]
    csv.field_size_limit(1 << 20)
    try:
        return list(csv.reader(io.StringIO(content, newline=""), delimiter=separator))
    except csv.Error:
        raise SheetError(_QUOTES, code="csv") from None


def find_separator(content: str) -> str:
    """The one that splits most lines into the same number (at least two) of fields."""
    lines = [line for line in content[:65536].splitlines()[:SAMPLE_LINES] if line.strip()]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) > 4:
        return lines[0][4]
    return max(SEPARATORS, key=lambda separator: _regularity(lines, separator))


def _regularity(lines: list[str], separator: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
    except csv.Error:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
    return (count, width) if width > 1 else (0, 0)
