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
    REVERSAL = "reversal", "冲正"


ALLOWED_OUT = (MovementKind.WAGE, MovementKind.FEE, MovementKind.TAX, MovementKind.REVERSAL)


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
