from django.urls import reverse

from accounts.enums import Answer
from accounts.models import PayrollLine, PayrollSheet, WageAdvance
from accounts.tables.payrolls import DaysColumn
from core import formats, identity
from core.tables import (
    BadgeColumn,
    CodeColumn,
    Column,
    DayColumn,
    MomentColumn,
    MoneyColumn,
    MonthColumn,
    NumberColumn,
    Table,
)

ANSWER_TONES = {Answer.CONFIRMED: "green", Answer.OBJECTED: "red"}


def _kind(sheet: PayrollSheet) -> str:
    return "补发" if sheet.is_back_pay else ""


def _confirmed(sheet: PayrollSheet) -> str:
    said = f"{sheet.confirmed}/{sheet.people}"
    return f"{said}，{sheet.objected} 人有异议" if sheet.objected else said


class SheetTable(Table):
    caption = "班组工资表"
    default_order = "-id"
    empty_title = "没有工资表"
    empty_text = "按考勤和劳动合同编制，或导入工资表后，各班组的工资表会列在这里。"

    team = Column("班组", value=lambda sheet: str(sheet.team or "未分班组"), primary=True)
    project = Column("项目", value="project.name")
    month = MonthColumn("工资月份", value="payroll.month")
    kind = BadgeColumn("类别", value=_kind, tone="blue")
    people = NumberColumn("人数")
    net_sum = MoneyColumn("实发合计（元）")
    paid_sum = MoneyColumn("已发放（元）", minor=True)
    confirmed = Column("本人确认", value=_confirmed, minor=True)
    state = BadgeColumn("办理状态", value="get_state_display", tone=lambda sheet: sheet.state_tone)
    moved_at = MomentColumn("最近办理", value="moved_at", minor=True)


class ProjectSheetTable(SheetTable):
    """Within one project or one month, whose page it stands on."""

    def __init__(self, *args, hidden: tuple[str, ...] = ("project",), **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in self.columns if column.name not in hidden]


def _difference(line: PayrollLine) -> str:
    """What attendance and contract say where the line says otherwise."""
    if not line.differs or line.is_back_pay:
        return ""
    parts = []
    attended = line.attended_days or 0
    if line.days is not None and line.days != attended:
        parts.append(f"考勤 {attended.normalize():f} 天" if attended else "没有考勤")
    if line.expected_due is None:
        parts.append("没有可比对的合同")
    elif line.due != line.expected_due:
        parts.append(f"应为 {formats.money(line.expected_due)} 元")
    return "，".join(parts)


def _reason(line: PayrollLine) -> str:
    return line.difference_reason or ("待说明" if line.differs and not line.paid else "")


def _deduction(line: PayrollLine) -> str:
    return line.deduction_reason or ("待说明" if line.deducted else "")


def _method(line: PayrollLine) -> str:
    quantity = f" {line.quantity.normalize():f}{line.get_unit_display()}" if line.quantity else ""
    return f"{line.get_wage_method_display()}{quantity}"


class SheetLineTable(Table):
    """The people of one sheet, each difference beside its reason."""

    caption = "工资明细"
    default_order = "id"
    page_size = 100
    empty_title = "没有人员"
    empty_text = "可添加人员，或按考勤重新编制。"

    name = Column("姓名", primary=True)
    id_number = CodeColumn("公民身份号码", value=lambda line: identity.mask_id(line.id_number), minor=True)
    days = DaysColumn("工作天数")
    method = Column("计算方式", value=_method, minor=True)
    rate = MoneyColumn("工资标准", minor=True)
    due = MoneyColumn("应发（元）")
    difference = Column("与考勤、合同的差异", value=_difference)
    reason = Column("差异原因", value=_reason)
    deducted = MoneyColumn("扣款（元）")
    deduction = Column("扣款原因", value=_deduction, minor=True)
    net = MoneyColumn("实发（元）", sort="-net")
    answer = BadgeColumn(
        "本人确认", value="get_answer_display", tone=lambda line: ANSWER_TONES.get(line.answer, "grey")
    )
    paid = MoneyColumn("已发放（元）", minor=True)

    def __init__(self, *args, editable: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.editable = editable

    def row_url(self, record: PayrollLine) -> str:
        return reverse("payrolls:line_edit", args=[record.pk]) if self.editable else ""


class WageAdvanceTable(Table):
    caption = "预支工资"
    default_order = "-id"
    empty_title = "没有预支"
    empty_text = "登记预支后，下次编制工资表时自动扣回。"

    name = Column("姓名", value="engagement.worker.name", primary=True)
    paid_on = DayColumn("预支日期")
    amount = MoneyColumn("金额（元）")
    note = Column("说明")
    kind = BadgeColumn("更正", value=lambda advance: "更正" if advance.corrects_id else "", tone="orange")
    by = Column("登记人", value="by.name", minor=True)

    def row_url(self, record: WageAdvance) -> str:
        if record.corrects_id or hasattr(record, "corrected_by"):
            return ""
        return reverse("payrolls:advance", args=[record.pk])
