"""Objects for tests; every argument has a plain default."""

from datetime import date
from decimal import Decimal
from itertools import count

from django.db.models import Max, Min, Sum

from organizations.models import User
from projects.models import Project
from tests.organizations import factories as who
from workers.enums import AttendanceSource, CertificateKind, Settlement, Trade, TrainingKind
from workers.models import (
    Appraisal,
    AttendanceDay,
    AttendanceMonth,
    BankCard,
    Certificate,
    Departure,
    Device,
    Engagement,
    Insurance,
    LabourContract,
    LoginIssue,
    Team,
    Training,
    TrainingRecord,
    Worker,
)
from workers.partitions import ensure
from workers.services import Settled

_serial = count(1)
SETTLED = Settled(Settlement.SETTLED)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(number: int | None = None, *, born: str = "19850315", place: str = "530902") -> str:
    """A resident ID number with a right check digit."""
    body = f"{place}{born}{(number or next(_serial)) % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def card_number(number: int | None = None) -> str:
    """A 19-digit card number that passes Luhn."""
    body = f"622202{number or next(_serial):012d}"
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(map(int, reversed(body))))
    return body + str(-total % 10)


def worker(**fields) -> Worker:
    number = fields.pop("id_number", None) or id_number()
    fields = {"name": f"工人{next(_serial)}", "gender": "0", "birth_date": date(1985, 3, 15)} | fields
    return Worker.objects.create(id_number=number, id_last4=number[-4:], **fields)


def login(of: Worker, **fields) -> User:
    """The worker's own, with `who.PASSWORD`."""
    of.user = who.worker_login(**({"name": of.name} | fields))
    of.save(update_fields=["user"])
    return of.user


def login_issue(of: Worker, project: Project, *, by: User, is_first: bool = True) -> LoginIssue:
    return LoginIssue.objects.create(worker=of, project=project, by=by, is_first=is_first)


def team(of: Project, name: str = "钢筋一班", **fields) -> Team:
    return Team.objects.get_or_create(project=of, name=name, defaults=fields)[0]


def engagement(of: Project, person: Worker | None = None, **fields) -> Engagement:
    defaults = {"team": team(of), "trade": Trade.REBAR, "entered_on": date(2026, 8, 1)}
    return Engagement.objects.create(project=of, worker=person or worker(), **(defaults | fields))


def contract(of: Engagement, **fields) -> LabourContract:
    defaults = {"signed_on": of.entered_on, "starts_on": of.entered_on, "wage_rate": Decimal("260.00"), "pay_day": 15}
    return LabourContract.objects.create(engagement=of, project=of.project, **(defaults | fields))


def departure(of: Engagement, on: date, **fields) -> Departure:
    """Leaves on this day, paid in full unless `owed_amount` is given."""
    if fields.get("owed_amount"):
        fields = {"settlement": Settlement.OWED, "owed_due_on": on} | fields
    Engagement.objects.filter(pk=of.pk).update(exited_on=on)
    of.exited_on = on
    defaults = {"project": of.project, "entered_on": of.entered_on, "exited_on": on, "settlement": Settlement.SETTLED}
    return Departure.objects.create(engagement=of, **(defaults | fields))


def bank_card(of: Worker, number: str | None = None, **fields) -> BankCard:
    number = number or card_number()
    return BankCard.objects.create(
        worker=of, number=number, last4=number[-4:], bank_name="中国工商银行临沧分行", **fields
    )


def device(of: Project, serial_number: str | None = None, **fields) -> Device:
    number = serial_number or f"KQ{next(_serial):06d}"
    return Device.objects.create(project=of, serial_number=number, **({"place": "1 号门"} | fields))


def attendance(of: Engagement, *days: date, units="1") -> None:
    """Attendance days with the roll-up kept."""
    ensure(day.replace(day=1) for day in days)
    AttendanceDay.objects.bulk_create(
        AttendanceDay(
            engagement=of, day=day, project_id=of.project_id, units=Decimal(units), source=AttendanceSource.SHEET
        )
        for day in days
    )
    for month in {day.replace(day=1) for day in days}:
        own = AttendanceDay.objects.filter(engagement=of, day__year=month.year, day__month=month.month, units__gt=0)
        total = own.aggregate(days=Sum("units"), first_day=Min("day"), last_day=Max("day"))
        bits = sum(1 << (day.day - 1) for day in own.values_list("day", flat=True))
        facts = total | {"project_id": of.project_id, "days": total["days"] or 0, "day_bits": bits}
        AttendanceMonth.objects.update_or_create(engagement=of, month=month, defaults=facts)


def certificate(of: Worker, **fields) -> Certificate:
    defaults = {"kind": CertificateKind.SKILL, "number": f"滇{next(_serial):06d}", "issued_on": date(2026, 1, 1)}
    if fields.get("kind") == CertificateKind.SPECIAL:
        defaults |= {"trade": Trade.SCAFFOLDER, "expires_on": date(2028, 1, 1)}
    return Certificate.objects.create(worker=of, **(defaults | fields))


def training(*people: Engagement, passed: bool = True, **fields) -> Training:
    project = people[0].project
    defaults = {"kind": TrainingKind.ENTRY, "name": "进场三级教育", "held_on": people[0].entered_on, "hours": 8}
    made = Training.objects.create(project=project, **(defaults | fields))
    for person in people:
        TrainingRecord.objects.create(training=made, project=project, engagement=person, passed=passed)
    return made


def insurance(of: Engagement, *, alone: bool = False, **fields) -> Insurance:
    """Of the whole project, unless of this person alone."""
    defaults = {"insurer": "临翔区工伤保险经办机构", "starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31)}
    person = of if alone else None
    return Insurance.objects.create(project=of.project, engagement=person, **(defaults | fields))


def appraisal(of: Engagement, **fields) -> Appraisal:
    defaults = {"reason": "连续三个月评为安全标兵", "happened_on": of.entered_on}
    return Appraisal.objects.create(engagement=of, project=of.project, **(defaults | fields))
