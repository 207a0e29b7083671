"""Background work: the monthly workbook, and the closing of months."""

from datetime import date

from celery import shared_task
from django.utils import timezone

from core import attachments, audit
from core.formats import moment
from core.formats import month as month_text
from core.jobs import Progress, job
from core.models import Attachment
from organizations.models import User
from reports import month_warnings, months, services, workbook
from reports.workbook import Maker

WORKBOOK = "monthly_workbook"
STEPS = 8


@job(WORKBOOK, "月度统计表")
def make_workbook(progress: Progress, *, month: str) -> Attachment:
    """Of the owner's region and industry, as the owner's office stands now. A month past its closing day is closed
    first, so that whoever asks later gets the same figures."""
    now, first = timezone.now(), date.fromisoformat(f"{month}-01")
    owner = User.objects.select_related("organization__region").get(pk=progress.job.owner_id)
    done = 0

    def step(title: str) -> None:
        nonlocal done
        done += 1
        progress(done, STEPS, title)

    step("月结" if services.is_due(first, timezone.localdate(now)) else "汇总")
    closed_here = services.is_due(first, timezone.localdate(now)) and services.close_month(first, now=now)
    step("项目数据")
    data = months.read_detailed(owner, owner.region, first, now)
    progress.last_word = _closing(data, closed_here)
    step("预警数据")
    rows = month_warnings.of_month(owner, owner.region, data.period)
    content = workbook.build(data, rows, maker_of(owner), step)
    name = f"{owner.region.name}{month_text(first)}工资支付监管统计表.xlsx"
    kept = attachments.store(content, name, by=owner, owner=progress.job, kinds=attachments.SHEETS)
    audit.record(
        "workbook.export",
        by=owner,
        target=progress.job,
        month=month,
        region=owner.region.code,
        projects=len(data.projects),
        warnings=len(rows),
    )
    return kept


def _closing(data: months.Month, closed_here: bool) -> str:
    if not data.is_closed:
        return f"本月未月结，按 {moment(data.cut_off_at)} 的数据统计。"
    return f"本月已月结{'（由本次生成办理）' if closed_here else ''}，数值为 {moment(data.cut_off_at)} 的数据。"


def maker_of(user: User) -> Maker:
    industry = user.industry.label if user.industry else "全部行业"
    return Maker(user.name, user.organization.name, industry)


@shared_task(soft_time_limit=1500, time_limit=1800)
def close_months() -> None:
    services.close_due_months(now=timezone.now())
