import pytest
from django.db.models import Count
from django.test.utils import isolate_apps

from core.scoping import ScopedModel, UnscopedQuery, guard, unscoped
from organizations.enums import OrganizationKind, Role
from organizations.models import Region
from projects.models import Participation, Permit, Project
from tests.accounts.factories import special_account
from tests.organizations import factories as who
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


def codes(user) -> set[str]:
    return set(Project.objects.visible_to(user).values_list("jurisdiction_id", flat=True))


@pytest.fixture
def three_counties():
    return [projects.project(at=code) for code in ("530902", "530921", "530102")]


@pytest.mark.usefixtures("three_counties")
@pytest.mark.parametrize(
    ("office", "seen"),
    [
        ("530902", {"530902"}),
        ("530900", {"530902", "530921"}),
        ("530000", {"530902", "530921", "530102"}),
    ],
)
def test_an_officer_sees_the_own_place_and_what_is_below_it(office, seen):
    assert codes(who.officer(office)) == seen


def test_a_prefecture_is_not_mistaken_for_one_whose_code_begins_alike():
    """Stripping the zeros of 371000 would give 371, which also begins 371100."""
    for code, name, level in (("371000", "威海市", 4), ("371100", "日照市", 4), ("371102", "东港区", 6)):
        Region.objects.create(code=code, name=name, level=level)
    projects.project(at="371102")
    assert codes(who.officer("371000")) == set()


@pytest.mark.usefixtures("three_counties")
def test_an_industry_officer_sees_the_own_industry_only():
    road = projects.project(at="530902", industry="transport")
    assert set(Project.objects.visible_to(who.industry_officer("530900", OrganizationKind.TRANSPORT))) == {road}
    assert Project.objects.visible_to(who.industry_officer("530000", OrganizationKind.BANK_REGULATOR)).count() == 4


def test_a_clerk_sees_the_projects_the_enterprise_leads_and_no_other_part_it_plays(three_counties):
    own, foreign, _ = three_counties
    enterprise = own.general_contractor
    projects.participation(foreign, enterprise, "006")
    assert list(Project.objects.visible_to(who.clerk(enterprise))) == [own]


def test_a_bank_sees_the_projects_of_the_accounts_it_keeps(three_counties):
    account = special_account(three_counties[0])
    special_account(three_counties[1])
    assert list(Project.objects.visible_to(who.bank_clerk(account.bank))) == [three_counties[0]]


@pytest.mark.usefixtures("three_counties")
@pytest.mark.parametrize("role", [Role.SYSTEM, Role.SECURITY, Role.AUDIT])
def test_administrators_see_no_project(role):
    assert not Project.objects.visible_to(who.administrator(role)).exists()


@pytest.mark.usefixtures("three_counties")
def test_an_inactive_officer_sees_nothing():
    assert codes(who.officer("530000", is_active=False)) == set()


def test_a_chain_follows_its_project(three_counties):
    for project in three_counties:
        projects.permit(project)
    assert Permit.objects.visible_to(who.officer("530921")).get().project == three_counties[1]


@pytest.mark.parametrize(
    "evaluate",
    [
        list,
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.first(),
        lambda rows: rows.aggregate(n=Count("pk")),
        lambda rows: list(rows.iterator()),
        lambda rows: rows.update(name="x"),
        lambda rows: rows.filter(pk=0).delete(),
        lambda rows: list(rows.values_list("pk")),
    ],
)
def test_within_a_request_an_unscoped_query_raises(evaluate):
    with guard(), pytest.raises(UnscopedQuery):
        evaluate(Project.objects.all())


def test_within_a_request_scoped_reasoned_and_related_queries_pass(three_counties):
    officer, project = who.officer(), three_counties[0]
    with guard():
        assert Project.objects.visible_to(officer).filter(status="003").count() == 1
        assert Project.objects.unscoped("the test asks for all").count() == 3
        assert project.participations.count() == 1
        visible = Project.objects.visible_to(officer).prefetch_related("participations")
        assert [len(item.participations.all()) for item in visible] == [1]
        with unscoped("a library asks"):
            assert Participation.objects.count() == 3


def test_no_scope_without_a_reason():
    with pytest.raises(ValueError, match="why"):
        Project.objects.unscoped(" ")


@isolate_apps("core")
def test_a_model_that_decides_nothing_says_so():
    class Orphan(ScopedModel):
        class Meta:
            app_label = "core"

    with pytest.raises(NotImplementedError):
        Orphan.scope_q(None)
