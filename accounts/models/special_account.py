import pghistory
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from pgtrigger import Before, Insert, Trigger, Update

from accounts.enums import AccountStatus
from core.fields import BlindIndexField, EncryptedField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import OrganizationKind, Role
from organizations.models import Organization
from projects.models import Project
from projects.models.merging import Fold

# An account on which money has moved is cancelled only after its notice, empty, and with nobody left unpaid.
CLOSING = """
IF NEW.status <> 'cancelled' OR NEW.cancelled_on IS NULL OR (TG_OP = 'UPDATE' AND OLD.status = 'cancelled')
   OR NOT EXISTS (SELECT 1 FROM accounts_ledgerentry e WHERE e.account_id = NEW.id) THEN
    RETURN NEW;
END IF;
IF NOT EXISTS (
    SELECT 1 FROM accounts_closingnotice c
    WHERE c.account_id = NEW.id AND c.withdrawn_at IS NULL AND c.ends_on < NEW.cancelled_on
) THEN
    RAISE EXCEPTION 'closing: no notice of thirty days has ended' USING ERRCODE = 'check_violation';
END IF;
IF (SELECT e.balance FROM accounts_ledgerentry e
    WHERE e.account_id = NEW.id ORDER BY e.sequence DESC LIMIT 1) <> 0 THEN
    RAISE EXCEPTION 'closing: the account is not empty' USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (
    SELECT 1 FROM accounts_payrollline l JOIN accounts_accountproject p ON p.project_id = l.project_id
    WHERE p.account_id = NEW.id AND l.paid < l.net
) OR EXISTS (
    SELECT 1 FROM workers_departure d JOIN accounts_accountproject p ON p.project_id = d.project_id
    WHERE p.account_id = NEW.id AND d.settlement = 'owed' AND d.paid_on IS NULL
) THEN
    RAISE EXCEPTION 'closing: wages are owed' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


def kept_by(user) -> Q:
    """Narrows what hangs on an account to the user's own bank, if the user works for one."""
    return Q(account__bank=user.organization) if user.role == Role.BANK else Q()


class SpecialAccountQuerySet(ScopedQuerySet):
    def active(self) -> "SpecialAccountQuerySet":
        return self.filter(status=AccountStatus.ACTIVE)


@pghistory.track()
class SpecialAccount(ScopedModel):
    """农民工工资专用账户: the 7 account indicators. May serve several projects of one contractor (`project_links`)."""

    holder = models.ForeignKey(
        Organization,
        verbose_name="开户单位",
        on_delete=models.PROTECT,
        related_name="special_accounts",
        limit_choices_to={"kind": OrganizationKind.ENTERPRISE},
    )
    name = models.CharField("专户名称", max_length=300)
    number = EncryptedField("银行账号")
    number_index = BlindIndexField("number", unique=True)
    number_last4 = models.CharField("账号后四位", max_length=4)
    bank = models.ForeignKey(
        Organization,
        verbose_name="银行",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accounts_kept",
        limit_choices_to={"kind": OrganizationKind.BANK},
        help_text="由对账单登记的账户暂缺，待补",
    )
    bank_name = models.CharField("开户银行", max_length=200, blank=True, help_text="具体到支行")
    opened_on = models.DateField("开户日期", null=True, blank=True)
    status = models.CharField("账户状态", max_length=10, choices=AccountStatus, default=AccountStatus.ACTIVE)
    cancelled_on = models.DateField("注销日期", null=True, blank=True)
    has_agreement = models.BooleanField("已签三方协议", default=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = SpecialAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "工资专用账户"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=AccountStatus.CANCELLED) | Q(cancelled_on__isnull=False),
                name="special_account_cancelled_has_its_day",
                violation_error_message="注销的账户须填注销日期。",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(cancelled_on__gte=F("opened_on")),
                name="special_account_cancelled_after_opening",
                violation_error_message="注销日期不能早于开户日期。",
            ),
        ]
        triggers = [Trigger(name="closing", when=Before, operation=Insert | Update, func=CLOSING)]

    def __str__(self) -> str:
        return f"{self.bank_name or '专户'} 尾号{self.number_last4}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:ledger", args=[self.pk])

    def may_reveal(self, user) -> bool:
        return user.role in (Role.OFFICER, Role.CLERK, Role.BANK)

    @property
    def status_tone(self) -> str:
        return {AccountStatus.ACTIVE: "green", AccountStatus.FROZEN: "orange"}.get(self.status, "grey")

    @property
    def is_cancelled(self) -> bool:
        return self.status == AccountStatus.CANCELLED

    @classmethod
    def scope_q(cls, user) -> Q:
        """A bank sees the accounts it keeps; everyone else those of the projects they see."""
        if user.role == Role.BANK:
            return Q(bank=user.organization)
        projects = Project._base_manager.filter(Project.scope_q(user)).values("pk")
        return Q(pk__in=AccountProject._base_manager.filter(project__in=projects).values("account"))


class AccountProject(ScopedModel):
    """Which projects an account serves; the money is kept apart by project."""

    scope_through = "project"
    on_merge = {"account_serves_a_project_once": Fold({"since": "least(t.since, s.since)"})}

    account = models.ForeignKey(SpecialAccount, on_delete=models.PROTECT, related_name="project_links")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="account_links")
    since = models.DateField("起始日期", default=timezone.localdate)

    class Meta:
        verbose_name = "账户所属项目"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["account", "project"], name="account_serves_a_project_once")]

    def __str__(self) -> str:
        return f"{self.account} → {self.project}"

    @classmethod
    def scope_q(cls, user) -> Q:
        return super().scope_q(user) & kept_by(user)
