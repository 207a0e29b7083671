"""Wages paid for another unit: whose, how much, with what proof; and what comes back."""

from collections.abc import Iterable

from django import forms
from django.utils import timezone

from accounts.enums import AdvanceCause, AdvanceMeans
from accounts.models import PayrollLine
from core.forms import EvidenceField, MoneyField, PortalForm
from organizations.models import Organization


class AdvanceForm(PortalForm):
    """A box and an amount for each unpaid line; a chosen one without an amount is advanced in full."""

    debtor = forms.TypedChoiceField(label="被垫付单位", coerce=int)
    cause = forms.ChoiceField(label="垫付事由", choices=[("", ""), *AdvanceCause.choices])
    means = forms.ChoiceField(label="垫付方式", choices=[("", ""), *AdvanceMeans.choices])
    on = forms.DateField(label="垫付日期", initial=timezone.localdate)
    note = forms.CharField(label="说明", required=False, max_length=200)
    proofs = EvidenceField(
        label="支付凭证", required=False, help_text="直接支付给工人的必传：转账回单或工人签收单，PDF、JPG 或 PNG"
    )

    COMMON = ("debtor", "cause", "means", "on", "note", "proofs")

    def __init__(self, *args, units: list[tuple[Organization, str]], lines: Iterable[PayrollLine], **kwargs):
        super().__init__(*args, **kwargs)
        self.units, self.lines = {unit.pk: unit for unit, _ in units}, list(lines)
        self.fields["debtor"].choices = [("", ""), *((unit.pk, f"{unit}（{part}）") for unit, part in units)]
        for line in self.lines:
            label = f"{line.name} {line.month:%Y年%m月}"
            self.fields[f"take-{line.pk}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"amount-{line.pk}"] = MoneyField(label=f"{label} 垫付金额", required=False)

    def common(self) -> list:
        return [self[name] for name in self.COMMON]

    def rows(self) -> list[dict]:
        return [
            {"line": line, "owed": line.net - line.paid}
            | {name: self[f"{name}-{line.pk}"] for name in ("take", "amount")}
            for line in self.lines
        ]

    def clean(self):
        values = super().clean()
        for line in self.lines:
            if values.get(f"amount-{line.pk}") and not values.get(f"take-{line.pk}"):
                self.add_error(f"amount-{line.pk}", "填了金额但没有勾选，请勾选或清空金额。")
        if not any(values.get(f"take-{line.pk}") for line in self.lines):
            self.add_error(None, "请勾选垫付的工资。")
        return values

    def facts(self) -> dict:
        values = self.cleaned_data
        chosen = [line for line in self.lines if values.get(f"take-{line.pk}")]
        amounts = {line.pk: values.get(f"amount-{line.pk}") or line.net - line.paid for line in chosen}
        facts = {name: values[name] for name in self.COMMON if name != "debtor"}
        return facts | {"debtor": self.units[values["debtor"]], "amounts": amounts}


class RecoverForm(PortalForm):
    on = forms.DateField(label="追回日期", initial=timezone.localdate)
    amount = MoneyField(label="追回金额")
    note = forms.CharField(label="说明", required=False, max_length=200, help_text="如“从劳务费结算款中扣回”")
    proofs = EvidenceField(label="凭证", required=False, help_text="收款回单或扣款协议，PDF、JPG 或 PNG")


class UndoForm(PortalForm):
    reason = forms.CharField(label="冲销原因", max_length=200)


class ThresholdForm(PortalForm):
    valid_from = forms.DateField(label="生效日期")
    one_person = MoneyField(label="一名劳动者", help_text="拖欠三个月以上劳动报酬，5,000 至 20,000 元")
    several = MoneyField(label="十名以上劳动者合计", help_text="30,000 至 100,000 元")
    basis = forms.CharField(label="依据", max_length=200, help_text="本省高级人民法院公布数额标准的文件名称和文号")
