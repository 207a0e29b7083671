"""The acts that dispose of a warning."""

from django import forms

from alerts import permissions, services
from alerts.forms.base import ActForm
from core.forms import EvidenceField
from organizations.enums import Role


class AcceptForm(ActForm):
    key, title, submit, icon = "accept", "签收", "签收", "check"
    done = "已签收，请在处置期限内核实办结。"
    may = staticmethod(permissions.can_accept)

    def act(self, by) -> None:
        services.accept(warning=self.warning, by=by, seen=self.cleaned_data["seen"])


class VerifyForm(ActForm):
    key, title, submit, icon = "verify", "核实", "开始核实", "search"
    done = "已转入核实。"
    may = staticmethod(permissions.can_verify)
    text = forms.CharField(label="核实情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self, by) -> None:
        services.verify(warning=self.warning, text=self.cleaned_data["text"], by=by, seen=self.cleaned_data["seen"])


class ReleaseForm(ActForm):
    key, title, submit, icon = "release", "解除预警", "解除", "shield"
    hint = "数据已改正的，系统会自动解除，不必手工操作。事实没有变化时，同一事项不会再次预警。"
    done = "预警已解除。"
    may = staticmethod(permissions.can_release)
    text = forms.CharField(label="解除理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    files = EvidenceField(label="证据材料", help_text="PDF 或图片，至少 1 个，最多 5 个。")

    def act(self, by) -> None:
        values = self.cleaned_data
        services.release(warning=self.warning, text=values["text"], files=values["files"], by=by, seen=values["seen"])


class TransferForm(ActForm):
    key, title, submit, icon, tone = "transfer", "转案源", "转为案源", "flag", "danger"
    hint = "涉嫌违法的转入案源，由劳动保障监察立案查处或协调处理。"
    done = "已转为案源。"
    may = staticmethod(permissions.can_transfer)
    reason = forms.CharField(label="移送理由", max_length=900, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self, by) -> None:
        values = self.cleaned_data
        services.transfer(warning=self.warning, reason=values["reason"], by=by, seen=values["seen"])


class NoteForm(ActForm):
    key, title, submit, icon = "note", "补充说明", "保存", "edit"
    done = "说明已保存。"
    may = staticmethod(permissions.can_note)
    text = forms.CharField(label="说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    files = EvidenceField(label="附件", required=False, help_text="PDF 或图片，最多 5 个。")

    def act(self, by) -> None:
        services.note(warning=self.warning, text=self.cleaned_data["text"], files=self.cleaned_data["files"], by=by)


class ReplyForm(ActForm):
    key, title, submit, icon = "reply", "情况说明", "提交", "edit"
    hint = "说明整改、补发等情况，可附凭证；处置机关能看到，预警仍按“如何解除”办结。"
    done = "情况说明已提交，处置机关可以看到。"
    roles = (Role.CLERK,)
    may = staticmethod(permissions.can_reply)
    text = forms.CharField(label="情况说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    files = EvidenceField(label="附件", required=False, help_text="PDF 或图片，最多 5 个。")

    def act(self, by) -> None:
        services.reply(warning=self.warning, text=self.cleaned_data["text"], files=self.cleaned_data["files"], by=by)
