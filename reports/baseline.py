"""指标基数 of the annex to the Yunnan notice of 2023: building and municipal projects in progress, by prefecture."""

from datetime import date

from reports.models import Baseline

AS_OF = date(2023, 3, 1)
SOURCE = "《关于深入推进云南省建筑工人实名制管理及工资代发平台应用工作的通知》附件"
PROJECTS = {
    "530500": 226,  # 保山市
    "532300": 316,  # 楚雄彝族自治州
    "532900": 449,  # 大理白族自治州
    "533100": 263,  # 德宏傣族景颇族自治州
    "533400": 98,  # 迪庆藏族自治州
    "532500": 388,  # 红河哈尼族彝族自治州
    "530100": 792,  # 昆明市
    "530700": 361,  # 丽江市
    "530900": 153,  # 临沧市
    "533300": 37,  # 怒江傈僳族自治州
    "530800": 290,  # 普洱市
    "530300": 302,  # 曲靖市
    "532600": 200,  # 文山壮族苗族自治州
    "532800": 208,  # 西双版纳傣族自治州
    "530400": 338,  # 玉溪市
    "530600": 283,  # 昭通市
}


def load() -> int:
    """Bring the baseline into the database; safe to repeat. Returns the province's total (4,704)."""
    rows = [
        Baseline(region_id=code, as_of=AS_OF, projects=projects, source=SOURCE) for code, projects in PROJECTS.items()
    ]
    Baseline.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["region", "as_of"], update_fields=["projects", "source"]
    )
    return sum(PROJECTS.values())
