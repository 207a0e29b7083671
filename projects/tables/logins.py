from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from core.forms import FilterForm
from core.tables import BadgeColumn, ChooseColumn, CodeColumn, Column, MomentColumn, NumberColumn, Table
from organizations.enums import Role
from organizations.models import Organization, User
from organizations.selectors import state_of
from projects.selectors.logins import Side

WITH_LOGIN = {"none": "未开通", "some": "已开通", "closed": "只有停用账号"}
LOGIN_STATES = {"active": "启用", "unused": "从未登录", "inactive": "停用"}
KINDS = {Role.CLERK.value: "总包单位账号", Role.CONSTRUCTION_UNIT.value: "建设单位账号", "query": "主管部门查询账号"}


class UnitFilters(FilterForm):
    q = forms.CharField(label="单位名称或统一社会信用代码")
    login = forms.ChoiceField(label="账号", choices=[("", ""), *WITH_LOGIN.items()])

    def apply(self, units: QuerySet[Organization]) -> QuerySet[Organization]:
        """Of units `with_logins`."""
        values = self.values
        if text := values.get("q"):
            units = units.filter(Q(name__icontains=text) | Q(uscc__istartswith=text))
        match values.get("login"):
            case "none":
                return units.filter(login_count=0)
            case "some":
                return units.filter(login_count__gt=0)
            case "closed":
                return units.filter(login_count=0, closed_count__gt=0)
        return units


class LoginFilters(FilterForm):
    q = forms.CharField(label="姓名、账号或单位")
    kind = forms.ChoiceField(label="类型", choices=[("", ""), *KINDS.items()])
    state = forms.ChoiceField(label="状态", choices=[("", ""), *LOGIN_STATES.items()])

    def apply(self, logins: QuerySet[User]) -> QuerySet[User]:
        values = self.values
        if text := values.get("q"):
            named = Q(name__icontains=text) | Q(username__istartswith=text) | Q(organization__name__icontains=text)
            logins = logins.filter(named)
        if kind := values.get("kind"):
            logins = logins.filter(query_only=True) if kind == "query" else logins.filter(role=kind)
        match values.get("state"):
            case "active":
                return logins.filter(is_active=True)
            case "unused":
                return logins.filter(is_active=True, last_login=None)
            case "inactive":
                return logins.filter(is_active=False)
        return logins


def _has_login(unit: Organization) -> str:
    if unit.login_count:
        return f"已开通 {unit.login_count} 个"
    return "已停用" if unit.closed_count else "未开通"


class UnitTable(Table):
    """Units of one side, with whether they have logins."""

    default_order = "name"

    choose = ChooseColumn("选择", can=lambda unit: not unit.login_count)
    name = Column("单位", primary=True, sort="name")
    uscc = CodeColumn("统一社会信用代码", minor=True)
    projects = NumberColumn("本辖区在监管项目", value="project_count", sort="-project_count")
    logins = BadgeColumn(
        "账号", value=_has_login, sort="login_count", tone=lambda unit: "green" if unit.login_count else "orange"
    )
    last_used = MomentColumn("最近登录", value="last_used", minor=True)

    def __init__(self, records, request, *, side: Side):
        self.side, self.caption = side, side.noun
        self.empty_title = f"没有符合条件的{side.noun}"
        self.empty_text = f"本辖区在监管项目的{side.noun}会列在这里。"
        super().__init__(records, request)

    def row_url(self, record) -> str:
        return reverse(self.side.unit_url, args=[record.pk])

    @property
    def can_choose(self) -> bool:
        return any(not unit.login_count for unit in self.page)


def state_and_use(login: User) -> tuple[str, str]:
    state, tone = state_of(login)
    return ("从未登录", "orange") if tone == "green" and login.last_login is None else (state, tone)


def _kind(login: User) -> str:
    return "查询" if login.query_only else {Role.CLERK: "填报"}.get(login.role, "建设单位")


class LoginTable(Table):
    caption = "账号"
    default_order = "-created_at"
    empty_title = "没有符合条件的账号"
    empty_text = "在“总承包单位”“建设单位”里为单位开通账号，或为行业主管部门开通查询账号。"

    choose = ChooseColumn("选择", can=lambda login: login.is_active)
    name = Column("姓名", primary=True)
    username = CodeColumn("账号", sort="username")
    organization = Column("单位", value="organization.name")
    kind = Column("类型", value=_kind, minor=True)
    state = BadgeColumn("状态", value=lambda login: state_and_use(login)[0], tone=lambda row: state_and_use(row)[1])
    last_login = MomentColumn("最近登录", value="last_login")
    issued_by = Column("开通人", value="issued_by.name", minor=True)
    created_at = MomentColumn("开通时间", value="created_at", sort="-created_at", minor=True)

    def row_url(self, record) -> str:
        return reverse("logins:login_detail", args=[record.pk])

    @property
    def can_choose(self) -> bool:
        return any(login.is_active for login in self.page)


class UnitLoginTable(LoginTable):
    """Of one unit, on its page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in self.columns if column.name not in ("choose", "organization", "kind")]


SLIP_HEADERS = ["单位", "统一社会信用代码", "姓名", "账号", "一次性密码", "登录地址", "说明"]
FIRST_LOGIN = "首次登录须修改密码；账号由本人使用，不得转交。"


def slip_row(login: User, password: str, address: str) -> list:
    return [
        login.organization.name,
        login.organization.uscc,
        login.name,
        login.username,
        password,
        address,
        FIRST_LOGIN,
    ]
