from django import forms

from core.forms import PortalForm


class SaveFilterForm(PortalForm):
    name = forms.CharField(label="名称", max_length=30)
    replace = forms.BooleanField(label="替换同名的", required=False)

    def __init__(self, data=None):
        super().__init__(data, prefix="save")
