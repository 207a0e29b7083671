"""Public notices: most contractors post in time, some late, some not at all; each with the picture of a board."""

import struct
import zlib
from datetime import date

from django.utils import timezone

from accounts.enums import NoticeSheet
from accounts.models import PublicNotice
from core import attachments
from core.months import previous_month
from wagemonitor.seed.copying import execute

PICTURED = 1_000  # a province's worth of pictures would only fill the disk

ATTENDANCE = """
SELECT jsonb_build_object('people', count(*), 'days', sum(a.days)::text)
FROM workers_attendancemonth a WHERE a.project_id = s.project_id AND a.month = %(month)s AND a.days > 0
HAVING count(*) > 0
"""
SETTLEMENT = """
SELECT jsonb_build_object('people', count(*), 'amount', sum(l.net)::text)
FROM accounts_payrollline l WHERE l.project_id = s.project_id AND l.month = %(month)s HAVING count(*) > 0
"""
PAYOUT = """
SELECT jsonb_build_object('people', count(*) FILTER (WHERE l.paid > 0), 'amount', sum(l.paid)::text)
FROM accounts_payrollline l WHERE l.project_id = s.project_id AND l.month = %(month)s HAVING sum(l.paid) > 0
"""
FIGURES = {NoticeSheet.ATTENDANCE: ATTENDANCE, NoticeSheet.SETTLEMENT: SETTLEMENT, NoticeSheet.PAYOUT: PAYOUT}

# Most post on the 2nd to the 4th, some late; those with the fault `not_posted` never do.
POSTED = """
INSERT INTO accounts_publicnotice (project_id, month, sheets, posted_on, place, figures, by_id, at, withdrawn_reason)
SELECT s.project_id, %(month)s, ARRAY(SELECT jsonb_object_keys(said.figures)), late.day, '农民工生活区宣传栏',
       said.figures,
       (SELECT u.id FROM organizations_user u JOIN projects_participation a ON a.organization_id = u.organization_id
        WHERE a.project_id = s.project_id AND a.participant_type = '009' AND u.role = 'clerk' ORDER BY u.id LIMIT 1),
       (late.day + time '17:30') AT TIME ZONE 'Asia/Shanghai', ''
FROM sites s
JOIN projects_project p ON p.id = s.project_id
CROSS JOIN LATERAL (
    SELECT %(posting)s::date + CASE WHEN s.project_id %% 11 = 3 THEN 12 ELSE 3 - s.project_id %% 3 END::int AS day
) late
CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object({figures})) AS figures) said
WHERE said.figures <> '{{}}' AND NOT 'not_posted' = ANY(s.faults) AND late.day <= %(today)s
"""


def post(month: date, today: date) -> None:
    """What was posted at the beginning of this month: last month's sheets, and what was paid the month before."""
    last = previous_month(month)
    _insert(last, month, today, NoticeSheet.ATTENDANCE, NoticeSheet.SETTLEMENT)
    _insert(previous_month(last), month, today, NoticeSheet.PAYOUT)


def _insert(month: date, posting: date, today: date, *sheets: NoticeSheet) -> None:
    figures = ", ".join(f"'{sheet.value}', ({FIGURES[sheet]})" for sheet in sheets)
    execute(POSTED.format(figures=figures), {"month": month, "posting": posting, "today": today})


def photograph() -> None:
    picture = board_picture()
    for notice in PublicNotice.objects.select_related("by").order_by("id")[:PICTURED]:
        name = f"{timezone.localtime(notice.at):%Y%m%d}公示栏.png"
        attachments.store(picture, name, by=notice.by, owner=notice)


def board_picture(width: int = 480, height: int = 320) -> bytes:
    """A notice board with three sheets of paper, as a PNG of four colours."""
    wall, board, paper, ink = 0, 1, 2, 3

    def colour(x: int, y: int) -> int:
        column, inside = divmod(x - 60, 125)
        on_paper = 0 <= column < 3 and inside < 105 and 60 <= y < 250
        if on_paper:
            return ink if 10 < inside < 95 and y % 12 < 2 and y > 72 else paper
        return board if 40 <= x < 440 and 40 <= y < 270 else wall

    rows = b"".join(b"\0" + bytes(colour(x, y) for x in range(width)) for y in range(height))
    palette = bytes.fromhex("b9b2a62f5d50f7f5ee6a6a6a")
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
