from django.core.management import BaseCommand
from django.utils import timezone

from alerts.services import renew_texts, sync_settings
from core import months, planner, working_days
from core.models import CalendarDay, PublishedYear
from organizations import regions
from organizations.models import Region
from reports import baseline
from workers import partitions

PUBLISHED = range(2024, 2027)  # the years whose holiday notices are out


class Command(BaseCommand):
    help = "Reference data of every installation: regions, working days, partitions. Safe to repeat."

    def handle(self, *, verbosity: int = 1, **options) -> None:
        if not Region.objects.exists():
            self._say(verbosity, f"行政区划 {regions.load()} 个")
        if not CalendarDay.objects.exists() or PublishedYear.objects.count() < len(PUBLISHED):
            working_days.load_published(PUBLISHED)
            self._say(verbosity, f"工作日历 {PUBLISHED.start}–{PUBLISHED.stop - 1}")
        baseline.load()
        partitions.ensure(months.around(timezone.localdate(), back=6, ahead=3))
        if new := sync_settings():
            self._say(verbosity, f"预警规则 {new} 条")
        if renewed := renew_texts():
            self._say(verbosity, f"未办结预警的依据和解除条件更新 {renewed} 条")
        if known := planner.analyse_unknown():
            self._say(verbosity, f"新增字段的统计信息 {len(known)} 张表")

    def _say(self, verbosity: int, line: str) -> None:
        if verbosity:
            self.stdout.write(f"  {line}")
