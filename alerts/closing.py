"""A case under way keeps a special account open (专户办法): what this app says against closing one."""

from accounts.services import ClosingCheck, Obstacle
from alerts.models import CaseLead


class OpenCases(ClosingCheck):
    def find(self, account, projects):
        leads = CaseLead.objects.unscoped("what an account's closing must not leave behind")
        for lead in leads.filter(project__in=projects).exclude(state=CaseLead.State.CLOSED):
            yield Obstacle(f"案源 {lead.number}（{lead.get_state_display()}）尚未结案。", lead.get_absolute_url())
