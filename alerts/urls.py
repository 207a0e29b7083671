from django.urls import path
from django.utils import timezone

from alerts import permissions, selectors
from alerts.models import Warning
from alerts.views import case_leads, demands, desk, rules, warnings
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


def _asked(user) -> int:
    """Counted until it is more than 99."""
    return selectors.waiting_for(user, timezone.localdate()).order_by()[:100].count()


navigation = [
    NavItem("预警", "alerts:warning_list", "bell", warnings.READERS, order=10, count=_waiting),
    NavItem("督办与整改", "alerts:demand_list", "flag", permissions.READERS, order=11, count=_asked),
    NavItem("案源", "alerts:case_lead_list", "file", AUTHORITIES, order=12),
    NavItem("预警规则", "alerts:rule_list", "scale", rules.READERS, order=82, count=_proposals),
]

urlpatterns = [
    path("", warnings.warning_list, name="warning_list"),
    path("export/", warnings.warning_export, name="warning_export"),
    path("accept/", warnings.warning_accept_many, name="warning_accept_many"),
    path("filters/save/", desk.filter_save, name="filter_save"),
    path("filters/<int:pk>/delete/", desk.filter_forget, name="filter_forget"),
    path("bulletin/", desk.bulletin, name="bulletin"),
    path("demands/", demands.demand_list, name="demand_list"),
    path("demands/<int:pk>/", demands.demand_detail, name="demand_detail"),
    path("demands/<int:pk>/paper/", demands.demand_paper, name="demand_paper"),
    path("demands/<int:pk>/pdf/", demands.demand_pdf, name="demand_pdf"),
    path("demands/<int:pk>/<slug:act>/", demands.demand_act, name="demand_act"),
    path("<int:pk>/", warnings.warning_detail, name="warning_detail"),
    path("<int:pk>/<slug:act>/", warnings.warning_act, name="warning_act"),
    path("projects/<int:project_pk>/", warnings.project_warnings, name="project_warnings"),
    path("case-leads/", case_leads.case_lead_list, name="case_lead_list"),
    path("case-leads/<int:pk>/", case_leads.case_lead_detail, name="case_lead_detail"),
    path("case-leads/<int:pk>/prolong/", case_leads.case_lead_prolong, name="case_lead_prolong"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/proposals/", rules.proposal_list, name="proposal_list"),
    path("rules/<slug:code>/", rules.rule_detail, name="rule_detail"),
    path("rules/<slug:code>/new/", rules.rule_change, name="rule_change"),
    path("rules/<slug:code>/versions/<int:version>/", rules.rule_version, name="rule_version"),
    path("rules/<slug:code>/proposals/<int:pk>/", rules.proposal_detail, name="proposal_detail"),
    path("rules/<slug:code>/proposals/<int:pk>/findings/", rules.trial_findings, name="trial_findings"),
    path("rules/<slug:code>/proposals/<int:pk>/progress/", rules.trial_progress, name="trial_progress"),
    path("rules/<slug:code>/proposals/<int:pk>/try/", rules.proposal_try, name="proposal_try"),
    path("rules/<slug:code>/proposals/<int:pk>/approve/", rules.proposal_approve, name="proposal_approve"),
    path("rules/<slug:code>/proposals/<int:pk>/refuse/", rules.proposal_refuse, name="proposal_refuse"),
    path("rules/<slug:code>/proposals/<int:pk>/withdraw/", rules.proposal_withdraw, name="proposal_withdraw"),
]
