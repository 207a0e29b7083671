from datetime import date

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import PayrollLine
from accounts.selectors.notices import missing_q
from core.forms import FilterForm, MonthField
from projects.filters import OversightFilters

PAID = {"paid": "已发放", "unpaid": "未发放"}


class PayrollFilters(FilterForm):
    q = forms.CharField(label="项目名称")
    month = MonthField(label="工资月份")
    state = forms.ChoiceField(label="发放", choices=[("", ""), *PAID.items()])

    def apply(self, payrolls: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            payrolls = payrolls.filter(project__name__icontains=text)
        if month := values.get("month"):
            payrolls = payrolls.filter(month=month)
        if state := values.get("state"):
            owing = Exists(PayrollLine._base_manager.filter(payroll=OuterRef("pk"), paid__lt=F("net")))
            payrolls = payrolls.filter(owing if state == "unpaid" else ~owing)
        return payrolls


class PayrollLineFilters(FilterForm):
    q = forms.CharField(label="姓名或卡号后四位")
    state = forms.ChoiceField(label="发放", choices=[("", ""), *PAID.items()])
    check = forms.ChoiceField(
        label="核对", choices=[("", ""), ("days", "天数与考勤不同"), ("absent", "没有考勤"), ("unknown", "不在花名册")]
    )

    CHECKS = {
        "days": Q(attended__isnull=False, days__isnull=False) & ~Q(days=F("attended")),
        "absent": Q(registered__isnull=False) & (Q(attended__isnull=True) | Q(attended=0)),
        "unknown": Q(registered__isnull=True),
    }

    def apply(self, lines: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            lines = lines.filter(Q(name__icontains=text) | Q(card_last4=text))
        if state := values.get("state"):
            lines = lines.filter(paid__lt=F("net")) if state == "unpaid" else lines.filter(paid__gte=F("net"))
        if check := values.get("check"):
            lines = lines.filter(self.CHECKS[check])
        return lines


class NoticeFilters(OversightFilters):
    month = MonthField(label="工资月份")
    missing = forms.BooleanField(label="只看逾期未公示")

    def apply(self, projects: QuerySet, month: date, today: date) -> QuerySet:
        """Of projects `with_postings` of this month: those that had people at work or wages listed."""
        projects = self.narrow(projects).filter(Q(attended__gt=0) | Q(listed__gt=0))
        return projects.filter(missing_q(month, today)) if self.values.get("missing") else projects
