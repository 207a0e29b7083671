"""A statement's number that is none of the project's accounts: wrong, or a second account? Somebody has to say."""

from collections.abc import Mapping, Sequence

from accounts.models import SpecialAccount
from projects.imports import Unanswered

SECOND = "second"  # the answer: an account of its own


def account_meant(number: str, known: Sequence[SpecialAccount], answers: Mapping[str, str]) -> SpecialAccount | None:
    """The known account that somebody has said is meant, None for a second one that somebody has confirmed. Until
    then Unanswered. Offered is an account whose number differs little."""
    last4 = number[-4:]
    near = [one for one in known if differ_little(one.number, number)]
    answer = answers.get(key := f"account-{last4}", "")
    meant = next((one for one in near if str(one.pk) == answer), None)
    if meant or answer == SECOND:
        return meant
    choices = [(str(one.pk), f"账号写错了：是尾号{one.number_last4}专户的对账单，记入该专户") for one in near]
    choices.append((SECOND, f"账号没有写错：是本项目另开的专户，登记尾号{last4}的第二个专户"))
    text = f"对账单的账号尾号{last4}不是本项目已登记的专户，是写错了，还是另一个专户？"
    raise Unanswered(
        _told_of(near or known, bool(near), last4), [{"key": key, "row": 0, "text": text, "choices": choices}]
    )


def _told_of(known: Sequence[SpecialAccount], is_near: bool, last4: str) -> str:
    where = "、".join(f"尾号{one.number_last4}" for one in known) or "在其他银行"
    if is_near:
        said = f"对账单的账号（尾号{last4}）与本项目已登记的专户（{where}）只差一两位，很可能写错了。"
    else:
        said = f"本项目已有专户（{where}），对账单的账号（尾号{last4}）是另一个账号，请核对是否写错或选错了文件。"
    return f"{said}请在下面选择；选择之前不登记专户，也不入账。写错的也可以改正后重新上传。"


def differ_little(one: str, other: str) -> bool:
    """By one or two digits, two digits swapped, or a digit too many or too few."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 2
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
