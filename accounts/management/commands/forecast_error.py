from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import ForecastError
from accounts.selectors.accuracy import Told, accuracy
from accounts.services import measure_errors


class Command(BaseCommand):
    help = "Check the forecasts of the last pay days against what came of them, beside the simplest forecast."

    def add_arguments(self, parser):
        parser.add_argument("--again", action="store_true", help="forget what was measured and measure anew")

    def handle(self, *args, again: bool, **options):
        errors = ForecastError.objects.unscoped("an operator's command")
        if again:
            errors.delete()
        self.stdout.write(f"{measure_errors(timezone.localdate())} forecasts checked now")
        self.stdout.write(
            "lead  forecasts  by        hits  misses  false alarms  deviation  bias     median error (yuan)"
        )
        for found in accuracy(errors):
            for name, told in (("forecast", found.ours), ("baseline", found.baseline)):
                self.stdout.write(f"{found.lead:>4}  {found.forecasts:>9}  {name:<8}  {_figures(told)}")


def _figures(told: Told) -> str:
    return (
        f"{told.hits:>4}  {told.misses:>6}  {told.false_alarms:>12}  {told.deviation:>9.1%}  {told.bias:>+7.1%}"
        f"  {told.amount:>14,.2f}"
    )
