"""The desk of a bank's clerk: the accounts the bank keeps, how far their statements reach, what does not add up."""

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import BatchState
from accounts.models import LedgerEntry, Payout, PayoutBatch, SpecialAccount
from accounts.selectors import faulty_payouts, unmatched_payouts, with_balance, with_progress
from projects.models import ImportBatch
from reports import links
from reports.desks.deposits import waiting
from reports.desks.imports import SHOWN as TROUBLE_SHOWN
from reports.desks.imports import ImportTable, recent_trouble, trouble_hint
from reports.desks.tiles import Tile
from reports.tables import KeptAccountTable, WaitingBatchTable

STALE_DAYS = 30
SHOWN = 100


def desk(request: HttpRequest) -> tuple[str, dict]:
    today = timezone.localdate()
    accounts = list(kept_accounts(request.user))
    stale = [row for row in accounts if row.last_booked_on is None or (today - row.last_booked_on).days > STALE_DAYS]
    unmatched, deviating = sum(row.unmatched for row in accounts), sum(row.deviations for row in accounts)
    accounts_url = links.to("accounts:account_list")
    sent = PayoutBatch.objects.visible_to(request.user).filter(state=BatchState.SENT)
    faulty = faulty_payouts(Payout.objects.visible_to(request.user)).count()
    refused = recent_trouble(ImportBatch.objects.visible_to(request.user), today)
    context = {
        "tiles": [
            Tile("在管专户", len(accounts), unit="个", url=accounts_url),
            _waiting_tile(sent.count()),
            Tile(
                f"{STALE_DAYS} 天无流水",
                len(stale),
                unit="个",
                hint="请核对是否漏传对账单",
                tone="orange" if stale else "green",
            ),
            Tile(
                "对账差异",
                unmatched + faulty,
                unit="笔",
                hint="发放与流水、工资明细对不上",
                url=links.to("payouts:differences"),
                tone="orange" if unmatched + faulty else "green",
            ),
            Tile("余额与推算不符", deviating, unit="笔", tone="red" if deviating else "green"),
        ],
        "batches": WaitingBatchTable(list(_oldest(sent)), request),
        "batches_url": links.to("payouts:batch_list", state=BatchState.SENT),
        "accounts": KeptAccountTable(sorted(accounts, key=_trouble)[:SHOWN], request),
        "accounts_url": accounts_url,
        "imports": ImportTable(refused[:TROUBLE_SHOWN], request),
        "imports_hint": trouble_hint(refused),
        "imports_url": links.to("imports:batch_list"),
        "upload_url": links.to("imports:site_list"),
    }
    return "reports/desk_bank.html", context | waiting(request, today)


def _waiting_tile(number: int) -> Tile:
    return Tile(
        "待返回结果的代发批次",
        number,
        unit="个",
        url=links.to("payouts:batch_list", state=BatchState.SENT),
        tone="orange" if number else "green",
    )


def _oldest(batches: QuerySet[PayoutBatch]) -> QuerySet[PayoutBatch]:
    """Those that have waited longest first."""
    return with_progress(batches.select_related("project", "account")).order_by("pk")[:TROUBLE_SHOWN]


def kept_accounts(user) -> QuerySet[SpecialAccount]:
    """Each with `balance`, `last_booked_on`, `unmatched` and `deviations`."""
    entries = LedgerEntry.objects.visible_to(user)
    unmatched = dict(_per_account(unmatched_payouts(entries)))
    deviating = dict(_per_account(entries.filter(~Q(stated_balance=F("balance")), stated_balance__isnull=False)))
    accounts = with_balance(SpecialAccount.objects.visible_to(user)).prefetch_related("project_links__project")
    for account in accounts:
        account.unmatched, account.deviations = unmatched.get(account.pk, 0), deviating.get(account.pk, 0)
    return accounts


def _per_account(entries: QuerySet) -> QuerySet:
    return entries.order_by().values_list("account").annotate(Count("pk"))


def _trouble(account: SpecialAccount) -> tuple:
    return -account.deviations, -account.unmatched, account.pk
