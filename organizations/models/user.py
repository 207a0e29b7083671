from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from organizations.enums import ROLE_KINDS, Industry, RegionLevel, Role
from organizations.models.organization import Organization


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def get_by_natural_key(self, username):
        return self.select_related("organization__region").get(username=username)


class User(AbstractBaseUser):
    """A person who works in the portal, for one organization, in one role; a worker for none."""

    shared_because = "administrators manage users by role; other pages show only names"

    username = models.CharField("用户名", max_length=50, unique=True)
    name = models.CharField("姓名", max_length=50)
    role = models.CharField("角色", max_length=20, choices=Role)
    organization = models.ForeignKey(
        Organization, verbose_name="单位", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    phone = models.CharField("手机", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=True)
    one_time_until = models.DateTimeField("一次性密码有效至", null=True, editable=False)
    query_only = models.BooleanField(
        "仅供查询", default=False, help_text="人社部门为行业主管部门开通：可查询、导出，不能写入"
    )
    issued_by = models.ForeignKey(
        "self", verbose_name="开通人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sessions_ended_at = models.DateTimeField("此前的会话失效", null=True, editable=False)
    created_at = models.DateTimeField("创建时间", default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name", "role"]

    objects = UserManager()

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = verbose_name
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(role=Role.WORKER, organization__isnull=True)
                | (~models.Q(role=Role.WORKER) & models.Q(organization__isnull=False)),
                name="user_works_for_a_unit_unless_a_worker",
                violation_error_message="请填写单位。",
            ),
            models.CheckConstraint(
                condition=models.Q(query_only=False) | models.Q(role=Role.INDUSTRY),
                name="user_query_only_is_of_an_industry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_role_display()}）"

    def clean(self):
        super().clean()
        if self.organization_id and self.role and self.organization.kind not in ROLE_KINDS[Role(self.role)]:
            raise ValidationError(
                {"role": f"{self.organization.get_kind_display()}的人员不能担任{self.get_role_display()}。"}
            )

    def _get_session_auth_hash(self, secret=None) -> str:
        """What ties a session to its user. Whoever is closed keeps no session for the day of the reopening."""
        return salted_hmac(
            "organizations.User.session", f"{self.password}{self.sessions_ended_at}", secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def region(self):
        return self.organization.region if self.organization else None

    @property
    def level(self) -> RegionLevel | None:
        """The level of an authority's office; None for those who are no authority."""
        return RegionLevel(self.region.level) if self.region and self.role in (Role.OFFICER, Role.INDUSTRY) else None

    @property
    def industry(self) -> Industry | None:
        """The industry an industry officer is confined to; None means all (the bank regulator looks across)."""
        if self.role != Role.INDUSTRY:
            return None
        kind = self.organization.kind
        return Industry(kind) if kind in Industry.values else None

    # Django's admin serves reference tables to the system administrator and nobody else.
    @property
    def is_staff(self) -> bool:
        return self.role == Role.SYSTEM

    def has_perm(self, permission: str, obj=None) -> bool:
        return self.is_active and self.role == Role.SYSTEM

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.role == Role.SYSTEM
