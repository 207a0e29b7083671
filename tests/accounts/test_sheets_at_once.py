"""Two people at one sheet at the same moment: one is served, the other is told, no step is taken twice."""

import pytest
from django.core.exceptions import ValidationError

from accounts import services
from accounts.enums import SheetState, StepMeans
from accounts.models import PayrollLine, PayrollStep
from tests.accounts.sheets import SCAN, SEPTEMBER, site
from tests.accounts.test_uploads_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
S = SheetState


def told(act):
    """The refusal's words, or "" when it was done."""
    try:
        act()
    except ValidationError as error:
        return "".join(error.messages)
    return ""


def test_two_who_take_the_same_step():
    here = site()
    sheet = here.walk(here.sheet(), S.CONFIRMED)
    review = {"by": here.clerk, "seen": S.CONFIRMED}
    answers = at_once(*[lambda: told(lambda: services.take_step(sheet, S.REVIEWED, **review))] * 3)
    assert sorted(bool(answer) for answer in answers) == [False, True, True]
    assert PayrollStep.objects.filter(sheet=sheet, to_state=S.REVIEWED).count() == 1


def test_one_approves_while_the_other_sends_back():
    here = site()
    sheet = here.walk(here.sheet(), S.REVIEWED)
    answers = at_once(
        lambda: told(lambda: services.take_step(sheet, S.APPROVED, by=here.owner_clerk, seen=S.REVIEWED)),
        lambda: told(lambda: services.take_step(sheet, S.DRAFT, by=here.clerk, text="重做", seen=S.REVIEWED)),
    )
    assert sorted(bool(answer) for answer in answers) == [False, True]
    sheet.refresh_from_db()
    assert sheet.state in (S.APPROVED, S.DRAFT)


def test_a_line_is_not_changed_behind_a_submission():
    here = site()
    sheet = here.sheet()
    line = PayrollLine.objects.filter(sheet=sheet).first()
    line.due, line.difference_reason = line.due + 1000, "奖励"

    def submit():
        services.take_step(sheet, S.CONFIRMING, by=here.clerk)
        services.take_step(sheet, S.CONFIRMED, by=here.clerk, means=StepMeans.PAPER, files=SCAN)

    at_once(lambda: told(lambda: services.save_line(line, by=here.clerk)), lambda: told(submit))
    confirmed = PayrollStep.objects.get(sheet=sheet, to_state=S.CONFIRMED)
    assert confirmed.net == sum(PayrollLine.objects.filter(sheet=sheet).values_list("net", flat=True))


def test_sheets_made_at_once_list_everybody_once():
    here = site(crew=8)
    at_once(*[lambda: services.make_sheets(here.project, SEPTEMBER, by=here.clerk)] * 3)
    assert PayrollLine.objects.count() == 8
