"""Leaving the site: one person or several, and what was owed."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils import timezone

from core.forms import EvidenceField, MoneyField, PortalForm, Section
from workers.enums import Settlement, ShortReason, VoucherKind
from workers.models import Engagement
from workers.services.dues import Due
from workers.services.stays import Exit, Settled

SHORT_REASONS = [("", "—"), *ShortReason.choices]


class VoucherForm(PortalForm):
    """Files, and what they are: only the sheet the worker has signed speaks for the worker."""

    vouchers = EvidenceField(label="结算凭证", required=False, help_text="可拍照上传；PDF、JPG 或 PNG")
    voucher_kind = forms.ChoiceField(
        label="上传的是", required=False, choices=VoucherKind.choices, widget=forms.RadioSelect
    )

    @property
    def is_signed(self) -> bool:
        values = self.cleaned_data
        return bool(values.get("vouchers")) and values.get("voucher_kind") == VoucherKind.SIGNED

    def clean(self):
        values = super().clean()
        if values.get("vouchers") and not values.get("voucher_kind") and "voucher_kind" not in self.errors:
            self.add_error("voucher_kind", "请选择上传的是结算单还是其他凭证。")
        return values


class ExitForm(VoucherForm):
    on = forms.DateField(label="退场日期", initial=timezone.localdate)
    settlement = forms.ChoiceField(label="工资是否结清", choices=Settlement.choices, widget=forms.RadioSelect)
    owed_amount = MoneyField(label="欠付金额", required=False, help_text="未结清的填写")
    owed_due_on = forms.DateField(label="约定支付日期", required=False, help_text="未结清的填写")
    short_reason = forms.ChoiceField(
        label="少于核算的原因",
        required=False,
        choices=SHORT_REASONS,
        help_text="填报少于系统核算、又没有本人签字的结算单时选择；少填的部分仍列入欠薪台账",
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=200,
        widget=forms.Textarea({"rows": 2}),
        help_text="与系统核算的应结金额不一致的，写明原因，如已预支、扣款、现金支付",
    )

    sections = [
        Section("退场", ["on"]),
        Section("工资结算", ["settlement", "owed_amount", "owed_due_on", "short_reason", "note"]),
        Section("凭证", ["vouchers", "voucher_kind"], "本人签字的结算单才作为工资已经结算的凭证。"),
    ]

    def __init__(self, *args, due: Due, **kwargs):
        """What payrolls and attendance come to is proposed."""
        proposed = {"settlement": Settlement.OWED, "owed_amount": due.total} if due.total else {}
        super().__init__(*args, initial=proposed, **kwargs)
        self.due = due

    def clean(self):
        values = super().clean()
        if values.get("on") and values.get("settlement"):
            self.add_problems(self.settled().problems(values["on"], self.due))
        return values

    def settled(self) -> Settled:
        values = self.cleaned_data
        return Settled(
            values["settlement"],
            values.get("owed_amount"),
            values.get("owed_due_on"),
            values.get("note", ""),
            values.get("short_reason", ""),
            is_signed=self.is_signed,
        )


class ExitManyForm(PortalForm):
    """A box and an amount for each person; who is chosen without an amount has been paid in full."""

    on = forms.DateField(label="退场日期", initial=timezone.localdate)
    owed_due_on = forms.DateField(label="约定支付日期", required=False, help_text="名单中填有欠付金额时必填")
    short_reason = forms.ChoiceField(
        label="少于核算的原因",
        required=False,
        choices=SHORT_REASONS,
        help_text="有人填报少于系统核算的选择；少填的部分仍列入欠薪台账",
    )
    note = forms.CharField(
        label="说明", required=False, max_length=200, help_text="有人的欠付金额与系统核算不一致的，写明原因"
    )
    confirmed = forms.BooleanField(label="已核对：所选人员中未填欠付金额的，工资均已结清")

    def __init__(self, *args, people: Iterable[Engagement], last_worked: dict, dues: Mapping[int, Due], **kwargs):
        super().__init__(*args, **kwargs)
        self.people, self.last_worked, self.dues = list(people), last_worked, dues
        for person in self.people:
            name = person.worker.name
            self.fields[f"leave-{person.pk}"] = forms.BooleanField(label=f"{name} 退场", required=False)
            self.fields[f"owed-{person.pk}"] = MoneyField(label=f"{name} 欠付金额", required=False)
            self.initial[f"owed-{person.pk}"] = dues[person.pk].total or None

    def rows(self) -> list[dict]:
        return [
            {
                "engagement": person,
                "last_worked": self.last_worked.get(person.pk),
                "leave": self[f"leave-{person.pk}"],
                "owed": self[f"owed-{person.pk}"],
                "due": self.dues[person.pk],
            }
            for person in self.people
        ]

    def common(self) -> list:
        return [self["on"], self["owed_due_on"], self["short_reason"], self["note"], self["confirmed"]]

    def chosen(self) -> list[Engagement]:
        return [person for person in self.people if self.cleaned_data.get(f"leave-{person.pk}")]

    def clean(self):
        values, chosen = super().clean(), self.chosen()
        if not chosen:
            self.add_error(None, "请在名单中勾选退场的人员。")
        owing = [person for person in chosen if values.get(f"owed-{person.pk}")]
        if owing and not values.get("owed_due_on") and "owed_due_on" not in self.errors:
            self.add_error("owed_due_on", "有人员未结清，请填写约定支付日期。")
        for person in self.people:
            owed = values.get(f"owed-{person.pk}")
            if owed and person not in chosen and owed != self.dues[person.pk].total:
                self.add_error(f"owed-{person.pk}", "填了欠付金额但没有勾选退场，请勾选或清空金额。")
        for person in chosen:
            settled = self._settled(person)
            if problems := self.dues[person.pk].why_not(settled):
                self.add_error(f"owed-{person.pk}", " ".join(problems.values()))
        return values

    def exits(self) -> list[Exit]:
        return [Exit(person, self._settled(person)) for person in self.chosen()]

    def _settled(self, person: Engagement) -> Settled:
        values = self.cleaned_data
        owed, due_on = values.get(f"owed-{person.pk}"), values.get("owed_due_on")
        why = {"note": values.get("note", "")}
        if (owed or 0) < self.dues[person.pk].total:
            why["short_reason"] = values.get("short_reason", "")
        if not owed:
            return Settled(Settlement.SETTLED, **why)
        return Settled(Settlement.OWED, owed, due_on, **why)


class SignedSheetForm(PortalForm):
    vouchers = EvidenceField(label="本人签字的退场工资结算单", help_text="可拍照上传；PDF、JPG 或 PNG")


class PaidForm(VoucherForm):
    paid_on = forms.DateField(label="结清日期", initial=timezone.localdate)
    field_order = ("paid_on", "vouchers", "voucher_kind")

    def paid(self) -> dict:
        return {"paid_on": self.cleaned_data["paid_on"], "vouchers": self.cleaned_data["vouchers"]}
