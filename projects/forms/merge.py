from django import forms
from django.core.exceptions import ValidationError

from core.forms import PortalForm
from projects.models import Project
from projects.services.merge import SOURCE, SUM, TARGET, Difference, contractors_differ


class MergeSearchForm(PortalForm):
    q = forms.CharField(label="项目编码或名称", required=False, max_length=200)


class MergeForm(PortalForm):
    """What the merged project keeps, fact by fact, and what the officer answers for."""

    def __init__(self, *args, source: Project, target: Project, unlike: list[Difference], late: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.unlike = unlike
        for item in unlike:
            self.fields[f"keep_{item.field}"] = forms.ChoiceField(
                label=f"{item.label}取用", choices=_choices(item), initial=item.proposed
            )
        if contractors_differ(source, target):
            self.fields["other_contractor"] = forms.BooleanField(
                label="两个项目的施工总承包单位不同，确认属于同一工程，合并后两家单位都能看到合并的项目"
            )
        self.fields["reason"] = forms.CharField(
            label="合并原因" if late else "合并说明",
            max_length=400,
            required=late,
            widget=forms.Textarea({"rows": 2}),
            help_text="如：同一工程分标段办理施工许可证。记入合并记录，参建单位可以看到。",
        )

    @property
    def facts(self) -> list:
        """(difference, field) of each fact in which the two differ."""
        return [(item, self[f"keep_{item.field}"]) for item in self.unlike]

    @property
    def others(self) -> list:
        return [field for field in self if not field.name.startswith("keep_")]

    def choices(self) -> dict[str, str]:
        given = self.cleaned_data.items()
        return {name.removeprefix("keep_"): value for name, value in given if name.startswith("keep_")}


def _choices(item: Difference) -> list[tuple[str, str]]:
    known = [(TARGET, f"保留项目：{item.of_target}"), (SOURCE, f"并入项目：{item.of_source}")]
    return [*known, (SUM, f"两者之和：{item.total}")] if item.total else known


class MergeConfirmForm(PortalForm):
    """The second confirmation: the code of the project that is given up, typed."""

    code = forms.CharField(label="并入项目的编码", max_length=32, help_text="请照抄上面的编码，以确认没有选错项目。")

    def __init__(self, *args, source: Project, **kwargs):
        super().__init__(*args, **kwargs)
        self.source = source

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if code != self.source.code:
            raise ValidationError("与并入项目的编码不一致，请核对。")
        return code
