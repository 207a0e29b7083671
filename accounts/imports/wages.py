"""From the columns of a wage sheet to wages: the deductions a site lists in columns of its own are summed."""

import re
from collections.abc import Iterable
from decimal import Decimal

from core.spreadsheets import Column, Layout, ParsedRow, SheetLayout, values

COLUMNS = [
    Column("name", "姓名", ("农民工姓名", "工人姓名", "收款人", "收款人姓名", "员工姓名"), values.name, required=True),
    Column(
        "id_number",
        "身份证号码",
        ("公民身份号码", "身份证号", "身份证", "证件号码", "证件号", "身份证件号码"),
        values.id_number,
        required=True,
    ),
    Column("team", "班组", ("所属班组", "班组名称", "施工班组", "工种班组"), values.text),
    Column(
        "days", "工作天数", ("出勤天数", "考勤天数", "出勤工日", "工日", "天数", "本月出勤", "出勤"), values.day_count
    ),
    Column("rate", "日工资", ("工资标准", "日工资标准", "单价", "日薪", "工价", "计酬标准"), values.amount),
    Column(
        "due",
        "应发工资",
        ("应发", "应发金额", "应付工资", "当月应发工资", "应发合计", "应发工资总额", "应发工资合计"),
        values.amount,
        required=True,
    ),
    Column(
        "deducted",
        "扣款合计",
        (
            "扣发工资",
            "当月扣发工资",
            "应扣合计",
            "扣款",
            "代扣合计",
            "扣除合计",
            "扣款金额",
            "代扣款项合计",
            "扣减合计",
        ),
        values.amount,
    ),
    Column(
        "net",
        "实发工资",
        (
            "实发",
            "实发金额",
            "实付工资",
            "当月实发工资",
            "实发合计",
            "应发放金额",
            "实际发放",
            "实发工资额",
            "实领工资",
        ),
        values.amount,
        required=True,
    ),
    Column(
        "card",
        "银行卡号",
        ("工资卡号", "银行账号", "卡号", "收款账号", "工资卡", "银行卡账号", "社保卡号"),
        values.card,
    ),
    Column("bank_name", "开户银行", ("开户行", "银行名称", "开户行名称", "所属银行", "开户支行"), values.text),
    Column("month", "工资所属年月", ("工资月份", "月份", "所属月份", "工资年月"), values.month),
    Column("remark", "备注", ("说明",), values.text),
]

_GROUP = re.compile(r"扣")
_ITEM = re.compile(
    r"代扣|扣款|扣除|扣发|社保|社会保险|养老|医保|医疗保险|失业保险|公积金|个税|个人所得税|借支|预支|借款|罚款|伙食|餐费|水电费|房租|住宿费|工会费"
)
_TOTAL = re.compile(r"合计|小计|总额|总计")
DEDUCTION = "deduction:"


def add_deductions(layout: Layout) -> None:
    """Every column of a group called 代扣… (or of a name of its own such as 借支) becomes a column of the sheet."""
    for sheet in layout.sheets:
        taken = set(sheet.mapping.values())
        for index, header in sheet.headers.items():
            if index not in taken and _is_deduction(sheet.header_parts.get(index, []), header):
                sheet.mapping[f"{DEDUCTION}{header}"] = index
                sheet.unmatched = [text for text in sheet.unmatched if text != header]


def _is_deduction(parts: list[str], header: str) -> bool:
    if _TOTAL.search(parts[-1] if parts else header):
        return False
    return (len(parts) > 1 and bool(_GROUP.search(parts[0]))) or bool(_ITEM.search(header))


def deduction_columns(sheets: Iterable[SheetLayout]) -> list[Column]:
    names = dict.fromkeys(name for sheet in sheets for name in sheet.mapping if name.startswith(DEDUCTION))
    return [Column(name, name.removeprefix(DEDUCTION), clean=values.amount) for name in names]


def deductions_of(row: ParsedRow) -> dict[str, Decimal]:
    """What was written into the columns of single deductions, by header."""
    own = {name.removeprefix(DEDUCTION): value for name, value in row.values.items() if name.startswith(DEDUCTION)}
    return {label: value for label, value in own.items() if value is not None}


def deducted(row: ParsedRow) -> Decimal:
    """The stated total where there is one, else the sum of the single deductions."""
    stated = row.values["deducted"]
    return stated if stated is not None else sum(deductions_of(row).values(), Decimal(0))
