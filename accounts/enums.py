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
    ADVANCE = "advance", "垫付"


# --- from payroll to payout ------------------------------------------------------------------------------------------


class SheetKind(models.TextChoices):
    ORDINARY = "ordinary", "当月工资"
    BACK_PAY = "back_pay", "补发"


class SheetState(models.TextChoices):
    """Where a team's sheet is on its way from the site to the bank (条例 art. 31). No step is skipped: the database
    moves a sheet, and only along `STEPS`."""

    DRAFT = "draft", "编制中"
    CONFIRMING = "confirming", "待工人确认"
    CONFIRMED = "confirmed", "待总包审核"
    REVIEWED = "reviewed", "待建设单位审核"
    APPROVED = "approved", "待提交银行"
    AT_BANK = "at_bank", "银行办理中"
    PAID = "paid", "已发放"
    PARTLY = "partly", "部分发放"
    REFUSED = "refused", "银行退回"

    @property
    def tone(self) -> str:
        tones = {"draft": "grey", "at_bank": "blue", "paid": "green", "refused": "red", "confirming": "orange"}
        return tones.get(self.value, "yellow")


# From → to. A return to the draft lifts all that was confirmed; what the bank has paid in part never goes back.
STEPS: tuple[tuple[SheetState, SheetState], ...] = (
    (SheetState.DRAFT, SheetState.CONFIRMING),
    (SheetState.CONFIRMING, SheetState.CONFIRMED),
    (SheetState.CONFIRMED, SheetState.REVIEWED),
    (SheetState.REVIEWED, SheetState.APPROVED),
    (SheetState.APPROVED, SheetState.AT_BANK),
    (SheetState.AT_BANK, SheetState.PAID),
    (SheetState.AT_BANK, SheetState.PARTLY),
    (SheetState.AT_BANK, SheetState.REFUSED),
    (SheetState.PARTLY, SheetState.AT_BANK),
    (SheetState.REFUSED, SheetState.AT_BANK),
    (SheetState.APPROVED, SheetState.PAID),
    (SheetState.PARTLY, SheetState.PAID),
    (SheetState.REFUSED, SheetState.PAID),
    (SheetState.PAID, SheetState.PARTLY),
    (SheetState.PAID, SheetState.REFUSED),
    (SheetState.PARTLY, SheetState.REFUSED),
    (SheetState.CONFIRMING, SheetState.DRAFT),
    (SheetState.CONFIRMED, SheetState.DRAFT),
    (SheetState.REVIEWED, SheetState.DRAFT),
    (SheetState.APPROVED, SheetState.DRAFT),
    (SheetState.REFUSED, SheetState.DRAFT),
)
RESULTS = (SheetState.PAID, SheetState.PARTLY, SheetState.REFUSED)  # what the bank answered; nobody's own step


class StepMeans(models.TextChoices):
    """How a step was taken: in the portal, or on paper whose scans hang on the step."""

    PORTAL = "portal", "平台办理"
    PAPER = "paper", "纸质签字"


class Answer(models.TextChoices):
    """What a worker says to the own line of a sheet."""

    NONE = "", "未答复"
    CONFIRMED = "confirmed", "已确认"
    OBJECTED = "objected", "有异议"


class BatchState(models.TextChoices):
    SENT = "sent", "银行办理中"
    DONE = "done", "已办结"


class OrderState(models.TextChoices):
    """One payment of a batch."""

    WAITING = "waiting", "办理中"
    PAID = "paid", "已发放"
    REFUSED = "refused", "已退回"


class Refusal(models.TextChoices):
    """Why a line is not paid: what the comparison found before (F5), or the bank afterwards."""

    NONE = "", ""
    STRANGER = "stranger", "不在本项目实名花名册"
    NAME = "name", "姓名与实名登记不同"
    ABSENT = "absent", "当月没有考勤记录"
    NO_CARD = "no_card", "没有登记工资卡"
    OTHERS_CARD = "others_card", "银行卡不是本人绑定的工资卡"
    SHARED_CARD = "shared_card", "同一银行卡为多人收款"
    AGAIN = "again", "该月工资已发放或正在发放"
    BANK = "bank", "银行退回"


class BankFile(models.TextChoices):
    """Layout of the file a batch is handed over in."""

    ICBC = "icbc", "工商银行批量支付"
    GENERIC = "generic", "通用格式"


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
