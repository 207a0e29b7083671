"""Suspensions, milestones, guarantees, notice boards of the demo province: most in order, each state somewhere."""

import json
from datetime import date

from core import attachments
from organizations.enums import Industry
from projects.enums import GuaranteeKind
from projects.models import NoticeBoard, PaymentGuarantee
from wagemonitor.seed import numbers
from wagemonitor.seed.copying import execute
from wagemonitor.seed.notices import board_picture
from wagemonitor.seed.units import Units

DOCUMENTS = 12  # guarantees whose document is kept too
EXPIRED, LEFT, RENEWED = 12, 18, 40  # days
GUARANTORS = [
    ("云南红土农村商业银行股份有限公司", GuaranteeKind.BANK),
    ("昆明滇池银行股份有限公司", GuaranteeKind.BANK),
    ("彩云财产保险股份有限公司云南分公司", GuaranteeKind.INSURER),
    ("云南恒信融资担保有限公司", GuaranteeKind.COMPANY),
]

# The suspension that lasts, from the course; and one that is over, before the months that are filled with attendance.
LASTING = """
INSERT INTO projects_suspension (project_id, began_on, reason, begun_id, correction)
SELECT project_id, "on", reason, id, '' FROM projects_statuschange WHERE status = '005'
"""
PAST = """
WITH chosen AS (
    SELECT p.id, %(today)s::date - 200 - (p.id %% 20)::int AS began, %(today)s::date - 170 - (p.id %% 20)::int AS ended
    FROM projects_project p
    WHERE p.status = '003' AND p.actual_start_on < %(today)s::date - 240 AND p.id %% 4 = 1
), begun AS (
    INSERT INTO projects_statuschange (project_id, status, "on", reason, at)
    SELECT id, '005', began, '停工：雨季停工', began + time '01:30' FROM chosen RETURNING id, project_id
), ended AS (
    INSERT INTO projects_statuschange (project_id, status, "on", reason, at)
    SELECT id, '003', ended, '复工', ended + time '01:30' FROM chosen RETURNING id, project_id
)
INSERT INTO projects_suspension (project_id, began_on, ended_on, reason, begun_id, ended_id, correction)
SELECT c.id, c.began, c.ended, '雨季停工', b.id, e.id, ''
FROM chosen c JOIN begun b ON b.project_id = c.id JOIN ended e ON e.project_id = c.id
"""

# A start and a resumption as they happened, an acceptance of every completed project and of a few parts.
MILESTONES = """
INSERT INTO projects_milestone (project_id, kind, "on", part, state, change_id, at)
SELECT c.project_id, CASE WHEN c.reason = '复工' THEN 'resume' ELSE 'start' END, c."on", '', 'due', c.id, c.at
FROM projects_statuschange c WHERE c.status = '003'
UNION ALL
SELECT p.id, 'accept', p.completed_on - 6, '', 'due', NULL, p.completed_on - 10 + time '02:00'
FROM projects_project p WHERE p.status = '004'
UNION ALL
SELECT p.id, 'part', %(today)s::date - (p.id %% 9)::int, (ARRAY['地基与基础', '主体结构', '屋面'])[1 + p.id / 6 %% 3],
       'due', NULL, %(today)s::date - (p.id %% 9)::int - 2 + time '02:00'
FROM projects_project p WHERE p.status = '003' AND p.id %% 6 = 2 AND p.actual_start_on < %(today)s::date - 60
"""
# Who has waited long has been answered, but for one in thirty; some were refused.
ANSWERED = """
WITH answers AS (
    INSERT INTO projects_milestoneanswer
        (project_id, milestone_id, real_name_conforms, wages_paid, note, standing, by_id, at)
    SELECT p.id, m.id, true, m.id %% 17 <> 5,
           CASE WHEN m.id %% 17 = 5 THEN '个别班组工资尚未发足，请补发后再报。' ELSE '' END,
           jsonb_build_object('on_site', here.people, 'without_contract', 0,
                              'unpaid_people', (m.id %% 17 = 5)::int * 3,
                              'unpaid_amount', CASE WHEN m.id %% 17 = 5 THEN '14600.00' ELSE '0' END),
           (%(users)s::jsonb ->> p.industry)::bigint, m.at + interval '5 days'
    FROM projects_milestone m
    JOIN projects_project p ON p.id = m.project_id
    CROSS JOIN LATERAL (SELECT count(*) AS people FROM workers_engagement e WHERE e.project_id = p.id) here
    WHERE m.at < %(today)s::date - 6 AND m.id %% 30 <> 11
    RETURNING milestone_id, wages_paid
)
UPDATE projects_milestone m SET state = CASE WHEN a.wages_paid THEN 'confirmed' ELSE 'objected' END
FROM answers a WHERE a.milestone_id = m.id
"""

GUARANTEES = """
INSERT INTO projects_paymentguarantee (
    project_id, guarantor_name, guarantor_uscc, amount, starts_on, ends_on, kind, number, received_on, record_due_on,
    recorded_at
)
SELECT p.id, (%(names)s::text[])[1 + p.id %% 4], (%(codes)s::text[])[1 + p.id %% 4],
       round(p.contract_amount / 10, -3), held.starts, held.ends, (%(kinds)s::text[])[1 + p.id %% 4],
       'LC' || to_char(held.starts, 'YYYY') || '-' || p.id, held.starts, due.day,
       held.starts + CASE WHEN p.id %% 13 = 6 THEN 12 ELSE 1 END + time '02:20'
FROM sites s
JOIN projects_project p ON p.id = s.project_id
CROSS JOIN LATERAL (
    SELECT p.actual_start_on - 5 AS starts,
           CASE WHEN 'guarantee_ended' = ANY(s.faults) THEN %(today)s::date - %(expired)s
                WHEN 'guarantee_ends' = ANY(s.faults) THEN %(today)s::date + %(left)s - (p.id %% 9)::int
                ELSE greatest(p.actual_start_on + 730, %(today)s::date + 120 + (p.id %% 300)::int) END AS ends
) held
JOIN core_calendarday received ON received.day = held.starts
JOIN core_calendarday due ON due.is_workday AND due.workday_number = received.workday_number + 3
WHERE p.actual_start_on IS NOT NULL AND NOT 'no_guarantee' = ANY(s.faults) AND held.ends >= held.starts
"""
RENEWED_ONES = """
WITH first AS (
    UPDATE projects_paymentguarantee g SET ends_on = %(today)s::date - %(renewed)s
    FROM sites s
    WHERE s.project_id = g.project_id AND s.project_id %% 5 = 2 AND g.starts_on < %(today)s::date - 100
      AND NOT s.faults && ARRAY['guarantee_ended', 'guarantee_ends']
    RETURNING g.*
)
INSERT INTO projects_paymentguarantee (
    project_id, guarantor_name, guarantor_uscc, amount, starts_on, ends_on, kind, number, received_on, record_due_on,
    recorded_at, renews_id
)
SELECT project_id, guarantor_name, guarantor_uscc, amount, ends_on, ends_on + 365, kind, number || '-2', ends_on - 3,
       ends_on + 2, ends_on - 2 + time '02:20', id
FROM first
"""
# Photographed when the site began and again of late; who has no clerk has not put up a board either.
BOARDS = """
INSERT INTO projects_noticeboard (project_id, checked_on, place, items, at)
SELECT p.id, held.day, '工地大门右侧', '{units,wages,complaints,remedies}', held.day + time '02:00'
FROM projects_project p
JOIN sites s ON s.project_id = p.id
CROSS JOIN LATERAL (
    SELECT greatest(p.actual_start_on + 3, %(today)s::date - 20 - (p.id %% 90)::int) AS day
    UNION SELECT p.actual_start_on + 3
) held
WHERE p.actual_start_on + 3 <= %(today)s AND NOT 'no_clerk' = ANY(s.faults)
"""


def write(today: date, units: Units) -> None:
    execute(LASTING)
    execute(PAST, {"today": today})
    execute(MILESTONES, {"today": today})
    days = {"today": today, "expired": EXPIRED, "left": LEFT, "renewed": RENEWED}
    execute(GUARANTEES, days | _guarantors())
    execute(RENEWED_ONES, days)
    execute(BOARDS, {"today": today})
    _documents(units)
    _photographs(units)


def _guarantors() -> dict[str, list]:
    codes = [numbers.uscc("530102", 9_000 + order) for order in range(len(GUARANTORS))]
    return {"names": [name for name, _ in GUARANTORS], "codes": codes, "kinds": [kind for _, kind in GUARANTORS]}


def answer(today: date, units: Units) -> None:
    """What the departments have said by today."""
    departments = {
        Industry.HOUSING: "housing",
        Industry.TRANSPORT: "transport",
        Industry.WATER: "water",
        Industry.OTHER: "province",
    }
    users = {industry: units.users[name].pk for industry, name in departments.items()}
    execute(ANSWERED, {"today": today, "users": json.dumps(users)})


def _photographs(units: Units) -> None:
    own = NoticeBoard.objects.filter(project__participations__organization=units.own)
    picture = board_picture()
    for board in own.order_by("-id")[:DOCUMENTS]:
        attachments.store(picture, f"{board.checked_on:%Y%m%d}告示牌.png", by=units.users["clerk"], owner=board)


def _documents(units: Units) -> None:
    own = PaymentGuarantee.objects.filter(project__participations__organization=units.own, starts_on__isnull=False)
    for held in own.order_by("-id")[:DOCUMENTS]:
        attachments.store(_pdf(held.number), f"工程款支付担保-{held.number}.pdf", by=units.users["clerk"], owner=held)


def _pdf(number: str) -> bytes:
    """One page that says what it is."""
    text = f"BT /F1 20 Tf 72 720 Td (Payment guarantee {number}) Tj 0 -32 Td (Demonstration) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number_of_part, part in enumerate(parts, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number_of_part, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + end
