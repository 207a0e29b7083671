from django import forms

from core.forms import PortalForm
from core.spreadsheets import values as clean
from workers.forms.fields import ServiceErrorsMixin


class CorrectionForm(ServiceErrorsMixin, PortalForm):
    units = forms.TypedChoiceField(
        label="出勤",
        choices=[("1", "全天"), ("0.5", "半天"), ("0", "未出勤")],
        widget=forms.RadioSelect,
        coerce=clean.day_count,
    )
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea({"rows": 2}), help_text="如：闸机故障、漏刷卡；将留存备查"
    )
