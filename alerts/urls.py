from django.urls import path

from alerts import permissions, rule_views, selectors, views
from alerts.models import Warning
from core.navigation import NavItem
from organizations.enums import AUTHORITIES, Role

app_name = "alerts"


def _waiting(user) -> int:
    """What the user's office still has to accept; for contractors and banks the open warnings they see, as on the
    first tiles of the list; an industry's officers dispose of none. Counted until it is more than 99."""
    if user.role == Role.INDUSTRY:
        return 0
    mine = Warning.objects.visible_to(user).open()
    if user.role == Role.OFFICER:
        mine = selectors.waiting(mine, user)
    return mine.order_by()[:100].count()


def _proposals(user) -> int:
    """Changes of rules this person may decide."""
    return selectors.proposals_to_decide(user).count() if permissions.can_decide_rules(user) else 0


navigation = [
    NavItem("预警", "alerts:warning_list", "bell", views.READERS, order=10, count=_waiting),
    NavItem("案源", "alerts:case_lead_list", "file", AUTHORITIES, order=12),
    NavItem("预警规则", "alerts:rule_list", "scale", rule_views.READERS, order=82, count=_proposals),
]

urlpatterns = [
    path("", views.warning_list, name="warning_list"),
    path("export/", views.warning_export, name="warning_export"),
    path("accept/", views.warning_accept_many, name="warning_accept_many"),
    path("<int:pk>/", views.warning_detail, name="warning_detail"),
    path("<int:pk>/<slug:act>/", views.warning_act, name="warning_act"),
    path("projects/<int:project_pk>/", views.project_warnings, name="project_warnings"),
    path("case-leads/", views.case_lead_list, name="case_lead_list"),
    path("case-leads/<int:pk>/", views.case_lead_detail, name="case_lead_detail"),
    path("rules/", rule_views.rule_list, name="rule_list"),
    path("rules/proposals/", rule_views.proposal_list, name="proposal_list"),
    path("rules/<slug:code>/", rule_views.rule_detail, name="rule_detail"),
    path("rules/<slug:code>/new/", rule_views.rule_change, name="rule_change"),
    path("rules/<slug:code>/versions/<int:version>/", rule_views.rule_version, name="rule_version"),
    path("rules/<slug:code>/proposals/<int:pk>/", rule_views.proposal_detail, name="proposal_detail"),
    path("rules/<slug:code>/proposals/<int:pk>/findings/", rule_views.trial_findings, name="trial_findings"),
    path("rules/<slug:code>/proposals/<int:pk>/try/", rule_views.proposal_try, name="proposal_try"),
    path("rules/<slug:code>/proposals/<int:pk>/approve/", rule_views.proposal_approve, name="proposal_approve"),
    path("rules/<slug:code>/proposals/<int:pk>/refuse/", rule_views.proposal_refuse, name="proposal_refuse"),
    path("rules/<slug:code>/proposals/<int:pk>/withdraw/", rule_views.proposal_withdraw, name="proposal_withdraw"),
]
