"""Special accounts: opened for a project, changed, cancelled (国办发〔2016〕1号; 人社部发〔2021〕53号)."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.enums import AccountAct, AccountStatus
from accounts.models import AccountProject, SpecialAccount
from accounts.services.closing import projects_of
from accounts.services.papers import report
from core import audit, crypto
from organizations.enums import RegionLevel
from organizations.models import Organization
from projects.models import Project
from projects.services import ProjectClosed, lock_open, mark_changed

NO_CONTRACTOR = "本项目还没有登记施工总承包单位，请先补全项目信息。"
ANOTHER_BANK = "该账号已登记在另一家银行，请核对账号。"
ALREADY_CANCELLED = "该账号的专户已注销，请核对账号。"
FAR_AWAY = "该专户所服务的项目与本项目不在同一{level}，不能共用，请在项目所在地另开专户。"
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
    _refuse_far_away(account, project)
    _complete(account, facts, made, by)
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


def _refuse_far_away(account: SpecialAccount, project: Project) -> None:
    """One account for several projects of one contractor, but of one region (专户办法 art. 6; the level is a setting).
    Held until the transaction ends: two who share it at once see each other."""
    SpecialAccount.objects.unscoped("the account is recorded for this project").select_for_update().get(pk=account.pk)
    level = RegionLevel(settings.SHARED_ACCOUNT_LEVEL)
    for other in projects_of(account):
        if other.region_id[:level] != project.region_id[:level]:
            raise ValidationError(FAR_AWAY.format(level=level.label.removesuffix("级")))


def _complete(account: SpecialAccount, facts: dict, made: bool, by) -> None:
    """What a statement could not tell when it recorded the account. An opening day that becomes known is reported."""
    told = [name for name in ("bank", "bank_name", "opened_on") if facts[name] and not getattr(account, name)]
    for name in told:
        setattr(account, name, facts[name])
    if told:
        account.save(update_fields=told)
    if account.opened_on and (made or "opened_on" in told):
        report(account, AccountAct.OPENED, account.opened_on, by=by)


def account_of_statement(project: Project, *, by, number: str, name: str, bank: Organization | None) -> SpecialAccount:
    """The account a statement names, recorded with what the statement tells; the rest is to be completed."""
    return open_account(project, by=by, number=number, name=name, bank=bank)


@transaction.atomic
def update_account(account: SpecialAccount, *, by, changed_on: date | None = None, **facts) -> SpecialAccount:
    """Change what is known of an account; its number stays, a wrong number is cancelled and recorded anew. What
    changed on which day is reported; the first opening day that becomes known is the report of the opening."""
    projects = projects_of(account)
    _require_an_open_one(projects)
    account = SpecialAccount.objects.unscoped("asked for by the caller").select_for_update().get(pk=account.pk)
    changed = [name for name, value in facts.items() if getattr(account, name) != value]
    if not changed:
        return account
    was_open = account.opened_on
    for name in changed:
        setattr(account, name, facts[name])
    account.full_clean(exclude=["number"], validate_unique=False)
    account.save(update_fields=changed)
    _report_change(account, changed, opened=account.opened_on if was_open is None else None, on=changed_on, by=by)
    audit.record("special_account.change", by=by, target=account, fields=changed)
    mark_changed(project.pk for project in projects)
    return account


def _report_change(account: SpecialAccount, changed: list[str], *, opened: date | None, on: date | None, by) -> None:
    if opened:
        report(account, AccountAct.OPENED, opened, by=by)
        return
    labels = "、".join(str(SpecialAccount._meta.get_field(name).verbose_name) for name in changed)
    report(account, AccountAct.CHANGED, on or timezone.localdate(), by=by, what=labels)


def serves_an_open_project(account: SpecialAccount) -> bool:
    """Also one that no project is known of yet."""
    projects = projects_of(account)
    return not projects or any(project.is_open for project in projects)


def _require_an_open_one(projects: list[Project]) -> None:
    if projects and not any(project.is_open for project in projects):
        raise ProjectClosed
