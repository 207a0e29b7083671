"""The tabs of a project: `{% load projects %}{% project_tabs project "workers" %}`."""

from dataclasses import dataclass

from django import template
from django.urls import resolve, reverse

from core.access import access
from projects.models import Project

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
    ProjectTab("workers", "花名册", "workers:register"),
    ProjectTab("attendance", "考勤", "workers:attendance"),
    ProjectTab("money", "专户与工资", "accounts:project_money"),
    ProjectTab("notices", "公示", "accounts:project_notices"),
    ProjectTab("warnings", "预警", "alerts:project_warnings"),
    ProjectTab("imports", "资料导入", "imports:center"),
]


@register.inclusion_tag("projects/_tabs.html", takes_context=True)
def project_tabs(context, project: Project, active: str = "") -> dict:
    user = context["request"].user
    addresses = [(tab, tab.url(project)) for tab in TABS]
    shown = [(tab.label, url, tab.key == active) for tab, url in addresses if tab.is_for(user, url)]
    return {"tabs": shown}
