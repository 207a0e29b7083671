"""The money of a world: sheets, batches, advances, deposits, and the papers of its account."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.enums import (
    SheetState,
    StepMeans,
    TermBasis,
)
from accounts.models import (
    DepositRefund,
)
from accounts.services import (
    make_batch,
    recover_advance,
    take_step,
)
from core import attachments
from tests.accounts import deposits as stored
from tests.accounts import factories as money
from tests.accounts.payouts import approve
from tests.workers import factories as people

PDF = b"%PDF-1.7\n"
MONTH = date(2026, 9, 1)


class MoneyOfAWorld:
    """Mixed into `tests.worlds.World`."""

    def _sheets(self) -> dict[str, Any]:
        """A sheet on its way with a signed scan, and a draft; an advance of the person on them."""
        by, engagement = self.users["clerk"], self.engagement
        advance = money.wage_advance(engagement, note=self.text("预支说明"), by=by)
        sent = self._draft(date(2026, 7, 1), engagement)
        scan = (f"{self.mark}签字表.pdf", PDF + self.mark.encode())
        take_step(sent.sheet, SheetState.CONFIRMING, by=by)
        step = take_step(
            sent.sheet, SheetState.CONFIRMED, by=by, means=StepMeans.PAPER, files=[scan], text=self.text("步骤说明")
        )
        draft = self._draft(date(2026, 8, 1), engagement)
        things = {"wage_sheet": sent.sheet, "draft_sheet": draft.sheet, "draft_line": draft, "wage_advance": advance}
        return things | {"step_scan": attachments.of(step).get()}

    def _draft(self, month: date, engagement: Model) -> Model:
        text = {"remark": self.text("备注"), "difference_reason": self.text("差异原因")}
        return money.payroll_line(
            money.payroll(self.project, month, created_by=self.users["clerk"]), engagement=engagement, **text
        )

    def advanced(self) -> dict[str, Any]:
        """Wages half of which the contractor has paid for its subcontractor, and got a part of it back."""
        name, clerk = self.text("被欠薪工人"), self.users["clerk"]
        payroll = money.payroll(self.project, date(2026, 8, 1), created_by=clerk)
        line = money.payroll_line(payroll, "3000", name=name, id_number=self._id_number())
        proof = (f"{self.mark}签收单.pdf", PDF + self.mark.encode())
        facts = {"debtor": self.subcontractor, "on": date(2026, 9, 20), "note": self.text("垫付说明")}
        made = money.advance(self.project, by=clerk, amounts={line.pk: Decimal(1500)}, proofs=[proof], **facts)
        back = recover_advance(
            made, on=date(2026, 9, 25), amount=Decimal(500), note=self.text("追回说明"), by=clerk, proofs=[proof]
        )
        return {"advance": made, "recovery": back}

    def _deposits(self) -> dict[str, Any]:
        """Insured first, then paid into the bank, with wages to be paid out of it; and asked back."""
        deposit, officer, clerk = self.declare_deposit(self.project), self.users["officer"], self.users["clerk"]
        texts = {"keeper_name": self.text("机构"), "document_number": self.text("保单")}
        policy = stored.confirm(stored.offered(deposit, form="insurance", keeper=self.insurer, **texts))
        own = {"keeper_name": self.text("支行"), "account_number": self._secret(f"62{len(self.secrets):014d}")}
        account = stored.confirm(stored.offered(deposit, form="bank", keeper=self.bank, **own))
        facts = {"name": self.text("欠薪工人"), "id_number": self._id_number()}
        facts |= {"card_number": self._secret(people.card_number())}
        line = money.payroll_line(self.payroll, "500", **facts)
        order = {"order_number": self.text("责令"), "opinion": self.text("意见")}
        use = stored.proposed(deposit, line, by=officer, **order)
        today = timezone.localdate()
        refund = DepositRefund.objects.create(
            deposit=deposit,
            instrument=account,
            amount=account.balance,
            promised_on=today,
            notice_from=today - timedelta(days=40),
            notice_until=today - timedelta(days=5),
            decide_by=today,
            applied_by=clerk,
            opinion=self.text("意见"),
        )
        name = f"{self.mark}证明.pdf"
        files = {
            "deposit_file": attachments.store(PDF + self.mark.encode(), name, by=clerk, owner=deposit),
            "instrument_file": attachments.store(PDF + self.mark.encode(), name, by=clerk, owner=account),
        }
        texts |= {"document_number": self.text("保函")}
        letter = stored.offered(deposit, form="guarantee", keeper=self.bank, **texts)
        things = {"deposit": deposit, "deposit_policy": policy, "deposit_account": account, "deposit_letter": letter}
        return things | {"deposit_use": use, "deposit_refund": refund} | files

    def declare_deposit(self, project: Model) -> Model:
        return stored.assessed(
            project, officer=self.users["officer"], by=self.users["clerk"], payer_name=self.text("缴纳主体")
        )

    def _papers_of_money(self, account: Model) -> dict[str, Any]:
        """What is signed, agreed and reported about the account and the labour cost."""
        project, by, text = self.project, self.users["clerk"], self.text
        notice = money.closing_notice(account, place=text("公示地点"), surplus_to=text("结余"), by=by)
        agreement = money.tripartite_agreement(account, project, number=text("协议"), bank_signatory=text("签"), by=by)
        term = money.labour_cost_term(project, clause=text("条款"), basis=TermBasis.PROGRESS, share=20, by=by)
        value = money.measured_value(project, MONTH, by=by)
        money.forecast(project)
        money.forecast_error(project)
        money.account_report(account, what=text("变更"), by=by)
        office = self.users["officer"].organization
        bank = money.bank_agreement(self.bank, office, number=text("银行协议"), contact_name=text("联系人"))
        things = {"labour_term": term, "bank_agreement": bank}
        owners = {"closing": notice, "tripartite": agreement, "measured": value, "bank_paper": bank}
        for name, owner in owners.items():
            scan = PDF + self.mark.encode()
            things[f"{name}_file"] = attachments.store(scan, f"{self.mark}{name}.pdf", by=by, owner=owner)
        return things

    def hand_over(self) -> dict[str, Any]:
        """One more person's wages at the bank."""
        person, number = self.person(), self.project.payout_batches.count()
        card = person["card"].number
        sheet = money.payroll_sheet(
            money.payroll(self.project, MONTH), people.team(self.project, self.text(f"代发班{number}"))
        )
        facts = {"card_number": card, "card_last4": card[-4:], "difference_reason": self.text("差异")}
        money.payroll_line(sheet.payroll, "100", engagement=person["engagement"], sheet=sheet, **facts)
        clerk, account = self.users["clerk"], self.project.account_links.order_by("pk").first().account
        approve(sheet, by=clerk)
        batch, _ = make_batch(self.project, account, [sheet.pk], layout="generic", by=clerk)
        return {"payout_batch": batch, "payout_order": batch.orders.get()}
