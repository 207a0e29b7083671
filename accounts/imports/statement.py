"""农民工工资专用账户对账单: what the bank prints for its customer, of any bank."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import selectors, services
from accounts.enums import AccountStatus, MovementDirection, MovementKind
from accounts.imports.movements import COLUMNS, has_amounts, movement_of, says_nothing
from accounts.imports.reversals import tie_reversals
from accounts.imports.sharing import Owners
from accounts.imports.unknown_number import account_meant
from accounts.models import LedgerEntry, SpecialAccount
from accounts.services import Movement
from core import crypto
from core.money import format_money
from core.spreadsheets import (
    Layout,
    ParsedRow,
    Problem,
    SheetError,
    Skipped,
    Workbook,
    find_details,
    read_rows,
    values,
)
from organizations.enums import OrganizationKind, Role
from organizations.models import Organization
from projects.imports import Outcome, SheetImport
from projects.imports.preview import mask_numbers
from projects.models import Project

NUMBER_LABELS = ("账号", "账户", "银行账号", "查询账号", "客户账号", "本方账号", "账户号码", "专户账号", "卡号")
NAME_LABELS = ("户名", "账户名称", "客户名称", "账户名", "单位名称", "开户单位", "本方户名", "专户名称")
BANK_LABELS = ("开户行", "开户银行", "开户机构", "开户网点", "开户行名称")
_COUNT = re.compile(r"(?:合计|总计|共计?|总|交易)\D{0,6}?(?:笔数|条数|行数)\s*[:：]?\s*(\d+)|共\s*(\d+)\s*[笔条行]")
_BLANKS = re.compile(r"\s+")
SERIAL_LENGTH = LedgerEntry._meta.get_field("serial").max_length


@dataclass(slots=True)
class Line:
    row: ParsedRow
    movement: Movement


@dataclass(frozen=True)
class Tail:
    """Where an account's ledger ends."""

    balance: Decimal = Decimal(0)
    booked_on: object = None
    empty: bool = True


class StatementImport(SheetImport):
    kind, title = "bank-statement", "专户对账单"
    help = "各银行导出的对账单（.csv、.xls、.xlsx）。表头上方写明账号和户名；“借方/支出”为出账，“贷方/收入”为进账。"
    order = 40
    next_step = ("查看专户资金", "accounts:project_money")
    columns = COLUMNS
    roles = frozenset({Role.CLERK, Role.BANK})

    account: SpecialAccount | None = None
    number = holder_name = bank_name = ""
    decided = False  # somebody has said whether an unknown number is wrong or a second account's

    def other_projects(self) -> Iterable[Project]:
        """Those whose money lies on the same accounts."""
        accounts = SpecialAccount.objects.unscoped("the accounts of the sheet's project")
        own = accounts.filter(project_links__project=self.project).values("pk")
        return Project.objects.unscoped("as above").filter(account_links__account__in=own).exclude(pk=self.project.pk)

    def layout(self, workbook: Workbook, mapping: dict[str, str] | None = None) -> Layout:
        layout = super().layout(workbook, mapping)
        for sheet in layout.sheets:
            if "booked_on" not in sheet.mapping and "booked_time" in sheet.mapping:  # 2026-10-08 11:19:39
                sheet.mapping["booked_on"] = sheet.mapping["booked_time"]
                sheet.missing = [label for label in sheet.missing if label != "交易日期"]
            if not has_amounts(sheet.mapping):
                sheet.missing.append("交易金额")
        missing = {label for sheet in layout.sheets for label in sheet.missing}
        if layout.sheets:
            layout.missing = [column for column in self.columns if column.label in missing]
        return layout

    def read(self, workbook: Workbook, layout: Layout) -> list[ParsedRow]:
        self.skipped: list[Skipped] = []
        rows = list(read_rows(workbook, layout, self.columns, skipped=self.skipped))
        self._find_account(layout, rows)
        return rows

    def _find_account(self, layout: Layout, rows: list[ParsedRow]) -> None:
        details = {label: value for sheet in layout.sheets for label, value in sheet.details.items()}
        for skipped in self.skipped:  # some banks print the account below the table
            details = find_details([skipped.text.split()]) | details
        number = _first(details, NUMBER_LABELS) or next((row.values["account"] for row in rows), "")
        self.holder_name = _BLANKS.sub("", _first(details, NAME_LABELS))
        self.bank_name = _first(details, BANK_LABELS)
        try:
            self.number = values.account(number or "")
        except ValidationError:
            message = "对账单上的账号不完整或被存成了数字，请向银行重新导出带完整账号的对账单。"
            raise SheetError(message, code="account") from None

    # --- whose account -----------------------------------------------------------------------------------------------

    def check_title(self, layout: Layout) -> None:
        own = SpecialAccount.objects.unscoped("the account of the sheet").filter(project_links__project=self.project)
        if not self.number:
            self.account = self._only_account(own)
        else:
            self.account = own.filter(number_index=crypto.blind_index(self.number)).first()
        if self.account is None:
            self._check_new_account(layout)
            self._refuse_unless_meant(list(own.exclude(status=AccountStatus.CANCELLED).order_by("pk")))
        elif self.account.status == AccountStatus.CANCELLED:
            raise SheetError(f"尾号{self.account.number_last4}的专户已注销，不再接收流水。", code="cancelled")
        if self.by and self.by.role == Role.BANK and self.account and self.account.bank_id != self.by.organization_id:
            raise SheetError("该账户不在本行开立，只能导入本行专户的对账单。", code="other_bank")

    def _only_account(self, own) -> SpecialAccount:
        accounts = list(own.active()[:2])
        if len(accounts) == 1:
            return accounts[0]
        why = "本项目有多个专户" if accounts else "本项目还没有登记专户"
        raise SheetError(f"文件没有写明账号，{why}。请在表头上方加一行“账号：…，户名：…”后再上传。", code="account")

    def _check_new_account(self, layout: Layout) -> None:
        known = SpecialAccount.objects.unscoped("an account number is unique over the province")
        if known.filter(number_index=crypto.blind_index(self.number)).exists():
            raise SheetError(
                f"尾号{self.number[-4:]}的专户登记在其他项目名下。如由本项目共用，请先在“专户”中为本项目登记该账号。",
                code="other_project",
            )
        contractor = self.project.general_contractor
        if contractor is None:
            raise SheetError("本项目还没有登记施工总承包单位，无法登记专户，请先补全项目信息。", code="contractor")
        if _BLANKS.sub("", contractor.name) not in self.holder_name:
            super().check_title(layout)
            if _BLANKS.sub("", self.project.name) not in self.holder_name:
                shown = self.holder_name[:60] or "未写明"
                raise SheetError(
                    f"对账单的户名（{shown}）既不含本项目名称，也不含施工总承包单位名称，请核对是否选错了文件。",
                    code="other_project",
                )
        else:
            self.check_project_title([self.holder_name])

    def _refuse_unless_meant(self, known: list[SpecialAccount]) -> None:
        """A project that has an account gets no second one by a slip of a digit: somebody says what it is."""
        if known:
            told = [one for one in known if self._may_know(one)]
            self.account = account_meant(self.number, told, self.options.get("answers", {}))
            self.decided = True

    def _may_know(self, account: SpecialAccount) -> bool:
        return self.by is None or self.by.role != Role.BANK or account.bank_id in (None, self.by.organization_id)

    # --- lines -------------------------------------------------------------------------------------------------------

    def check(self, rows: list[ParsedRow]) -> None:
        self._check_lines(rows)
        lines = [Line(row, movement) for row in rows if row.good and (movement := movement_of(row))]
        self._check_other_account(rows)
        self._refuse_repeated(lines)
        self.lines = self._refuse_unlike_known(in_booking_order([line for line in lines if line.row.good]))
        self.movements = {(line.row.sheet, line.row.row): line.movement for line in self.lines}
        self._tell_wages_by_card(self.lines)
        self._share_out()
        self._check_count(rows)
        tail = self._tail()
        fresh = [line for line in self.lines if line.movement.serial not in self.known]
        self.opening = opening_of([line.movement for line in fresh]) if tail.empty else Decimal(0)
        self._compare_balances(tail.balance + self.opening)
        self._notice_late(fresh, tail)
        self._tie_reversals(fresh)
        self._notice_overdrawn(fresh)
        if self.account is None and rows:
            first = self.lines[0].row if self.lines else rows[0]
            self.notice(
                first,
                "account",
                f"本项目尚未登记尾号{self.number[-4:]}的专户：将按对账单登记，请随后补全开户银行、开户日期等开户信息。",
            )

    def _check_lines(self, rows: list[ParsedRow]) -> None:
        today = timezone.localdate()
        for row in rows:
            serial, on = row.values["serial"] or "", row.values["booked_on"]
            if len(serial) > SERIAL_LENGTH:
                self.refuse(row, "serial", f"流水号有 {len(serial)} 个字符，超过 {SERIAL_LENGTH} 个，请核对是否错列。")
            if on and on > today:
                self.refuse(row, "booked_on", f"交易日期 {on:%Y-%m-%d} 晚于今天，请核对。")

    def _check_other_account(self, rows: list[ParsedRow]) -> None:
        for row in rows:
            own = row.values["account"]
            if own and own != self.number:
                self.refuse(row, "account", "本行的本方账号与对账单的账号不同，请按账户分别上传。")

    def _refuse_repeated(self, lines: list[Line]) -> None:
        seen: dict[str, Line] = {}
        for line in lines:
            first = seen.setdefault(line.movement.serial, line)
            if first is not line:
                self.refuse(line.row, "serial", f"流水号与第 {first.row.row} 行重复。")

    def _refuse_unlike_known(self, lines: list[Line]) -> list[Line]:
        self.known: dict[str, Decimal] = {}
        unlike: set[str] = set()
        if self.account:
            self.known, unlike = services.known_serials(self.account, (line.movement for line in lines))
        for line in lines:
            if line.movement.serial in unlike:
                self.refuse(line.row, "serial", "流水号已存在且内容不同，请向银行核对。")
        return [line for line in lines if line.row.good]

    def _tell_wages_by_card(self, lines: list[Line]) -> None:
        """“转账” to the card of one of the project's workers is a wage."""
        silent = [line.movement for line in lines if says_nothing(line.movement)]
        cards = {movement.counterparty_number for movement in silent}
        known = selectors.cards_of_workers(self.project, cards) if cards else set()
        for movement in silent:
            if movement.counterparty_number in known:
                movement.kind = MovementKind.WAGE

    def _share_out(self) -> None:
        """Each line to its project, on an account of several; asked for where nothing tells."""
        numbers = [line.movement.counterparty_number for line in self.lines]
        owners = Owners(self.account, numbers) if self.account else None
        if owners is None or len(owners.projects) < 2:
            return
        choices = [(str(each.pk), each.name) for each in owners.projects]
        for line in self.lines:
            if line.movement.serial in self.known:
                continue
            said = line.row.values["project"] or self.answer_for(line.row, choices)
            project = owners.by_name(said) if said else owners.of(line.movement)
            if project is None:
                why = f"“{said[:40]}”不是该专户的项目" if said else "共用专户，无法判断这笔属于哪个项目"
                self.ask(line.row, "project", f"{why}，请选择所属项目，或者在“所属项目”列填写。", choices)
            else:
                line.movement.project = project.pk
        self.lines = [line for line in self.lines if line.row.good]
        self.movements = {(line.row.sheet, line.row.row): line.movement for line in self.lines}

    def _tie_reversals(self, fresh: list[Line]) -> None:
        untied = {one.serial for one in tie_reversals(self.account, self.project, (line.movement for line in fresh))}
        for line in fresh:
            if line.movement.serial in untied:
                self.notice(line.row, "summary", "没有找到它所冲回的那笔手续费，按冲正入账，不算退汇。")

    def _notice_overdrawn(self, lines: list[Line]) -> None:
        """One project's wages are not paid out of another's money: taken all the same, and flagged for good."""
        own = selectors.parts_of(self.account) if self.account else {}
        for line in lines:
            project = line.movement.project
            if project is None:
                continue
            own[project] = own.get(project, Decimal(0)) + line.movement.signed
            if line.movement.signed < 0 and own[project] < 0:
                self.notice(line.row, "project", f"支出超出所属项目自己的资金 {format_money(-own[project])} 元。")

    def _check_count(self, rows: list[ParsedRow]) -> None:
        for skipped in self.skipped:
            counts = [int(one or other) for one, other in _COUNT.findall(skipped.text)]  # in all, or of each side
            if counts and len(rows) not in (*counts, sum(counts)):
                stated = counts[0] if len(counts) == 1 else sum(counts)
                message = f"文件写明共 {stated} 笔，实际读到 {len(rows)} 笔，请核对是否缺行。"
                self.remarks.append(Problem(skipped.sheet, skipped.row, "", message, "notice"))

    def _tail(self) -> Tail:
        last = self.account.entries.order_by("-sequence").first() if self.account else None
        return Tail(last.balance, last.booked_on, empty=False) if last else Tail()

    def _compare_balances(self, end: Decimal) -> None:
        """A notice where the bank's figure leaves our chain, not on every line that follows. `end`: where the chain
        stands before the first new line; lines that are known already have their place in it."""
        off = Decimal(0)
        for line in self.lines:
            balance = self.known.get(line.movement.serial)
            if balance is None:
                balance = end = end + line.movement.signed
            stated = line.movement.stated_balance
            if stated is None:
                continue
            before, off = off, stated - balance
            if off and off != before:
                more = "多" if off > 0 else "少"
                self.notice(
                    line.row,
                    "stated_balance",
                    f"银行所报余额 {format_money(stated)} 元与按流水推算的 {format_money(balance)} 元不符，"
                    f"{more} {format_money(abs(off))} 元。",
                )

    def _notice_late(self, lines: list[Line], tail: Tail) -> None:
        for line in lines:
            if tail.booked_on and line.movement.booked_on < tail.booked_on:
                message = f"早于专户已入库的最后一笔（{tail.booked_on:%Y-%m-%d}），按到达顺序入账。"
                self.notice(line.row, "booked_on", message)

    # --- writing -----------------------------------------------------------------------------------------------------

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        account = self.account or services.account_of_statement(
            self.project, by=self.by, number=self.number, name=self.holder_name, bank=self._bank()
        )
        chosen = {(row.sheet, row.row) for row in rows}
        movements = [line.movement for line in self.lines if (line.row.sheet, line.row.row) in chosen]
        recorded = services.record_movements(
            account, self.project, movements, by=self.by, batch=self.batch, opening=self.opening
        )
        others = {movement.project for movement in movements if movement.project}
        for project in Project.objects.filter(pk__in=others | {self.project.pk}).order_by("pk"):
            services.match_payouts(project, by=self.by)
        remarks = [f"另记期初余额 {format_money(recorded.opening)} 元"] if recorded.opening else []
        if self.decided:
            what = "记入尾号" if self.account else "另行登记尾号"
            remarks.append(f"对账单账号尾号{self.number[-4:]}，经确认{what}{account.number_last4}的专户")
        return Outcome(created=recorded.created, unchanged=recorded.unchanged, remark="；".join(remarks))

    def _bank(self) -> Organization | None:
        """The bank clerk's own, or the one whose name the statement gives."""
        if self.by and self.by.role == Role.BANK:
            return self.by.organization
        found = Organization.objects.filter(kind=OrganizationKind.BANK, name=self.bank_name or None).first()
        return found

    def describe(self, row: ParsedRow) -> dict[str, str]:
        """As the line will stand in the ledger: which way the money went, and what for."""
        move = self.movements[row.sheet, row.row]
        came = move.direction == MovementDirection.IN
        amount = format_money(move.amount)
        return {
            "交易日期": f"{move.booked_on:%Y-%m-%d}",
            "摘要": mask_numbers(move.summary),
            "收入": amount if came else "",
            "支出": "" if came else amount,
            "余额": format_money(move.stated_balance),
            "对方户名": mask_numbers(move.counterparty_name),
            "对方账号": f"尾号{move.counterparty_number[-4:]}" if move.counterparty_number else "",
            "交易类型": move.kind.label,
            "交易流水号": move.serial,
            "交易时间": f"{move.booked_time:%H:%M:%S}" if move.booked_time else "",
            "对方开户行": mask_numbers(move.counterparty_bank),
        }

    def who(self, row: ParsedRow) -> str:
        return row.values["counterparty_name"] or ""


def in_booking_order(lines: list[Line]) -> list[Line]:
    """Oldest first. The balances tell which way the file runs; without them, the dates."""
    forwards = _continuing(lines)
    backwards = _continuing(lines[::-1])
    if forwards == backwards and lines and lines[0].movement.booked_on > lines[-1].movement.booked_on:
        backwards += 1
    return lines[::-1] if backwards > forwards else lines


def _continuing(lines: Sequence[Line]) -> int:
    movements = [line.movement for line in lines]
    return sum(
        before.stated_balance is not None
        and after.stated_balance is not None
        and before.stated_balance + after.signed == after.stated_balance
        for before, after in pairwise(movements)
    )


def opening_of(movements: list[Movement]) -> Decimal:
    """What stood on the account before: what most lines imply, so that one wrong balance does not move the chain."""
    implied: Counter[Decimal] = Counter()
    moved = Decimal(0)
    for movement in movements:
        moved += movement.signed
        if movement.stated_balance is not None:
            implied[movement.stated_balance - moved] += 1
    return implied.most_common(1)[0][0] if implied else Decimal(0)


def _first(details: dict[str, str], labels: Sequence[str]) -> str:
    return next((details[label] for label in labels if details.get(label)), "")
