from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from core.working_days import due_after
from organizations.enums import Industry, Role
from organizations.models import Region
from projects.enums import Category, PermitState, SetAsideReason
from projects.models.permit import Permit, PermitKey
from projects.models.project import FILING_DAYS


@dataclass(frozen=True)
class PermitCounts:
    """Permits of a place and industry. `due` is the base of the rate: issued, and not set aside."""

    due: int = 0
    found: int = 0
    overdue: int = 0
    set_aside: int = 0

    def __add__(self, other: Self) -> Self:
        return PermitCounts(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def missing(self) -> int:
        return self.due - self.found

    @property
    def rate(self) -> tuple[int, int] | None:
        """None where no list was loaded."""
        return (self.found, self.due) if self.due else None


class ListedPermitQuerySet(ScopedQuerySet):
    def within(self, region: Region) -> Self:
        return self.filter(region__code__startswith=region.prefix)

    def compared(self) -> Self:
        """With `is_found`, `project_id` and `due_on`: told from the permits registered at this moment, not kept."""
        same = Permit._base_manager.annotate(key=PermitKey("number")).filter(key=PermitKey(OuterRef("number")))
        return self.annotate(
            is_found=Exists(same),
            project_id=Subquery(same.order_by("pk").values("project")[:1]),
            due_on=due_after("issued_on", FILING_DAYS),
        )

    def in_state(self, today: date) -> Self:
        """With `state` besides."""
        told = Case(
            When(set_aside_at__isnull=False, then=Value(PermitState.SET_ASIDE)),
            When(is_found=True, then=Value(PermitState.FOUND)),
            When(due_on__lt=today, then=Value(PermitState.OVERDUE)),
            default=Value(PermitState.MISSING),
        )
        return self.compared().annotate(state=told)

    def missing(self) -> Self:
        return self.compared().filter(is_found=False, set_aside_at__isnull=True)

    def counts(self, today: date) -> dict[tuple[str, str], PermitCounts]:
        """(region code, industry) → how many; what has none is left out."""
        rows = (
            self.in_state(today)
            .order_by()
            .values("region_id", "industry")
            .annotate(
                due=Count("pk", filter=~Q(state=PermitState.SET_ASIDE)),
                found=Count("pk", filter=Q(state=PermitState.FOUND)),
                overdue=Count("pk", filter=Q(state=PermitState.OVERDUE)),
                aside=Count("pk", filter=Q(state=PermitState.SET_ASIDE)),
            )
            .values_list("region_id", "industry", "due", "found", "overdue", "aside")
        )
        return {(place, industry): PermitCounts(*counted) for place, industry, *counted in rows}


@pghistory.track()
class ListedPermit(ScopedModel):
    """A permit on the list of the department that issued it. Whether its project is on the platform is looked up by
    number whenever it is asked, so that a number registered later counts at once."""

    number = models.CharField("施工许可证编号", max_length=50)
    project_name = models.CharField("工程名称", max_length=200)
    construction_unit = models.CharField("建设单位", max_length=200, blank=True)
    contractor = models.CharField("施工总承包单位", max_length=200, blank=True)
    region = models.ForeignKey(Region, verbose_name="所在地", on_delete=models.PROTECT, related_name="+")
    address = models.CharField("建设地点", max_length=200, blank=True)
    issued_on = models.DateField("发证日期")
    contract_amount = MoneyField("合同价款（元）", null=True, blank=True)
    category = models.CharField("项目种类", max_length=2, choices=Category, blank=True)
    industry = models.CharField("行业", max_length=10, choices=Industry)
    authority = models.CharField("发证机关", max_length=200, blank=True)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="载入人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    loaded_at = models.DateTimeField("载入时间", default=timezone.now)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)
    set_aside_reason = models.CharField("不纳入原因", max_length=15, choices=SetAsideReason, blank=True)
    set_aside_note = models.CharField("说明", max_length=400, blank=True)
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    set_aside_at = models.DateTimeField("办理时间", null=True, blank=True)

    objects = ListedPermitQuerySet.as_manager()

    class Meta:
        verbose_name = "施工许可清单"
        verbose_name_plural = verbose_name
        ordering = ["issued_on", "id"]
        indexes = [
            models.Index(fields=["region", "industry"], opclasses=["varchar_pattern_ops", ""], name="listed_scope"),
            models.Index(fields=["issued_on"]),
        ]
        constraints = [
            models.UniqueConstraint(PermitKey("number"), name="listed_permit_number_unique"),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True, set_aside_reason="")
                | Q(set_aside_at__isnull=False) & ~Q(set_aside_reason=""),
                name="listed_permit_set_aside_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def scope_q(cls, user) -> Q:
        """As for projects, by the place and industry of the permit: nobody but the authorities sees the list."""
        if user.role not in (Role.OFFICER, Role.INDUSTRY):
            return Q(pk__in=[])
        own = Q(industry=user.industry) if user.industry else Q()
        return own & Q(region__code__startswith=user.region.prefix)

    def get_absolute_url(self) -> str:
        return reverse("projects:listed_permit_detail", args=[self.pk])

    @property
    def is_set_aside(self) -> bool:
        return self.set_aside_at is not None


@pghistory.track()
class AcceptedMatch(ScopedModel):
    """An officer took a listed permit for one of a project's: what was registered, and what stood there before, so
    that it can be taken back."""

    scope_through = "listed"

    listed = models.OneToOneField(ListedPermit, on_delete=models.CASCADE, related_name="accepted")
    permit = models.ForeignKey(Permit, on_delete=models.CASCADE, related_name="+")
    is_new = models.BooleanField("新增登记")
    number_before = models.CharField("原编号", max_length=50, blank=True)
    issued_before = models.DateField("原发放日期", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("办理时间", default=timezone.now)

    class Meta:
        verbose_name = "许可比对结果"
        verbose_name_plural = verbose_name
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listed} → {self.permit}"
