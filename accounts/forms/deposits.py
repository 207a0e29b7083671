"""Forms of a wage deposit: declaring, assessing, storing; and of its standard."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from accounts.enums import DepositForm
from accounts.forms.fields import ShownFirst, area, yes_no
from accounts.models import Deposit, DepositInstrument
from accounts.services.deposit_assessment import Facts
from core import identity
from core.forms import DigitsInput, EvidenceField, MoneyField, PortalForm, Section
from organizations.enums import Industry
from organizations.models import Organization

MANY = Decimal("9999999999999.99")


class ApplyForm(PortalForm):
    sections = [
        Section("缴纳主体", ["payer_name", "payer_uscc"]),
        Section("存储", ["form", "months", "is_key"], "存储金额由人社部门核定后，再办理存储。"),
        Section("免予存储", ["files"], "申请免予存储的，上传证明材料扫描件。"),
    ]
    payer_name = forms.CharField(label="缴纳主体名称", max_length=200)
    payer_uscc = forms.CharField(label="缴纳主体统一社会信用代码", max_length=18)
    form = forms.ChoiceField(label="收支方式", choices=[("", ""), *DepositForm.choices])
    months = forms.IntegerField(label="合同工期（月）", min_value=1, max_value=600)
    is_key = forms.BooleanField(label="重点交通、铁路等工程", required=False)
    files = EvidenceField(label="证明材料", required=False, help_text="PDF 或图片，最多 5 个。")

    def __init__(self, *args, payer: Organization, **kwargs):
        initial = {"payer_name": payer.name, "payer_uscc": payer.uscc}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_payer_uscc(self) -> str:
        return identity.check_uscc(self.cleaned_data["payer_uscc"])


STATED = (
    *("months", "is_key", "is_later", "clean_years", "arrears_before_signing", "recent_arrears"),
    *("is_blacklisted", "keeps_names_and_account"),
)


class AssessForm(PortalForm, ShownFirst):
    """Filled with what the portal knows."""

    sections = [
        Section("工程", ["months", "is_key", "is_later"]),
        Section(
            "工资支付情况",
            [
                *("clean_years", "arrears_before_signing", "recent_arrears", "is_blacklisted"),
                "keeps_names_and_account",
            ],
            "按平台数据预填，可以更正。",
        ),
        Section("说明", ["reason", "files"]),
    ]
    months = forms.IntegerField(label="合同工期（月）", min_value=1, max_value=600, required=False)
    is_key = forms.BooleanField(label="重点交通、铁路等工程", required=False)
    is_later = forms.BooleanField(label="同一地区已有其他工程存储", required=False)
    clean_years = forms.IntegerField(label="连续未拖欠年数", min_value=0, max_value=50)
    arrears_before_signing = forms.BooleanField(label="签订合同前一年内有拖欠", required=False)
    recent_arrears = forms.BooleanField(label="两年内有拖欠", required=False)
    is_blacklisted = forms.BooleanField(label="列入失信联合惩戒名单", required=False)
    keeps_names_and_account = forms.BooleanField(label="落实实名制并开设专户", required=False)
    reason = area("理由", required=False, help_text="与平台数据不一致的必填")
    files = EvidenceField(label="免予存储证明", required=False, help_text="PDF 或图片，最多 5 个。")

    def __init__(self, *args, facts: Facts, **kwargs):
        super().__init__(*args, initial={name: getattr(facts, name) for name in STATED}, **kwargs)

    def stated(self) -> dict:
        return {name: self.cleaned_data[name] for name in STATED}


class InstrumentForm(PortalForm):
    """Of one form; which, the address says."""

    sections = [
        Section("银行或保险公司", ["keeper", "keeper_name"]),
        Section("凭证", ["account_number", "has_special_mark", "document_number", "amount", "starts_on", "ends_on"]),
        Section("扫描件", ["files"]),
    ]
    keeper = forms.ModelChoiceField(Organization.objects.none(), label="经办机构")
    keeper_name = forms.CharField(label="机构名称", max_length=200)
    account_number = forms.CharField(label="工资保证金银行账号", max_length=40, widget=DigitsInput)
    has_special_mark = yes_no("账户是否设置特殊标识", required=False, help_text="由银行确认时核对")
    document_number = forms.CharField(label="函号", max_length=60)
    amount = MoneyField(label="金额（元）")
    starts_on = forms.DateField(label="缴存起始时间")
    ends_on = forms.DateField(label="有效期终止日期")
    files = EvidenceField(label="扫描件", required=False, help_text="保函、保单或存款凭证，PDF 或图片。")

    def __init__(self, *args, deposit: Deposit, form: DepositForm, instrument: DepositInstrument | None, **kwargs):
        super().__init__(*args, initial=self._known(deposit, instrument), **kwargs)
        self.form, self.instrument = form, instrument
        kind = form.keeper_kind
        self.fields["keeper"].queryset = Organization.objects.filter(kind=kind).order_by("name")
        self.fields["keeper"].label = kind.label
        self.fields["amount"].help_text = f"不低于核定的 {deposit.differential_amount:,.2f} 元"
        self._keep_fields_of(form)
        if instrument and form == DepositForm.BANK:
            self.fields["account_number"].required = False
            self.fields["account_number"].help_text = f"已登记尾号 {instrument.account_last4}，留空则不变"

    def _keep_fields_of(self, form: DepositForm) -> None:
        names = {
            DepositForm.BANK: ("工资保证金开户银行", ""),
            DepositForm.GUARANTEE: ("担保银行名称", "银行保函函号"),
            DepositForm.INSURANCE: ("保险公司名称", "保险单号"),
        }
        self.fields["keeper_name"].label, number = names[form]
        self.fields["document_number"].label = number
        unasked = (
            ("document_number", "ends_on") if form == DepositForm.BANK else ("account_number", "has_special_mark")
        )
        for name in unasked:
            del self.fields[name]

    @staticmethod
    def _known(deposit: Deposit, instrument: DepositInstrument | None) -> dict:
        if instrument is None:
            return {"amount": deposit.differential_amount}
        names = ("keeper", "keeper_name", "document_number", "amount", "starts_on", "ends_on")
        mark = {True: "yes", False: "no"}.get(instrument.has_special_mark, "")
        return {name: getattr(instrument, name) for name in names} | {"has_special_mark": mark}

    def clean_account_number(self) -> str:
        number = self.cleaned_data["account_number"]
        return identity.check_account(number) if number else ""

    def facts(self) -> dict:
        facts = dict(self.cleaned_data)
        if self.form == DepositForm.BANK:
            if not facts["account_number"]:
                del facts["account_number"]
            return facts | {"document_number": "", "ends_on": None}
        return facts | {"account_number": None, "has_special_mark": None}


class DepositStandardForm(PortalForm, ShownFirst):
    """The next version, filled with the last. Up to three bands; the first begins at zero."""

    BANDS = (1, 2, 3)
    industry = forms.ChoiceField(label="适用行业", required=False, choices=[("", "全部行业"), *Industry.choices])
    valid_from = forms.DateField(label="生效日期")
    document = forms.CharField(label="依据文件", max_length=200)
    key_cap = MoneyField(label="重点交通、铁路等工程的存储上限（元）", required=False)
    later_percent = forms.DecimalField(label="同一地区第二个项目起的比例（%）", required=False, max_digits=6)
    exempt_below = MoneyField(label="免予存储：合同额低于（元）", required=False)
    exempt_months = forms.IntegerField(label="免予存储：工期不足（月）", required=False, min_value=1, max_value=36)
    reduce_years = forms.IntegerField(label="连续几年未拖欠的降低", min_value=1, max_value=20)
    reduce_percent = forms.DecimalField(label="降低幅度（%）", max_digits=6)
    exempt_years = forms.IntegerField(
        label="连续几年未拖欠的免予存储", required=False, max_value=20, help_text="并须落实实名制、开设专户"
    )
    increase_percent = forms.DecimalField(label="两年内有拖欠的提高幅度（%）", max_digits=6)
    blacklist_percent = forms.DecimalField(label="列入失信联合惩戒名单的提高幅度（%）", max_digits=6)
    over_cap = forms.BooleanField(label="提高后不受上限限制", required=False)
    reason = area("变更说明")

    def __init__(self, *args, last, today, **kwargs):
        super().__init__(*args, initial=self._last(last, today), **kwargs)
        for number in self.BANDS:
            self._add_band(number)
        bands = [f"{name}_{n}" for n in self.BANDS for name in ("above", "percent", "cap", "floor")]
        self.sections = [
            Section("适用范围", ["industry", "valid_from", "document"], "有行业标准的，先于全部行业的标准。"),
            Section("比例与上下限", [*bands, "key_cap", "later_percent"], "按合同额分档，第一档从 0 元起。"),
            Section("免予存储", ["exempt_below", "exempt_months"], "签订合同前一年内未拖欠工资的。"),
            Section("降低与提高", ["reduce_years", "reduce_percent", "exempt_years", "increase_percent"]),
            Section("惩戒", ["blacklist_percent", "over_cap"]),
            Section("说明", ["reason"]),
        ]

    def _add_band(self, number: int) -> None:
        first = number == 1
        above = MoneyField(label=f"第{number}档：合同额从（元）", required=first, max_value=MANY)
        percent = forms.DecimalField(label=f"第{number}档：比例（%）", required=first, max_digits=6, decimal_places=3)
        self.fields[f"above_{number}"], self.fields[f"percent_{number}"] = above, percent
        self.fields[f"cap_{number}"] = MoneyField(label=f"第{number}档：上限（元）", required=False)
        self.fields[f"floor_{number}"] = MoneyField(label=f"第{number}档：下限（元）", required=False)

    @classmethod
    def _last(cls, last, today) -> dict:
        own = ("industry", "document", "key_cap", "later_percent", "exempt_below", "exempt_months", "reduce_years")
        own += ("reduce_percent", "exempt_years", "increase_percent", "blacklist_percent", "over_cap")
        if last is None:
            start = {"above_1": 0, "reduce_years": 2, "reduce_percent": 50, "exempt_years": 3}
            return start | {"increase_percent": 50, "blacklist_percent": 100, "valid_from": today}
        bands = {
            f"{name}_{n}": getattr(band, name)
            for n, band in zip(cls.BANDS, last.bands.all(), strict=False)
            for name in ("above", "percent", "cap", "floor")
        }
        return {name: getattr(last, name) for name in own} | bands | {"valid_from": today}

    def clean(self):
        super().clean()
        if not self.errors and len({band["above"] for band in self.bands()}) < len(self.bands()):
            raise ValidationError("两档的起点相同，请核对。")

    def bands(self) -> list[dict]:
        """Those that are filled in."""
        values = self.cleaned_data
        rows = [{name: values.get(f"{name}_{n}") for name in ("above", "percent", "cap", "floor")} for n in self.BANDS]
        return [row for row in rows if row["above"] is not None and row["percent"] is not None]

    def facts(self) -> dict:
        names = {f"{name}_{n}" for n in self.BANDS for name in ("above", "percent", "cap", "floor")} | {"shown"}
        return {name: value for name, value in self.cleaned_data.items() if name not in names}
