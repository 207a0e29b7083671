from django.urls import reverse

from core import formats
from core.tables import BadgeColumn, CodeColumn, Column, Table
from organizations.models import User
from organizations.selectors import state_of


def role_text(user: User) -> str:
    return f"{user.get_role_display()}{'（仅查询）' if user.query_only else ''}"


class UserTable(Table):
    caption = "用户列表"
    default_order = "username"
    empty_title = "没有符合条件的用户"
    empty_text = "换一个条件，或新建用户。"

    name = Column("姓名", primary=True)
    username = CodeColumn("用户名", sort="username")
    role = Column("角色", value=role_text)
    organization = Column("单位", value="organization.name")
    region = Column("地区", value="organization.region.name", minor=True)
    active = BadgeColumn(
        "状态",
        value=lambda user: state_of(user)[0],
        tone=lambda user: state_of(user)[1],
    )

    def row_url(self, record) -> str:
        return reverse("organizations:user_detail", args=[record.pk])


# What the parts of an entry are called on screen; one that is not here shows its own name.
DETAILS = {
    "after": "变更后",
    "before": "变更前",
    "by": "操作账号",
    "code": "编码",
    "created": "新增",
    "day": "日期",
    "days": "天数",
    "entries": "笔数",
    "field": "字段",
    "fields": "字段",
    "files": "文件数",
    "filters": "筛选条件",
    "jurisdiction": "管辖属地",
    "kind": "类型",
    "month": "月份",
    "name": "名称",
    "number": "编号",
    "on": "日期",
    "organization": "单位",
    "payouts": "代发笔数",
    "project": "项目",
    "projects": "项目数",
    "reason": "事由",
    "returned": "退回",
    "role": "角色",
    "rows": "行数",
    "rule": "规则",
    "source": "来源",
    "state": "状态",
    "updated": "更新",
    "version": "版本",
    "warnings": "预警",
}


def _told(detail: dict) -> str:
    return "；".join(f"{DETAILS.get(key, key)}：{value}" for key, value in detail.items())


class AuditTable(Table):
    caption = "审计日志"
    default_order = "-id"
    empty_title = "没有符合条件的记录"
    empty_text = "登录、查看完整号码、导出、处置等行为都会记在这里。"

    at = Column("时间", value=lambda entry: formats.moment(entry.at))
    actor = Column("操作人", value="actor_name", primary=True)
    action = Column("行为", value="action_text")
    target = Column("对象", value="object_text")
    detail = Column("内容", value=lambda entry: _told(entry.detail))
    ip_address = CodeColumn("来源地址", minor=True)

    def row_url(self, record) -> str:
        return ""
