from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as BadNumber

from core.fields import BlindIndexField, EncryptedField
from organizations.enums import OrganizationKind, UnitNature
from organizations.models.region import Region


def check_uscc(value: str) -> None:
    """GB 32100: 18 characters with a check character."""
    try:
        uscc.validate(value)
    except BadNumber as error:
        raise ValidationError("统一社会信用代码不正确，请对照营业执照核对 18 位代码。") from error


class Organization(models.Model):
    """A department, an enterprise, a bank or an insurer. One row per unit in the whole province."""

    shared_because = "units are public (business registers); the legal representative's ID number is masked"

    kind = models.CharField("类别", max_length=20, choices=OrganizationKind)
    name = models.CharField("单位名称", max_length=200)
    uscc = models.CharField(
        "单位统一社会信用代码", max_length=18, null=True, blank=True, unique=True, validators=[check_uscc]
    )
    unit_nature = models.CharField("单位类型", max_length=3, choices=UnitNature, blank=True)
    region = models.ForeignKey(
        Region, verbose_name="注册地行政区划代码", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_address = models.CharField("注册地址", max_length=200, blank=True)
    office_address = models.CharField("办公地址", max_length=200, blank=True)
    legal_representative = models.CharField("法定代表人姓名", max_length=50, blank=True)
    legal_representative_id = EncryptedField("法定代表人公民身份号码", null=True, blank=True)
    legal_representative_id_index = BlindIndexField("legal_representative_id", null=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    parent = models.ForeignKey(
        "self", verbose_name="上级单位", null=True, blank=True, on_delete=models.PROTECT, related_name="branches"
    )
    bank_code = models.CharField("银行代码", max_length=3, blank=True)

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = verbose_name
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["kind", "name"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(uscc__isnull=True) | ~Q(uscc=""), name="organization_uscc_null_not_empty"
            )
        ]

    def __str__(self) -> str:
        return self.name
