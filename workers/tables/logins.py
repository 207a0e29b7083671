from django import forms
from django.urls import reverse

from core import formats
from core.forms import FilterForm
from core.tables import BadgeColumn, ChooseColumn, CodeColumn, Column, Table
from workers import selectors
from workers.filters.people import STATES, in_state
from workers.models import Engagement
from workers.models.engagement import EngagementQuerySet

NONE, WAITING, IN_USE = "未发放", "已发放，未启用", "已启用"
TONES = {NONE: "orange", WAITING: "blue", IN_USE: "green"}
LOGIN_STATES = [("", ""), ("none", NONE), ("waiting", WAITING), ("in_use", IN_USE)]


def login_state(engagement: Engagement) -> str:
    user = engagement.worker.user
    if user is None:
        return NONE
    return WAITING if user.must_change_password else IN_USE


class WorkerLoginFilters(FilterForm):
    q = forms.CharField(label="姓名、拼音或证件号后四位")
    team = forms.TypedChoiceField(label="班组", coerce=int)
    login = forms.ChoiceField(label="登录", choices=LOGIN_STATES)
    state = forms.ChoiceField(label="在场状态", choices=STATES)

    def __init__(self, data, *, teams):
        super().__init__(data)
        self.fields["team"].choices = [("", "全部"), *teams]

    def apply(self, engagements: EngagementQuerySet) -> EngagementQuerySet:
        values = self.values
        if text := values.get("q"):
            engagements = selectors.matching(engagements, text)
        if team := values.get("team"):
            engagements = engagements.filter(team=team)
        if state := values.get("state"):
            engagements = in_state(engagements, state)
        match values.get("login"):
            case "none":
                return engagements.filter(worker__user=None)
            case "waiting":
                return engagements.filter(worker__user__must_change_password=True)
            case "in_use":
                return engagements.filter(worker__user__must_change_password=False)
        return engagements


class WorkerLoginTable(Table):
    caption = "工人登录"
    default_order = "-entered_on"
    page_size = 100
    empty_title = "没有符合条件的人员"
    empty_text = "先在花名册登记人员，再为他们发放登录密码。"

    choose = ChooseColumn("选择", can=lambda row: row.is_issuable, called="worker.name")
    name = Column("姓名", value="worker.name", primary=True)
    id_number = CodeColumn("证件号码", value="worker.masked_id")
    team = Column("班组", value=lambda row: row.team.name if row.team else "")
    login = BadgeColumn("登录", value=login_state, tone=lambda row: TONES[login_state(row)])
    where = Column("说明", value=lambda row: "" if row.is_issuable else "已到其他工地，由该工地发放", minor=True)
    issued_at = Column("最近发放", value=lambda row: formats.moment(row.issued_at))
    issued_by = Column("发放人", value=lambda row: row.issued_by_name or "", minor=True)
    last_login = Column("最近登录", value=lambda row: formats.moment(row.worker.user and row.worker.user.last_login))

    def row_url(self, record: Engagement) -> str:
        return reverse("workers:worker_detail", args=[record.worker_id])

    @property
    def can_choose(self) -> bool:
        return any(row.is_issuable for row in self.page)
