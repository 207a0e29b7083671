from dataclasses import dataclass

from django.core.exceptions import ValidationError

ERROR, NOTICE = "error", "notice"
PROBLEM_COLUMN = "问题"  # of annotated copies; never read


class SheetError(ValidationError):
    """The file as a whole cannot be read; says why and what to do, in Chinese."""

    def __str__(self) -> str:
        return "；".join(self.messages)


@dataclass(slots=True, frozen=True)
class BrokenCell:
    """Stands in a row where a cell has no value that could be trusted: an error, or a formula never calculated."""

    message: str

    def __str__(self) -> str:
        return ""


@dataclass(slots=True)
class Problem:
    """What is wrong at one place. `row` is 1-based as the spreadsheet shows it, `column` 0-based or None."""

    sheet: str
    row: int
    field: str
    message: str
    level: str = ERROR
    column: int | None = None

    @property
    def cell(self) -> str:
        return f"{column_letters(self.column)}{self.row}" if self.column is not None else f"{self.row}"


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
