from dataclasses import dataclass

from core.formats import number


@dataclass(frozen=True)
class Tile:
    """The parameters of `{% stat_tile %}`."""

    label: str
    value: object = ""
    numerator: object = None
    denominator: object = None
    unit: str = ""
    hint: str = ""
    url: str = ""
    tone: str = ""

    @property
    def shown(self) -> object:
        return number(self.value) if isinstance(self.value, int) else self.value
