"""Lists of proposed changes of the rules, and of what a trial found."""

from datetime import date

from django import forms

from alerts.enums import Change, Level, ProposalState, Standing, Subject
from alerts.rules import Rule, rules
from core import formats
from core.forms import FilterForm


class FindingFilters(FilterForm):
    """One day of a trial. `place`: the first digits of a jurisdiction's code; all six are that office alone."""

    day = forms.TypedChoiceField(label="核对日", coerce=date.fromisoformat, empty_value=None)
    found = forms.ChoiceField(
        label="命中", choices=[("", ""), ("tried", "拟议设置命中的"), ("held", "现行设置命中的")]
    )
    change = forms.ChoiceField(label="变化", choices=[("", ""), *Change.choices])
    before = forms.ChoiceField(label="原级别", choices=[("", ""), *Level.choices])
    level = forms.ChoiceField(label="级别", choices=[("", ""), *Level.choices])
    standing = forms.ChoiceField(label="情形（试算当日）", choices=[("", ""), *Standing.choices])
    place = forms.RegexField(r"^\d{2,6}$", widget=forms.HiddenInput)

    def __init__(self, data, *, days: list[date]):
        super().__init__(data)
        self.days = days
        self.fields["day"].choices = [(str(day), formats.day(day)) for day in days]

    @property
    def day_asked(self) -> date:
        return self.values.get("day") or self.days[0]

    def apply(self, found):
        found, values = found.filter(day=self.day_asked), self.values
        if change := values.get("change"):
            found = found.filter(change=change)
        if found_by := values.get("found"):
            found = found.filter(**{f"by_{found_by}": True})
        if before := values.get("before"):
            found = found.filter(level_before=before)
        if level := values.get("level"):
            found = found.filter(level=level)
        if standing := values.get("standing"):
            found = found.filter(standing=standing)
        if place := values.get("place"):
            found = found.filter(project__jurisdiction__code__startswith=place)
        return found


class ProposalFilters(FilterForm):
    state = forms.ChoiceField(label="状态", choices=[("", ""), *ProposalState.choices])
    rule = forms.ChoiceField(label="规则")

    def __init__(self, data):
        super().__init__(data)
        self.fields["rule"].choices = [("", "全部"), *((rule.code, f"{rule.code} {rule.title}") for rule in rules())]

    def apply(self, proposals):
        values = self.values
        if state := values.get("state"):
            proposals = proposals.filter(state=state)
        return proposals.filter(rule_code=values["rule"]) if "rule" in values else proposals


class RuleFilters(FilterForm):
    q = forms.CharField(label="搜索", max_length=50, widget=forms.TextInput(attrs={"placeholder": "编号、名称、条文"}))
    subject = forms.ChoiceField(label="类别", choices=[("", ""), *Subject.choices])

    def apply(self, rules: list[type[Rule]]) -> list[type[Rule]]:
        words, subject = self.values.get("q", "").casefold().split(), self.values.get("subject")
        return [rule for rule in rules if subject in (None, rule.subject) and all(w in _told(rule) for w in words)]


def _told(rule: type[Rule]) -> str:
    """What a rule is looked for by."""
    words = [rule.code, rule.title, rule.basis, rule.source, rule.release_when, rule.remedy, rule.__doc__ or ""]
    return " ".join([*words, *(parameter.label for parameter in rule.parameters.values())]).casefold()
