"""What stands in the cells of an attendance grid."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

from core.spreadsheets.values import plain

ONE, HALF, NONE = Decimal("1"), Decimal("0.5"), Decimal("0")

_USUAL = {
    ONE: "√ ✓ ✔ ☑ V 1 1.0 ● ■ ★ + 出 出勤 全 全天 上班 到 在岗 勤 工 白 夜",
    HALF: "△ ▲ ◐ ◑ 半 半天 半日 0.5 .5 ½ 1/2 上午 下午 上 下",
    NONE: "○ ◯ 〇 O 0 0.0 × ✗ ✘ ✕ X ☒ - — / \\ 休 休息 公休 轮休 缺 缺勤 未出勤 假 请假 事 事假 病 病假"
    " 旷 旷工 停 停工 雨 未",
}
_MEANINGS = {
    ONE: "出勤 全天 全勤 上班 到岗 一天",
    HALF: "半天 半日 半班",
    NONE: "休息 公休 缺勤 未出勤 请假 事假 病假 旷工 停工",
}


def _by_word(groups: dict[Decimal, str]) -> dict[str, Decimal]:
    return {word: units for units, words in groups.items() for word in words.split()}


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


_WORDS = _by_word(_MEANINGS)
_KNOWN = {_fold(mark): units for mark, units in _by_word(_USUAL).items()}
_QUOTES = "“”\"'‘’「」《》()（）[]【】"
_TOKEN = re.compile(
    rf"(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    rf"|(?P<mark>[^\w\s:：=,，;；、。{re.escape(_QUOTES)}]|(?<![A-Za-z])[VvXxOo](?![A-Za-z]))"
)
_BETWEEN = re.compile(
    rf"[\s:：=,，;；、。{re.escape(_QUOTES)}]*(?:表示|代表|记为|用|打|为|是)?[\s:：{re.escape(_QUOTES)}]*"
)


def legend(titles: Iterable[str]) -> dict[str, Decimal]:
    """The usual marks, and over them what the sheet itself says: 出勤“√” 半天“△”, or √：出勤, ○表示休息."""
    known = dict(_KNOWN)
    for title in titles:
        for run in _runs(title):
            marks, words = (run[::2], run[1::2]) if run[0].lastgroup == "mark" else (run[1::2], run[::2])
            for mark, word in zip(marks, words, strict=False):
                if mark.lastgroup == "mark" and word.lastgroup == "word":
                    known[_fold(mark[0])] = _WORDS[word[0]]
    return known


def _runs(title: str) -> Iterator[list[re.Match]]:
    """Words and marks that follow each other with nothing but punctuation between."""
    run: list[re.Match] = []
    for token in _TOKEN.finditer(title):
        if run and not _BETWEEN.fullmatch(title, run[-1].end(), token.start()):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def read(cell, known: dict[str, Decimal]) -> Decimal | None:
    """1, 0.5 or 0; None for a mark that nobody explained."""
    if isinstance(cell, bool):
        return ONE if cell else NONE
    return known.get(_fold(plain(cell)))


def shown(units: Decimal) -> str:
    return f"{units.normalize():f}"
