"""The baseline of the inclusion rate is kept by the system administrator."""

from datetime import date

import pytest
from django.urls import reverse

from organizations import regions
from organizations.enums import Role
from reports import baseline
from reports.models import Baseline
from tests.organizations import factories as who

pytestmark = pytest.mark.django_db
FORM = {"region": "530900", "as_of": "2027-01-01", "projects": "171", "source": "2027 年度通知"}
ADD = "admin:reports_baseline_add"


@pytest.fixture(autouse=True)
def places() -> None:
    regions.load()
    baseline.load()


def test_a_later_notice_stands_beside_the_first(client):
    client.force_login(who.administrator())
    assert client.post(reverse(ADD), FORM).status_code == 302
    assert baseline.load() == 4704  # as every start does
    kept = Baseline.objects.filter(region="530900").order_by("as_of").values_list("as_of", "projects")
    assert list(kept) == [(baseline.AS_OF, 153), (date(2027, 1, 1), 171)]


@pytest.mark.parametrize("role", [Role.SECURITY, Role.AUDIT])
def test_the_other_administrators_do_not_keep_it(client, role):
    client.force_login(who.administrator(role))
    assert client.post(reverse(ADD), FORM).status_code == 403
    assert Baseline.objects.count() == len(baseline.PROJECTS)
