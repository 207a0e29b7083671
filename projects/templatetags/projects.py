"""The tabs of a project: `{% load projects %}{% project_tabs project "workers" %}`."""

from dataclasses import dataclass
from datetime import date

from django import template
from django.urls import resolve, reverse

from core.access import access
from core.templatetags.portal import badge
from projects.models import PaymentGuarantee, Project
from projects.selectors.guarantees import EXPIRES_SOON

register = template.Library()


@dataclass(frozen=True)
class ProjectTab:
    key: str
    label: str
    url_name: str

    def url(self, project: Project) -> str:
        return reverse(self.url_name, args=[project.pk])

    def is_for(self, user, url: str) -> bool:
        """A tab is shown to those whom its page lets in."""
        return access.allows(access.of(resolve(url).func), user)


TABS = [
    ProjectTab("overview", "概况", "projects:project_detail"),
    ProjectTab("course", "进度与确认", "projects:project_course"),
    ProjectTab("subcontracts", "分包合同", "projects:subcontract_list"),
    ProjectTab("workers", "花名册", "workers:register"),
    ProjectTab("attendance", "考勤", "workers:attendance"),
    ProjectTab("money", "专户与工资", "accounts:project_money"),
    ProjectTab("months", "月结月清", "accounts:project_months"),
    ProjectTab("deposit", "保证金", "deposits:project_deposit"),
    ProjectTab("labour_cost", "人工费", "accounts:labour_cost"),
    ProjectTab("notices", "公示", "accounts:project_notices"),
    ProjectTab("warnings", "预警", "alerts:project_warnings"),
    ProjectTab("imports", "资料导入", "imports:center"),
]


@register.inclusion_tag("components/badge.html")
def guarantee_badge(held: PaymentGuarantee, today: date) -> dict:
    """How long a guarantee still holds."""
    if held.starts_on > today:
        return badge("未生效", "blue")
    left = (held.ends_on - today).days
    if left < 0:
        return badge("已到期", "grey" if held.is_renewed else "red")
    soon = left <= EXPIRES_SOON and not held.is_renewed
    return badge(f"有效，还有 {left} 日", "orange" if soon else "green")


@register.inclusion_tag("projects/_tabs.html", takes_context=True)
def project_tabs(context, project: Project, active: str = "") -> dict:
    user = context["request"].user
    addresses = [(tab, tab.url(project)) for tab in TABS]
    shown = [(tab.label, url, tab.key == active) for tab, url in addresses if tab.is_for(user, url)]
    return {"tabs": shown}


# Fragments of the apps above, fetched into the overview: what they say of a project is theirs.
PARTS = ["workers:people_summary"]


@register.inclusion_tag("projects/_parts.html", takes_context=True)
def project_parts(context, project: Project) -> dict:
    parts = [ProjectTab("", "", name) for name in PARTS]
    user, addresses = context["request"].user, [(part, part.url(project)) for part in parts]
    return {"urls": [url for part, url in addresses if part.is_for(user, url)]}
