"""What may be said of somebody's stay and contract: one answer for form, sheet and service.

Every function answers what is wrong by field, all at once; what is not known (yet) is not judged.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from core import identity
from projects.models import Project
from workers.enums import Gender, IdType, WageMethod
from workers.selectors import CardHolder

MINIMUM_AGE = 16  # 《劳动法》第十五条、《禁止使用童工规定》（国务院令第364号）第二条
# Later than this nobody may retire (全国人大常委会 2024-09-13 决定 on raising the retirement age, from 2025):
# who is older needs a service contract instead of a labour contract, so it is said, not refused.
RETIREMENT_AGE = {Gender.MALE: 63, Gender.FEMALE: 58}
MAXIMUM_AGE = 90  # a slip of the pen
# Levelling, temporary works and the camp come before the start of work; a year's slip of the pen is more than this.
BEFORE_START = timedelta(60)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
CONTRACT_AHEAD = timedelta(366)

TOO_YOUNG = f"进场时未满 {MINIMUM_AGE} 周岁，禁止招用（《禁止使用童工规定》第二条），不予登记。"
NOBODY_IS_SO_OLD = f"进场时已超过 {MAXIMUM_AGE} 周岁，请对照证件核对出生日期。"
TOO_OLD = "进场时已超过法定退休年龄，请核对用工形式并落实工伤保险。"
OTHER_NAME = "该身份证号码在平台上以其他姓名登记，请对照身份证核对；如确已更名，请联系属地人社部门更正。"
OTHER_BIRTH = "出生日期与身份证号码中的出生日期不一致，请对照身份证核对后更正。"
OTHER_GENDER = "性别与身份证号码不符，请对照身份证核对后更正。"
CARD_TAKEN = "该卡已被他人绑定，请核对卡号；确为本人的，请向管辖地人社部门申请解除原绑定。"
NO_WAGE = "工资标准应大于零。"
# Far above what any site pays: what is dearer was typed in cents, or is the sum of the contract.
MOST_WAGE = {WageMethod.DAY: 10_000, WageMethod.PIECE: 100_000, WageMethod.MONTH: 300_000}


def entry_problems(
    born: date | None, entered_on: date | None, today: date, opens_on: date, *, id_type: str = IdType.RESIDENT
) -> dict[str, str]:
    """Why a person born then cannot be on this site from that day. `opens_on` comes from `opens_on(project)`."""
    problems = {}
    if entered_on is None:
        return problems
    if entered_on > today:
        problems["entered_on"] = "进场日期晚于今天，请核对；人员进场后再登记。"
    elif entered_on < opens_on - BEFORE_START:
        problems["entered_on"] = (
            f"进场日期比项目开工（{opens_on}）早 {BEFORE_START.days} 天以上，请核对；"
            "项目实际开工更早的，请先更正项目的开工日期。"
        )
    if born and _age(born, entered_on) < MINIMUM_AGE:
        problems["id_number" if id_type == IdType.RESIDENT else "birth_date"] = TOO_YOUNG
    elif born and _age(born, entered_on) > MAXIMUM_AGE:
        problems["id_number" if id_type == IdType.RESIDENT else "birth_date"] = NOBODY_IS_SO_OLD
    return problems


def opens_on(project: Project) -> date:
    """The earliest day that is known of the site."""
    known = (project.actual_start_on, project.contract_start_on, project.contract_signed_on)
    return min(day for day in (*known, project.supervised_from) if day)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_past_retirement(id_number: str, day: date) -> bool:
    return identity.age_on(id_number, day) >= RETIREMENT_AGE[Gender(identity.gender(id_number))]


def moved_problem(entered_on: date, first_worked: date | None) -> str:
    """Why the entry of somebody engaged cannot be moved to that day; `first_worked` is since the known entry."""
    if first_worked and entered_on > first_worked:
        return f"进场日期晚于已有的出勤 {first_worked}，请核对；考勤有误的，请先更正考勤。"
    return ""


def contract_problems(
    today: date,
    *,
    signed_on: date | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    wage_rate: Decimal | None = None,
    wage_method: str = "",
    **_others,
) -> dict[str, str]:
    problems = {}
    if signed_on and signed_on > today:
        problems["signed_on"] = "合同签订日期晚于今天，请核对；签订后再登记。"
    elif signed_on and signed_on < FIRST_DAY:
        problems["signed_on"] = "合同签订日期的年份不合理，请核对。"
    if starts_on and not FIRST_DAY <= starts_on <= today + CONTRACT_AHEAD:
        problems["starts_on"] = "合同起始日期的年份不合理，请核对。"
    if ends_on and ends_on > LAST_DAY:
        problems["ends_on"] = "合同终止日期的年份不合理，请核对。"
    elif ends_on and starts_on and ends_on < starts_on:
        problems["ends_on"] = "合同终止日期不能早于起始日期，请核对。"
    if wage_rate is not None and (problem := wage_problem(wage_rate, wage_method)):
        problems["wage_rate"] = problem
    return problems


def wage_problem(rate: Decimal, method: str = "") -> str:
    """Of a rate whose method is not known, by the highest of the limits."""
    most = MOST_WAGE.get(method, max(MOST_WAGE.values()))
    if rate <= 0:
        return NO_WAGE
    return f"工资标准超过 {most:,} 元，请核对计算方式和金额。" if rate > most else ""


def resident_problems(id_number: str, birth_date: date | None, gender: str) -> dict[str, str]:
    """What somebody says of a resident that the number contradicts."""
    problems = {}
    if birth_date and birth_date != identity.birth_date(id_number):
        problems["birth_date"] = OTHER_BIRTH
    if gender and gender != identity.gender(id_number):
        problems["gender"] = OTHER_GENDER
    return problems


def card_problem(holders: Iterable[CardHolder], own_index: bytes) -> str:
    """Whose card it is by the register, when it is somebody else's. Nobody is named to who does not see them."""
    other = next((holder for holder in holders if holder.id_number_index != own_index), None)
    if other is None:
        return ""
    if not other.here:
        return CARD_TAKEN
    return f"该卡号已绑定 {masked_holder(other.name)}。工资应发至本人银行卡；登记有误的，请先在该人员页解除绑定。"


def masked_holder(name: str) -> str:
    """张*明: first and last stay, so that the clerk knows whom to look for."""
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}" if len(name) > 2 else f"{name[0]}*"
