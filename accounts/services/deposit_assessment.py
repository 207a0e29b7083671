"""From a contract's sum to the amount to store, step by step (人社部发〔2021〕65号, art. 11 and 12; the province's own
standard). Pure: what it is told is kept with the result."""

from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal

from accounts.models import DepositBand, DepositStandard
from core.formats import money
from core.money import CENT

FLOOR_PERCENT = Decimal("0.5")  # for several projects, by national rule


@dataclass(frozen=True)
class Facts:
    contract_amount: Decimal
    months: int | None = None  # of the contract's term
    is_key: bool = False
    is_later: bool = False  # the contractor has stored for another project of the same place
    clean_years: int = 0  # whole years without arrears, up to today
    arrears_before_signing: bool = False  # in the year before the contract was signed
    recent_arrears: bool = False  # in the last two years
    is_blacklisted: bool = False
    keeps_names_and_account: bool = False  # 实名制 and 专户

    def kept(self) -> dict:
        return asdict(self) | {"contract_amount": str(self.contract_amount)}

    @classmethod
    def of(cls, kept: dict) -> "Facts":
        return cls(**kept | {"contract_amount": Decimal(kept["contract_amount"])})


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    amount: Decimal

    def kept(self) -> dict:
        return {"title": self.title, "text": self.text, "amount": str(self.amount)}


@dataclass(frozen=True)
class Assessed:
    steps: list[Step]
    due: Decimal  # 应缴金额
    differential: Decimal  # 差异化缴存金额

    @property
    def is_exempt(self) -> bool:
        return self.differential == 0


def assess(standard: DepositStandard, bands: list[DepositBand], facts: Facts) -> Assessed:
    """Raises LookupError where no band reaches down to the contract's sum."""
    if text := _spared(standard, facts):
        return Assessed([Step("免予存储", text, Decimal(0))], Decimal(0), Decimal(0))
    band = _band(bands, facts.contract_amount)
    steps = [_base(standard, band, facts)]
    steps += _limits(standard, band, facts, steps[-1].amount)
    due = steps[-1].amount
    steps += _differences(standard, facts, due)
    if steps[-1].amount > due and not standard.over_cap:
        steps += _capped(_cap(standard, band, facts), steps[-1].amount)
    return Assessed(steps, due, steps[-1].amount)


def _spared(standard: DepositStandard, facts: Facts) -> str:
    """Why nothing is to be stored: small or short works of somebody who owed nothing the year before."""
    if facts.arrears_before_signing or facts.is_blacklisted:
        return ""
    if standard.exempt_below and facts.contract_amount < standard.exempt_below:
        return f"合同额低于 {money(standard.exempt_below)} 元，且签订合同前一年内未拖欠工资"
    if standard.exempt_months and facts.months is not None and facts.months < standard.exempt_months:
        return f"合同工期不足 {standard.exempt_months} 个月，且签订合同前一年内未拖欠工资"
    return ""


def _band(bands: list[DepositBand], amount: Decimal) -> DepositBand:
    fitting = [band for band in bands if band.above <= amount]
    if not fitting:
        raise LookupError("The bands of a standard begin at zero.")
    return max(fitting, key=lambda band: band.above)


def _base(standard: DepositStandard, band: DepositBand, facts: Facts) -> Step:
    percent, why = band.percent, "存储比例"
    if facts.is_later and standard.later_percent is not None:
        percent, why = max(standard.later_percent, FLOOR_PERCENT), "同一地区第二个项目起的比例"
    amount = _share(facts.contract_amount, percent)
    text = f"合同额 {money(facts.contract_amount)} 元 × {why} {_plain(percent)}%"
    return Step("按比例计算", text, amount)


def _limits(standard: DepositStandard, band: DepositBand, facts: Facts, amount: Decimal) -> list[Step]:
    if band.floor is not None and amount < band.floor:
        return [Step("存储下限", f"低于下限，按 {money(band.floor)} 元", band.floor)]
    return _capped(_cap(standard, band, facts), amount)


def _cap(standard: DepositStandard, band: DepositBand, facts: Facts) -> Decimal | None:
    return standard.key_cap if facts.is_key and standard.key_cap is not None else band.cap


def _capped(cap: Decimal | None, amount: Decimal) -> list[Step]:
    return [Step("存储上限", f"超过上限，按 {money(cap)} 元", cap)] if cap is not None and amount > cap else []


def _differences(standard: DepositStandard, facts: Facts, due: Decimal) -> list[Step]:
    """What the contractor's record makes of it: the gravest counts, and only one."""
    if facts.is_blacklisted:
        return [_raised(due, standard.blacklist_percent, "列入失信联合惩戒名单")]
    if facts.recent_arrears:
        return [_raised(due, standard.increase_percent, "两年内有拖欠")]
    exempting = standard.exempt_years is not None and facts.clean_years >= standard.exempt_years
    if exempting and facts.keeps_names_and_account:
        text = f"连续 {facts.clean_years} 年未拖欠，且落实实名制、开设专户"
        return [Step("免予存储", text, Decimal(0))]
    if facts.clean_years >= standard.reduce_years:
        text = f"连续 {facts.clean_years} 年未拖欠，降低 {_plain(standard.reduce_percent)}%"
        return [Step("降低", text, due - _share(due, standard.reduce_percent))]
    return []


def _raised(due: Decimal, percent: Decimal, why: str) -> Step:
    return Step("提高", f"{why}，提高 {_plain(percent)}%", due + _share(due, percent))


def _share(amount: Decimal, percent: Decimal) -> Decimal:
    return (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)


def _plain(percent: Decimal) -> str:
    return f"{Decimal(percent).normalize():f}"
