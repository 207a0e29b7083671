"""The old binary .xls: named when it is something else or encrypted, parsed in a process with limits."""

import pickle
import struct
import subprocess
import sys
from pathlib import Path

from .errors import SheetError
from .xls_worker import PASSWORD, SECONDS

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_WORKER = Path(__file__).with_name("xls_worker.py")
_BIFF8_GLOBALS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_PASSWORD = "文件设有打开密码，请取消密码后再上传。"
_DAMAGED = "文件已损坏，无法读取。请用表格软件打开后另存为 .xlsx 再上传。"


def read_xls(data: bytes) -> list[tuple]:
    """As xls_worker answers: (name, is a worksheet, is visible, rows, merged areas) for each sheet."""
    _check_kind(data)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_WORKER)], input=data, capture_output=True, timeout=2 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SheetError(_DAMAGED, code="damaged") from None
    if done.returncode == PASSWORD:
        raise SheetError(_PASSWORD, code="encrypted")
    if done.returncode:
        raise SheetError(_DAMAGED, code="damaged")
    return pickle.loads(done.stdout)


def _check_kind(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data or _has_file_pass(data):
        raise SheetError(_PASSWORD, code="encrypted")
    if "WordDocument".encode("utf-16-le") in data:
        raise SheetError("这是 Word 文档，不是表格。请上传 .xlsx、.xls 或 .csv 文件。", code="type")


def _has_file_pass(data: bytes) -> bool:
    """An encrypted .xls says so (record 002F) among the first records of its globals; calamine only says "unknown"."""
    at = data.find(_BIFF8_GLOBALS)
    for _ in range(4):
        if at < 0 or at + 4 > len(data):
            return False
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == 0x002F:
            return True
        at += 4 + length
    return False
