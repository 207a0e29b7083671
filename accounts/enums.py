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
    ADVANCE = "advance", "垫付"


class DueKind(models.TextChoices):
    """Which word there is about a month's wages."""

    UNPAID = "unpaid", "工资表未付清"
    PAID = "paid", "已发放"
    UNLISTED = "unlisted", "有考勤无工资表"
    DEPARTURE = "departure", "退场欠付"


DUE_OF_MONTHS = (DueKind.UNPAID.value, DueKind.PAID.value, DueKind.UNLISTED.value)
DUE_OWED = (DueKind.UNPAID.value, DueKind.UNLISTED.value, DueKind.DEPARTURE.value)


class AgeBand(models.TextChoices):
    """账龄: days since the wages were due."""

    MONTH = "30", "30 天内"
    TWO_MONTHS = "60", "31–60 天"
    THREE_MONTHS = "90", "61–90 天"
    OLDER = "older", "90 天以上"


class AdvanceCause(models.TextChoices):
    """Why a unit pays wages that another owes (条例 29, 30)."""

    SUBCONTRACTOR = "subcontractor", "分包单位拖欠工资"
    LABOUR_COST = "labour_cost", "人工费未按时拨付"
    OTHER = "other", "其他"


class AdvanceMeans(models.TextChoices):
    ACCOUNT = "account", "存入专户代发"
    TRANSFER = "transfer", "直接转账"
    CASH = "cash", "现金"


class AdvanceStep(models.TextChoices):
    """What came after an advance; each a row of its own, nothing is rewritten."""

    RECOVERED = "recovered", "追回"
    RECOVERY_UNDONE = "recovery_undone", "冲销追回"
    UNDONE = "undone", "冲销垫付"
