from django import forms
from django.utils import timezone

from core.forms import EvidenceField, PortalForm
from projects.enums import BoardItem
from projects.forms.fields import not_in_future


class BoardForm(PortalForm):
    """The board as it stands today, with photographs that show what it says."""

    checked_on = forms.DateField(label="拍照日期", initial=timezone.localdate)
    place = forms.CharField(label="设置位置", max_length=100, help_text="如“工地大门右侧”。")
    items = forms.MultipleChoiceField(
        label="告示牌写明的内容", choices=BoardItem.choices, widget=forms.CheckboxSelectMultiple
    )
    photos = EvidenceField(label="告示牌照片", help_text="1 至 5 张，应看得清文字和电话。")

    def clean_checked_on(self):
        return not_in_future(self.cleaned_data["checked_on"])
