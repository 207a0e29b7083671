from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import PayrollLine, WageAdvance
from accounts.services.sheets import check_now, refusals_told
from core import audit
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.models import Engagement

OWN = "of the caller's project"
MOST = 100_000  # yuan at once: beyond, somebody has mistyped


@transaction.atomic
def record_wage_advance(
    project: Project, *, by, engagement: Engagement, amount: Decimal, paid_on: date, note: str
) -> WageAdvance:
    """预支工资 of somebody on the project's register; the next sheets take it back."""
    lock_open(project)
    if engagement.project_id != project.pk:
        raise ValidationError({"engagement": "该人员不在本项目。"})
    if amount <= 0 or not engagement.entered_on <= paid_on <= timezone.localdate():
        raise ValidationError({"paid_on": "预支日期应在进场之后，且不晚于今天；金额须大于零。"})
    if amount > MOST:
        raise ValidationError({"amount": f"单笔预支不超过 {MOST:,} 元，请核对金额。"})
    same = {"engagement": engagement, "amount": amount, "paid_on": paid_on, "corrected_by": None}
    if WageAdvance.objects.unscoped(OWN).filter(**same).exists():
        raise ValidationError("该人员同日同额的预支已登记；确有两笔的，请合并登记或分日登记。")
    advance = WageAdvance.objects.create(
        project=project, engagement=engagement, amount=amount, paid_on=paid_on, note=note, by=by
    )
    audit.record("wage_advance.record", by=by, target=advance)
    mark_changed([project.pk])
    return advance


@transaction.atomic
def correct_wage_advance(advance: WageAdvance, *, by, note: str) -> WageAdvance:
    """Answer a wrong advance by its opposite; not once sheets have taken it back."""
    project = lock_open(advance.project)
    if advance.corrects_id or WageAdvance.objects.unscoped(OWN).filter(corrects=advance).exists():
        raise ValidationError("这笔预支已经更正。")
    with refusals_told():
        opposite = WageAdvance.objects.create(
            project=project,
            engagement_id=advance.engagement_id,
            amount=-advance.amount,
            paid_on=advance.paid_on,
            note=note,
            corrects=advance,
            by=by,
        )
        check_now()
    audit.record("wage_advance.correct", by=by, target=opposite, reason=note)
    mark_changed([project.pk])
    return opposite


def outstanding_advance(engagement: Engagement) -> Decimal:
    """Advanced and not yet taken back by any sheet."""
    given = WageAdvance.objects.unscoped(OWN).filter(engagement=engagement).aggregate(sum=Sum("amount"))
    taken = PayrollLine.objects.unscoped(OWN).filter(engagement=engagement).aggregate(sum=Sum("advance_deducted"))
    return (given["sum"] or Decimal(0)) - (taken["sum"] or Decimal(0))
