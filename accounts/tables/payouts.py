from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.enums import OrderState, Refusal
from accounts.models import Payout, PayoutBatch, PayoutOrder
from accounts.selectors.comparison import Compared
from core.pagination import Count, KeysetPage
from core.tables import (
    BadgeColumn,
    CodeColumn,
    Column,
    DayColumn,
    MomentColumn,
    MoneyColumn,
    MonthColumn,
    NumberColumn,
    Table,
)

ORDER_TONES = {OrderState.PAID: "green", OrderState.REFUSED: "red", OrderState.WAITING: "blue"}


def _waited(batch: PayoutBatch) -> str:
    days = (timezone.localdate() - timezone.localdate(batch.made_at)).days
    return "" if batch.is_done else f"{days} 天"


class BatchTable(Table):
    caption = "代发批次"
    default_order = "-id"
    empty_title = "没有代发批次"
    empty_text = "工资表经建设单位审核后，由总包专管员提交给专户银行，批次会列在这里。"

    number = CodeColumn("批次号", primary=True, sort="-id")
    project = Column("项目", value="project.name")
    account = Column("专户", minor=True)
    orders = NumberColumn("笔数", value="count")
    total = MoneyColumn("金额（元）")
    paid_count = NumberColumn("成功")
    refused_count = NumberColumn("银行退回")
    kept_back = NumberColumn("比对未通过", hint="提交前比对未通过，没有交银行", minor=True)
    state = BadgeColumn("状态", value="get_state_display", tone=lambda batch: batch.state_tone)
    made_at = MomentColumn("提交时间", value="made_at", minor=True)
    waited = Column("已等待", value=_waited)


class ProjectBatchTable(BatchTable):
    """Of one project, whose page it stands on."""

    caption = "本项目的代发批次"
    page_size = 20

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in self.columns if column.name != "project"]


class OrderTable(Table):
    caption = "代发明细"
    default_order = "number"
    page_size = 100

    number = NumberColumn("序号", sort="number")
    name = Column("收款人", primary=True)
    month = MonthColumn("工资月份", value="line.month", minor=True)
    card = CodeColumn("银行卡", value=lambda order: f"尾号 {order.card_last4}" if order.card_last4 else "", minor=True)
    amount = MoneyColumn("金额（元）", sort="-amount")
    state = BadgeColumn("状态", value="get_state_display", tone=lambda order: ORDER_TONES[order.state])
    reason = Column("原因")
    serial = CodeColumn("流水号", minor=True)
    settled_at = MomentColumn("办结时间", value="settled_at", minor=True)
    attempt = NumberColumn("第几次", hint="退回后再次提交的，从首次算起")

    def row_url(self, record: PayoutOrder) -> str:
        return reverse("payouts:order", args=[record.pk])


# What mends a refusal: (words, address taking the engagement, or the project where there is none).
REMEDIES = {
    Refusal.STRANGER: ("登记进场", "workers:enrol"),
    Refusal.NAME: ("更正登记姓名", "workers:engagement_edit"),
    Refusal.ABSENT: ("查看考勤", "workers:attendance_person"),
    Refusal.NO_CARD: ("绑定工资卡", "workers:card_bind"),
    Refusal.OTHERS_CARD: ("绑定本人工资卡", "workers:card_bind"),
    Refusal.SHARED_CARD: ("更换工资卡", "workers:card_bind"),
}


class ComparedTable(Table):
    """Refused first. A plain list, cut into pages here: `?cursor=` is how many lines come before."""

    caption = "提交前比对"
    page_size = 100
    empty_title = "没有符合条件的人员"

    name = Column("姓名", primary=True)
    card = CodeColumn("工资卡", value=lambda line: f"尾号 {line.card_last4}" if line.card_last4 else "")
    amount = MoneyColumn("金额（元）")
    result = BadgeColumn(
        "比对结果",
        value=lambda line: line.why or "可以发放",
        tone=lambda line: "green" if line.is_good else "red",
    )

    def __init__(self, records: list[Compared], request, *, project=None):
        super().__init__(sorted(records, key=lambda line: line.is_good), request)
        self.project = project
        if project:
            remedy = Column("处理", value=self._remedy)
            remedy.name = "remedy"
            self.columns.append(remedy)

    def _remedy(self, line: Compared) -> SafeString | str:
        if line.is_good:
            return ""
        if line.refusal not in REMEDIES:
            return "核对是否重复"
        words, name = REMEDIES[Refusal(line.refusal)]
        address = reverse(name, args=[line.engagement_id or self.project.pk])
        return format_html('<a href="{}">{}<span class="visually-hidden">：{}</span></a>', address, words, line.name)

    def row_url(self, record: Compared) -> str:
        return ""

    @cached_property
    def page(self) -> KeysetPage:
        asked = self.request.GET.get("cursor", "")
        start = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
        end, total = start + self.page_size, len(self.records)
        before, after = str(max(start - self.page_size, 0)) if start else "", str(end) if end < total else ""
        page = KeysetPage(self.records[start:end], before, after, self.page_size)
        page.count = Count(total)
        return page


class DifferenceTable(Table):
    """Paid by the bank's answer, and not so by the ledger."""

    caption = "银行已报发放、与专户流水不符"
    default_order = "-paid_on"
    page_size = 20
    empty_title = "没有差异"
    empty_text = "银行返回的每一笔发放都能在专户流水中找到。"

    paid_on = DayColumn("发放日期")
    serial = CodeColumn("流水号")
    payee = Column("收款人", value="order.name", primary=True)
    why = Column("原因")
    amount = MoneyColumn("发放金额（元）")
    booked = MoneyColumn("流水金额（元）", value="booked_amount", minor=True)
    batch = CodeColumn("批次", value="order.batch.number", minor=True)

    def row_url(self, record: Payout) -> str:
        return reverse("payouts:order", args=[record.order_id])
