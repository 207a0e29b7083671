from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from alerts.enums import FOR_CONTRACTORS, REQUESTS, WAITING_STATES, WITHDRAWABLE, DemandKind, DemandState
from alerts.models.warning import Warning
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import AUTHORITIES, Role
from organizations.models import Organization

STATE_TONES = {
    DemandState.OPEN: "orange",
    DemandState.ANSWERED: "blue",
    DemandState.DONE: "green",
    DemandState.REFUSED: "grey",
    DemandState.LAPSED: "grey",
    DemandState.WITHDRAWN: "grey",
}
# Where "open" says too little.
STATE_WORDS = {
    (DemandKind.CORRECTION, DemandState.OPEN): "整改中",
    (DemandKind.CORRECTION, DemandState.ANSWERED): "已整改待复核",
    (DemandKind.INTERVIEW, DemandState.OPEN): "待约谈",
    (DemandKind.INTERVIEW, DemandState.DONE): "已约谈",
    (DemandKind.EXTENSION, DemandState.OPEN): "待审批",
    (DemandKind.EXTENSION, DemandState.DONE): "已同意",
    (DemandKind.RELEASE, DemandState.OPEN): "待复核",
    (DemandKind.RELEASE, DemandState.DONE): "已同意",
    (DemandKind.OPINION, DemandState.OPEN): "待答复",
    (DemandKind.OPINION, DemandState.DONE): "已答复",
    (DemandKind.SUPERVISION, DemandState.OPEN): "待答复",
    (DemandKind.SUPERVISION, DemandState.DONE): "已答复",
    (DemandKind.RETURN, DemandState.OPEN): "待答复",
    (DemandKind.RETURN, DemandState.DONE): "已答复",
}


class DemandQuerySet(ScopedQuerySet):
    def waiting(self) -> "DemandQuerySet":
        return self.filter(state__in=WAITING_STATES)

    def overdue(self, today: date) -> "DemandQuerySet":
        """Not answered by the day; what waits for the officer's second look is not late."""
        return self.filter(state=DemandState.OPEN, due_on__lt=today)


class Demand(ScopedModel):
    """What an office asks of a unit by a day, while a warning is disposed of: a correction, an opinion, an interview,
    an act of the office below, a later deadline of the office above, a second officer's look at a release. What
    happens to it is a `Disposal` in the warning's thread; this row is how it stands.

    `due_on` is the day it is to be answered by (an interview: its day; an extension: the deadline that it asks to have
    moved to `wished_on`), and `first_due_on` the one it was first given. An unanswered one ends with its warning, by
    trigger."""

    scope_through = "warning"

    warning = models.ForeignKey(Warning, verbose_name="预警", on_delete=models.PROTECT, related_name="demands")
    kind = models.CharField("事项", max_length=12, choices=DemandKind)
    state = models.CharField("状态", max_length=10, choices=DemandState, default=DemandState.OPEN)
    number = models.CharField("文号", max_length=60, blank=True)
    office = models.ForeignKey(
        Organization, verbose_name="提出单位", on_delete=models.PROTECT, related_name="demands_made"
    )
    of = models.ForeignKey(Organization, verbose_name="承办单位", on_delete=models.PROTECT, related_name="demands")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提出人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    finding = models.CharField("查明的问题", max_length=500, blank=True, help_text="the warning's message of that day")
    text = models.CharField("要求", max_length=1000)
    basis = models.CharField("依据", max_length=300, blank=True)
    consequence = models.CharField("逾期后果", max_length=500, blank=True)
    hour = models.TimeField("时间", null=True, help_text="of an interview")
    place = models.CharField("地点", max_length=100, blank=True)
    people = models.CharField("人员", max_length=200, blank=True)
    due_on = models.DateField("期限")
    first_due_on = models.DateField("原期限")
    wished_on = models.DateField("申请延至", null=True)
    unmet = models.CharField("未改正的事项", max_length=1000, blank=True, help_text="of the last second look")
    ended_for = models.CharField("终止原因", max_length=500, blank=True, help_text="of an end without an answer")
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="签收人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField("签收时间", null=True)
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="答复人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办结人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField("办结时间", null=True)
    escalated_on = models.DateField("逾期上报日期", null=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = "督办与整改事项"
        verbose_name_plural = verbose_name
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["warning", "id"]),
            models.Index(fields=["of", "due_on"], condition=Q(state__in=WAITING_STATES), name="demand_waiting"),
            models.Index(fields=["due_on", "id"], name="demand_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DemandKind.values), name="demand_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=DemandState.values), name="demand_state_is_known"),
            models.UniqueConstraint(
                fields=["warning", "kind", "of"], condition=Q(state__in=WAITING_STATES), name="demand_waits_once"
            ),
            models.UniqueConstraint(fields=["office", "number"], condition=~Q(number=""), name="demand_number_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("first_due_on")), name="demand_deadline_only_later"),
            models.CheckConstraint(
                condition=~Q(state=DemandState.ANSWERED) | Q(kind=DemandKind.CORRECTION, answered_at__isnull=False),
                name="demand_only_corrections_are_looked_at_again",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(DemandState.DONE, DemandState.REFUSED, DemandState.WITHDRAWN))
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="demand_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=DemandState.REFUSED) | Q(kind__in=REQUESTS),
                name="demand_only_requests_are_refused",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DemandKind.RELEASE, state__in=(DemandState.DONE, DemandState.REFUSED))
                | ~Q(settled_by=F("asked_by")),
                name="demand_release_is_settled_by_another",
            ),
            models.UniqueConstraint(
                fields=["warning"],
                condition=Q(kind=DemandKind.RELEASE, state__in=WAITING_STATES),
                name="demand_one_release_waits",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=FOR_CONTRACTORS) | ~Q(number=""), name="demand_of_a_unit_has_a_number"
            ),
            models.CheckConstraint(
                condition=~Q(state=DemandState.WITHDRAWN) | Q(kind__in=WITHDRAWABLE) & ~Q(ended_for=""),
                name="demand_withdrawn_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(wished_on__isnull=True) & ~Q(kind=DemandKind.EXTENSION)
                | Q(kind=DemandKind.EXTENSION, wished_on__gt=F("first_due_on")),
                name="demand_extension_asks_for_a_later_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    @classmethod
    def scope_q(cls, user) -> Q:
        """Authorities read all of a warning they see; a unit what is asked of itself; nobody else any."""
        reached = super().scope_q(user)
        if user.role in AUTHORITIES:
            return reached
        if user.role not in (Role.CLERK, Role.CONSTRUCTION_UNIT):
            return Q(pk__in=[])
        return reached & Q(kind__in=FOR_CONTRACTORS, of=user.organization_id)

    def get_absolute_url(self) -> str:
        return reverse("alerts:demand_detail", args=[self.pk])

    @property
    def named(self) -> str:
        """Within a sentence: 限期整改临翔区人社监令〔2026〕1号."""
        return f"{self.get_kind_display()}{self.number}"

    @property
    def state_text(self) -> str:
        return STATE_WORDS.get((self.kind, self.state), self.get_state_display())

    @property
    def state_tone(self) -> str:
        return STATE_TONES[DemandState(self.state)]

    @property
    def seen(self) -> str:
        """What a page shows of it, for whoever acts on that page."""
        known = "acknowledged" if self.acknowledged_at and self.state == DemandState.OPEN else ""
        return f"{self.state}:{self.due_on}:{known}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING_STATES

    @property
    def has_paper(self) -> bool:
        return bool(self.number)

    def is_overdue(self, today: date) -> bool:
        return self.state == DemandState.OPEN and self.due_on < today


class SavedFilter(ScopedModel):
    """A filter of the list of warnings under a name of one's own; `query` is the address behind the question mark."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=500)

    class Meta:
        verbose_name = "常用筛选"
        verbose_name_plural = verbose_name
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_q(cls, user) -> Q:
        return Q(user=user)
