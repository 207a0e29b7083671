"""Names as they are typed: full pinyin and initials, with the readings that characters have as surnames."""

import os
from functools import cache, lru_cache

# Only where the reading as a surname differs from the everyday one.
_SURNAMES = {
    "万俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"), "单": ("shan",), "曾": ("zeng",), "仇": ("qiu",), "解": ("xie",), "查": ("zha",),
    "任": ("ren",), "朴": ("piao",), "区": ("ou",), "翟": ("zhai",), "盖": ("ge",), "华": ("hua",), "纪": ("ji",),
    "缪": ("miao",), "宓": ("mi",), "乐": ("yue",), "员": ("yun",), "覃": ("qin",), "褚": ("chu",), "晁": ("chao",),
    "折": ("she",), "黑": ("he",), "冼": ("xian",), "洗": ("xian",), "召": ("shao",), "繁": ("po",), "秘": ("bi",),
    "种": ("chong",), "重": ("chong",), "谌": ("chen",), "隗": ("wei",), "祭": ("zhai",), "郗": ("xi",),
    "适": ("kuo",), "那": ("na",), "牟": ("mu",), "葛": ("ge",), "车": ("che",), "尹": ("yin",), "臧": ("zang",),
}  # fmt: skip


@cache
def _dictionary():
    """Loaded when the first name is written. We ask for single characters: that of phrases would take 45 MB more."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    return lazy_pinyin


@lru_cache(maxsize=1 << 14)
def _syllable(char: str) -> str:
    return "".join(_dictionary()(char)).lower()


def search_text(name: str) -> str:
    """`曾小明` → `zengxiaoming zxm`; letters stay letters, the dot of minority names is dropped."""
    name = "".join(name.replace("·", "").split())
    surname = next((name[:size] for size in (2, 1) if len(name) > size and name[:size] in _SURNAMES), "")
    syllables = [*_SURNAMES.get(surname, ()), *map(_syllable, name[len(surname) :])]
    initials = "".join(syllable[:1] for syllable in syllables)
    return f"{''.join(syllables)} {initials}"[:200]
