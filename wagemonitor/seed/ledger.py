"""What is agreed, signed and corrected about the money: terms of labour cost, tripartite agreements, reports,
agreement banks; one account shared, one closed, one movement reversed and one said anew."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.enums import MovementDirection, MovementKind
from accounts.models import BankAgreement, ClosingNotice, LedgerEntry, SpecialAccount, TripartiteAgreement
from accounts.services import (
    Movement,
    cancel_account,
    obstacles,
    open_account,
    reclassify,
    record_movements,
    reverse_entry,
    transfer_surplus,
)
from core import attachments
from organizations.models import Organization, User
from projects.enums import Status
from projects.models import Project, StatusChange
from wagemonitor.seed.copying import execute

SCAN = b"%PDF-1.7\n% demo\n"
SCANNED = 20  # a province's worth of scans would only fill the disk

# Every fifth by progress, the rest a monthly amount below what came in; every seventh gets less than was agreed. The
# first movement only opens the account; those after it pay for the month before.
TERMS = """
INSERT INTO accounts_labourcostterm (
    project_id, first_month, basis, amount, share, cycle, pay_day, next_month, clause, at
)
SELECT i.project_id, (date_trunc('month', min(i.booked_on)) - interval '1 month')::date,
       CASE WHEN mod(i.project_id, 5) = 0 THEN 'progress' ELSE 'amount' END,
       CASE WHEN mod(i.project_id, 5) = 0 THEN NULL
            WHEN mod(i.project_id, 7) = 0 THEN greatest(round(avg(i.amount) * 1.6, -3), 1000)
            ELSE greatest(round(min(i.amount) * 0.9, -2), 100) END,
       CASE WHEN mod(i.project_id, 5) = 0 THEN 20 END, 'month', 12, true, '专用条款 12.4.1', now()
FROM (
    SELECT s.project_id, e.booked_on, e.amount,
           row_number() OVER (PARTITION BY s.project_id ORDER BY e.booked_on, e.id) AS nth
    FROM sites s JOIN accounts_ledgerentry e ON e.project_id = s.project_id AND e.kind = 'labour_cost'
) i
WHERE i.nth > 1
GROUP BY i.project_id
"""
# The last month is not measured yet.
MEASURED = """
INSERT INTO accounts_measuredvalue (project_id, month, amount, at)
SELECT e.project_id, (date_trunc('month', e.booked_on) - interval '1 month')::date,
       round(sum(e.amount) * 4.8, -3), now()
FROM accounts_ledgerentry e
JOIN accounts_labourcostterm t ON t.project_id = e.project_id AND t.basis = 'progress'
WHERE e.kind = 'labour_cost' AND e.booked_on < %(month)s AND e.booked_on >= t.first_month + interval '1 month'
GROUP BY e.project_id, date_trunc('month', e.booked_on)
"""
AGREEMENTS = """
INSERT INTO accounts_tripartiteagreement (
    account_id, project_id, number, signed_on, construction_unit, construction_signatory, contractor_signatory,
    bank_signatory, at
)
SELECT a.id, l.project_id, 'SF' || to_char(a.opened_on, 'YYYYMMDD') || '-' || a.id, a.opened_on - 2,
       coalesce((SELECT o.name FROM projects_participation p JOIN organizations_organization o
                 ON o.id = p.organization_id WHERE p.project_id = l.project_id AND p.participant_type = '008'
                 LIMIT 1), ''), '杨建国', '李志强', '王丽', a.opened_on + interval '9 hours'
FROM accounts_specialaccount a JOIN accounts_accountproject l ON l.account_id = a.id
WHERE a.has_agreement AND a.opened_on IS NOT NULL
"""
REPORTS = """
INSERT INTO accounts_accountreport (account_id, act, happened_on, due_on, reported_on, what)
SELECT a.id, 'opened', a.opened_on, due.day, a.opened_on + CASE WHEN mod(a.id, 9) = 0 THEN 8 ELSE 2 END, ''
FROM accounts_specialaccount a
CROSS JOIN LATERAL (
    SELECT min(c.day) AS day FROM core_calendarday c
    WHERE c.workday_number = (SELECT workday_number FROM core_calendarday WHERE day = a.opened_on) + 3
) due
WHERE a.opened_on IS NOT NULL
"""


def write(today: date, users: dict[str, User]) -> None:
    execute(TERMS)
    execute(MEASURED, {"month": today.replace(day=1)})
    execute(AGREEMENTS)
    execute(REPORTS)
    for agreement in TripartiteAgreement.objects.order_by("pk")[:SCANNED]:
        attachments.store(SCAN, f"三方协议{agreement.number}.pdf", by=None, owner=agreement)
    _sign_with_banks(today, users["province"])
    _share(today, users)
    _close(today, users["bank"])
    _correct(today, users["county"])


def _sign_with_banks(today: date, officer: User) -> None:
    kept = SpecialAccount.objects.order_by().values("bank").distinct()
    for number, bank in enumerate(Organization.objects.filter(pk__in=kept).order_by("pk")[:3], 1):
        agreement = BankAgreement.objects.create(
            bank=bank,
            office=officer.organization,
            number=f"YH{today.year}-{number:02d}",
            valid_from=today.replace(month=1, day=1),
            valid_to=today.replace(year=today.year + 1, month=12, day=31),
            contact_name="赵敏",
            contact_phone=f"0871-6312{number:04d}",
            by=officer,
        )
        attachments.store(SCAN, f"银行协议{agreement.number}.pdf", by=officer, owner=agreement)


def _share(today: date, users: dict[str, User]) -> None:
    """A contractor's second project in the prefecture takes the first one's account; its money is kept apart."""
    for account in SpecialAccount.objects.active().filter(bank__isnull=False).order_by("pk"):
        first = account.project_links.select_related("project").get().project
        if not first.is_open:
            continue
        others = Project.objects.exclude(pk=first.pk).exclude(status=Status.COMPLETED)
        own = others.filter(
            participations__organization=account.holder,
            participations__participant_type="009",
            region__code__startswith=first.region_id[:4],
            account_links__isnull=False,
        )
        second = own.order_by("pk").first()
        if second is None:
            continue
        open_account(second, by=users["bank"], number=account.number, name=account.name, bank=account.bank)
        on = today - timedelta(days=6)
        came = _movement("GX1", "1000.00", MovementKind.LABOUR_COST, on, "拨付人工费", "共用专户建设单位")
        went = _movement("GX2", "-1250.00", MovementKind.FEE, on, "代发手续费", "开户银行")
        record_movements(account, second, [came, went], by=users["bank"])
        return


def _close(today: date, teller: User) -> None:
    """A completed project's account, after thirty days of notice."""
    for account in SpecialAccount.objects.active().order_by("pk"):
        projects = [link.project for link in account.project_links.select_related("project")]
        if not projects or any(project.status != Status.COMPLETED for project in projects):
            continue
        if any(not each.is_balance for each in obstacles(account)):
            continue
        last = account.entries.order_by("-booked_on").values_list("booked_on", flat=True).first()
        if not last:
            continue
        begins, on = today - timedelta(days=31), today
        _completed_by(begins, projects)
        notice = ClosingNotice.objects.create(
            account=account,
            begins_on=begins,
            ends_on=begins + timedelta(days=30),
            place="项目部公示栏",
            surplus_to=f"{account.holder} 尾号 6021",
            by=teller,
        )
        for name in ("无拖欠承诺书.pdf", "公示照片.pdf"):
            attachments.store(SCAN, name, by=teller, owner=notice)
        transfer_surplus(account, by=teller, serial=f"XH{account.pk}", on=on, interest=Decimal("36.18"))
        cancel_account(account, by=teller, on=on)
        return


def _completed_by(day: date, projects: list[Project]) -> None:
    """The day after the last attendance, so that the thirty days are over."""
    for project in projects:
        if project.completed_on > day:
            Project.every.filter(pk=project.pk).update(completed_on=day)
            StatusChange.objects.filter(project=project, status=Status.COMPLETED).update(on=day)


def _correct(today: date, officer: User) -> None:
    """In the county whose officer shows the portal: an appropriation booked twice, a fee taken for something else."""
    entry = (
        LedgerEntry.objects.visible_to(officer)
        .filter(kind=MovementKind.LABOUR_COST, account__status="active")
        .select_related("account", "project")
        .order_by("-pk")
        .first()
    )
    if entry is None:
        return
    on = today - timedelta(days=4)
    twice = _movement("CZ1", "50000", MovementKind.LABOUR_COST, on, "拨付人工费", "重复入账")
    fee = _movement("GZ1", "-260", MovementKind.OTHER_OUT, on, "保函费", "某银行")
    record_movements(entry.account, entry.project, [twice, fee], by=officer)
    made = {each.serial: each for each in entry.account.entries.filter(serial__in=("CZ1", "GZ1"))}
    reverse_entry(made["CZ1"], by=officer, on=on + timedelta(days=1), reason="同一笔拨款重复导入", serial="CZ2")
    reclassify(made["GZ1"], kind=MovementKind.FEE, reason="银行回单载明为专户保函手续费", by=officer)


def _movement(serial: str, amount: str, kind: MovementKind, on: date, summary: str, name: str) -> Movement:
    value = Decimal(amount)
    direction = MovementDirection.IN if value > 0 else MovementDirection.OUT
    return Movement(serial, direction, kind, abs(value), on, summary=summary, counterparty_name=name)
