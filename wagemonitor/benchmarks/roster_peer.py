"""The same roster by django-import-export as its manual would have it: a resource a table, each over the same file."""

from import_export import fields, resources, widgets
from import_export.results import Result
from tablib import Dataset

from core import crypto, identity
from projects.models import Project
from workers.enums import WageMethod
from workers.imports import vocabulary
from workers.models import BankCard, Engagement, LabourContract, Team, Worker
from workers.pinyin import search_text

NUMBER, NAME = "公民身份号码", "姓名"


class _Cleaned(widgets.Widget):
    """Our own cleaner of a cell, so that both sides check alike."""

    def __init__(self, clean):
        super().__init__()
        self.cleaner = clean

    def clean(self, value, row=None, **kwargs):
        return self.cleaner("" if value is None else value)


class _ByNumber(widgets.Widget):
    """What belongs to the person of this row, found by the blind index of the number."""

    def __init__(self, find):
        super().__init__()
        self.find = find

    def clean(self, value, row=None, **kwargs):
        return self.find(crypto.blind_index(str(value)))


class _Resource(resources.ModelResource):
    def __init__(self, project: Project):
        super().__init__()
        self.project = project

    def before_import_row(self, row, **kwargs):
        identity.check_id(str(row[NUMBER]))


class _Lean:
    skip_diff = True
    clean_model_instances = True


class _Workers(_Resource):
    id_number_index = fields.Field("id_number_index", NUMBER, widget=_ByNumber(lambda index: index))
    id_number = fields.Field("id_number", NUMBER)
    name = fields.Field("name", NAME)
    gender = fields.Field("gender", "性别", widget=_Cleaned(vocabulary.gender))
    ethnicity = fields.Field("ethnicity", "民族", widget=_Cleaned(vocabulary.ethnicity))
    address = fields.Field("address", "住址")
    phone = fields.Field("phone", "手机号")
    education = fields.Field("education", "文化程度", widget=_Cleaned(vocabulary.education))

    class Meta(_Lean):
        model = Worker
        import_id_fields = ("id_number_index",)
        fields = ("id_number_index", "id_number", "name", "gender", "ethnicity", "address", "phone", "education")

    def before_save_instance(self, instance, row, **kwargs):
        instance.name_pinyin = search_text(instance.name)
        instance.id_last4, instance.domicile_code = instance.id_number[-4:], instance.id_number[:6]
        instance.birth_date = identity.birth_date(instance.id_number)


def _worker(index: bytes) -> Worker:
    return Worker.objects.only("pk").get(id_type="01", id_number_index=index)


class _Engagements(_Resource):
    worker = fields.Field("worker", NUMBER, widget=_ByNumber(_worker))
    trade = fields.Field("trade", "工种", widget=_Cleaned(vocabulary.trade))
    entered_on = fields.Field("entered_on", "进场日期", widget=widgets.DateWidget("%Y-%m-%d"))

    class Meta(_Lean):
        model = Engagement
        import_id_fields = ("worker",)
        fields = ("worker", "trade", "entered_on")

    def get_queryset(self):
        return Engagement.objects.filter(project=self.project)

    def before_import(self, dataset, **kwargs):
        self.teams = {
            name: Team.objects.get_or_create(project=self.project, name=name)[0]
            for name in sorted(set(dataset["班组"]))
        }

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.project, instance.team = self.project, self.teams[row["班组"]]


class _Cards(_Resource):
    worker = fields.Field("worker", NUMBER, widget=_ByNumber(_worker))
    number = fields.Field("number", "工资卡卡号")
    bank_name = fields.Field("bank_name", "开户行")

    class Meta(_Lean):
        model = BankCard
        import_id_fields = ("worker",)
        fields = ("worker", "number", "bank_name")

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.last4 = str(row["工资卡卡号"])[-4:]


class _Contracts(_Resource):
    engagement = fields.Field("engagement", NUMBER)
    signed_on = fields.Field("signed_on", "合同签订日期", widget=widgets.DateWidget("%Y-%m-%d"))
    starts_on = fields.Field("starts_on", "进场日期", widget=widgets.DateWidget("%Y-%m-%d"))
    wage_rate = fields.Field("wage_rate", "工资标准", widget=widgets.DecimalWidget())

    class Meta(_Lean):
        model = LabourContract
        import_id_fields = ("engagement", "starts_on")
        fields = ("engagement", "signed_on", "starts_on", "wage_rate")

    def __init__(self, project: Project):
        super().__init__(project)
        self.fields["engagement"].widget = _ByNumber(
            lambda index: Engagement.objects.only("pk").get(project=project, worker__id_number_index=index)
        )

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.project, instance.wage_method = self.project, WageMethod.DAY


def _in_bulk(resource: type[_Resource]) -> type[_Resource]:
    meta = type("Meta", (resource.Meta,), {"use_bulk": True, "batch_size": 1000})
    return type(f"{resource.__name__}InBulk", (resource,), {"Meta": meta})


RESOURCES = (_Workers, _Engagements, _Cards, _Contracts)
BULK_RESOURCES = tuple(map(_in_bulk, RESOURCES))


def import_by_peer(project: Project, content: bytes, *, bulk: bool) -> list[Result]:
    data = Dataset().load(content, format="xlsx")
    chosen = BULK_RESOURCES if bulk else RESOURCES
    return [resource(project).import_data(data, use_transactions=True) for resource in chosen]
