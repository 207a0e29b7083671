"""The acts that dispose of a warning."""

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts import permissions, recheck, selectors, services
from alerts.enums import WarningState
from alerts.forms.base import ActForm, long_text
from alerts.services import offices
from core import attachments
from core.forms import EvidenceField
from organizations.enums import Role
from organizations.models import Organization


class AcceptForm(ActForm):
    key, title, submit, icon = "accept", "签收", "签收", "check"
    main_in = (WarningState.NEW,)
    may = staticmethod(permissions.can_accept)

    @property
    def done(self) -> str:
        if self.warning.is_overdue(timezone.localdate()):
            return f"已签收。处置期限 {self.warning.due_on} 已过，请尽快核实办结。"
        return f"已签收，请在 {self.warning.due_on} 前核实办结。"

    def act(self, by) -> None:
        services.accept(warning=self.warning, by=by, seen=self.cleaned_data["seen"])


class VerifyForm(ActForm):
    key, title, submit, icon = "verify", "核实", "开始核实", "search"
    done = "已转入核实。"
    main_in = (WarningState.ACCEPTED,)
    may = staticmethod(permissions.can_verify)
    text = forms.CharField(label="核实情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self, by) -> None:
        services.verify(warning=self.warning, text=self.cleaned_data["text"], by=by, seen=self.cleaned_data["seen"])


class ReleaseForm(ActForm):
    """What the rule still finds on today's data is asked for, to be released by a second officer. What the contractor
    sent is taken over as evidence where the officer chooses it."""

    key, title, submit, icon = "release", "解除预警", "解除", "shield"
    hint = "按今天的数据已核对不到该问题。事实没有变化时，同一事项不会再次预警。"
    done = "预警已解除。"
    main_in = (WarningState.CORRECTED,)
    may = staticmethod(permissions.can_release)
    of = forms.ChoiceField(label="复核单位", help_text="由该单位另一名监管员复核，同意后解除。")
    text = long_text("解除理由", 400)
    sent = forms.MultipleChoiceField(
        label="采用企业提交的材料",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="点击名称可先查看，核实后勾选采用的。",
    )
    files = EvidenceField(
        label="证据材料",
        help_text="PDF 或图片，至少 1 个，最多 5 个。",
        error_messages={"required": "请上传证据材料；没有证据材料不能解除。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = recheck.still_found(self.warning, timezone.localdate())
        self.asks = bool(self.found) or not permissions.can_end(self.by, self.warning)
        self._ask_or_release()
        self._offer(selectors.sent_files(self.warning))

    def _ask_or_release(self) -> None:
        if not self.asks:
            del self.fields["of"]
            return
        self.title, self.submit, self.done = "申请解除", "提交复核", "解除申请已提交，待复核。"
        self.hint, self.hint_tone = services.not_alone(self.warning, self.found), "warning"
        self.offices = {str(office.pk): office for office in offices.reviewers(self.warning, self.by)}
        self.fields["of"].choices = [(key, office.name) for key, office in self.offices.items()]
        if not self.offices:
            self.fields["of"].help_text = offices.NO_REVIEWER

    def _offer(self, sent: list[selectors.SentFile]) -> None:
        self.sent = {str(one.file.pk): one.file for one in sent}
        if not sent:
            del self.fields["sent"]
            return
        self.fields["sent"].choices = [(str(one.file.pk), _as_choice(one)) for one in sent]
        self.fields["files"].required = False
        self.fields["files"].label = "另附证据材料"
        self.fields["files"].help_text = "PDF 或图片，最多 5 个；采用企业材料的可以不附。"

    def clean_of(self) -> Organization:
        return self.offices[self.cleaned_data["of"]]

    def clean(self) -> dict:
        values = super().clean()
        if not (values.get("sent") or values.get("files") or "files" in self.errors):
            self.add_error("files", "请勾选采用企业提交的材料，或另附证据材料；没有证据材料不能解除。")
        return values

    def act(self, by) -> None:
        values = dict(self.cleaned_data)
        taken = [self.sent[key] for key in values.pop("sent", ())]
        values["files"] = [(file.name, attachments.read(file)) for file in taken] + values["files"]
        act = services.ask_release if self.asks else services.release
        act(warning=self.warning, by=by, **values)


def _as_choice(one: selectors.SentFile) -> SafeString:
    address = reverse("core:attachment", args=[one.file.key])
    return format_html('<a href="{}">{}</a>（{}，{}）', address, one.file.name, one.act.get_act_display(), one.day)


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
