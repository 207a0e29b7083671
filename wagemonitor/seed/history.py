"""The life of the warnings in the months that are filled: raised, accepted, released, handed over, overdue."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from random import Random

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from alerts import engine, services
from alerts.models import Disposal, Warning
from alerts.rules import rule_of
from alerts.services.offices import people_of, reviewers
from core.triggers import without_triggers
from organizations.enums import Industry, Role
from organizations.models import User
from wagemonitor.seed.copying import execute
from wagemonitor.seed.fill import moment
from wagemonitor.seed.units import Units

# What is wrong for one month and mended before the next, so that every rule has warnings the data has answered.
PASSING = {
    "ACC-01": (
        "UPDATE accounts_specialaccount SET status = 'cancelled', cancelled_on = opened_on WHERE id = %(account)s",
        "UPDATE accounts_specialaccount SET status = 'active', cancelled_on = NULL WHERE id = %(account)s",
    ),
    "ACC-02": (
        "UPDATE accounts_ledgerentry SET kind = 'other_out' WHERE id = %(entry)s",
        "UPDATE accounts_ledgerentry SET kind = 'wage' WHERE id = %(entry)s",
    ),
    "DATA-02": (
        "UPDATE projects_project SET address = '' WHERE id = %(project)s",
        "UPDATE projects_project SET address = '团结路16号' WHERE id = %(project)s",
    ),
    "LOG-01": (
        "UPDATE accounts_ledgerentry SET stated_balance = balance + 500 WHERE id = %(entry)s",
        "UPDATE accounts_ledgerentry SET stated_balance = balance WHERE id = %(entry)s",
    ),
    "OFF-01": (
        "UPDATE projects_wageclerk SET left_on = registered_on WHERE project_id = %(project)s",
        "UPDATE projects_wageclerk SET left_on = NULL WHERE project_id = %(project)s",
    ),
    "PAY-01": (
        "UPDATE accounts_payrollline SET paid = 0 WHERE project_id = %(project)s",
        "UPDATE accounts_payrollline SET paid = net WHERE project_id = %(project)s",
    ),
    "PAY-02": (
        "UPDATE workers_attendancemonth SET days = 0 WHERE engagement_id = %(engagement)s",
        """UPDATE workers_attendancemonth m SET days = d.days
           FROM (SELECT engagement_id, date_trunc('month', day)::date AS month, sum(units) AS days
                 FROM workers_attendanceday WHERE project_id = %(project)s GROUP BY 1, 2) d
           WHERE m.engagement_id = %(engagement)s AND d.engagement_id = m.engagement_id AND d.month = m.month""",
    ),
    "PAY-04": (
        "UPDATE accounts_payrollline SET due = due + 60000, net = net + 60000 WHERE id = %(line)s",
        "UPDATE accounts_payrollline SET due = due - 60000, net = net - 60000 WHERE id = %(line)s",
    ),
    "PAY-05": (
        """UPDATE accounts_payrollline SET (card_number, card_number_index, card_last4) =
               (SELECT card_number, card_number_index, card_last4 FROM accounts_payrollline WHERE id = %(other)s)
           WHERE id = %(line)s""",
        """UPDATE accounts_payrollline l
           SET card_number = c.number, card_number_index = c.number_index, card_last4 = c.last4
           FROM workers_bankcard c JOIN workers_engagement e ON e.worker_id = c.worker_id
           WHERE l.id = %(line)s AND e.id = l.engagement_id AND c.is_current""",
    ),
    "PAY-07": (
        "UPDATE accounts_payrollline SET engagement_id = NULL WHERE id = %(line)s",
        "UPDATE accounts_payrollline SET engagement_id = %(engagement)s WHERE id = %(line)s",
    ),
    "REAL-02": (
        "UPDATE workers_labourcontract SET starts_on = ends_on WHERE engagement_id = %(engagement)s",
        "UPDATE workers_labourcontract SET starts_on = signed_on WHERE engagement_id = %(engagement)s",
    ),
}
# A healthy project and rows of it to spoil: the first two lines of its payroll and its latest entry.
VICTIMS = """
SELECT s.project_id AS project, s.account_id AS account, lines.ids[1] AS line, lines.ids[2] AS other,
       lines.engagements[1] AS engagement,
       last.id AS entry
FROM sites s
CROSS JOIN LATERAL (
    SELECT id FROM accounts_ledgerentry e WHERE e.account_id = s.account_id ORDER BY sequence DESC LIMIT 1
) last
CROSS JOIN LATERAL (
    SELECT array_agg(id ORDER BY id) AS ids, array_agg(engagement_id ORDER BY id) AS engagements
    FROM accounts_payrollline WHERE project_id = s.project_id
) lines
WHERE s.faults = '{}' AND s.account_id IS NOT NULL AND cardinality(lines.ids) > 1
ORDER BY s.project_id
"""
RELEASED_WITH_ITS_ACT = """
UPDATE alerts_warning w SET released_at = (SELECT max(at) FROM alerts_disposal d WHERE d.warning_id = w.id)
WHERE w.id = %s AND w.released_at IS NOT NULL
"""
ASKED_WITH_ITS_ACT = """
UPDATE alerts_demand d SET asked_at = (SELECT min(at) FROM alerts_disposal a WHERE a.demand_id = d.id)
WHERE d.warning_id = %s
"""


def sweep(day: date) -> None:
    """What the nightly run of that day would have found."""
    engine.sweep(day, at=moment(day, hour=1))
    before = Disposal.objects.aggregate(last=Max("pk"))["last"] or 0
    services.escalate_overdue(today=day)
    with without_triggers():
        execute("UPDATE alerts_disposal SET at = %s WHERE id > %s", [moment(day, hour=1), before])


def passing_faults(day: date) -> None:
    """Faults that a month brought and the next one mended: raised on this day, released by the next sweep."""
    victims = _victims()
    spoilt = dict(zip(PASSING, victims, strict=False))
    _in_spite_of_triggers(PASSING[code][0] % victim for code, victim in spoilt.items())
    engine.sweep(day, [victim["project"] for victim in spoilt.values()], at=moment(day, hour=2))
    _in_spite_of_triggers(PASSING[code][1] % victim for code, victim in spoilt.items())


def _in_spite_of_triggers(statements: Iterable[str]) -> None:
    with without_triggers():
        for statement in statements:
            execute(statement)


def _victims() -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(VICTIMS)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def dispose(random: Random, today: date, units: Units) -> None:
    """Officers at work: of each rule's warnings one is left lying, one is accepted, one verified, one released with
    evidence, one handed over, and so on."""
    open_ones = Warning.objects.open().select_related("project__jurisdiction", "setting").order_by("rule_code", "id")
    officers = _officers()
    for _, own in groupby(open_ones, key=lambda warning: warning.rule_code):
        for fate, warning in zip(_fates(random), own, strict=False):
            officer = officers.get(warning.project.jurisdiction.code[: warning.office_level])
            if officer:
                _live_through(fate, warning, officer, today)


def _fates(random: Random) -> Iterator[str]:
    yield from ["new", "released", "accepted", "verifying", "transferred", "correcting"]
    while True:
        yield random.choices(["new", "accepted", "verifying", "correcting", "released"], weights=[6, 2, 1, 1, 2])[0]


def _officers() -> dict[str, User]:
    """By the digits of their office's place."""
    found = User.objects.filter(role=Role.OFFICER, is_active=True).select_related("organization__region")
    return {user.region.prefix: user for user in found}


def _live_through(fate: str, warning: Warning, by: User, today: date) -> None:
    if fate == "new":
        return
    services.accept(warning=warning, by=by)
    if fate in ("verifying", "correcting", "released", "transferred"):
        services.verify(warning=warning, text="已通知项目部三日内提交工资表、银行回单和情况说明。", by=by)
    if fate == "verifying" and warning.project.industry != Industry.OTHER:
        _ask_opinion(warning, by, today)
    if fate == "released":
        _release(warning, by)
    if fate == "transferred":
        services.transfer(
            warning=warning, reason="逾期未提交材料，涉嫌违反专用账户管理规定。", by=by, seen="verifying"
        )
    if fate == "correcting":
        _order_correction(warning, by, today)
    _move_back(warning, today)


def _ask_opinion(warning: Warning, by: User, today: date) -> None:
    """Of three, one has been answered."""
    due_on = max(today, timezone.localdate()) + timedelta(days=3 + warning.pk % 8)
    text = "请核实该项目现场用工和人工费拨付情况。"
    demand = services.ask_opinion(warning=warning, text=text, due_on=due_on, by=by, seen="verifying")
    expert = people_of(demand.of).filter(is_active=True).first()
    if expert and warning.pk % 3 == 0:
        said = {"text": "已到现场核实，人工费拨付情况属实。", "files": ()}
        services.answer(demand=demand, by=expert, seen=demand.seen, **said)


def _release(warning: Warning, by: User) -> None:
    """With the consent of the office above; one in four still waits for it."""
    offices = reviewers(warning, by)
    if not offices:
        return
    text = "经核对银行回单和工人签字确认表，情况属实且已整改到位。"
    proof = [("核实材料.pdf", blank_page())]
    asked = services.ask_release(warning=warning, of=offices[-1], text=text, files=proof, by=by, seen="verifying")
    if warning.pk % 4:
        reviewer = people_of(asked.of).filter(is_active=True).exclude(pk=by.pk).first()
        said = {"granted": True, "text": "证据材料齐全，同意解除。"}
        services.decide_release(demand=asked, by=reviewer, seen=asked.seen, **said)


def _order_correction(warning: Warning, by: User, today: date) -> None:
    """Of three, one is reported on and waits for the second look."""
    unit = warning.project.general_contractor
    if unit is None or warning.is_about_office:
        return
    text = f"{rule_of(warning.rule_code).remedy}整改后提交证明材料。"
    due_on = max(today, timezone.localdate()) + timedelta(days=5 + warning.pk % 11)  # also of a province of last week
    facts = {"of": unit, "text": text, "basis": warning.basis, "due_on": due_on}
    demand = services.order_correction(warning=warning, by=by, seen="verifying", **facts)
    clerk = User.objects.filter(organization=unit, role=Role.CLERK, is_active=True).first()
    if clerk and warning.pk % 3 == 0:
        said = {"text": "已按要求整改，证明材料附后。", "files": [("整改材料.pdf", blank_page())]}
        services.report_correction(demand=demand, by=clerk, seen=demand.seen, **said)


def _move_back(warning: Warning, today: date) -> None:
    """The officer's acts took place over the days after the last thing that happened, not all at this moment."""
    acts = list(warning.disposals.filter(by__isnull=False).order_by("id").values_list("pk", flat=True))
    begun = timezone.localtime(warning.disposals.filter(by=None).latest("id").at)
    days = max(0, min(12, (today - begun.date()).days - 1))
    with without_triggers():
        for order, pk in enumerate(acts, start=1):
            at = begun + timedelta(days=days * order // len(acts), hours=8, minutes=7 * order)
            execute("UPDATE alerts_disposal SET at = %s WHERE id = %s", [min(at, timezone.now()), pk])
    execute(RELEASED_WITH_ITS_ACT, [warning.pk])
    execute(ASKED_WITH_ITS_ACT, [warning.pk])


def blank_page() -> bytes:
    """A page with nothing on it: the smallest file that every reader opens."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )
