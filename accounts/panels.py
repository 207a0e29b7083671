"""What the money of projects adds to a person's page."""

from accounts.models import PayrollLine
from workers.models import Engagement, Worker
from workers.pages import WorkerPanel

SHOWN = 24


class Wages(WorkerPanel):
    """Of the sites in scope only: what another employer pays is not for this one."""

    order, template = 5, "accounts/_worker_wages.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        lines = PayrollLine.objects.visible_to(user).filter(engagement__in=[stay.pk for stay in stays])
        lines = lines.select_related("payroll", "project").order_by("-month", "-id")
        return {"lines": lines[:SHOWN]}
