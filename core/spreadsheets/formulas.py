"""Arithmetic within one row, for workbooks that were written by a program and never opened: =F5*G5, =SUM(H5:J5)."""

import re
from dataclasses import dataclass

from .errors import column_index

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<range>\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)"
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d+)|(?P<function>[A-Z]+)\(|(?P<sign>[-+*/(),]))"
)
MAX_TOKENS = 200


class NotSimple(Exception):
    """More than arithmetic over this row: other rows, other sheets, text, functions unknown here."""


def evaluate(formula: str, row_number: int, cells, seen: frozenset = frozenset()) -> float:
    """`cells(column, seen)` gives the number in that column of the same row."""
    return _Parser(_tokens(formula.lstrip("=").upper()), row_number, cells, seen).result()


def _tokens(formula: str) -> list[tuple[str, str]]:
    tokens, at, end = [], 0, len(formula.rstrip())
    while at < end:
        match = _TOKEN.match(formula, at)
        if not match or len(tokens) >= MAX_TOKENS:
            raise NotSimple(formula)
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


@dataclass
class _Parser:
    tokens: list[tuple[str, str]]
    row_number: int
    cells: object
    seen: frozenset
    at: int = 0

    def result(self) -> float:
        value = self.sum()
        if self.at != len(self.tokens):
            raise NotSimple
        return value

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def sum(self) -> float:
        value = self.product()
        while self.peek()[1] in ("+", "-"):
            value = value + self.product() if self.take()[1] == "+" else value - self.product()
        return value

    def product(self) -> float:
        value = self.factor()
        while self.peek()[1] in ("*", "/"):
            if self.take()[1] == "*":
                value *= self.factor()
            elif divisor := self.factor():
                value /= divisor
            else:
                raise NotSimple
        return value

    def factor(self) -> float:
        kind, token = self.take()
        if token in ("-", "+"):
            return -self.factor() if token == "-" else self.factor()
        if kind == "number":
            return float(token)
        if kind == "cell":
            return self.cell(token)
        if kind == "function":
            return self.call(token)
        if token == "(":
            value = self.sum()
            return self.close(value)
        raise NotSimple

    def close(self, value: float) -> float:
        if self.take()[1] != ")":
            raise NotSimple
        return value

    def cell(self, reference: str) -> float:
        letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", reference).groups()
        if int(digits) != self.row_number:
            raise NotSimple
        return self.cells(column_index(letters), self.seen)

    def call(self, function: str) -> float:
        arguments = self.arguments()
        if function == "SUM":
            return sum(arguments)
        if function == "ROUND" and len(arguments) == 2:
            return _round_half_up(*arguments)
        raise NotSimple

    def arguments(self) -> list[float]:
        values = []
        while True:
            if self.peek()[0] == "range":
                values += self.range(self.take()[1])
            else:
                values.append(self.sum())
            if self.peek()[1] != ",":
                self.close(0)
                return values
            self.take()

    def range(self, reference: str) -> list[float]:
        first, last = (re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", end).groups() for end in reference.split(":"))
        if {int(first[1]), int(last[1])} != {self.row_number}:
            raise NotSimple
        return [self.cells(column, self.seen) for column in range(column_index(first[0]), column_index(last[0]) + 1)]


def _round_half_up(value: float, places: float) -> float:
    """Spreadsheets round halves away from zero, Python's round() to even."""
    scale = 10 ** int(places)
    return (int(abs(value) * scale + 0.5 + 1e-9) / scale) * (1 if value >= 0 else -1)
