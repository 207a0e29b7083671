from django.core.management import BaseCommand

from organizations import regions


class Command(BaseCommand):
    help = "Bring the administrative divisions in line with the installed list; codes that left it are retired."

    def handle(self, **options) -> None:
        self.stdout.write(f"行政区划 {regions.load()} 个")
