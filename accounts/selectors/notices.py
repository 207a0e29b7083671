"""The monthly public notice (公示): what has to be posted where the workers live, by when, and what has been.

By the 5th of a month the contractor posts last month's attendance sheet, the settlement sheet the workers have signed,
and the sheet of what was paid (豫: 宛人社 2019, 三 4; the day is a parameter of the rule PAY-06).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import OuterRef
from django.utils.functional import cached_property

from accounts.enums import NoticeSheet
from accounts.models import PayrollLine, PublicNotice
from core import attachments
from core.models import Attachment
from core.months import next_month
from projects.models import Project
from workers.models import AttendanceMonth

POSTED_BY = 5
IN_SCOPE = "the project is in scope"

Figures = dict[str, str | int]


def due_on(sheet: NoticeSheet, month: date, pay_day: int, posted_by: int = POSTED_BY) -> date:
    """Wages of a month that are paid after the posting day of the next are on the sheet posted a month later."""
    posting = next_month(month)
    if sheet == NoticeSheet.PAYOUT and pay_day > posted_by:
        posting = next_month(posting)
    return posting.replace(day=posted_by)


@dataclass
class SheetState:
    """One sheet of a month: what it would say now, and its earliest posting that stands."""

    sheet: NoticeSheet
    month: date
    due_on: date
    figures: Figures | None
    posting: PublicNotice | None
    today: date

    @property
    def is_missing(self) -> bool:
        return self.figures is not None and self.posting is None

    @property
    def changed_since(self) -> bool:
        return self.posting is not None and self.posting.figures.get(self.sheet) != self.figures

    @property
    def text(self) -> str:
        if self.posting:
            return "已公示" if self.posting.posted_on <= self.due_on else "逾期公示"
        if self.figures is None:
            return "没有数据"
        return "逾期未公示" if self.today > self.due_on else "待公示"

    @property
    def tone(self) -> str:
        return TONES[self.text]


TONES = {"已公示": "green", "逾期公示": "yellow", "没有数据": "grey", "逾期未公示": "red", "待公示": "orange"}


@dataclass
class NoticeMonth:
    month: date
    sheets: list[SheetState]
    postings: list[PublicNotice] = field(default_factory=list)  # withdrawn ones too
    files: dict[int, list[Attachment]] = field(default_factory=dict)

    @property
    def shown(self) -> list[tuple[PublicNotice, list[Attachment]]]:
        return [(posting, self.files.get(posting.pk, [])) for posting in self.postings]


class ProjectNotices:
    """The months of one project, the latest first."""

    def __init__(self, project: Project, today: date, *, months: int = 12):
        self.project, self.today = project, today
        self.first = (today.replace(day=1) - timedelta(days=31 * months)).replace(day=1)

    def __iter__(self) -> Iterator[NoticeMonth]:
        for month in sorted(set(self.figures) | set(self.postings), reverse=True):
            postings = self.postings[month]
            yield NoticeMonth(month, [self._state(sheet, month) for sheet in NoticeSheet], postings, self.files)

    def month(self, month: date) -> NoticeMonth:
        return next((each for each in self if each.month == month), NoticeMonth(month, []))

    @cached_property
    def figures(self) -> dict[date, dict[str, Figures]]:
        """month → sheet → figures, of months that are over or have a payroll."""
        return figures_of(self.project, self.first)

    @cached_property
    def postings(self) -> dict[date, list[PublicNotice]]:
        rows = PublicNotice.objects.unscoped(IN_SCOPE).filter(project=self.project, month__gte=self.first)
        found = defaultdict(list)
        for row in rows.select_related("by").order_by("posted_on", "id"):
            found[row.month].append(row)
        return found

    @cached_property
    def files(self) -> dict[int, list[Attachment]]:
        return attachments.of_all([row for rows in self.postings.values() for row in rows])

    def _state(self, sheet: NoticeSheet, month: date) -> SheetState:
        standing = (row for row in self.postings[month] if sheet in row.sheets and not row.is_withdrawn)
        due = due_on(sheet, month, self.project.wage_pay_day)
        figures = self.figures.get(month, {}).get(sheet)
        return SheetState(sheet, month, due, figures, next(standing, None), self.today)


def figures_of(project: Project, first: date, last: date | None = None) -> dict[date, dict[str, Figures]]:
    """What the sheets of these months say in sum; a sheet that would be empty is left out."""
    span = Q(month__gte=first) & (Q(month__lte=last) if last else Q())
    found: dict[date, dict[str, Figures]] = defaultdict(dict)
    worked = AttendanceMonth.objects.unscoped(IN_SCOPE).filter(span, project=project, days__gt=0).order_by()
    for month, people, days in worked.values_list("month").annotate(Count("pk"), Sum("days")):
        found[month][NoticeSheet.ATTENDANCE] = {"people": people, "days": str(days)}
    lines = PayrollLine.objects.unscoped(IN_SCOPE).filter(span, project=project).order_by()
    sums = {
        "people": Count("pk"),
        "amount": Sum("net"),
        "paid_people": Count("pk", filter=Q(paid__gt=0)),
        "paid_amount": Sum("paid"),
    }
    for row in lines.values("month").annotate(**sums):
        sheets = found[row["month"]]
        sheets[NoticeSheet.SETTLEMENT] = {"people": row["people"], "amount": str(row["amount"])}
        if row["paid_people"]:
            sheets[NoticeSheet.PAYOUT] = {"people": row["paid_people"], "amount": str(row["paid_amount"])}
    return dict(found)


# --- over projects ---------------------------------------------------------------------------------------------------


def with_postings(projects: QuerySet[Project], month: date) -> QuerySet[Project]:
    """`attended`, `listed`, `paid`: how many there are to post of this month; `<sheet>_posted_on`: first posting."""
    worked = AttendanceMonth._base_manager.filter(project=OuterRef("pk"), month=month, days__gt=0)
    lines = PayrollLine._base_manager.filter(project=OuterRef("pk"), month=month)
    rows = PublicNotice._base_manager.filter(project=OuterRef("pk"), month=month, withdrawn_at__isnull=True)
    first = {
        f"{sheet}_posted_on": Subquery(
            rows.filter(sheets__contains=[sheet])
            .order_by()
            .values("project")
            .annotate(first=Min("posted_on"))
            .values("first")
        )
        for sheet in NoticeSheet.values
    }
    return projects.annotate(
        attended=_count(worked),
        listed=_count(lines),
        paid=_count(lines.filter(paid__gt=0)),
        **first,
    )


def _count(rows: QuerySet) -> Subquery:
    return Subquery(rows.order_by().values("project").annotate(n=Count("pk")).values("n"))


def missing_q(month: date, today: date, posted_by: int = POSTED_BY) -> Q:
    """Of projects `with_postings`: those that should have posted a sheet of this month by now, and have not."""
    late = Q()
    if due_on(NoticeSheet.ATTENDANCE, month, 1, posted_by) < today:
        late |= Q(attended__gt=0, attendance_posted_on__isnull=True) | Q(
            listed__gt=0, settlement_posted_on__isnull=True
        )
    unpaid_sheet = Q(paid__gt=0, payout_posted_on__isnull=True)
    if due_on(NoticeSheet.PAYOUT, month, 31, posted_by) < today:
        late |= unpaid_sheet
    elif due_on(NoticeSheet.PAYOUT, month, 1, posted_by) < today:
        late |= unpaid_sheet & Q(wage_pay_day__lte=posted_by)
    return late or Q(pk__in=[])


def states_of(project: Project, month: date, today: date) -> dict[str, str]:
    """Sheet → state of a project `with_postings`, in the words of `SheetState`."""
    people = {"attendance": project.attended, "settlement": project.listed, "payout": project.paid}
    found = {}
    for sheet in NoticeSheet:
        posted = getattr(project, f"{sheet}_posted_on")
        posting = PublicNotice(posted_on=posted) if posted else None
        figures = {} if people[sheet] else None
        due = due_on(sheet, month, project.wage_pay_day)
        found[sheet] = SheetState(sheet, month, due, figures, posting, today).text
    return found
