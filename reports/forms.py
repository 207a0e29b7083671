from datetime import date

from django import forms

from core.forms import PortalForm
from reports.figures import due_month
from reports.filters import months


class WorkbookForm(PortalForm):
    month = forms.ChoiceField(label="统计月份")

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = months(today)
        self.fields["month"].initial = f"{due_month(today):%Y-%m}"
