"""What every layout shares: GB18030 without a mark, CRLF, and cells that stay one cell of text wherever they are
opened."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from accounts.enums import BankFile
from accounts.models import PayoutBatch, PayoutOrder

ENCODING = "gb18030"
PURPOSE = "农民工工资"

# What would end a cell or a line, in the width that does not.
_WIDE = str.maketrans({",": "，", "|": "｜", ";": "；", '"': "”"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA = re.compile(r"^[=+\-@]")

_layouts: dict[BankFile, type["BankLayout"]] = {}


def plain(text: str) -> str:
    """One cell: no separator, quote or line end in it, and nothing at its front that a spreadsheet computes."""
    text = _CONTROL.sub(" ", str(text)).translate(_WIDE).strip()
    return _FORMULA.sub(lambda sign: chr(ord(sign[0]) + 0xFEE0), text)


@dataclass(frozen=True)
class BankLayout:
    """
    class IcbcLayout(BankLayout):
        key, bank_codes, suffix = BankFile.ICBC, ("102",), "txt"

        def rows(self): …   # lists of cells, the control totals among them
    """

    batch: PayoutBatch
    orders: Iterable[PayoutOrder]

    key: ClassVar[BankFile]
    bank_codes: ClassVar[tuple[str, ...]] = ()  # of the banks that read it; none: for all others
    separator: ClassVar[str] = ","
    suffix: ClassVar[str] = "csv"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.key in _layouts:
            raise ValueError(f"Two layouts are called {cls.key}.")
        _layouts[cls.key] = cls

    def rows(self) -> Iterator[list[str]]:
        raise NotImplementedError

    @property
    def content(self) -> bytes:
        lines = (self.separator.join(map(plain, row)) for row in self.rows())
        return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)

    @property
    def filename(self) -> str:
        """Says what is in it, so that the wrong file is noticed before it is sent."""
        return f"{self.batch.number}_{self.batch.count}笔_{self.batch.total:.2f}元.{self.suffix}"

    @property
    def day(self) -> str:
        return f"{timezone.localdate(self.batch.made_at):%Y%m%d}"

    def remark(self, order: PayoutOrder) -> str:
        """Comes back with the bank's answer and names the payment."""
        return f"{self.batch.number}-{order.number}"


def layout_of(batch: PayoutBatch) -> type[BankLayout]:
    return _layouts[BankFile(batch.layout)]


def layout_for(bank) -> BankFile:
    """The layout that this bank reads; the generic one where none is known."""
    code = bank.bank_code if bank else ""
    return next((key for key, layout in _layouts.items() if code in layout.bank_codes), BankFile.GENERIC)
