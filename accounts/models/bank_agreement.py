from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from core.scoping import ScopedModel
from organizations.enums import AUTHORITIES, OrganizationKind, RegionLevel, Role
from organizations.models import Organization


class BankAgreement(ScopedModel):
    """协议银行: a bank that has agreed with an office of human resources to serve special accounts and push their
    data. An offer, never an obligation: an account may be opened at any bank."""

    bank = models.ForeignKey(
        Organization,
        verbose_name="银行",
        on_delete=models.PROTECT,
        related_name="bank_agreements",
        limit_choices_to={"kind": OrganizationKind.BANK},
    )
    office = models.ForeignKey(Organization, verbose_name="签约部门", on_delete=models.PROTECT, related_name="+")
    number = models.CharField("协议编号", max_length=60)
    valid_from = models.DateField("有效期自")
    valid_to = models.DateField("有效期至")
    contact_name = models.CharField("联系人", max_length=50)
    contact_phone = models.CharField("联系电话", max_length=30)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "协议银行"
        verbose_name_plural = verbose_name
        ordering = ["-valid_to", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="bank_agreement_ends_after_it_begins",
                violation_error_message="有效期止不能早于有效期起。",
            ),
            ExclusionConstraint(
                name="bank_agreements_do_not_overlap",
                expressions=[
                    ("bank", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="与该银行已有的协议有效期重叠，请核对日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """Its bank; authorities of the office's place and below it, where it holds; officers above it."""
        if user.role == Role.BANK:
            return Q(bank=user.organization)
        if user.role not in AUTHORITIES:
            return Q(pk__in=[])
        above = [user.region.code[:level].ljust(6, "0") for level in RegionLevel.values if level]
        own = Q(office__region__code__startswith=user.region.prefix) if user.role == Role.OFFICER else Q()
        holds = Q(office__region__in=above)
        return own | holds if own else holds

    def is_in_force(self, today: date) -> bool:
        return self.valid_from <= today <= self.valid_to
