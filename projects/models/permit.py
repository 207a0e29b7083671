import pghistory
from django.db import models
from django.db.models import Func

from core.scoping import ScopedModel
from projects.models.project import Project


class PermitKey(Func):
    """A permit's number without what people write differently: spaces, width, case, brackets, dashes, 第 and 号.

    The function of the database stands in its migration: both sides of a comparison must be folded alike.
    """

    function = "permit_key"
    arity = 1
    output_field = models.TextField()


@pghistory.track()
class Permit(ScopedModel):
    """施工许可证 (or the approval of the start report): a project may have several."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="permits")
    number = models.CharField("施工许可证编号", max_length=50, blank=True)
    issued_on = models.DateField("施工许可证发放日期", null=True, blank=True)

    class Meta:
        verbose_name = "施工许可证"
        verbose_name_plural = verbose_name
        ordering = ["issued_on", "id"]
        constraints = [
            models.UniqueConstraint(
                PermitKey("number"),
                condition=~models.Q(number=""),
                name="permit_number_unique",
                violation_error_message="该施工许可证编号已登记在另一个项目下。",
            )
        ]

    def __str__(self) -> str:
        return self.number
