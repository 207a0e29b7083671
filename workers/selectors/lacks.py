"""What a person at a project lacks, each said once: as a filter of the register, as a count, on the person's page.

Defining a `Lack` adds it everywhere. The condition is about engagements, in SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields import DateField
from django.db.models.functions import Cast, Coalesce, Length, TruncDate
from django.urls import reverse

from workers.enums import SPECIAL_TRADES, CertificateKind, TrainingKind
from workers.models import (
    BankCard,
    Certificate,
    Engagement,
    Insurance,
    RegistrationDeadline,
    TrainingRecord,
)
from workers.models.deadline import DEFAULT_DAYS
from workers.selectors import contracts, crews

LACKS: dict[str, "Lack"] = {}


@dataclass(frozen=True)
class Lack:
    key: str
    label: str  # in lists: 无劳动合同
    word: str  # on a person's page, after 缺
    condition: Callable[[date], Q | Exists]
    fill: str = ""  # the address that mends it, of an engagement
    is_gap: bool = True  # something to be filled in, not only to be known

    def __post_init__(self):
        LACKS[self.key] = self

    def url(self, engagement: Engagement) -> str:
        return reverse(self.fill, args=[engagement.pk]) if self.fill else ""


def _of_engagement(model) -> QuerySet:
    return model._base_manager.filter(engagement=OuterRef("pk"))


def _special(day: date) -> QuerySet:
    of_trade = {"worker": OuterRef("worker"), "trade": OuterRef("trade"), "kind": CertificateKind.SPECIAL}
    return Certificate.objects.in_force(day).filter(**of_trade)


def _insured(day: date) -> QuerySet:
    covered = Q(engagement__isnull=True) | Q(engagement=OuterRef("pk"))
    return Insurance.objects.in_force(day).filter(covered, project=OuterRef("project"))


def _late(day: date) -> Q:
    """Registered after the days that the place allows (W1); who comes back is not judged again."""
    place = OuterRef("project__jurisdiction_id")
    nearest = (
        RegistrationDeadline.objects.annotate(place=Cast(place, RegistrationDeadline._meta.get_field("prefix")))
        .filter(place__startswith=F("prefix"))
        .order_by(Length("prefix").desc())
    )
    days = Coalesce(Subquery(nearest.values("days")[:1]), Value(DEFAULT_DAYS), output_field=IntegerField())
    allowed = Func(F("entered_on"), days, template="(%(expressions)s)", arg_joiner=" + ", output_field=DateField())
    late = Engagement._base_manager.annotate(allowed=allowed, written=TruncDate("registered_at"))
    return Q(pk__in=late.filter(written__gt=F("allowed")).values("pk"))


CONTRACT = Lack("contract", "无劳动合同", "劳动合同", contracts.missing, "workers:contract_add")
CARD = Lack(
    "card",
    "无工资卡",
    "工资卡",
    lambda day: ~Exists(BankCard._base_manager.filter(worker=OuterRef("worker"), is_current=True)),
    "workers:card_bind",
)
PHOTO = Lack("photo", "无照片", "照片", lambda day: Q(worker__photo__isnull=True), "workers:photo_edit")
TRAINING = Lack(
    "training",
    "无入场教育",
    "入场教育",
    lambda day: ~Exists(_of_engagement(TrainingRecord).filter(passed=True, training__kind=TrainingKind.ENTRY)),
    "workers:training_of",
)
SPECIAL = Lack(
    "special",
    "特种作业无有效证书",
    "有效的特种作业操作证",
    lambda day: Q(trade__in=[str(trade) for trade in SPECIAL_TRADES]) & ~Exists(_special(day)),
    "workers:certificate_add",
)
INSURANCE = Lack(
    "insurance", "无有效保险", "有效的工伤或意外保险", lambda day: ~Exists(_insured(day)), "workers:insurance_of"
)
CONTRACT_EXPIRED = Lack("contract_expired", "合同到期仍在场", "", contracts.expired, is_gap=False)
CONTRACT_EXPIRING = Lack("contract_expiring", "合同即将到期", "", contracts.expiring, is_gap=False)
CONTRACT_LATE = Lack("contract_late", "合同逾期签订", "", contracts.late, is_gap=False)
ELSEWHERE = Lack("elsewhere", "同时在其他项目", "", crews.elsewhere, is_gap=False)
EXPIRING = Lack(
    "expiring",
    "证书 30 天内到期",
    "",
    lambda day: Exists(Certificate.objects.expiring(day).filter(worker=OuterRef("worker"))),
    is_gap=False,
)
LATE = Lack("late", "逾期登记", "", _late, is_gap=False)


def lacking(engagements: QuerySet, key: str, day: date) -> QuerySet:
    return engagements.filter(LACKS[key].condition(day))


def counts(engagements: QuerySet, day: date) -> dict:
    """How many are on site, and how many of them lack what, in one query; `bound` have a wage card, `tones` mark the
    figures that should be nought."""
    on_site = engagements.on_site(day).order_by()
    lacks = {key: Count("pk", filter=lack.condition(day)) for key, lack in LACKS.items()}
    found = on_site.aggregate(total=Count("pk"), **lacks)
    tones = {key: "orange" if found[key] else "" for key in LACKS}
    return found | {"bound": found["total"] - found["card"], "tones": tones}


def of_people(engagements: QuerySet, day: date) -> dict[int, list[Lack]]:
    """Engagement id → what it lacks."""
    flagged = engagements.annotate(**{f"lacks_{key}": _flag(lack, day) for key, lack in LACKS.items()})
    names = [f"lacks_{key}" for key in LACKS]
    rows = flagged.order_by().values_list("pk", *names)
    return {pk: [lack for lack, is_so in zip(LACKS.values(), flags, strict=True) if is_so] for pk, *flags in rows}


def _flag(lack: Lack, day: date):
    return Case(When(lack.condition(day), then=True), default=False, output_field=BooleanField())
