from django import forms
from django.db.models import Q, QuerySet

from accounts.enums import Answer, SheetState
from accounts.selectors.sheets import waiting_for
from accounts.services.sheets import differing
from core.forms import FilterForm, MonthField


class SheetFilters(FilterForm):
    q = forms.CharField(label="项目或班组")
    month = MonthField(label="工资月份")
    state = forms.ChoiceField(label="办理状态", choices=[("", ""), *SheetState.choices])
    mine = forms.BooleanField(label="只看待我办理")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def apply(self, sheets: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            sheets = sheets.filter(Q(project__name__icontains=text) | Q(team__name__icontains=text))
        if month := values.get("month"):
            sheets = sheets.filter(payroll__month=month)
        if state := values.get("state"):
            sheets = sheets.filter(state=state)
        return waiting_for(sheets, self.user) if values.get("mine") else sheets


class SheetLineFilters(FilterForm):
    CHECKS = {"differs": "与考勤或合同不同", "unexplained": "差异待说明", "deducted": "有扣款", "owed": "未发放"}
    ANSWERS = {"silent": "未答复", Answer.CONFIRMED: "已确认", Answer.OBJECTED: "有异议"}

    q = forms.CharField(label="姓名")
    check = forms.ChoiceField(label="核对", choices=[("", ""), *CHECKS.items()])
    answer = forms.ChoiceField(label="本人确认", choices=[("", ""), *ANSWERS.items()])

    def apply(self, lines: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            lines = lines.filter(name__icontains=text)
        if answer := values.get("answer"):
            lines = lines.filter(answer="" if answer == "silent" else answer)
        match values.get("check"):
            case "differs":
                lines = differing(lines)
            case "unexplained":
                lines = differing(lines).filter(difference_reason="", paid=0)
            case "deducted":
                lines = lines.filter(deducted__gt=0)
            case "owed":
                lines = lines.filter(owed__gt=0)
        return lines
