from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from alerts.enums import Conclusion
from alerts.models.warning import Warning
from core.scoping import ScopedModel
from projects.models import Project

FILE_WITHIN = 5  # working days, 《关于实施〈劳动保障监察条例〉若干规定》第十八条
CONCLUDE_WITHIN = 60  # working days from the filing, 《劳动保障监察条例》第十七条
PROLONG_BY = 30  # working days more, once, with the approval of the office's head (the same article)


class CaseLead(ScopedModel):
    """案源: a possible violation handed over for filing and investigation, or mediation (A3).

    `due_on` is the day by which the next step is due: the filing, then the conclusion."""

    scope_through = "project"

    class State(models.TextChoices):
        OPEN = "open", "待立案"
        FILED = "filed", "已立案"
        MEDIATED = "mediated", "协调处理"
        CLOSED = "closed", "已结案"

    # A case is dealt with before it is closed; closing can be taken back.
    NEXT = {
        State.OPEN: (State.FILED, State.MEDIATED),
        State.FILED: (State.MEDIATED, State.CLOSED),
        State.MEDIATED: (State.FILED, State.CLOSED),
        State.CLOSED: (State.FILED, State.MEDIATED),
    }

    number = models.CharField("案源编号", max_length=32, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="case_leads")
    warning = models.OneToOneField(Warning, on_delete=models.PROTECT, related_name="case_lead")
    reason = models.CharField("移送理由", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    due_on = models.DateField("办理期限")
    begun_on = models.DateField("立案或协调日期", null=True)
    is_prolonged = models.BooleanField("已延长 30 个工作日", default=False)
    conclusion = models.CharField("结案方式", max_length=12, choices=Conclusion, blank=True)
    concluded_on = models.DateField("结案日期", null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="移送人", on_delete=models.PROTECT)
    opened_at = models.DateTimeField("移送时间", default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="结案人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "案源"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_on", "id"], name="case_lead_due")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(conclusion="") & Q(concluded_on__isnull=False)),
                name="case_lead_closed_says_how",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(begun_on__isnull=False), name="case_lead_begun_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("alerts:case_lead_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on < today
