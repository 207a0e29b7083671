"""The desks of the three administrators: each sees what is theirs to keep, and no project data."""

from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from core.models import AuditEntry
from organizations.enums import OrganizationKind, Role
from organizations.models import Organization, Region, User
from reports import links
from reports.desks.tiles import Tile
from reports.figures import midnight


def desk(request: HttpRequest) -> tuple[str, dict]:
    tiles, duties = _OF_ROLE[Role(request.user.role)]()
    return "reports/desk_administrator.html", {"tiles": tiles, "duties": duties}


def _system() -> tuple[list[Tile], list[tuple[str, str, str]]]:
    users = User.objects.all()
    tiles = [
        Tile("启用的用户", users.filter(is_active=True).count(), unit="个", url=_users("active")),
        Tile("停用的用户", users.filter(is_active=False).count(), unit="个", url=_users("inactive")),
        Tile(
            "单位",
            Organization.objects.exclude(kind=OrganizationKind.ENTERPRISE).count(),
            unit="个",
            hint="部门、银行、保险机构；企业随项目建档",
            url=links.to("admin:organizations_organization_changelist"),
        ),
        Tile(
            "行政区划",
            Region.objects.current().count(),
            unit="个",
            url=links.to("admin:organizations_region_changelist"),
        ),
    ]
    duties = [
        ("开通用户", "为监管部门、企业、银行人员开通登录账号。", links.to("organizations:user_create")),
        ("管理用户", "停用离岗人员的账号。", links.to("organizations:user_list")),
        ("基础数据", "单位、行政区划、工作日历、指标基数。", links.to("admin:index")),
    ]
    return tiles, duties


def _security() -> tuple[list[Tile], list[tuple[str, str, str]]]:
    locked = AccessAttempt.objects.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    users = User.objects.filter(is_active=True)
    to_change = users.filter(must_change_password=True).count()
    tiles = [
        Tile("被锁定的账号", locked.values("username").distinct().count(), unit="个", hint="连续登录失败"),
        Tile("待改初始密码", to_change, unit="个", hint="下次登录须改密码"),
        Tile("启用的用户", users.count(), unit="个", url=_users("active")),
    ]
    duties = [("解锁与重置密码", "在用户页面解除锁定、重置密码。", links.to("organizations:user_list"))]
    return tiles, duties


def _audit() -> tuple[list[Tile], list[tuple[str, str, str]]]:
    day = timezone.localdate()
    today = AuditEntry.objects.filter(at__gte=midnight(day))
    tiles = [
        Tile("今日操作", today.count(), unit="条", url=links.to("organizations:audit_log", since=day.isoformat())),
        Tile("今日查看敏感信息", today.filter(action="reveal").count(), unit="次", hint="证件号、银行卡号"),
        Tile("今日导出与下载", today.filter(action__regex=r"export|download").count(), unit="次"),
    ]
    duties = [("审计日志", "查看登录、查看敏感信息、导出、处置等操作记录。", links.to("organizations:audit_log"))]
    return tiles, duties


_OF_ROLE = {Role.SYSTEM: _system, Role.SECURITY: _security, Role.AUDIT: _audit}


def _users(state: str) -> str:
    return links.to("organizations:user_list", state=state)
