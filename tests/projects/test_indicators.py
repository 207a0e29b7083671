"""Completeness in SQL against the same question put in Python. The annex itself: tests/core/test_annex.py."""

import random
from datetime import date

import pytest

from core import annex, indicators
from core.indicators import completeness, follow
from organizations.enums import Industry, UnitNature
from projects.enums import Category, ParticipantType, ParticipationStatus, Status
from projects.indicators import PROJECT_GROUPS, SUBCONTRACTOR, WAGE_CLERK
from projects.models import Participation, Permit, Project, WageClerk
from tests.organizations.factories import organization, region
from tests.projects.factories import participation, permit, project


def test_every_project_indicator_is_served_once():
    numbers = [item.number for group in PROJECT_GROUPS for item in group.indicators]
    assert sorted(numbers) == [line.number for line in annex.lines() if line.category == "project"]


def by_hand(one: Project) -> tuple[int, int]:
    """(filled, required), counted from the objects one by one, without the kernel's queries."""
    filled = required = 0
    for group in PROJECT_GROUPS:
        rows = list(group.model.objects.filter(group.rows, **{group.project_path: one.pk}))
        for row in rows:
            for item in group.indicators:
                if item.condition is None or follow(row, item.condition.path) in item.condition.values:
                    required += 1
                    filled += follow(row, item.path) not in (None, "")
        if not rows and group is not SUBCONTRACTOR:
            needs_permit = one.category in ("01", "02")
            required += {"permit": 2 if needs_permit else 0, "construction_unit": 6, "general_contractor": 7}[
                group.key
            ]
    return filled, required


def random_project(dice: random.Random) -> Project:
    status = dice.choice(list(Status))
    one = project(
        category=dice.choice([Category.BUILDING, Category.HIGHWAY, Category.OTHER]),
        industry=dice.choice(list(Industry)),
        address=dice.choice(["", "临翔区青华路"]),
        status=status,
        contract_start_on=dice.choice([None, date(2026, 7, 1)]),
        completed_on=date(2026, 9, 1) if status == Status.COMPLETED else None,
        contractor=random_unit(dice),
    )
    if dice.random() < 0.2:
        one.participations.all().delete()
    for _ in range(dice.randrange(3)):
        Permit.objects.create(
            project=one,
            number=dice.choice(["", f"5309{dice.random()}"]),
            issued_on=dice.choice([None, date(2026, 6, 1)]),
        )
    for kind in [
        ParticipantType.CONSTRUCTION_UNIT,
        *[ParticipantType.LABOUR_SUBCONTRACTOR] * 2,
        ParticipantType.SUPERVISOR,
    ]:
        if dice.random() < 0.6:
            random_party(dice, one, kind)
    return one


def random_unit(dice: random.Random):
    return organization(
        unit_nature=dice.choice(["", UnitNature.LIMITED]),
        registered_address=dice.choice(["", "人民路1号"]),
        office_address=dice.choice(["", "人民路2号"]),
        legal_representative=dice.choice(["", "李敏"]),
        legal_representative_id=dice.choice([None, "", "53090219900101001X"]),
    )


def random_party(dice: random.Random, one: Project, kind: ParticipantType) -> Participation:
    exited = dice.random() < 0.3
    return participation(
        one,
        random_unit(dice),
        kind,
        status=ParticipationStatus.EXITED if exited else ParticipationStatus.ENTERED,
        entered_on=dice.choice([None, date(2026, 7, 20)]),
        exited_on=dice.choice([None, date(2026, 9, 1)]) if exited else None,
        manager=dice.choice(["", "王强"]),
        manager_id=dice.choice([None, "", "53090219900101001X"]),
    )


@pytest.mark.django_db
class TestCompleteness:
    @pytest.mark.parametrize("seed", range(4))
    def test_sql_counts_what_python_counts(self, seed, django_assert_num_queries):
        made = [random_project(random.Random(f"{seed}-{number}")) for number in range(12)]
        with django_assert_num_queries(1):
            counted = completeness(Project.objects.filter(pk__in=[one.pk for one in made]), PROJECT_GROUPS)
        assert counted == {one.pk: by_hand(one) for one in made}

    @pytest.mark.parametrize("seed", range(4))
    def test_the_list_of_gaps_is_as_long_as_the_figure_says(self, seed):
        made = [random_project(random.Random(f"gaps-{seed}-{number}")) for number in range(6)]
        counted = completeness(Project.objects.all(), PROJECT_GROUPS)
        for one in made:
            filled, required = counted[one.pk]
            assert len(indicators.gaps(one, PROJECT_GROUPS)) == required - filled

    def test_only_the_projects_asked_for_are_counted(self):
        one, _ = project(), project()
        assert set(completeness(Project.objects.filter(pk=one.pk), PROJECT_GROUPS)) == {one.pk}

    def test_a_queryset_with_its_own_order_and_parameters_may_be_asked(self):
        ones = [project(name=f"学校{number}") for number in range(3)]
        asked = Project.objects.filter(name__startswith="学校").order_by("-name")
        assert set(completeness(asked, PROJECT_GROUPS)) == {one.pk for one in ones}

    def test_permit_is_required_of_building_and_municipal_works_only(self):
        building, highway = project(), project(category=Category.HIGHWAY)
        assert {gap.number for gap in indicators.gaps(building, PROJECT_GROUPS)} >= {5, 6}
        assert not {gap.number for gap in indicators.gaps(highway, PROJECT_GROUPS)} & {5, 6}

    def test_every_permit_counts_for_itself(self):
        one = project()
        permit(one)
        permit(one, issued_on=None)
        assert [gap.number for gap in indicators.gaps(one, PROJECT_GROUPS) if gap.group.key == "permit"] == [6]

    def test_a_project_without_construction_unit_lacks_all_six(self):
        lacking = [gap.number for gap in indicators.gaps(project(), PROJECT_GROUPS)]
        assert [number for number in lacking if 8 <= number <= 13] == [8, 9, 10, 11, 12, 13]

    def test_an_absent_contractor_has_no_exit_date_to_give(self):
        one = project()
        one.participations.all().delete()
        assert 21 not in {gap.number for gap in indicators.gaps(one, PROJECT_GROUPS)}

    def test_a_clerk_who_left_does_not_count(self):
        one = project()
        WageClerk.objects.create(project=one, name="张丽", phone="", left_on=date(2026, 9, 1))
        assert completeness(Project.objects.all(), [WAGE_CLERK]) == {one.pk: (0, 3)}
        WageClerk.objects.create(project=one, name="赵云", phone="13988880000")
        assert completeness(Project.objects.all(), [WAGE_CLERK]) == {one.pk: (2, 3)}

    def test_unit_registered_elsewhere_is_read_through_the_party(self):
        one = project(contractor=organization(at="530102", unit_nature=UnitNature.LIMITED))
        lacking = {gap.number for gap in indicators.gaps(one, PROJECT_GROUPS)}
        assert not {14, 15, 16} & lacking
        assert {17, 18, 19} <= lacking
        region("530921")


@pytest.mark.django_db
def test_an_empty_encrypted_value_is_no_value():
    unit = organization(legal_representative_id="")
    unit.refresh_from_db()
    assert unit.legal_representative_id is None
