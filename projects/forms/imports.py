from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet

from core.attachments import SHEETS
from core.forms import FilterForm, PortalForm
from core.spreadsheets import Layout
from projects.enums import ImportState
from projects.filters import matching
from projects.imports import SheetImport, project_kinds
from projects.imports.preview import mask_numbers
from projects.models import Project


class UploadForm(PortalForm):
    file = forms.FileField(label="文件", widget=forms.FileInput(attrs={"accept": ",".join(SHEETS)}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        limit = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
        self.fields["file"].help_text = f"支持 {'、'.join(SHEETS)}，不超过 {limit} MB。"
        self.fields["file"].error_messages["empty"] = "文件是空的，请重新选择。"

    def clean_file(self):
        """Before it is read into memory; the engine says the rest."""
        file = self.cleaned_data["file"]
        if file.size > settings.ATTACHMENT_MAX_BYTES:
            limit = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(f"文件超过 {limit} MB，请拆分后再上传。")
        return file


class ColumnsForm(PortalForm):
    """Which of our columns each header of the sheet is. A column of ours is chosen once, a required one always."""

    def __init__(self, *args, importer: SheetImport, layout: Layout, **kwargs):
        super().__init__(*args, **kwargs)
        self.importer = importer
        self.headers = _headers(layout)
        choices = [
            ("", "（不导入）"),
            *((c.name, f"{c.label}{'（必填）' if c.required else ''}") for c in importer.columns),
        ]
        for name, (header, current, samples) in self.headers.items():
            field = forms.ChoiceField(label=header, choices=choices, required=False, initial=current)
            field.samples = samples
            self.fields[name] = field

    def clean(self):
        chosen = [self.cleaned_data.get(name) for name in self.headers if self.cleaned_data.get(name)]
        twice = {name for name in chosen if chosen.count(name) > 1}
        if twice:
            raise forms.ValidationError(f"“{self._labels(twice)}”选了不止一列，每项只能对应一列。")
        lacking = {column.name for column in self.importer.columns if column.required} - set(chosen)
        if lacking:
            raise forms.ValidationError(f"还没有指定必填项：{self._labels(lacking)}。")

    def _labels(self, names: set[str]) -> str:
        return "、".join(column.label for column in self.importer.columns if column.name in names)

    def mapping(self) -> dict[str, str]:
        return {header: self.cleaned_data[name] for name, (header, *_) in self.headers.items()}

    def rows(self):
        return [(self[name], self.fields[name].samples) for name in self.headers]


def _headers(layout: Layout) -> dict[str, tuple[str, str, list[str]]]:
    """Field name → (header, the column it is taken for, masked samples), over all sheets, each header once."""
    found: dict[str, tuple[str, str, list[str]]] = {}
    for sheet in layout.sheets:
        taken = {index: name for name, index in sheet.mapping.items()}
        for index, header in sorted(sheet.headers.items()):
            samples = [mask_numbers(row[index]) for row in sheet.samples if index < len(row) and row[index]]
            found.setdefault(header, (header, taken.get(index, ""), samples[:3]))
    return {f"column{number}": facts for number, facts in enumerate(found.values())}


class ProblemFilters(FilterForm):
    level = forms.ChoiceField(
        label="级别", choices=[("", ""), ("error", "错误（退回）"), ("notice", "提示（可导入）")]
    )

    def apply(self, problems):
        return problems.filter(**self.values)


class BatchFilters(FilterForm):
    q = forms.CharField(label="项目或文件名")
    kind = forms.ChoiceField(label="资料")
    state = forms.ChoiceField(label="状态", choices=[("", ""), *ImportState.choices])
    since = forms.DateField(label="上传自")
    until = forms.DateField(label="上传至")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *((kind.kind, kind.title) for kind in project_kinds().values())]

    def apply(self, batches: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            projects = matching(Project.objects.unscoped("of batches in scope"), text)
            batches = batches.filter(Q(project__in=projects.values("pk")) | Q(file__name__icontains=text))
        if since := values.get("since"):
            batches = batches.filter(created_at__date__gte=since)
        if until := values.get("until"):
            batches = batches.filter(created_at__date__lte=until)
        return batches.filter(**{name: values[name] for name in ("kind", "state") if name in values})


class SiteFilters(FilterForm):
    """Above the projects one may upload for."""

    q = forms.CharField(label="项目、编号或总承包单位")

    def apply(self, projects: QuerySet) -> QuerySet:
        return matching(projects, self.values["q"]) if "q" in self.values else projects
