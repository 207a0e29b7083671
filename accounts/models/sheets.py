"""A team's wage sheet on its way from the site to the bank, every step of it, and what the workers said.

The database itself moves a sheet: whoever inserts a `PayrollStep` moves it, in turn or not at all, and nothing else
does. `accounts.models.sheet_triggers` holds the SQL.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import RESULTS, Answer, SheetKind, SheetState, StepMeans
from accounts.models import sheet_triggers
from accounts.models.payroll import Payroll, PayrollLine
from core import formats
from core.fields import MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import Fold, append_only_but_for_merges
from workers.models import LoginIssue, Team


class PayrollSheetQuerySet(ScopedQuerySet):
    def in_state(self, *states: SheetState) -> "PayrollSheetQuerySet":
        return self.filter(state__in=states)


class PayrollSheet(ScopedModel):
    """班组工资表: a team's lines of a month's payroll, which are confirmed, reviewed and paid together. One of
    `kind` BACK_PAY pays what an older month still owes."""

    scope_through = "project"
    on_merge = {
        "payroll_sheet_one_draft_a_team": Fold(),
    }

    payroll = models.ForeignKey(Payroll, on_delete=models.PROTECT, related_name="sheets")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payroll_sheets")
    team = models.ForeignKey(Team, verbose_name="班组", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=8, choices=SheetKind, default=SheetKind.ORDINARY)
    state = models.CharField("办理状态", max_length=10, choices=SheetState, default=SheetState.DRAFT)
    reason = models.CharField("补发原因", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="编制人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("编制时间", default=timezone.now)

    objects = PayrollSheetQuerySet.as_manager()

    class Meta:
        verbose_name = "班组工资表"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "project"])]
        constraints = [
            models.UniqueConstraint(
                fields=["payroll", "team"],
                condition=Q(state=SheetState.DRAFT, kind=SheetKind.ORDINARY),
                nulls_distinct=False,
                name="payroll_sheet_one_draft_a_team",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SheetState.values) & Q(kind__in=SheetKind.values),
                name="payroll_sheet_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=SheetKind.ORDINARY) | ~Q(reason=""), name="payroll_sheet_back_pay_says_why"
            ),
        ]
        triggers = sheet_triggers.of_sheets()

    def __str__(self) -> str:
        what = "补发" if self.is_back_pay else "工资"
        return f"{self.team or '未分班组'} {formats.month(self.payroll.month)}{what}"

    def get_absolute_url(self) -> str:
        return reverse("payrolls:sheet", args=[self.pk])

    @property
    def month(self):
        return self.payroll.month

    @property
    def is_draft(self) -> bool:
        return self.state == SheetState.DRAFT

    @property
    def is_back_pay(self) -> bool:
        return self.kind == SheetKind.BACK_PAY

    @property
    def state_tone(self) -> str:
        return SheetState(self.state).tone


class PayrollStep(ScopedModel):
    """Who moved a sheet from which state to which, when, and how. Never rewritten; inserting one moves the sheet."""

    scope_through = "project"

    sheet = models.ForeignKey(PayrollSheet, on_delete=models.PROTECT, related_name="steps")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    from_state = models.CharField("原状态", max_length=10, choices=SheetState)
    to_state = models.CharField("新状态", max_length=10, choices=SheetState)
    means = models.CharField("办理方式", max_length=6, choices=StepMeans, default=StepMeans.PORTAL)
    scans = models.PositiveSmallIntegerField("扫描件数", default=0)
    text = models.CharField("说明", max_length=500, blank=True)
    people = models.PositiveIntegerField("人数")
    net = MoneyField("实发合计")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("办理时间", default=timezone.now)

    class Meta:
        verbose_name = "工资表办理步骤"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(to_state__in=RESULTS), name="payroll_step_says_who"
            ),
            models.CheckConstraint(
                condition=~Q(means=StepMeans.PAPER) | Q(scans__gt=0), name="payroll_step_on_paper_has_scans"
            ),
            models.CheckConstraint(
                condition=~Q(to_state=SheetState.DRAFT) | ~Q(text=""), name="payroll_step_back_says_why"
            ),
        ]
        triggers = [*append_only_but_for_merges(), *sheet_triggers.of_steps()]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"

    def may_open_files(self, user) -> bool:
        """Signed sheets name everybody on them, with their numbers."""
        return user.role in (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)

    @property
    def title(self) -> str:
        return "退回编制" if self.to_state == SheetState.DRAFT else self.get_to_state_display()


class LineAnswer(ScopedModel):
    """What a worker said to the own line on the phone, and to which amount. Never rewritten: another may follow
    while the sheet is being confirmed."""

    scope_through = "project"

    line = models.ForeignKey(PayrollLine, on_delete=models.PROTECT, related_name="answers")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField("答复", max_length=9, choices=[(a.value, a.label) for a in Answer if a])
    net = MoneyField("所答复的实发工资")
    text = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="答复人", on_delete=models.PROTECT, related_name="+")
    issue = models.ForeignKey(
        LoginIssue,
        verbose_name="答复前不久发放的登录密码",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="在此之前 24 小时内，有人替本人领过密码",
    )
    at = models.DateTimeField("答复时间", default=timezone.now)

    class Meta:
        verbose_name = "工人答复"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer=Answer.CONFIRMED) | Q(answer=Answer.OBJECTED) & ~Q(text=""),
                name="line_answer_objection_says_why",
            ),
        ]
        triggers = [*append_only_but_for_merges(), *sheet_triggers.of_answers()]

    def __str__(self) -> str:
        return f"{self.line} {self.get_answer_display()}"
