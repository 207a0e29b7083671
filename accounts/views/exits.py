from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from accounts.exit_sheet import ExitSheet
from core.access import access
from workers.pages import engagement_in_scope
from workers.permissions import READERS


@require_GET
@access(*READERS)
def settlement(request, engagement_pk):
    """What somebody who leaves is still owed, on A4, to be signed; of an exit on record as it was put down."""
    engagement = engagement_in_scope(request, engagement_pk)
    return render(
        request,
        "accounts/settlement.html",
        {"sheet": ExitSheet(engagement, _day(request, engagement)), "project": engagement.project},
    )


def _day(request, engagement):
    """Asked for, or that of the exit on record, or today."""
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return asked or engagement.exited_on or timezone.localdate()
