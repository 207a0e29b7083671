from django import forms

from core.forms import PortalForm


class SaveFilterForm(PortalForm):
    name = forms.CharField(label="名称", max_length=30, help_text="同名的将被替换。")

    def __init__(self, data=None):
        super().__init__(data, prefix="save")
