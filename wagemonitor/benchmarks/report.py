"""Results as a table for people: ours · limit · ratio · peer · ratio, and what was promised."""

from itertools import zip_longest
from unicodedata import east_asian_width

from wagemonitor.benchmarks.base import LIMIT, OURS, Contestant, Figure, Result

HEADERS = ("", "本平台", "极限", "比值", "同类", "比值")
VERDICT = {True: "达到", False: "未达到"}
LEGEND = (
    "× 为速度之比（对极限小于 1），÷ 为时间之比；~ 由较少的数量按比例推算。"
    "只有同一次运行中的比值可以和别的机器相比，时间不能。"
)


def text(results: list[Result], machine: dict) -> str:
    head = (
        f"{machine['at']} · {machine['scale']}：{machine['workers']:,} 名工人、{machine['projects']:,} 个项目 · "
        f"{machine['cpus']} 核，负载 {machine['load'][0]} · "
        f"Python {machine['python']}，PostgreSQL {machine['postgresql']}"
    )
    return "\n".join([head, *(line for result in results for line in _block(result)), "", LEGEND, _summary(results)])


def _block(result: Result) -> list[str]:
    ours = [one for one in result.contestants if one.kind == OURS]
    lines = [HEADERS, *(line for one in ours for line in _lines(result, one)), *_others(result)]
    title = f"{result.row} · {result.title}（{ours[0].size:,} {result.unit}）"
    return ["", title, *_aligned(lines), *(f"  注：{note}" for note in result.notes)]


def _lines(result: Result, ours: Contestant) -> list[tuple]:
    by_key = {one.key: one for one in result.contestants}
    own = [figure for figure in result.figures if figure.of == ours.key]
    alone = next((figure for figure in own if not figure.against), None)
    time = f"{_seconds(ours.seconds)}{_promise(alone) if alone else ''}"
    compared = [(by_key[f.against].kind == LIMIT, f) for f in own if f.against]
    sides = [[f for is_limit, f in compared if is_limit == wanted] for wanted in (True, False)]
    pairs = list(zip_longest(*([_side(by_key[f.against], ours, f) for f in side] for side in sides)))
    return [
        (ours.label if first else "", time if first else "", *(limit or ("", "")), *(peer or ("", "")))
        for first, (limit, peer) in zip([True] + [False] * len(pairs), pairs or [(None, None)], strict=False)
    ]


def _side(other: Contestant, ours: Contestant, figure: Figure) -> tuple[str, str]:
    about = "" if other.size == ours.size else "~"
    return f"{other.label} {about}{_seconds(other.per_unit * ours.size)}", f"{_number(figure)}{_promise(figure)}"


def _others(result: Result) -> list[tuple]:
    """Figures that are no contestant's time."""
    return [(f.label, f"{_number(f)}{_promise(f)}", "", "", "", "") for f in result.figures if not f.of]


def _promise(figure: Figure) -> str:
    return f"（{figure.target} {VERDICT[figure.met]}）" if figure.target else ""


def _number(figure: Figure) -> str:
    value = f"{figure.value:.2g}" if figure.value < 1 else f"{figure.value:,.1f}"
    return f"{figure.unit} {value}" if figure.unit in "×÷" else f"{value} {figure.unit}"


def _seconds(value: float) -> str:
    return f"{value * 1000:,.1f} ms" if value < 1 else f"{value:,.2f} s"


def _summary(results: list[Result]) -> str:
    promised = [figure for result in results for figure in result.figures if figure.target]
    missed = [f"{result.row}：{f.label}" for result in results for f in result.figures if f.met is False]
    return "\n".join([f"目标 {len(promised)} 项，达到 {len(promised) - len(missed)} 项。", *missed])


# --- columns of Chinese ----------------------------------------------------------------------------------------------


def _aligned(lines: list[tuple]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return ["  " + "  ".join(map(_padded, line, widths)).rstrip() for line in lines]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(cell: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in cell)
