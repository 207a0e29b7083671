from django import forms

from accounts.enums import TermBasis
from accounts.models import LabourCostTerm
from core.forms import EvidenceField, MoneyField, MonthField, PortalForm, PortalModelForm, Section


class TermForm(PortalModelForm):
    sections = [
        Section("期间", ["first_month", "last_month"], "变更约定时登记新的一项，原来的到上月为止。"),
        Section("数额或比例", ["basis", "amount", "share"]),
        Section("拨付", ["cycle", "pay_day", "next_month"], "拨付周期不得超过 1 个月。"),
        Section("依据", ["clause", "files"]),
    ]
    first_month = MonthField(label="自何月起")
    last_month = MonthField(label="至何月止", required=False, help_text="留空为至完工。")
    pay_day = forms.IntegerField(label="拨付日", help_text="几号，1 至 31；当月没有这一天的为月末。")
    files = EvidenceField(label="合同条款扫描件", required=False, help_text="PDF 或图片，最多 5 个。")

    class Meta:
        model = LabourCostTerm
        fields = ["first_month", "last_month", "basis", "amount", "share", "cycle", "pay_day", "next_month", "clause"]
        field_classes = {"amount": MoneyField}

    def clean(self):
        """Only what belongs to the basis chosen."""
        values = super().clean()
        first, last = values.get("first_month"), values.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", "至何月止不能早于自何月起。")
        if values.get("basis") == TermBasis.AMOUNT:
            values["share"] = None
        elif values.get("basis"):
            values["amount"] = None
        return values

    def _post_clean(self):
        """The service validates."""


class MeasuredForm(PortalForm):
    amount = MoneyField(label="当月计量产值（元）", help_text="建设单位与总承包单位签认的当月产值；没有产值的填 0。")
    files = EvidenceField(label="计量文件", help_text="双方签认的计量单扫描件。")
