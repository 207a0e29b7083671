"""Closing a special account: thirty days of notice, then empty and with nobody left unpaid (条例第二十七条; 专户办法).

What forbids it is a `ClosingCheck`. Defining one in an app's `closing` module registers it: the apps above know of
complaints and cases, this one does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.enums import AccountAct, AccountStatus, MovementDirection, MovementKind
from accounts.models import ClosingNotice, PayrollLine, SpecialAccount
from accounts.models.papers import NOTICE_DAYS
from accounts.services.ledger import Movement, append_to
from accounts.services.papers import report
from core import attachments, audit
from core.formats import money
from projects.models import Project
from projects.services import lock, mark_changed
from workers.models import Departure

ASKED = "what an account's closing must not leave behind"
_checks: list[type["ClosingCheck"]] = []


@dataclass(frozen=True)
class Obstacle:
    """Why an account cannot be closed yet, and where that is put right."""

    text: str
    url: str = ""
    stops_notice: bool = False  # even the notice cannot begin
    is_balance: bool = False  # goes with the surplus


class ClosingCheck:
    """`find` answers what stands against closing an account of these projects."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _checks.append(cls)

    def find(self, account: SpecialAccount, projects: Sequence[Project]) -> Iterable[Obstacle]:
        raise NotImplementedError


class Unfinished(ClosingCheck):
    """The works are complete, or another account has taken over (the bank was changed)."""

    def find(self, account, projects):
        for project in projects:
            others = SpecialAccount.objects.unscoped(ASKED).active().exclude(pk=account.pk)
            if project.is_open and not others.filter(project_links__project=project).exists():
                text = f"“{project.name}”尚未完工，也没有另开专户接续。"
                yield Obstacle(text, project.get_absolute_url(), stops_notice=True)


class UnpaidWages(ClosingCheck):
    def find(self, account, projects):
        for project in projects:
            lines = PayrollLine.objects.unscoped(ASKED).filter(project=project, paid__lt=F("net"))
            if number := lines.count():
                owed = lines.aggregate(owed=Sum(F("net") - F("paid")))["owed"]
                text = f"“{project.name}”还有 {number} 笔工资没有发放，共 {money(owed)} 元。"
                yield Obstacle(text, reverse("accounts:project_money", args=[project.pk]))


class OwedDepartures(ClosingCheck):
    def find(self, account, projects):
        for project in projects:
            number = Departure.objects.unscoped(ASKED).owed().filter(project=project).count()
            if number:
                text = f"“{project.name}”有 {number} 名退场人员的工资没有结清。"
                yield Obstacle(text, reverse("workers:departure_list", args=[project.pk]))


class MoneyLeft(ClosingCheck):
    def find(self, account, projects):
        balance = balance_of(account)
        if balance:
            yield Obstacle(f"账户还有余额 {money(balance)} 元：公示期满后由开户银行登记结余划转。", is_balance=True)


def obstacles(account: SpecialAccount) -> list[Obstacle]:
    """Everything that stands against closing it now. An account without movements was recorded by mistake and may go
    at once."""
    if not account.entries.exists():
        return []
    autodiscover_modules("closing")
    projects = projects_of(account)
    return [obstacle for check in _checks for obstacle in check().find(account, projects)]


def standing_notice(account: SpecialAccount) -> ClosingNotice | None:
    return account.closing_notices.filter(withdrawn_at=None).first()


@transaction.atomic
def begin_closing(
    account: SpecialAccount,
    *,
    by,
    begins_on: date,
    place: str,
    surplus_to: str,
    promise: Sequence[tuple[str, bytes]],
    photos: Sequence[tuple[str, bytes]],
) -> ClosingNotice:
    """The notice, for thirty days, with the promise letter's scan and photos of the posting."""
    account = _held(account)
    if begins_on > timezone.localdate():
        raise ValidationError({"begins_on": "公示开始日期不能晚于今天。"})
    if not (promise and photos):
        raise ValidationError("请上传承诺书扫描件和公示照片。")
    if stopping := [obstacle.text for obstacle in obstacles(account) if obstacle.stops_notice]:
        raise ValidationError(stopping)
    ends_on = begins_on + timedelta(days=NOTICE_DAYS)
    notice = ClosingNotice(
        account=account, begins_on=begins_on, ends_on=ends_on, place=place, surplus_to=surplus_to, by=by
    )
    notice.full_clean(exclude=["by"])
    notice.save()
    attachments.store_all([*promise, *photos], by=by, owner=notice)
    audit.record("special_account.closing", by=by, target=account, on=begins_on.isoformat())
    return notice


@transaction.atomic
def withdraw_closing(account: SpecialAccount, *, by, reason: str) -> None:
    account = _held(account)
    notice = standing_notice(account)
    if notice is None:
        raise ValidationError("该专户没有正在公示的注销公示。")
    notice.withdrawn_at, notice.withdrawn_reason = timezone.now(), reason
    notice.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record("special_account.closing_withdraw", by=by, target=account, reason=reason)


@transaction.atomic
def transfer_surplus(account: SpecialAccount, *, by, serial: str, on: date, interest: Decimal = Decimal(0)) -> int:
    """The last movements, as the bank booked them: interest to the day, and what is left to the contractor. Answers
    how many entries were made, two at most for each project with money of its own."""
    projects = [lock(project) for project in sorted(projects_of(account), key=lambda each: each.pk)]
    account = _held(account)
    _check_surplus(account, on)
    owned = {project: part for project in projects if (part := _part_of(account, project))}
    if interest:
        first = next(iter(owned), projects[0])
        owned[first] = owned.get(first, Decimal(0)) + interest
        append_to(account, first, [_last("in", MovementKind.INTEREST, interest, f"{serial}-息", on, account)])
    if any(part < 0 for part in owned.values()):
        raise ValidationError("有项目的资金为负，请先由银行冲正或者补足后再划转。")
    for number, (project, part) in enumerate(owned.items()):
        own = serial if not number else f"{serial}-{number + 1}"
        append_to(account, project, [_last("out", MovementKind.SURPLUS, part, own, on, account)])
    audit.record("special_account.surplus", by=by, target=account, serial=serial, on=on.isoformat())
    mark_changed([project.pk for project in projects])
    return len(owned) + bool(interest)


def _check_surplus(account: SpecialAccount, on: date) -> None:
    notice = standing_notice(account)
    if notice is None or not notice.has_ended(on):
        raise ValidationError({"on": "注销公示期满后才能划转结余。"})
    if on > timezone.localdate():
        raise ValidationError({"on": "划转日期不能晚于今天。"})
    if others := [each.text for each in obstacles(account) if not each.is_balance]:
        raise ValidationError(others)
    if not balance_of(account):
        raise ValidationError("账户没有余额，不需要划转。")


def _last(direction: str, kind: MovementKind, amount: Decimal, serial: str, on: date, account) -> Movement:
    summary = {MovementKind.INTEREST: "销户结息", MovementKind.SURPLUS: "销户结余划转"}[kind]
    payee = {"counterparty_name": account.holder.name} if kind == MovementKind.SURPLUS else {}
    return Movement(serial, MovementDirection(direction), kind, amount, on, summary=summary, **payee)


@transaction.atomic
def cancel_account(account: SpecialAccount, *, by, on: date) -> SpecialAccount:
    """注销: the ledger stays, movements are no longer taken. Refuses with every reason that stands against it."""
    account = _held(account)
    last = account.entries.order_by("-booked_on").values_list("booked_on", flat=True).first()
    if last and on < last:
        raise ValidationError(f"注销日期不能早于最后一笔流水（{last:%Y-%m-%d}）。")
    if last:
        _check_notice(account, on)
    account.status, account.cancelled_on = AccountStatus.CANCELLED, on
    account.full_clean(exclude=["number"], validate_unique=False)
    account.save(update_fields=["status", "cancelled_on"])
    report(account, AccountAct.CANCELLED, on, by=by)
    audit.record("special_account.cancel", by=by, target=account, on=on.isoformat())
    mark_changed(project.pk for project in projects_of(account))
    return account


def _check_notice(account: SpecialAccount, on: date) -> None:
    notice = standing_notice(account)
    if notice is None:
        raise ValidationError("专户注销须先公示 30 日，请先登记注销公示。")
    if not notice.has_ended(on):
        raise ValidationError(f"注销公示至 {notice.ends_on:%Y-%m-%d} 期满，期满后才能注销。")
    if found := obstacles(account):
        raise ValidationError([obstacle.text for obstacle in found])


def _held(account: SpecialAccount) -> SpecialAccount:
    """As it is now, nobody else's until the transaction ends; a cancelled one is closed for good."""
    rows = SpecialAccount.objects.unscoped("asked for by the caller").select_for_update()
    account = rows.get(pk=account.pk)
    if account.is_cancelled:
        raise ValidationError("该专户已注销。")
    return account


def projects_of(account: SpecialAccount) -> list[Project]:
    return [link.project for link in account.project_links.select_related("project")]


def balance_of(account: SpecialAccount) -> Decimal:
    last = account.entries.order_by("-sequence").values_list("balance", flat=True).first()
    return last or Decimal(0)


def _part_of(account: SpecialAccount, project: Project) -> Decimal:
    sums = dict(account.entries.filter(project=project).order_by().values_list("direction").annotate(Sum("amount")))
    return sums.get(MovementDirection.IN, Decimal(0)) - sums.get(MovementDirection.OUT, Decimal(0))
