from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand

from alerts.rules import Rule, rules

FILE = Path(settings.BASE_DIR) / "docs" / "rules.md"
HEAD = """# 预警规则

由 `manage.py rules_doc` 从 `alerts/rules/` 生成，请勿手工修改；测试核对本页与代码一致。
括号内为系统初始参数，各地可按日期、地区、行业另行设置，预警始终注明产生它的规则版本。

| 编号 | 名称 | 规则 | 依据 | 参考 | 参数 | 级别 | 处置期限 | 如何解除 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


class Command(BaseCommand):
    help = "Write docs/rules.md from the rules."

    def handle(self, **options) -> None:
        FILE.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{FILE.relative_to(settings.BASE_DIR)}: {len(rules())}")


def document() -> str:
    return HEAD + "".join(f"| {' | '.join(_cells(rule))} |\n" for rule in sorted(rules(), key=lambda r: r.code))


def _cells(rule: type[Rule]) -> list[str]:
    parameters = "；".join(f"{p.label}（{p.text(p.default)}）" for p in rule.parameters.values()) or "—"
    deadline = f"{rule.disposal_days} 日"
    return [
        rule.code,
        rule.title,
        rule().sentence,
        rule.basis,
        rule.source or "—",
        parameters,
        rule.level.label,
        deadline,
        rule.release_when,
    ]
