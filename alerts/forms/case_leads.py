from django import forms

from alerts.enums import Conclusion
from alerts.forms.base import long_text
from alerts.models import CaseLead
from core.forms import PortalForm


class CaseLeadForm(PortalForm):
    """Only the steps that follow the state the case is in. Closing is confirmed; taking it back says why."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)
    state = forms.ChoiceField(label="办理结果")
    conclusion = forms.ChoiceField(
        label="结案方式", choices=[("", ""), *Conclusion.choices], required=False, help_text="结案时填写。"
    )
    text = forms.CharField(label="说明", max_length=900, widget=forms.Textarea(attrs={"rows": 4}))
    confirm = forms.BooleanField(
        label="确认结案", required=False, help_text="结案须勾选；结案后，数据再次触发的将产生新预警。"
    )

    def __init__(self, data=None, *, lead: CaseLead):
        super().__init__(data, initial={"seen": lead.state})
        self.fields["state"].choices = [("", ""), *((step, step.label) for step in CaseLead.NEXT[lead.state])]
        if CaseLead.State.CLOSED not in CaseLead.NEXT[lead.state]:
            del self.fields["confirm"], self.fields["conclusion"]
        if lead.state == CaseLead.State.CLOSED:
            self.fields["state"].label, self.fields["text"].label = "恢复为", "撤销原因"

    def clean(self):
        values = super().clean()
        if values.get("state") == CaseLead.State.CLOSED and not values.get("confirm"):
            self.add_error("confirm", "请勾选“确认结案”。")
        if values.get("state") == CaseLead.State.CLOSED and not values.get("conclusion"):
            self.add_error("conclusion", "请选择结案方式。")
        values.pop("confirm", None)
        return values


class ProlongForm(PortalForm):
    text = long_text("延长理由", help_text="情况复杂的，经劳动保障行政部门负责人批准，可以延长 30 个工作日，限一次。")

    def __init__(self, data=None):
        super().__init__(data, prefix="prolong")
