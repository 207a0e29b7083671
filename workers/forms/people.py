"""Registering a person at a project, changing what is on record, leaving."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from core import identity
from core.forms import DigitsInput, IdNumberInput, MoneyField, PortalForm, Section
from core.spreadsheets import values as clean
from projects.models import Project
from workers import id_papers
from workers.enums import Education, Gender, IdType, Post, Trade, WageMethod, WorkRole
from workers.forms.fields import CleanedField, choices
from workers.imports.vocabulary import ETHNICITIES
from workers.models import Engagement
from workers.services import RosterEntry, why_not_enrol, why_not_update


class PersonForm(PortalForm):
    """What enrolling and editing have in common."""

    name = CleanedField(label="姓名", cleaner=clean.name)
    ethnicity = forms.ChoiceField(label="民族", choices=[("", ""), *((n, n) for n in ETHNICITIES)], required=False)
    native_place = CleanedField(label="籍贯", cleaner=clean.text, required=False, max_length=50)
    address = CleanedField(label="住址", cleaner=clean.text, required=False, max_length=200)
    education = forms.ChoiceField(label="文化程度", choices=choices(Education), required=False)
    phone = CleanedField(label="手机号", cleaner=clean.phone, required=False, widget=DigitsInput)
    team = CleanedField(label="班组", cleaner=clean.text, required=False, max_length=100)
    trade = forms.ChoiceField(label="从事工种", choices=choices(Trade))
    work_role = forms.ChoiceField(
        label="工人类型", choices=choices(WorkRole, blank=False), initial=WorkRole.WORKER, required=False
    )
    post = forms.ChoiceField(
        label="管理岗位", choices=choices(Post), required=False, help_text="项目经理、安全员等管理人员选择，工人不填"
    )
    is_team_leader = forms.BooleanField(label="班组长", required=False)
    entered_on = forms.DateField(label="进场日期", initial=timezone.localdate)
    card = CleanedField(label="工资卡卡号", cleaner=clean.card, required=False, widget=DigitsInput)
    bank_name = CleanedField(label="开户行", cleaner=clean.text, required=False, max_length=100)

    PERSON = ("name", "ethnicity", "native_place", "address", "education")
    TERMS = ("team", "trade", "work_role", "post", "is_team_leader", "entered_on")

    def __init__(self, *args, teams=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.teams = [team.name for team in teams]
        self.fields["team"].widget.attrs |= {"list": "teams", "autocomplete": "off"}
        if self.teams:
            self.fields["team"].help_text = f"从本项目的 {len(self.teams)} 个班组中选择；写新名称即新增班组"

    def clean(self):
        values = super().clean()
        role, post = values.get("work_role"), values.get("post")
        if role == WorkRole.MANAGER and not post and "post" not in self.errors:
            self.add_error("post", "管理人员请选择管理岗位。")
        elif role == WorkRole.WORKER and post:
            self.add_error("work_role", "选择了管理岗位的，工人类型应为管理人员；建筑工人不填管理岗位。")
        return values


class EnrolForm(PersonForm):
    id_type = forms.ChoiceField(label="证件类型", choices=choices(IdType, blank=False), initial=IdType.RESIDENT)
    id_number = forms.CharField(label="证件号码", max_length=30, widget=IdNumberInput({"maxlength": 30}))
    gender = forms.ChoiceField(label="性别", choices=choices(Gender), required=False)
    birth_date = forms.DateField(label="出生日期", required=False)
    signed_on = forms.DateField(label="合同签订日期", required=False)
    wage_method = forms.ChoiceField(label="工资计算方式", choices=choices(WageMethod, blank=False), required=False)
    wage_rate = MoneyField(label="工资标准（元）", required=False)
    pay_day = forms.IntegerField(
        label="工资支付日期（每月几日）", required=False, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )

    sections = [
        Section("身份", ["name", "id_type", "id_number", "gender", "birth_date", "ethnicity", "native_place"]),
        Section("联系", ["address", "education", "phone"]),
        Section("进场", ["team", "trade", "work_role", "post", "entered_on", "is_team_leader"]),
        Section("工资卡", ["card", "bank_name"], "须为本人银行卡；任何单位不得扣押农民工的银行卡。"),
        Section(
            "劳动合同",
            ["signed_on", "wage_method", "wage_rate", "pay_day"],
            "填写签订日期即登记合同；终止日期和扫描件可稍后在人员页补充。",
        ),
    ]

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["gender"].help_text = self.fields["birth_date"].help_text = "居民身份证由号码得出，不必填写"

    def clean(self):
        values = super().clean()
        if number := values.get("id_number", ""):
            self._check_number(values, number)
        if (values.get("wage_rate") or values.get("pay_day")) and not self["signed_on"].data:
            self.add_error("signed_on", "填写了工资标准或支付日期的，请同时填写合同签订日期。")
        facts = {name: value for name, value in self.cleaned_data.items() if name in RosterEntry._fields}
        self.add_problems(why_not_enrol(self.project, facts, timezone.localdate()))
        return values

    def _check_number(self, values: dict, number: str) -> None:
        kind = values.get("id_type", "")
        try:
            values["id_number"] = id_papers.check(kind, number)
        except forms.ValidationError as error:
            self.add_error("id_number", error)
            return
        if told := id_papers.born_and_gender(kind, values["id_number"]):
            if kind != IdType.RESIDENT:  # what is typed of a resident is held against the number
                values["birth_date"], values["gender"] = told
        else:
            self._require_of_foreigners(values)

    def _require_of_foreigners(self, values: dict) -> None:
        for name in ("gender", "birth_date"):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, f"非居民身份证的，请填写{self.fields[name].label}。")

    def entry(self) -> RosterEntry:
        values = {name: self.cleaned_data[name] for name in RosterEntry._fields if name in self.cleaned_data}
        return RosterEntry(**values)


class EngagementForm(PersonForm):
    """A person who is enrolled: who they are by number cannot change."""

    sections = [
        Section("身份", ["name", "ethnicity", "native_place"]),
        Section("联系", ["address", "education", "phone"]),
        Section("进场", ["team", "trade", "work_role", "post", "entered_on", "is_team_leader"]),
        Section("工资卡", ["card", "bank_name"]),
    ]

    def __init__(self, *args, engagement: Engagement, **kwargs):
        worker = engagement.worker
        known = {name: getattr(worker, name) for name in self.PERSON}
        known |= {name: getattr(engagement, name) for name in self.TERMS}
        known["team"] = engagement.team.name if engagement.team else ""
        card = worker.bank_cards.filter(is_current=True).first()
        known["bank_name"] = card.bank_name if card else ""
        super().__init__(*args, initial=known | kwargs.pop("initial", {}), **kwargs)
        self.engagement = engagement
        self._keep_secret("phone", identity.mask_phone(worker.phone) if worker.phone else "")
        self._keep_secret("card", f"尾号 {card.last4}" if card else "")

    def _keep_secret(self, name: str, shown: str) -> None:
        if shown:
            self.fields[name].help_text = f"已登记 {shown}；不改请留空"

    def clean(self):
        values = super().clean()
        self.add_problems(why_not_update(self.engagement, values, timezone.localdate()))
        return values

    def person(self) -> dict:
        facts = {name: self.cleaned_data[name] for name in self.PERSON}
        return facts | ({"phone": self.cleaned_data["phone"]} if self.cleaned_data["phone"] else {})

    def terms(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.TERMS}

    def new_card(self) -> dict | None:
        """None when nothing was said of the card that is not on record."""
        card = {"number": self.cleaned_data["card"], "bank_name": self.cleaned_data["bank_name"]}
        return card if card["number"] or "bank_name" in self.changed_data else None
