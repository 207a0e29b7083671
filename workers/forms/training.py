from decimal import Decimal, InvalidOperation

from django import forms

from core.forms import EvidenceField, Section
from workers.forms.papers import FILES_HELP, PaperForm
from workers.models import Training


class TrainingForm(PaperForm):
    people = forms.MultipleChoiceField(label="参加人员", widget=forms.CheckboxSelectMultiple)
    files = EvidenceField(label="签到表、照片", required=False, help_text=FILES_HELP)

    sections = [
        Section("培训", ["kind", "name", "held_on", "hours", "trainer", "organization", "place", "description"]),
        Section("参加人员", ["people"], "从花名册勾选；成绩和是否合格保存后逐人登记。"),
        Section("附件", ["files"]),
    ]

    class Meta:
        model = Training
        fields = ["kind", "name", "held_on", "hours", "trainer", "organization", "place", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}

    def __init__(self, *args, people, **kwargs):
        """`people`: (engagement id, label) of everybody who may be ticked."""
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people
        self.fields["people"].widget.attrs["data-tick-all"] = ""
        self.fields["people"].error_messages["required"] = "请勾选参加培训的人员。"

    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["people"]]


class ResultsForm:
    """A row of the table a person: `passed-12`, `score-12` (12: the record)."""

    def __init__(self, data, records):
        self.data, self.records, self.errors = data, list(records), []

    def results(self) -> dict[int, tuple[bool, Decimal | None]]:
        return {record.pk: (f"passed-{record.pk}" in self.data, self._score(record)) for record in self.records}

    def _score(self, record) -> Decimal | None:
        text = self.data.get(f"score-{record.pk}", "").strip()
        if not text:
            return None
        try:
            score = Decimal(text).quantize(Decimal("0.1"))
        except InvalidOperation:
            self.errors.append(f"{record.engagement.worker.name}的成绩不是数字。")
            return record.score
        if not 0 <= score <= 100:
            self.errors.append(f"{record.engagement.worker.name}的成绩应在 0 至 100 之间。")
            return record.score
        return score
