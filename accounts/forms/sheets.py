from datetime import date
from decimal import ROUND_HALF_UP

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.enums import Answer, SheetState
from accounts.models import PayrollLine, PayrollSheet
from core.forms import EvidenceField, MoneyField, MonthField, PortalForm, Section
from core.money import CENT
from core.months import previous_month
from projects.models import Project
from workers.enums import WageMethod
from workers.models import Engagement, Team

NO_TEAM = 0


class MakeForm(PortalForm):
    """The month, and the teams whose sheets are made; all of them unless some are chosen."""

    month = MonthField(label="工资所属年月")
    teams = forms.TypedMultipleChoiceField(
        label="班组",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="按当月考勤和劳动合同逐人计算；已在工资表中的人员不会重复。",
    )

    def __init__(self, *args, project: Project, **kwargs):
        teams = list(Team.objects.unscoped("the project is in scope").filter(project=project))
        choices = [(team.pk, team.name) for team in teams] + [(NO_TEAM, "未分班组")]
        month = previous_month(timezone.localdate())
        super().__init__(*args, initial={"month": month, "teams": [pk for pk, _ in choices]}, **kwargs)
        self.fields["teams"].choices = choices

    def clean_month(self) -> date:
        month = self.cleaned_data["month"]
        if month > timezone.localdate():
            raise ValidationError("工资所属月份晚于本月。")
        return month


class BackPayForm(PortalForm):
    month = MonthField(label="补发哪个月的工资")
    team = forms.ModelChoiceField(label="班组", queryset=Team.objects.none(), required=False)
    reason = forms.CharField(label="补发原因", max_length=200, help_text="如“当月漏计加班 3 天”。")

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.unscoped("the project is in scope").filter(project=project)

    def clean_month(self) -> date:
        month = self.cleaned_data["month"]
        if month >= timezone.localdate().replace(day=1):
            raise ValidationError("补发只用于以前的月份；当月工资请直接编制。")
        return month


class PersonField(forms.ModelChoiceField):
    """Somebody of the project's register, told apart by team and the last four of the ID."""

    def label_from_instance(self, engagement: Engagement) -> str:
        return f"{engagement.worker.name}（{engagement.team or '未分班组'}，尾号{engagement.worker.id_last4}）"


class LineForm(PortalForm):
    """One person's wages while the sheet is a draft. What differs from attendance or contract says why."""

    sections = [
        Section("人员", ["engagement"]),
        Section("应发", ["days", "quantity", "due", "difference_reason"]),
        Section("扣款", ["deducted", "advance_deducted", "deduction_reason"], "实发工资＝应发－扣款。"),
        Section("其他", ["remark"]),
    ]

    engagement = PersonField(label="人员", queryset=Engagement.objects.none())
    days = forms.DecimalField(
        label="工作天数", min_value=0, max_value=31, max_digits=3, decimal_places=1, required=False
    )
    quantity = forms.DecimalField(label="完成工程量", min_value=0, max_digits=12, decimal_places=2, required=False)
    due = MoneyField(label="应发工资（元）", min_value=0, required=False)
    difference_reason = forms.CharField(
        label="差异原因", max_length=200, required=False, help_text="与考勤或合同不一致时必填。"
    )
    deducted = MoneyField(label="扣款合计（元）", min_value=0, required=False)
    advance_deducted = MoneyField(label="其中扣回预支（元）", min_value=0, required=False)
    deduction_reason = forms.CharField(label="扣款原因", max_length=200, required=False)
    remark = forms.CharField(label="备注", max_length=200, required=False)

    WRITTEN = ("days", "quantity", "due", "difference_reason", "deduction_reason", "remark")

    def __init__(self, *args, line: PayrollLine, sheet: PayrollSheet, **kwargs):
        names = (*self.WRITTEN, "deducted", "advance_deducted")
        initial = {name: getattr(line, name) for name in names} if line.pk else {}
        if line.wage_method == WageMethod.PIECE and not line.due:
            initial["due"] = None  # follows the quantity
        super().__init__(*args, initial=initial, **kwargs)
        self.line, self.sheet = line, sheet
        if line.pk:
            del self.fields["engagement"]
        else:
            self.fields["engagement"].queryset = _not_listed(sheet)
        if line.wage_method != WageMethod.PIECE:
            del self.fields["quantity"]

    def fill(self) -> PayrollLine:
        """The line as the form says; amounts left empty are nothing."""
        values = self.cleaned_data
        for name in self.WRITTEN:
            if name in values:
                setattr(self.line, name, values[name])
        for name in ("deducted", "advance_deducted"):
            setattr(self.line, name, values[name] or 0)
        return self.line

    def clean(self):
        """Piece work is due by its quantity unless another sum is written."""
        values = super().clean()
        untouched = "due" not in self.changed_data and "quantity" in self.changed_data
        if (values.get("due") is None or untouched) and values.get("quantity") and self.line.rate:
            values["due"] = (values["quantity"] * self.line.rate).quantize(CENT, ROUND_HALF_UP)
        if values.get("due") is None and "due" not in self.errors:
            self.add_error("due", "请填写应发工资。")
        if (values.get("deducted") or 0) > (values.get("due") or 0):
            self.add_error("deducted", "扣款不能超过应发工资。")
        if values.get("deducted") and not values.get("deduction_reason"):
            self.add_error("deduction_reason", "请填写扣款原因。")
        return values


def _not_listed(sheet: PayrollSheet):
    people = Engagement.objects.unscoped("the project is in scope").filter(project=sheet.project_id)
    lines = PayrollLine.objects.unscoped("the project is in scope").filter(
        payroll=sheet.payroll_id, is_back_pay=sheet.is_back_pay, engagement__isnull=False
    )
    if sheet.is_back_pay:
        lines = lines.filter(sheet=sheet)
    people = people.exclude(pk__in=lines.values("engagement")).select_related("worker", "team")
    return people.order_by("worker__name", "pk")


class StepForm(PortalForm):
    """The step that follows. Scans take the place of confirmations in the portal."""

    text = forms.CharField(label="说明", max_length=500, required=False)
    files = EvidenceField(label="签字盖章的工资表", required=False, help_text="扫描件或照片，1 至 5 个。")
    seen = forms.ChoiceField(choices=SheetState.choices, widget=forms.HiddenInput)

    def __init__(self, *args, takes_scans: bool, needs_scans: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not takes_scans:
            del self.fields["files"]
        elif needs_scans:
            self.fields["files"].required = True


class BackForm(PortalForm):
    text = forms.CharField(label="退回原因", max_length=500)
    seen = forms.ChoiceField(choices=SheetState.choices, widget=forms.HiddenInput)


class ExplainForm(PortalForm):
    reason = forms.CharField(label="差异原因", max_length=200, help_text="填给所有还没有说明原因的人员。")


class WageAdvanceForm(PortalForm):
    engagement = PersonField(label="人员", queryset=Engagement.objects.none())
    amount = MoneyField(label="预支金额（元）", min_value=0)
    paid_on = forms.DateField(label="预支日期")
    note = forms.CharField(label="说明", max_length=200, help_text="如“家中急用，现金支付，本人已签收”。")

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        people = Engagement.objects.unscoped("the project is in scope").filter(project=project)
        self.fields["engagement"].queryset = people.select_related("worker", "team").order_by("worker__name", "pk")

    def clean_paid_on(self) -> date:
        if self.cleaned_data["paid_on"] > timezone.localdate():
            raise ValidationError("预支日期不能晚于今天。")
        return self.cleaned_data["paid_on"]


class CorrectAdvanceForm(PortalForm):
    note = forms.CharField(label="更正原因", max_length=200)


class ObjectionForm(PortalForm):
    """What a worker types; the rest of the answer is the page's own."""

    text = forms.CharField(
        label="哪里不对", max_length=500, widget=forms.Textarea({"rows": 3}), help_text="如“少算了两天”。"
    )


class AnswerForm(PortalForm):
    answer = forms.ChoiceField(choices=[(Answer.CONFIRMED, "确认"), (Answer.OBJECTED, "异议")])
    net = MoneyField()
    text = forms.CharField(label="哪里不对", max_length=500, required=False)

    def clean(self):
        values = super().clean()
        if values.get("answer") == Answer.OBJECTED and not values.get("text"):
            self.add_error("text", "请写一下哪里不对。")
        return values
