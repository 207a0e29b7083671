"""What is asked of a unit within a disposal, and the answers."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from alerts import penalties, permissions, services
from alerts.enums import DemandKind, WarningState
from alerts.forms.base import ActForm, DemandActForm, long_text, proof
from alerts.models import Warning
from alerts.rules import rule_of
from alerts.services.offices import units_of
from organizations.enums import Role
from organizations.models import Organization


class AskForm(ActForm):
    """Asks for something by a day."""

    roles = (Role.OFFICER,)
    days = 7  # proposed
    service = None
    due_on = forms.DateField(label="期限")

    def __init__(self, data=None, files=None, *, warning: Warning, by):
        super().__init__(data, files, warning=warning, by=by)
        self.initial["due_on"] = timezone.localdate() + timedelta(days=self.days)
        if "of" in self.fields:
            self.units = {str(unit.pk): unit for unit in units_of(warning.project)}
            contractor = warning.project.general_contractor
            self.fields["of"].choices = [
                (key, f"{unit.name}（{'施工总承包单位' if unit == contractor else '建设单位'}）")
                for key, unit in self.units.items()
            ]

    def clean_of(self) -> Organization:
        return self.units[self.cleaned_data["of"]]

    def act(self, by) -> None:
        type(self).service(warning=self.warning, by=by, **self.cleaned_data)


class OrderForm(AskForm):
    key, title, submit, icon = "order", "责令限期整改", "发出指令书", "file"
    hint = "生成限期整改指令书，送达企业；企业在平台签收、提交整改报告后复核。"
    done = "限期整改指令书已发出，可在“督办与整改”中打印。"
    days = 15
    main_in = (WarningState.VERIFYING,)
    may = staticmethod(permissions.can_order)
    service = staticmethod(services.order_correction)
    of = forms.ChoiceField(label="责令对象")
    text = long_text("整改事项")
    basis = forms.CharField(label="法律依据", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    consequence = long_text("逾期后果", 500, help_text="写入指令书；按规则的依据填入，可以修改。")
    field_order = ("seen", "of", "text", "basis", "consequence", "due_on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rule = rule_of(self.warning.rule_code)
        text = rule.remedy if rule else self.warning.release_when
        follows = penalties.consequence(self.warning)
        self.initial |= {"text": text, "basis": self.warning.basis, "consequence": follows}
        if penalties.article_of(self.warning) is None:
            self.fields["consequence"].required = False
            self.fields["consequence"].help_text = "写入指令书；规则的依据没有写明罚则，可以修改或不写。"
        self.fields["due_on"].label = "整改期限"
        self.fields["due_on"].help_text = f"本预警 {self.warning.due_on} 到期；整改期限更晚的，请同时申请延期。"


class OpinionForm(AskForm):
    is_more = True
    key, title, submit, icon = "opinion", "联合核实", "发出", "users"
    hint = "请同级行业主管部门限期核实、答复；答复记入处置记录。"
    done = "已发给行业主管部门。"
    may = staticmethod(permissions.can_ask_opinion)
    service = staticmethod(services.ask_opinion)
    text = long_text("需要核实的事项")
    field_order = ("seen", "text", "due_on")


class InterviewForm(AskForm):
    is_more = True
    key, title, submit, icon = "interview", "约谈", "发出约谈通知", "calendar"
    hint = "生成约谈通知书；约谈后登记记录并上传签字的约谈记录。"
    done = "约谈通知书已发出，可在“督办与整改”中打印。"
    may = staticmethod(permissions.can_interview)
    service = staticmethod(services.call_interview)
    of = forms.ChoiceField(label="约谈对象")
    people = forms.CharField(label="约谈人员", max_length=200, help_text="如：法定代表人、项目经理、劳资专管员。")
    hour = forms.TimeField(
        label="时间",
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "时间不正确，请按 09:30 的格式填写。"},
    )
    place = forms.CharField(label="地点", max_length=100)
    text = long_text("约谈事项")
    field_order = ("seen", "of", "people", "due_on", "hour", "place", "text")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].label = "约谈日期"


class SuperviseForm(AskForm):
    key, title, submit, icon = "supervise", "督办", "发出督办", "flag"
    hint = "请承办单位限期办理并答复；逾期未答复的，由本级直接办理。"
    done = "督办已发出。"
    may = staticmethod(permissions.can_supervise)
    service = staticmethod(services.supervise)
    text = long_text("督办要求")
    field_order = ("seen", "text", "due_on")


class ReturnForm(AskForm):
    key, title, submit, icon = "return", "退回下级", "退回", "left"
    hint = "退回下一级人社部门在新期限内办结；预警的处置期限不变，期限内不再上报。"
    done = "已退回下一级人社部门。"
    may = staticmethod(permissions.can_return)
    service = staticmethod(services.send_back)
    text = long_text("退回理由和要求")
    field_order = ("seen", "text", "due_on")


class ExtensionForm(AskForm):
    is_more = True
    key, title, submit, icon = "extension", "申请延期", "提交申请", "clock"
    hint = "由上一级人社部门审批；同意后处置期限才改变，原期限保留在记录中。"
    done = "延期申请已提交上一级审批。"
    may = staticmethod(permissions.can_ask_extension)
    service = staticmethod(services.ask_extension)
    text = long_text("延期理由")
    field_order = ("seen", "due_on", "text")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].label = "延期至"
        self.initial["due_on"] = self.warning.due_on + timedelta(days=15)


# --- on a demand -----------------------------------------------------------------------------------------------------


class AcknowledgeForm(DemandActForm):
    key, title, submit, icon = "acknowledge", "签收", "签收", "check"
    done = "已签收。"
    may = staticmethod(permissions.can_acknowledge)

    def act(self, by) -> None:
        services.acknowledge(by=by, **self.values)


class ReportForm(DemandActForm):
    key, title, submit, icon, is_main = "report", "提交整改报告", "提交", "upload", True
    done = "整改报告已提交，等待复核。"
    may = staticmethod(permissions.can_report)
    text = long_text("整改情况", 1000)
    files = proof("证明材料")

    def act(self, by) -> None:
        services.report_correction(by=by, **self.values)


class AnswerForm(DemandActForm):
    key, title, submit, icon, is_main = "answer", "答复", "提交答复", "edit", True
    done = "答复已提交。"
    may = staticmethod(permissions.can_answer)
    text = long_text("办理情况或意见", 1000)
    files = proof("附件", required=False)

    def act(self, by) -> None:
        services.answer(by=by, **self.values)


class DecideForm(DemandActForm):
    key, title, submit, icon, is_main = "decide", "审批延期", "提交", "check", True
    done = "审批结果已保存。"
    may = staticmethod(permissions.can_decide)
    granted = forms.TypedChoiceField(
        label="审批意见",
        choices=[("", ""), ("yes", "同意延期"), ("no", "不同意延期")],
        coerce=lambda value: value == "yes",
    )
    text = long_text("理由")

    def act(self, by) -> None:
        services.decide_extension(by=by, **self.values)


class ReviewForm(DemandActForm):
    key, title, submit, icon, is_main = "review", "复核解除申请", "提交", "check", True
    hint = "同意的，预警即解除，事实没有变化时，同一事项不会再次预警；不同意的，预警继续由原承办人办理。"
    done = "复核结果已保存。"
    may = staticmethod(permissions.can_review)
    granted = forms.TypedChoiceField(
        label="复核意见",
        choices=[("", ""), ("yes", "同意解除"), ("no", "不同意解除")],
        coerce=lambda value: value == "yes",
    )
    text = long_text("理由", 400)

    def act(self, by) -> None:
        services.decide_release(by=by, **self.values)


class HoldForm(DemandActForm):
    key, title, submit, icon, is_main = "hold", "登记约谈记录", "保存", "edit", True
    done = "约谈记录已登记。"
    may = staticmethod(permissions.can_hold)
    people = forms.CharField(label="到场人员", max_length=200)
    text = long_text("约谈内容和承诺事项")
    files = proof("约谈记录（签字扫描件）")

    def act(self, by) -> None:
        services.hold_interview(by=by, **self.values)


class WithdrawForm(DemandActForm):
    key, title, submit, icon, tone = "withdraw", "撤回", "撤回", "left", "danger"
    done = "已撤回，已通知对方。"
    may = staticmethod(permissions.can_withdraw)
    text = long_text("撤回理由", 400)

    @property
    def hint(self) -> str:
        told = "撤回后对方不必再办理，并收到通知。"
        paper = "文号和文书保留，注明撤回。" if self.demand.has_paper else ""
        back = "预警回到核实中。" if self.demand.kind == DemandKind.CORRECTION else ""
        return told + paper + back

    def act(self, by) -> None:
        services.withdraw(by=by, **self.values)


class MoreTimeForm(DemandActForm):
    key, title, submit, icon, tone = "more-time", "未改正，延长整改", "延长整改期限", "clock", "danger"
    hint = "原整改期限保留在记录中；不宜再延长的，请转案源。解除申请待复核的，随之终止。"
    done = "整改期限已延长，已通知企业；有待复核的解除申请的，一并终止。"
    may = staticmethod(permissions.can_give_more_time)
    due_on = forms.DateField(label="新的整改期限")
    text = long_text("未改正的事项")

    def act(self, by) -> None:
        services.give_more_time(by=by, **self.values)
