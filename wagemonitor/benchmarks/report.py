"""Results as a table for people."""

from wagemonitor.benchmarks.base import Contestant, Figure, Result

KINDS = {"ours": "本平台", "peer": "同类", "limit": "极限"}


def text(results: list[Result], machine: dict) -> str:
    head = (
        f"{machine['at']} · {machine['scale']}：{machine['workers']:,} 名工人、{machine['projects']:,} 个项目 · "
        f"{machine['cpus']} 核，负载 {machine['load'][0]} · "
        f"Python {machine['python']}，PostgreSQL {machine['postgresql']}"
    )
    return "\n".join([head, *(line for result in results for line in _lines(result)), _summary(results)])


def _lines(result: Result) -> list[str]:
    first = result.contestants[0]
    return [
        "",
        f"{result.row} · {result.title}（{first.size:,} {result.unit}）",
        *(_timing(one, first) for one in result.contestants),
        *map(_figure, result.figures),
        *(f"  注：{note}" for note in result.notes),
    ]


def _timing(one: Contestant, first: Contestant) -> str:
    shown = f"  {KINDS[one.kind]}  {_seconds(one.seconds):>10}  {one.label}"
    if one.size != first.size:
        whole = _seconds(one.per_unit * first.size)
        shown += f"（实测 {one.size:,}，按比例推算 {first.size:,}：{whole}）"
    return shown


def _seconds(value: float) -> str:
    return f"{value * 1000:,.1f} ms" if value < 1 else f"{value:,.2f} s"


def _figure(figure: Figure) -> str:
    verdict = {True: "达到", False: "未达到", None: ""}[figure.met]
    value = f"{figure.value:.3g}" if figure.value < 100 else f"{figure.value:,.0f}"
    promised = f"  目标 {figure.target}  {verdict}" if figure.target else ""
    return f"  {value:>10} {figure.unit:<2} {figure.label}{promised}"


def _summary(results: list[Result]) -> str:
    promised = [figure for result in results for figure in result.figures if figure.met is not None]
    return f"\n目标 {len(promised)} 项，达到 {sum(figure.met for figure in promised)} 项。"
