"""Which bank issued a card, by its first six digits, without asking anybody.

Only the prefixes a worker is likely to hold; what is not here is not judged. The name of a bank is compared by the
word that tells it from the others.
"""

_PREFIXES = {
    "工商银行": "622200 622202 622203 622208 621225 621226 621558 621559 620058 955880",
    "农业银行": "622821 622822 622845 622846 622848 622849 621282 621336 623052",
    "中国银行": "456351 601382 621660 621661 621663 621665 621666 621667 621668 621669 621785 621786 621787 621788"
    " 621790 621756",
    "建设银行": "436742 621284 621467 621700 622280 622700",
    "邮政储蓄": "955100 621096 621098 621095 621599 621797 621798 621799 622150 622151 622181 622188",
    "交通银行": "405512 601428 622258 622259 622260 622261 622262",
    "招商银行": "410062 468203 621483 621485 621486 622580 622588 622609",
    "中信银行": "621771 621773 622690 622691 622692 622696 622698",
    "光大银行": "622660 622662 622663 622664 622665 622666 622667 622668 622669 622670 622671 622672 622673",
    "民生银行": "622615 622616 622617 622618 622619 622622",
    "浦东发展银行": "622516 622517 622518 622521 622522 622523",
    "华夏银行": "622630 622631 622632",
    "兴业银行": "622908 622909",
    "广发银行": "621462 622568",
}
BANKS = {prefix: bank for bank, prefixes in _PREFIXES.items() for prefix in prefixes.split()}
_OTHER_WORDS = {
    "工行": "工商银行", "农行": "农业银行", "中行": "中国银行", "建行": "建设银行", "邮储": "邮政储蓄",
    "交行": "交通银行", "招行": "招商银行", "浦发": "浦东发展银行", "广东发展银行": "广发银行",
    "农村信用": "农村信用社", "农信": "农村信用社", "农商": "农村商业银行",
    "农村商业": "农村商业银行", "村镇银行": "村镇银行",
}  # fmt: skip
_WORDS = {bank: bank for bank in _PREFIXES} | _OTHER_WORDS


def issuer(number: str) -> str:
    """The bank of a card, "" when its prefix is not known."""
    return BANKS.get(number[:6], "")


def named(bank_name: str) -> str:
    """The bank that a name like 工行临沧分行 means, "" when it tells none we know."""
    return next((bank for word, bank in _WORDS.items() if word in bank_name), "")


def contradicts(number: str, bank_name: str) -> str:
    """Why the card cannot be of the bank that is named; "" when it can."""
    by_number, by_name = issuer(number), named(bank_name)
    if by_number and by_name and by_number != by_name:
        return f"该卡号是{by_number}的卡，与填写的开户行不符，请对照银行卡核对。"
    return ""
