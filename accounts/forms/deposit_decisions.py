"""Forms of what is decided about a deposit, and of what its keeper confirms."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.enums import DepositPayMethod
from accounts.forms.fields import DayField, area, yes_no
from accounts.models import DepositInstrument, PayrollLine
from core import identity
from core.forms import EvidenceField, MoneyField, PortalForm, Section

REFERENCE = "银行或保险公司业务编号"


class ReasonForm(PortalForm):
    reason = area("原因")


class ConfirmForm(PortalForm):
    """By the keeper: it is stored."""

    moved_on = DayField(label="收支时间", initial=timezone.localdate)
    has_special_mark = yes_no("账户是否设置特殊标识")
    reference = forms.CharField(label=REFERENCE, max_length=64, required=False)

    def __init__(self, *args, instrument: DepositInstrument, **kwargs):
        super().__init__(*args, **kwargs)
        if not instrument.is_account:
            del self.fields["has_special_mark"]
        elif instrument.has_special_mark is not None:
            self.fields["has_special_mark"].initial = "yes" if instrument.has_special_mark else "no"


class PaymentForm(PortalForm):
    moved_on = DayField(label="支付日期", initial=timezone.localdate)
    reference = forms.CharField(label=REFERENCE, max_length=64, required=False)
    files = EvidenceField(label="支付凭证", required=False, help_text="PDF 或图片，最多 5 个。")


class RefillForm(PortalForm):
    amount = MoneyField(label="补足金额（元）")
    moved_on = DayField(label="补足日期", initial=timezone.localdate)
    reference = forms.CharField(label=REFERENCE, max_length=64, required=False)


class RefundDoneForm(PortalForm):
    moved_on = DayField(label="退还日期", initial=timezone.localdate)
    reference = forms.CharField(label=REFERENCE, max_length=64, required=False)


class RefundForm(PortalForm):
    sections = [
        Section("承诺与公示", ["promised_on", "notice_from", "notice_until"], "公示期不少于 30 日，届满后申请。"),
        Section("材料", ["files"]),
    ]
    promised_on = DayField(label="书面承诺日期")
    notice_from = DayField(label="公示开始日期")
    notice_until = DayField(label="公示截止日期")
    files = EvidenceField(label="书面承诺、公示照片", help_text="PDF 或图片，最多 5 个。")


class OpinionForm(PortalForm):
    opinion = area("经办意见", initial="工程已完工，未发现拖欠工资，公示期内无异议，同意退还。")
    office_uscc = forms.CharField(label="退还决定单位统一社会信用代码", max_length=18)

    def clean_office_uscc(self) -> str:
        return identity.check_uscc(self.cleaned_data["office_uscc"])


class UseForm(PortalForm):
    """The order that was not followed, and the workers it is about: only whom somebody has chosen is paid, by default
    all that is owed. Nobody is chosen beforehand."""

    sections = [Section("责令支付", ["order_number", "ordered_on", "order_due_on"], "期限届满仍未支付的，方可动用。")]
    order_number = forms.CharField(label="责令支付文书号", max_length=60)
    ordered_on = DayField(label="责令支付日期")
    order_due_on = DayField(label="责令支付期限")
    method = forms.ChoiceField(label="工资支付方式", choices=DepositPayMethod.choices)
    opinion = area("经办意见")
    files = EvidenceField(label="责令支付文书", required=False, help_text="PDF 或图片，最多 5 个。")
    chosen = forms.TypedMultipleChoiceField(label="支付给", required=False, coerce=int)

    def __init__(self, *args, lines: list[PayrollLine], **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["chosen"].choices = [(line.pk, line.name) for line in lines]
        for line in lines:
            self.fields[_amount(line)] = MoneyField(
                label=f"{line.name} {line.month:%Y-%m} 支付金额（元）", required=False, initial=line.left
            )

    @property
    def facts_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name != "chosen" and not bound.name.startswith("amount_")]

    @property
    def rows(self) -> list[tuple[PayrollLine, bool, forms.BoundField]]:
        """Each line, whether it is chosen, and its amount."""
        chosen = {str(pk) for pk in self["chosen"].value() or ()}
        return [(line, str(line.pk) in chosen, self[_amount(line)]) for line in self.lines]

    def clean(self) -> None:
        super().clean()
        chosen = set(self.cleaned_data.get("chosen", ()))
        for line in self.lines:
            name = _amount(line)
            amount = self.cleaned_data.get(name)
            if line.pk in chosen and amount is None and name not in self.errors:
                self.add_error(name, "已勾选，请填写支付金额。")
            elif line.pk not in chosen and amount not in (None, line.left):
                self.add_error(name, "填了金额但没有勾选：要支付请勾选，不支付请清空金额。")
        if not self.errors and not chosen:
            raise ValidationError("请至少勾选一名工人。")

    def amounts(self) -> dict[int, Decimal]:
        chosen = set(self.cleaned_data["chosen"])
        return {line.pk: self.cleaned_data[_amount(line)] for line in self.lines if line.pk in chosen}

    def facts(self) -> dict:
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "chosen" and not name.startswith("amount_")
        }


def _amount(line: PayrollLine) -> str:
    return f"amount_{line.pk}"
