from datetime import date

from django import forms
from django.utils import timezone

from accounts.enums import NoticeSheet
from accounts.selectors.notices import NoticeMonth
from core.forms import EvidenceField, PortalForm


class PostingForm(PortalForm):
    """What was posted, when and where, with photos of it. Offers the sheets of the month that have something to say,
    and ticks those that have not been posted."""

    sheets = forms.MultipleChoiceField(label="公示内容", widget=forms.CheckboxSelectMultiple)
    posted_on = forms.DateField(label="公示日期")
    place = forms.CharField(label="张贴地点", max_length=100, help_text="如“农民工生活区宣传栏”。")
    photos = EvidenceField(label="公示现场照片", help_text="照片或扫描件，1 至 5 个；照片应看得清表格内容。")

    def __init__(self, *args, notices: NoticeMonth, place: str = "", **kwargs):
        offered = [state for state in notices.sheets if state.figures is not None]
        initial = {
            "sheets": [state.sheet for state in offered if state.posting is None],
            "posted_on": timezone.localdate(),
            "place": place,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.month = notices.month
        self.fields["sheets"].choices = [(state.sheet, NoticeSheet(state.sheet).label) for state in offered]

    def clean_posted_on(self) -> date:
        day = self.cleaned_data["posted_on"]
        if not self.month <= day <= timezone.localdate():
            raise forms.ValidationError("公示日期应在工资所属月份之后，且不晚于今天。")
        return day


class WithdrawForm(PortalForm):
    reason = forms.CharField(label="撤回原因", max_length=200)
