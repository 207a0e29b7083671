"""Special accounts: opened for a project, changed, cancelled (国办发〔2016〕1号; 人社部发〔2021〕53号)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.enums import AccountStatus
from accounts.models import AccountProject, SpecialAccount
from core import audit, crypto
from organizations.models import Organization
from projects.models import Project
from projects.services import ProjectClosed, lock_open, mark_changed

NO_CONTRACTOR = "本项目还没有登记施工总承包单位，请先补全项目信息。"
ANOTHER_BANK = "该账号已登记在另一家银行，请核对账号。"
ALREADY_CANCELLED = "该账号的专户已注销，请核对账号。"
ANOTHER_HOLDER = "该账号已登记在其他单位名下，请核对账号。"


@transaction.atomic
def open_account(
    project: Project,
    *,
    by,
    number: str,
    name: str,
    bank: Organization | None,
    bank_name: str = "",
    opened_on: date | None = None,
    has_agreement: bool = False,
    holder: Organization | None = None,
) -> SpecialAccount:
    """Record an account and that it serves this project; an account its holder already has gets one project more."""
    project = lock_open(project)
    holder = holder or project.general_contractor
    if holder is None:
        raise ValidationError(NO_CONTRACTOR)
    facts = {
        "holder": holder,
        "name": name,
        "bank": bank,
        "bank_name": bank_name,
        "opened_on": opened_on,
        "has_agreement": has_agreement,
    }
    account, made = _get_or_make(number, facts)
    _refuse_unlike(account, holder, bank)
    if not made:
        _complete(account, facts)
    since = {"since": opened_on} if opened_on and made else {}
    links = AccountProject.objects.unscoped("the account is recorded for this project")
    links.get_or_create(account=account, project=project, defaults=since)
    audit.record(
        "special_account.open" if made else "special_account.share", by=by, target=account, project=project.pk
    )
    mark_changed([project.pk])
    return account


def _refuse_unlike(account: SpecialAccount, holder: Organization, bank: Organization | None) -> None:
    if account.holder_id != holder.pk:
        raise ValidationError(ANOTHER_HOLDER)
    if account.status == AccountStatus.CANCELLED:
        raise ValidationError(ALREADY_CANCELLED)
    if bank and account.bank_id not in (None, bank.pk):
        raise ValidationError(ANOTHER_BANK)


def _get_or_make(number: str, facts: dict) -> tuple[SpecialAccount, bool]:
    """Two who record the same number at once: the second waits on the unique index and finds the first one's row."""
    accounts = SpecialAccount.objects.unscoped("an account number is unique over the province")
    index = crypto.blind_index(number)
    found = accounts.filter(number_index=index).first()
    if found:
        return found, False
    fresh = SpecialAccount(number=number, number_last4=number[-4:], **facts)
    fresh.clean_fields(exclude=["number"])
    accounts.bulk_create([fresh], ignore_conflicts=True)
    return accounts.get(number_index=index), True


def _complete(account: SpecialAccount, facts: dict) -> None:
    """What a statement could not tell when it recorded the account."""
    told = [name for name in ("bank", "bank_name", "opened_on") if facts[name] and not getattr(account, name)]
    for name in told:
        setattr(account, name, facts[name])
    if told:
        account.save(update_fields=told)


def account_of_statement(project: Project, *, by, number: str, name: str, bank: Organization | None) -> SpecialAccount:
    """The account a statement names, recorded with what the statement tells; the rest is to be completed."""
    return open_account(project, by=by, number=number, name=name, bank=bank)


@transaction.atomic
def update_account(account: SpecialAccount, *, by, **facts) -> SpecialAccount:
    """Change what is known of an account; its number stays, a wrong number is cancelled and recorded anew."""
    projects = _projects_of(account)
    _require_an_open_one(projects)
    account = SpecialAccount.objects.unscoped("asked for by the caller").select_for_update().get(pk=account.pk)
    changed = [name for name, value in facts.items() if getattr(account, name) != value]
    if not changed:
        return account
    for name in changed:
        setattr(account, name, facts[name])
    account.full_clean(exclude=["number"], validate_unique=False)
    account.save(update_fields=changed)
    audit.record("special_account.change", by=by, target=account, fields=changed)
    mark_changed(project.pk for project in projects)
    return account


@transaction.atomic
def cancel_account(account: SpecialAccount, *, by, on: date) -> SpecialAccount:
    """注销: the ledger stays, movements are no longer taken."""
    account = SpecialAccount.objects.unscoped("asked for by the caller").select_for_update().get(pk=account.pk)
    if account.status == AccountStatus.CANCELLED:
        raise ValidationError("该专户已注销。")
    last = account.entries.order_by("-booked_on").values_list("booked_on", flat=True).first()
    if last and on < last:
        raise ValidationError(f"注销日期不能早于最后一笔流水（{last:%Y-%m-%d}）。")
    account.status, account.cancelled_on = AccountStatus.CANCELLED, on
    account.full_clean(exclude=["number"], validate_unique=False)
    account.save(update_fields=["status", "cancelled_on"])
    audit.record("special_account.cancel", by=by, target=account, on=on.isoformat())
    mark_changed(project.pk for project in _projects_of(account))
    return account


def _projects_of(account: SpecialAccount) -> list[Project]:
    return [link.project for link in account.project_links.select_related("project")]


def serves_an_open_project(account: SpecialAccount) -> bool:
    """Also one that no project is known of yet."""
    projects = _projects_of(account)
    return not projects or any(project.is_open for project in projects)


def _require_an_open_one(projects: list[Project]) -> None:
    if projects and not any(project.is_open for project in projects):
        raise ProjectClosed
