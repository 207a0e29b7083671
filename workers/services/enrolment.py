"""People of a project one by one: enrolled, changed, left."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit, crypto, identity
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers import pinyin, selectors
from workers.enums import IdType
from workers.models import BankCard, Departure, Engagement, Worker
from workers.services import checks, teams
from workers.services.roster import RosterEntry, write_roster


def why_not_enrol(project: Project, facts: dict, today: date) -> dict[str, str]:
    """What is wrong with this person, by field of `RosterEntry`, all at once; what is blank is not judged.

    Under 16, an entry in the future or long before the site opened, a birth date or gender that the number
    contradicts, a number known under another name, somebody who is on site here already, another person's wage card,
    a contract signed in the future or for no wage.
    """
    number, id_type = facts.get("id_number", ""), facts.get("id_type", IdType.RESIDENT)
    born, problems = facts.get("birth_date"), {}
    if number and id_type == IdType.RESIDENT:
        problems |= checks.resident_problems(number, born, facts.get("gender", ""))
        born = identity.birth_date(number)
    if born and born > today:
        problems["birth_date"] = "出生日期晚于今天，请核对。"
    problems |= checks.entry_problems(born, facts.get("entered_on"), today, checks.opens_on(project), id_type=id_type)
    contract = {name: facts.get(name) for name in ("signed_on", "starts_on", "ends_on", "wage_rate")}
    contract["wage_method"] = facts.get("wage_method") or ""
    problems |= checks.contract_problems(today, **contract)
    if number:
        problems |= _why_not_in_register(project, facts, number, id_type)
    if facts.get("card"):
        problems |= _why_not_card(project, facts["card"], crypto.blind_index(number) if number else b"")
    return problems


def _why_not_in_register(project: Project, facts: dict, number: str, id_type: str) -> dict[str, str]:
    known = selectors.known_people(project, [number], id_type).get(crypto.blind_index(number))
    if known is None:
        return {}
    problems, entered_on = {}, facts.get("entered_on")
    if facts.get("name") and known.name != facts["name"] and known.elsewhere:
        problems["name"] = checks.OTHER_NAME
    comes_back = known.exited_on and entered_on and entered_on > known.exited_on
    if known.engagement_id and not comes_back:
        problems["id_number"] = "该人员已在本项目花名册中；退场后再次进场的，进场日期应晚于退场日期。"
    return problems


def _why_not_card(project: Project, card: str, own_index: bytes) -> dict[str, str]:
    holders = selectors.card_holders(project, [card]).get(card, [])
    problem = checks.card_problem(holders, own_index)
    return {"card": problem} if problem else {}


@transaction.atomic
def enrol(project: Project, entry: RosterEntry, *, by, today: date | None = None) -> Engagement:
    """One person by hand; the person may be known from other projects.

    Refused: a completed project, and by field what `why_not_enrol` says.
    """
    lock_open(project)
    today = today or timezone.localdate()
    if problems := why_not_enrol(project, entry._asdict(), today):
        raise ValidationError(problems)
    write_roster(project, [entry])
    engagement = (
        Engagement.objects.unscoped("just written")
        .select_related("worker", "project")
        .get(
            project=project,
            worker__id_type=entry.id_type,
            worker__id_number_index=crypto.blind_index(entry.id_number),
        )
    )
    audit.record("worker.enrol", by=by, target=engagement, project=project.code)
    return engagement


def why_not_update(engagement: Engagement, facts: dict, today: date) -> dict[str, str]:
    """What is wrong with these new facts, by field: name, entered_on, card. What stays as it is is not judged."""
    worker, problems = engagement.worker, {}
    entered_on, card = facts.get("entered_on"), facts.get("card")
    if facts.get("name", worker.name) != worker.name and _is_elsewhere(engagement):
        problems["name"] = "该人员同时在其他项目登记，姓名须由属地人社部门更正。"
    if entered_on and entered_on != engagement.entered_on:
        problems |= _why_not_entered(engagement, entered_on, today)
    if card:
        problems |= _why_not_card(engagement.project, card, bytes(worker.id_number_index))
    return problems


def _is_elsewhere(engagement: Engagement) -> bool:
    others = Engagement.objects.unscoped("whether the person is known elsewhere").standing()
    others = others.filter(worker=engagement.worker_id)
    return others.exclude(project=engagement.project_id).exists()


def _why_not_entered(engagement: Engagement, entered_on: date, today: date) -> dict[str, str]:
    opens_on, born = checks.opens_on(engagement.project), engagement.worker.birth_date
    problems = set(checks.entry_problems(born, entered_on, today, opens_on).values())
    left = selectors.left_before([engagement.pk]).get(engagement.pk)
    if left and entered_on <= left:
        problems.add(f"该人员上一次退场为 {left}，本次进场日期应晚于该日。")
    if engagement.exited_on and entered_on > engagement.exited_on:
        problems.add(f"进场日期不能晚于退场日期 {engagement.exited_on}。")
    elif problem := checks.moved_problem(entered_on, selectors.first_worked([engagement.pk]).get(engagement.pk)):
        problems.add(problem)
    return {"entered_on": " ".join(sorted(problems))} if problems else {}


@transaction.atomic
def update_engagement(
    engagement: Engagement,
    *,
    by,
    person: dict,
    terms: dict,
    card: dict | None = None,
    today: date | None = None,
) -> None:
    """`person`: fields of the worker; `terms`: team (a name), trade, work_role, is_team_leader, entered_on;
    `card`: number and bank_name, None leaves it; without a number the bank of the current card is corrected.

    Refused: a completed project, and by field what `why_not_update` says: a new name for somebody who is known from
    other projects as well, an entry after days that were worked, another person's card.
    """
    lock_open(engagement.project)
    worker = engagement.worker
    facts = person | terms | ({"card": card["number"]} if card and card["number"] else {})
    stored = Engagement.objects.unscoped("the engagement is in scope").select_related("worker", "project")
    stored = stored.get(pk=engagement.pk)
    if problems := why_not_update(stored, facts, today or timezone.localdate()):
        raise ValidationError(problems)
    _update_person(worker, person)
    terms = dict(terms)
    engagement.team = teams.team_named(engagement.project, terms.pop("team", ""))
    for field, value in terms.items():
        setattr(engagement, field, value)
    engagement.full_clean(exclude=["project", "worker"], validate_unique=False)
    engagement.save(update_fields=["team", *terms])  # an exit that came in between stays
    _move_departure(engagement)
    if card:
        bind_card(worker, **card)
    mark_changed([engagement.project_id])
    audit.record("worker.update", by=by, target=engagement, fields=sorted([*person, *terms]))


def _move_departure(engagement: Engagement) -> None:
    """Whose entry is corrected after the exit: the record of the stay says so, too."""
    if engagement.exited_on:
        stays = Departure.objects.unscoped("the engagement is in scope").filter(engagement=engagement)
        stays.filter(exited_on=engagement.exited_on).update(entered_on=engagement.entered_on)


def _update_person(worker: Worker, facts: dict) -> None:
    for field, value in facts.items():
        setattr(worker, field, value)
    worker.name_pinyin = pinyin.search_text(worker.name)
    worker.full_clean(exclude=["id_number"], validate_unique=False, validate_constraints=False)
    worker.save()


def bind_card(worker: Worker, *, number: str, bank_name: str = "") -> BankCard | None:
    """The card wages go to from now on; an earlier one stays on record. Without a number: the bank of the current."""
    cards = BankCard.objects.unscoped("the worker is in scope").filter(worker=worker)
    if not number:
        cards.filter(is_current=True).update(bank_name=bank_name)
        return cards.filter(is_current=True).first()
    cards.filter(is_current=True).exclude(number_index=crypto.blind_index(number)).update(is_current=False)
    card = cards.filter(number_index=crypto.blind_index(number)).first() or BankCard(worker=worker, number=number)
    card.last4, card.is_current, card.bank_name = number[-4:], True, bank_name or card.bank_name
    card.save()
    return card
