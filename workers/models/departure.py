import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import Fold
from workers.enums import Settlement, ShortReason
from workers.models.engagement import Engagement
from workers.models.own import OwnRows
from workers.models.worker import PAPER_READERS


class DepartureQuerySet(ScopedQuerySet):
    def owed(self) -> "DepartureQuerySet":
        """Those who left with wages owing that nobody has reported paid."""
        return self.filter(settlement=Settlement.OWED, paid_on__isnull=True)

    def standing_for_months(self) -> "DepartureQuerySet":
        """Owed exits whose amount stands for the work on no payroll up to them: not less than what the figures come
        to, or signed by the worker. The view of wages owed asks the same (`accounts.models.wage_due.STANDS`)."""
        enough = Q(proposed_amount=None) | Q(owed_amount__gte=F("proposed_amount"))
        return self.filter(enough | Q(is_signed=True), settlement=Settlement.OWED)

    def overdue(self, today) -> "DepartureQuerySet":
        return self.owed().filter(owed_due_on__lt=today)


@pghistory.track()
class Departure(OwnRows, ScopedModel):
    """A stay that ended (national standard, EntryExitHistory), and how the wages stood.

    The engagement's own dates are of the latest stay; every exit leaves a row here, so that who comes back keeps the
    stays before. The signed settlement sheet hangs on it as an attachment.

    `proposed_amount`: what lists and attendance came to on the day, empty where nothing was known. `paid_before`: what
    the payroll lines of the stay had been paid by then; what they are paid beyond it settles the debt by itself
    (`paid_by_wages`), and a payout that comes back opens it again: a trigger of the payroll lines sees to it.
    """

    scope_through = "project"
    on_merge = {"departure_stays_apart": Fold()}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="departures")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="departures")
    entered_on = models.DateField("进场日期")
    exited_on = models.DateField("退场日期")
    settlement = models.CharField("工资结算", max_length=7, choices=Settlement, blank=True)
    owed_amount = MoneyField("欠付金额", null=True, blank=True)
    owed_due_on = models.DateField("约定支付日期", null=True, blank=True)
    paid_on = models.DateField("结清日期", null=True, blank=True)
    proposed_amount = MoneyField("系统核算应结", null=True, blank=True, editable=False)
    paid_before = MoneyField("退场前已发", default=0, db_default=0, editable=False)
    paid_by_wages = models.BooleanField("由工资发放结清", default=False, db_default=False, editable=False)
    short_reason = models.CharField("少于核算的原因", max_length=10, choices=ShortReason, blank=True, db_default="")
    is_signed = models.BooleanField("本人已签结算单", default=False, db_default=False, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        verbose_name = "退场记录"
        verbose_name_plural = verbose_name
        ordering = ["-exited_on", "-id"]
        indexes = [
            models.Index(
                fields=["project", "owed_due_on"],
                condition=Q(settlement=Settlement.OWED, paid_on__isnull=True),
                name="departure_owed",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(exited_on__gte=F("entered_on")), name="departure_after_entry"),
            ExclusionConstraint(
                name="departure_stays_apart",
                expressions=[
                    ("engagement", RangeOperators.EQUAL),
                    (
                        Func(
                            F("entered_on"),
                            F("exited_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="与该人员此前的进退场时间重叠。",
            ),
            models.CheckConstraint(
                condition=Q(settlement=Settlement.OWED, owed_amount__gt=0, owed_due_on__isnull=False)
                | (~Q(settlement=Settlement.OWED) & Q(owed_amount__isnull=True, owed_due_on__isnull=True)),
                name="departure_owed_says_how_much",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True) | Q(settlement=Settlement.OWED, paid_on__gte=F("exited_on")),
                name="departure_paid_after_exit",
            ),
            models.CheckConstraint(
                condition=Q(short_reason="") | Q(short_reason__in=ShortReason.values) & ~Q(note=""),
                name="departure_short_says_why",
            ),
            models.CheckConstraint(
                condition=Q(paid_by_wages=False) | Q(paid_on__isnull=False), name="departure_paid_by_wages_is_paid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement.worker} {self.exited_on}"

    def get_absolute_url(self) -> str:
        return self.engagement.get_absolute_url()

    def may_open_files(self, user) -> bool:
        return user.role in (*PAPER_READERS, Role.WORKER)

    @property
    def differs(self) -> bool:
        """From what payrolls and attendance came to on the day."""
        return self.proposed_amount is not None and self.proposed_amount != (self.owed_amount or 0)

    @property
    def is_short(self) -> bool:
        """Less was put down than that, and the worker has not signed it: the rest stays owed."""
        return (
            self.proposed_amount is not None and not self.is_signed and (self.owed_amount or 0) < self.proposed_amount
        )

    @property
    def is_owed(self) -> bool:
        return self.settlement == Settlement.OWED and self.paid_on is None
