from django.urls import reverse

from core.tables import BadgeColumn, CodeColumn, Column, MomentColumn, Table
from organizations.enums import Role
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
    "again": "重新发放",
    "after": "变更后",
    "amount": "金额",
    "before": "变更前",
    "by": "操作账号",
    "changed": "改动人数",
    "code": "编码",
    "created": "新增",
    "day": "日期",
    "days": "天数",
    "ended_on": "终止日期",
    "ends_on": "截止日期",
    "entries": "笔数",
    "exited_on": "退场日期",
    "field": "字段",
    "fields": "字段",
    "files": "文件数",
    "filters": "筛选条件",
    "follows": "续签自",
    "into": "并入项目",
    "jurisdiction": "管辖属地",
    "kind": "类型",
    "merge": "合并记录",
    "month": "月份",
    "name": "名称",
    "note": "说明",
    "number": "编号",
    "on": "日期",
    "organization": "单位",
    "pages": "页数",
    "paid_on": "结清日期",
    "part": "办理事项",
    "payouts": "代发笔数",
    "people": "人数",
    "project": "项目",
    "projects": "项目数",
    "reason": "事由",
    "refused": "退回行数",
    "region": "地区",
    "regions": "地区",
    "returned": "退回",
    "role": "角色",
    "rows": "行数",
    "rule": "规则",
    "scans": "扫描件数",
    "serial": "设备序列号",
    "settlement": "退场结算",
    "sheets": "公示内容",
    "source": "来源",
    "state": "状态",
    "units": "出勤",
    "unmatched": "未对应",
    "updated": "更新",
    "username": "用户名",
    "version": "版本",
    "warnings": "预警",
}


def _told(detail: dict) -> str:
    return "；".join(f"{DETAILS.get(key, key)}：{_value(key, value)}" for key, value in detail.items())


def _value(key: str, value) -> str:
    return Role(value).label if key == "role" and value in Role.values else value


class AuditTable(Table):
    caption = "审计日志"
    default_order = "-id"
    empty_title = "没有符合条件的记录"
    empty_text = "登录、查看完整号码、导出、处置等行为都会记在这里。"

    at = MomentColumn("时间", value="at")
    actor = Column("操作人", value="actor_name", primary=True)
    action = Column("行为", value="action_text")
    target = Column("对象", value="object_text")
    detail = Column("内容", value=lambda entry: _told(entry.detail))
    ip_address = CodeColumn("来源地址", minor=True)

    def row_url(self, record) -> str:
        return ""
