from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.models import Attachment
from core.scoping import ScopedModel
from organizations.enums import Role
from projects.enums import ImportState
from projects.models.project import Project

LARGE_ROWS, LARGE_BYTES = 2_000, 1024 * 1024
RESEMBLES = "resembles"  # among a batch's options


class ImportBatch(ScopedModel):
    """One uploaded sheet: checked, shown, then its good rows applied in one transaction.

    The (encrypted) file itself is the staging area: it is parsed again when it is applied, so no half-way copy of
    personal data lies about.
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="imports"
    )
    kind = models.CharField("资料类型", max_length=20)
    file = models.ForeignKey(Attachment, verbose_name="文件", on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField("列对应", default=dict)
    options = models.JSONField("选项", default=dict)
    state = models.CharField("状态", max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    rows = models.PositiveIntegerField("表格行数", default=0, help_text="含标题行与空行；文件较大时检查后才知道")
    accepted = models.PositiveIntegerField("合格行数", default=0)
    refused = models.PositiveIntegerField("退回行数", default=0)
    notices = models.PositiveIntegerField("提示数", default=0)
    outcome = models.JSONField("结果", default=dict, help_text="待确认时为预计，导入后为实际：新增、更新、不变的行数")
    preview = models.JSONField("预览", default=list, help_text="前几行合格数据，证件号、卡号、手机号已脱敏")
    message = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="上传人", null=True, on_delete=models.PROTECT)
    job = models.ForeignKey(
        "core.Job", verbose_name="后台任务", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("导入时间", null=True)

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "kind", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file.name}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """Those who see the project; a bank only what it sent itself: it has no business with rosters. A sheet of no
        project: the unit that sent it. Nobody else who was not meant to send or to read any."""
        if user.role in (Role.CONSTRUCTION_UNIT, Role.INSURER, Role.WORKER):
            return Q(pk__in=[])
        visible = Project._base_manager.filter(Project.scope_q(user)).values("pk")
        own = Q(by__organization=user.organization) if user.role == Role.BANK else Q()
        return own & Q(project__in=visible) | Q(project__isnull=True, by__organization=user.organization)

    def get_absolute_url(self) -> str:
        return reverse("imports:batch", args=[self.pk])

    def may_open_files(self, user) -> bool:
        """A sheet holds IDs and cards in clear: only the unit that sent it; `imports:file` asks by itself."""
        return self.by is not None and self.by.organization_id == user.organization_id

    @property
    def is_settled(self) -> bool:
        """Nothing more can be done with it but look."""
        return self.state in (ImportState.APPLIED, ImportState.DISCARDED)

    @property
    def is_large(self) -> bool:
        """Examined, applied and annotated by a worker, not while the browser waits."""
        return self.rows > LARGE_ROWS or self.file.size > LARGE_BYTES

    @property
    def accepted_text(self) -> str:
        return f"{self.accepted:,}"

    @property
    def outcome_text(self) -> str:
        return " / ".join(f"{self.outcome.get(part, 0):,}" for part in ("created", "updated", "unchanged"))

    @property
    def resembles(self) -> str:
        """The kind it seems to be, where a required column of its own kind was not found."""
        return self.options.get(RESEMBLES, "")

    @property
    def outcome_remark(self) -> str:
        return self.outcome.get("remark", "")

    @property
    def is_busy(self) -> bool:
        return self.job is not None and not self.job.is_finished


class ImportProblem(ScopedModel):
    """What is wrong (error: the row is refused) or worth a look (notice: the row is taken) at a cell of a batch.

    Messages never hold an ID or card number in clear.
    """

    scope_through = "batch"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="problems")
    level = models.CharField("级别", max_length=6, choices={"error": "错误", "notice": "提示"})
    sheet = models.CharField("工作表", max_length=100)
    row = models.PositiveIntegerField("行")
    column = models.CharField("列", max_length=3, blank=True)
    field = models.CharField("项目", max_length=50, blank=True)
    who = models.CharField("姓名", max_length=50, blank=True)
    message = models.CharField("问题", max_length=500)

    class Meta:
        verbose_name = "导入问题"
        verbose_name_plural = verbose_name
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}：{self.message}"


class ColumnMapping(ScopedModel):
    """How a unit's own sheet maps to our columns: asked once, remembered by the header's fingerprint."""

    organization = models.ForeignKey("organizations.Organization", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("资料类型", max_length=20)
    fingerprint = models.CharField("表头指纹", max_length=64)
    mapping = models.JSONField("列对应")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "列对应"
        verbose_name_plural = verbose_name
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "fingerprint"], name="column_mapping_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:8]}"

    @classmethod
    def scope_q(cls, user) -> Q:
        return Q(organization=user.organization)
