from dataclasses import dataclass


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
