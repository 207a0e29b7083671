"""People of a project one by one: enrolled, changed, left."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit, crypto, identity
from projects.models import Project
from projects.services import mark_changed
from workers import pinyin, selectors
from workers.enums import Gender, IdType
from workers.models import AttendanceDay, BankCard, Engagement, Team, Worker
from workers.services.roster import RosterEntry, lock_open, write_roster

MINIMUM_AGE = 16  # 《劳动法》第十五条、《禁止使用童工规定》（国务院令第364号）第二条
# Later than this nobody may retire (全国人大常委会 2024-09-13 决定 on raising the retirement age, from 2025):
# who is older needs a service contract instead of a labour contract, so it is said, not refused.
RETIREMENT_AGE = {Gender.MALE: 63, Gender.FEMALE: 58}

TOO_YOUNG = f"进场时未满 {MINIMUM_AGE} 周岁，禁止招用（《禁止使用童工规定》第二条），不予登记。"
TOO_OLD = "进场时已超过法定退休年龄，请核对用工形式并落实工伤保险。"
OTHER_NAME = "该身份证号码在平台上以其他姓名登记，请对照身份证核对；如确已更名，请联系属地人社部门更正。"


def entry_problems(id_number: str, entered_on: date, today: date) -> dict[str, str]:
    """Why this person cannot be enrolled from that day, by field; the same for sheet and form."""
    problems = {}
    if entered_on > today:
        problems["entered_on"] = "进场日期晚于今天，请核对；人员进场后再登记。"
    if identity.age_on(id_number, entered_on) < MINIMUM_AGE:
        problems["id_number"] = TOO_YOUNG
    return problems


def is_past_retirement(id_number: str, day: date) -> bool:
    return identity.age_on(id_number, day) >= RETIREMENT_AGE[Gender(identity.gender(id_number))]


@transaction.atomic
def enrol(project: Project, entry: RosterEntry, *, by, today: date | None = None) -> Engagement:
    """One person by hand; the person may be known from other projects.

    Refused, by field: a completed project, under 16, an entry in the future, a number known under another name,
    somebody who is on site here already.
    """
    lock_open(project)
    if entry.id_type == IdType.RESIDENT and (
        problems := entry_problems(entry.id_number, entry.entered_on, today or timezone.localdate())
    ):
        raise ValidationError(problems)
    known = selectors.known_people(project, [entry.id_number], entry.id_type).get(crypto.blind_index(entry.id_number))
    if known and known.name != entry.name and known.elsewhere:
        raise ValidationError({"name": OTHER_NAME})
    if known and known.engaged and not (known.exited_on and known.exited_on < entry.entered_on):
        raise ValidationError({"id_number": "该人员已在本项目花名册中；退场后再次进场的，进场日期应晚于退场日期。"})
    write_roster(project, [entry])
    engagement = Engagement._base_manager.select_related("worker", "project").get(
        project=project,
        worker__id_type=entry.id_type,
        worker__id_number_index=crypto.blind_index(entry.id_number),
    )
    audit.record("worker.enrol", by=by, target=engagement, project=project.code)
    return engagement


@transaction.atomic
def update_engagement(engagement: Engagement, *, by, person: dict, terms: dict, card: dict | None = None) -> None:
    """`person`: fields of the worker; `terms`: team (a name), trade, work_role, is_team_leader, entered_on;
    `card`: number and bank_name, None leaves it.

    Refused: a completed project, a new name for somebody who is known from other projects as well.
    """
    lock_open(engagement.project)
    worker = engagement.worker
    elsewhere = Engagement._base_manager.filter(worker=worker).exclude(project=engagement.project).exists()
    if elsewhere and person.get("name", worker.name) != worker.name:
        raise ValidationError({"name": "该人员同时在其他项目登记，姓名须由属地人社部门更正。"})
    _update_person(worker, person)
    terms = dict(terms)
    name = terms.pop("team", "")
    engagement.team = Team._base_manager.get_or_create(project=engagement.project, name=name)[0] if name else None
    for field, value in terms.items():
        setattr(engagement, field, value)
    engagement.full_clean(exclude=["project", "worker"], validate_unique=False)
    engagement.save()
    if card:
        bind_card(worker, **card)
    mark_changed([engagement.project_id])
    audit.record("worker.update", by=by, target=engagement, fields=sorted([*person, *terms]))


def _update_person(worker: Worker, facts: dict) -> None:
    for field, value in facts.items():
        setattr(worker, field, value)
    worker.name_pinyin = pinyin.search_text(worker.name)
    worker.full_clean(exclude=["id_number"], validate_unique=False, validate_constraints=False)
    worker.save()


def bind_card(worker: Worker, *, number: str, bank_name: str = "") -> BankCard:
    """The card wages go to from now on; an earlier one stays on record."""
    cards = BankCard._base_manager.filter(worker=worker)
    cards.filter(is_current=True).exclude(number_index=crypto.blind_index(number)).update(is_current=False)
    card = cards.filter(number_index=crypto.blind_index(number)).first() or BankCard(worker=worker, number=number)
    card.last4, card.is_current, card.bank_name = number[-4:], True, bank_name or card.bank_name
    card.save()
    return card


@transaction.atomic
def exit_engagement(engagement: Engagement, *, on: date, by, today: date | None = None) -> None:
    """Refused: a completed project, before the entry, in the future, before a day that was worked."""
    lock_open(engagement.project)
    if on > (today or timezone.localdate()):
        raise ValidationError({"on": "退场日期不能晚于今天。"})
    if on < engagement.entered_on:
        raise ValidationError({"on": f"退场日期不能早于进场日期 {engagement.entered_on}。"})
    worked = (
        AttendanceDay._base_manager.filter(engagement=engagement, day__gt=on, units__gt=0).order_by("-day").first()
    )
    if worked:
        raise ValidationError({"on": f"{worked.day} 仍有出勤记录，退场日期不能早于最后出勤日。"})
    engagement.exited_on = on
    engagement.save(update_fields=["exited_on"])
    mark_changed([engagement.project_id])
    audit.record("worker.exit", by=by, target=engagement, on=on.isoformat())
