from django.db import models


class AccountStatus(models.TextChoices):
    ACTIVE = "active", "正常"
    FROZEN = "frozen", "冻结"
    CANCELLED = "cancelled", "注销"


class MovementDirection(models.TextChoices):
    """收支类型."""

    IN = "in", "进账"
    OUT = "out", "出账"


class MovementKind(models.TextChoices):
    """交易类型: what a movement is for. An outflow must be wages; the account's own fees and taxes are tolerated."""

    OPENING = "opening", "期初余额"
    LABOUR_COST = "labour_cost", "人工费拨付"
    OTHER_IN = "other_in", "其他进账"
    INTEREST = "interest", "利息"
    RETURN = "return", "退汇"
    WAGE = "wage", "工资发放"
    FEE = "fee", "手续费"
    TAX = "tax", "税费"
    OTHER_OUT = "other_out", "其他出账"
    SURPLUS = "surplus", "结余划转"
    REVERSAL = "reversal", "冲正"


# What is left goes to the contractor once the account is closed (条例第二十七条): the database asks for the notice.
ALLOWED_OUT = (
    MovementKind.WAGE,
    MovementKind.FEE,
    MovementKind.TAX,
    MovementKind.REVERSAL,
    MovementKind.SURPLUS,
)
KINDS_IN = (MovementKind.LABOUR_COST, MovementKind.OTHER_IN, MovementKind.INTEREST, MovementKind.RETURN)
KINDS_OUT = (*ALLOWED_OUT, MovementKind.OTHER_OUT)


class AccountAct(models.TextChoices):
    """What a bank pushes within 3 working days (湘人社规〔2024〕13号 (五))."""

    OPENED = "opened", "开设"
    CHANGED = "changed", "变更"
    CANCELLED = "cancelled", "注销"


class TermBasis(models.TextChoices):
    """人工费 by contract: 数额或者占工程款的比例 (专户办法 art. 5)."""

    AMOUNT = "amount", "每月约定数额"
    PROGRESS = "progress", "当月计量产值的比例"
    CONTRACT = "contract", "合同价款的比例，按月平均"


class TermCycle(models.TextChoices):
    """人工费拨付周期: never longer than a month (条例第二十四条)."""

    MONTH = "month", "每月"
    HALF_MONTH = "half_month", "每半月"
    TEN_DAYS = "ten_days", "每旬"


class NoticeSheet(models.TextChoices):
    """What is posted where the workers live, each month (公示)."""

    ATTENDANCE = "attendance", "考勤表"
    SETTLEMENT = "settlement", "工资核算表"
    PAYOUT = "payout", "工资发放表"


class PayMethod(models.TextChoices):
    """工资支付方式."""

    BANK = "bank", "银行代发"
    CASH = "cash", "现金"
    DEPOSIT = "deposit", "保证金支付"
