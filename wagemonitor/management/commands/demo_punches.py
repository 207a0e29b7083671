from django.core.management import BaseCommand
from django.utils import timezone

from wagemonitor.seed import gates


class Command(BaseCommand):
    help = "Let the devices of the demo province tell who came today, up to now. Safe to repeat."

    def handle(self, **options) -> None:
        self.stdout.write(f"  {gates.punch(timezone.now()):,} 次打卡")
