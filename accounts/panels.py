"""What the money of projects adds to a person's page."""

from decimal import Decimal

from django.utils import timezone

from accounts.models import PayrollLine, WageDue
from accounts.permissions import ARREARS_READERS
from accounts.tables.arrears import row_url
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


class Owed(WorkerPanel):
    """What this person is owed past its day, at the sites in scope."""

    order, template = 4, "accounts/_worker_arrears.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        today = timezone.localdate()
        rows = WageDue.objects.unscoped("of stays in scope").filter(engagement__in=[stay.pk for stay in stays])
        rows = list(rows.arrears(today).select_related("project").order_by("due_on", "key"))
        if user.role not in ARREARS_READERS or not rows:
            return None
        total = sum((row.amount for row in rows if row.amount), Decimal(0))
        return {"rows": [(row, row_url(row), (today - row.due_on).days) for row in rows], "total": total}
