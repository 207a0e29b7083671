"""A case lead on its way: filed or mediated within 5 working days, concluded within 60, or 30 more, once."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from alerts import permissions
from alerts.enums import Act, Conclusion
from alerts.models import CaseLead
from alerts.models.case_lead import CONCLUDE_WITHIN, PROLONG_BY
from alerts.services.acts import LOCKED, Overtaken, leave
from core import audit
from core.working_days import add_workdays
from projects.services import mark_changed


@transaction.atomic
def move_case_lead(
    *, lead: CaseLead, state: str, text: str, by, conclusion: str = "", seen: str | None = None
) -> CaseLead:
    """A case is filed or mediated before it is closed; a closed one is taken up again by the office that closed it."""
    lead = _locked(lead, seen)
    if not permissions.can_update_case_lead(by, lead):
        raise PermissionDenied
    if state not in CaseLead.NEXT[lead.state]:
        raise ValidationError(f"案源现为“{lead.get_state_display()}”，不能直接登记为“{CaseLead.State(state).label}”。")
    label, reopened = CaseLead.State(state).label, lead.state == CaseLead.State.CLOSED
    _enter(lead, state, conclusion, by)
    lead.save(update_fields=["state", "closed_by", "due_on", "begun_on", "is_prolonged", "conclusion", "concluded_on"])
    how = f"（{lead.get_conclusion_display()}）" if lead.conclusion else ""
    told = f"案源 {lead.number} {'撤销结案，恢复为' if reopened else ''}{label}{how}。{text}"
    leave(lead.warning, Act.NOTED, lead.warning.state, by=by, text=told)
    mark_changed([lead.project_id])
    return lead


def _enter(lead: CaseLead, state: str, conclusion: str, by) -> None:
    """The term begins when the case is first filed or mediated, and anew when it turns from one to the other. Taking
    back the closing brings back the term that ran."""
    today, was = timezone.localdate(), lead.state
    lead.state = state
    if state == CaseLead.State.CLOSED:
        if conclusion not in Conclusion.values:
            raise ValidationError({"conclusion": "请选择结案方式。"})
        lead.closed_by, lead.conclusion, lead.concluded_on = by, conclusion, today
        return
    lead.closed_by, lead.conclusion, lead.concluded_on = None, "", None
    if was != CaseLead.State.CLOSED:
        lead.begun_on, lead.is_prolonged = today, False
        lead.due_on = add_workdays(today, CONCLUDE_WITHIN).day


@transaction.atomic
def prolong_case_lead(*, lead: CaseLead, text: str, by) -> CaseLead:
    """情况复杂的，经负责人批准，延长 30 个工作日."""
    lead = _locked(lead, None)
    if not permissions.can_prolong_case_lead(by, lead):
        raise PermissionDenied
    before = lead.due_on
    lead.is_prolonged, lead.due_on = True, add_workdays(before, PROLONG_BY).day
    lead.save(update_fields=["is_prolonged", "due_on"])
    told = f"案源 {lead.number} 办理期限由 {before} 延长至 {lead.due_on}（30 个工作日）。{text}"
    leave(lead.warning, Act.NOTED, lead.warning.state, by=by, text=told)
    audit.record("case_lead.prolonged", by=by, target=lead, before=str(before), after=str(lead.due_on))
    mark_changed([lead.project_id])
    return lead


def _locked(lead: CaseLead, seen: str | None) -> CaseLead:
    own = CaseLead.objects.unscoped(LOCKED).select_related("project", "warning", "opened_by", "closed_by")
    lead = own.select_for_update(of=("self",)).get(pk=lead.pk)
    if seen is not None and lead.state != seen:
        raise Overtaken(f"本案源刚由他人办理，现为“{lead.get_state_display()}”。请查看最新处置记录后再操作。")
    return lead
