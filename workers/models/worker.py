import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.fields import BlindIndexField, EncryptedField
from core.models.attachments import Attachment
from core.scoping import ScopedModel
from organizations.enums import AUTHORITIES, IDENTITY_CHECKERS, Role
from projects.models import Project
from workers.enums import CardKind, Education, Gender, IdType

PAPER_READERS = (*AUTHORITIES, Role.CLERK)  # a bank sees whom it pays, not their photos and papers


class Characters(models.Func):
    """The characters of a name. Most names have two or three, and a trigram index knows nothing of two."""

    function = "string_to_array"
    template = "%(function)s(%(expressions)s, NULL)"
    output_field = ArrayField(models.TextField())


@pghistory.track()
class Worker(ScopedModel):
    """农民工: one row a person, however many sites they work on."""

    name = models.CharField("姓名", max_length=50)
    name_pinyin = models.CharField("姓名拼音", max_length=200, blank=True, help_text="全拼与首字母，供检索")
    id_type = models.CharField("证件类型", max_length=2, choices=IdType, default=IdType.RESIDENT)
    id_number = EncryptedField("公民身份号码")
    id_number_index = BlindIndexField("id_number")
    id_last4 = models.CharField("证件号后四位", max_length=4, blank=True)
    gender = models.CharField("性别", max_length=1, choices=Gender, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=10, blank=True)
    domicile_code = models.CharField("户籍所在地行政区域代码", max_length=6, blank=True)
    native_place = models.CharField("籍贯", max_length=50, blank=True)
    address = models.CharField("住址", max_length=200, blank=True)
    education = models.CharField("文化程度", max_length=2, choices=Education, blank=True)
    phone = EncryptedField("手机", null=True, blank=True)
    phone_index = BlindIndexField("phone", null=True, db_index=True)
    photo = models.ForeignKey(
        Attachment, verbose_name="照片", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="登录",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="worker",
    )
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "工人"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [
            GinIndex(Characters("name"), name="worker_name_characters"),
            GinIndex(OpClass("name_pinyin", name="gin_trgm_ops"), name="worker_pinyin_trgm"),
            models.Index(fields=["id_last4"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_type", "id_number_index"],
                name="worker_is_one_person",
                violation_error_message="该证件号码已登记。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_q(cls, user) -> Q:
        """A person is visible to themselves and to whoever sees a project they are, or were, engaged at."""
        if user.role == Role.WORKER:
            return Q(user=user)
        projects = Project._base_manager.filter(Project.scope_q(user)).values("pk")
        engagements = cls._meta.get_field("engagements").related_model._base_manager
        return Q(pk__in=engagements.filter(project__in=projects).values("worker"))

    def get_absolute_url(self) -> str:
        return reverse("workers:worker_detail", args=[self.pk])

    def may_reveal(self, user) -> bool:
        return user.role in IDENTITY_CHECKERS

    def may_open_files(self, user) -> bool:
        return user.role in PAPER_READERS

    @property
    def masked_id(self) -> str:
        """530902********0010, without decrypting."""
        return f"{self.domicile_code or '*' * 6}{'*' * 8}{self.id_last4}"


@pghistory.track()
class BankCard(ScopedModel):
    """工资卡: the personal account wages are paid to (条例 art. 31: nobody may hold a worker's card)."""

    scope_through = "worker"

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="bank_cards")
    number = EncryptedField("银行卡号")
    number_index = BlindIndexField("number", db_index=True)
    last4 = models.CharField("卡号后四位", max_length=4)
    bank_name = models.CharField("开户银行", max_length=100, blank=True)
    kind = models.CharField(
        "卡种", max_length=8, choices=CardKind, default=CardKind.ORDINARY, db_default=CardKind.ORDINARY.value
    )
    is_current = models.BooleanField("在用", default=True)
    bound_at = models.DateTimeField("绑定时间", default=timezone.now)
    unbound_at = models.DateTimeField("解绑时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "工资卡"
        verbose_name_plural = verbose_name
        ordering = ["-is_current", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["worker", "number_index"], name="bank_card_once_a_worker"),
            models.UniqueConstraint(
                fields=["worker"], condition=Q(is_current=True), name="worker_has_one_current_card"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} 尾号{self.last4}"

    def may_reveal(self, user) -> bool:
        return user.role in IDENTITY_CHECKERS

    @property
    def masked(self) -> str:
        return f"**** **** **** {self.last4}"
