from django.db import models

from organizations.enums import OrganizationKind, Role


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


# --- 工资保证金 ------------------------------------------------------------------------------------------------------


class DepositForm(models.TextChoices):
    """收支方式: money on a dedicated account, or what stands for it (人社部发〔2021〕65号)."""

    BANK = "bank", "银行账户缴存"
    GUARANTEE = "guarantee", "银行保函"
    INSURANCE = "insurance", "工程保证保险"

    @property
    def keeper_kind(self) -> OrganizationKind:
        return OrganizationKind.INSURER if self == DepositForm.INSURANCE else OrganizationKind.BANK

    @property
    def keeper_role(self) -> Role:
        return Role.INSURER if self == DepositForm.INSURANCE else Role.BANK


class DepositState(models.TextChoices):
    APPLIED = "applied", "待核定"
    ASSESSED = "assessed", "待存储"
    HELD = "held", "已存储"
    EXEMPT = "exempt", "免予存储"
    RELEASED = "released", "已退还"

    @property
    def tone(self) -> str:
        return {"applied": "blue", "assessed": "orange", "held": "green"}.get(self.value, "grey")


class InstrumentState(models.TextChoices):
    OFFERED = "offered", "待确认"
    IN_FORCE = "in_force", "有效"
    ENDED = "ended", "已终止"
    REFUSED = "refused", "不予确认"

    @property
    def tone(self) -> str:
        return {"offered": "blue", "in_force": "green", "refused": "red"}.get(self.value, "grey")


class DepositMovementKind(models.TextChoices):
    COLLECT = "collect", "存储"
    USE = "use", "支付工资"
    REFILL = "refill", "补足"
    REPLACE = "replace", "置换转出"
    REFUND = "refund", "退还"


class DepositPayMethod(models.TextChoices):
    """How the keeper pays a worker out of a deposit."""

    TRANSFER = "transfer", "转账至本人银行账户"
    COUNTER = "counter", "柜面支付"


class UseState(models.TextChoices):
    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "待支付"
    PAID = "paid", "已支付"
    REFUSED = "refused", "不予批准"

    @property
    def tone(self) -> str:
        return {"proposed": "blue", "approved": "orange", "paid": "green"}.get(self.value, "grey")


class RefundState(models.TextChoices):
    APPLIED = "applied", "待审核"
    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "待退还"
    DONE = "done", "已退还"
    REFUSED = "refused", "不予退还"

    @property
    def tone(self) -> str:
        tones = {"applied": "blue", "proposed": "blue", "approved": "orange", "done": "green", "refused": "red"}
        return tones[self.value]
