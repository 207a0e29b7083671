"""The housing department's list of permits, and the subcontracts on record.

Most permits are found by their number, some of them written differently; some projects registered a wrong number, and
some permitted works are not on the platform at all.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core import attachments
from organizations.enums import Industry
from projects.enums import SUBCONTRACTORS, Category, ParticipantType, SetAsideReason
from projects.models import ListedPermit, Participation, Permit, Project, Subcontract
from wagemonitor.seed import names
from wagemonitor.seed.fill import Made, moment
from wagemonitor.seed.plan import HOME, HOME_PREFECTURE
from wagemonitor.seed.units import Units

MISWRITTEN = 12  # one permit in so many stands under a wrong number at its project
UNKNOWN = 9  # one in so many is of works nobody has filed
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
WORKS = {
    Industry.HOUSING: ("01", names.BUILDING_WORKS),
    Industry.TRANSPORT: ("05", names.TRANSPORT_WORKS),
    Industry.WATER: ("07", names.WATER_WORKS),
}


def load_list(random: Random, today: date, made: list[Made], units: Units) -> None:
    permits = dict(Permit.objects.exclude(number="").values_list("project_id", "id"))
    owners = dict(
        Participation.objects.filter(participant_type=ParticipantType.CONSTRUCTION_UNIT).values_list(
            "project_id", "organization_id"
        )
    )
    known = [item for item in made if item.id in permits]
    rows = [_of_project(random, item, units, units.name_of[owners[item.id]]) for item in known]
    rows += _unknown(random, today, made, units)
    ListedPermit.objects.bulk_create(rows, batch_size=1000)
    _miswrite(random, [item for item in known if item.site.status != "004"], permits)


def _of_project(random: Random, item: Made, units: Units, owner: str) -> ListedPermit:
    site, day = item.site, item.site.started_on - timedelta(days=8)
    serial = f"{item.id:04d}"
    number = f"{site.region.code}{day:%Y%m%d}{serial}"
    number = random.choice([number, number, f"{number}号", f"{site.region.code}-{day:%Y%m%d}-{serial}"])
    return _listed(
        number=number,
        project_name=site.name if random.random() < 0.7 else site.name.replace("项目", "工程"),
        construction_unit=owner,
        contractor=units.name_of[item.contractor],
        region=site.region,
        issued_on=day,
        category=site.category,
        industry=site.industry,
        user=units.users["housing"],
    )


def _listed(*, region, issued_on: date, user, **facts) -> ListedPermit:
    at = moment(max(issued_on, issued_on + timedelta(days=2)))
    return ListedPermit(
        region=region, issued_on=issued_on, authority=f"{region.name}住房和城乡建设局", loaded_by=user,
        loaded_at=at, updated_at=at, **facts,
    )  # fmt: skip


def _unknown(random: Random, today: date, made: list[Made], units: Units) -> Iterator[ListedPermit]:
    """Of works nobody has filed: the home county has some of each age, and two that need not be filed."""
    homes = [item.site.region for item in made if item.site.region.code == HOME][:6]
    regions = homes + random.sample([item.site.region for item in made], max(1, len(made) // UNKNOWN))
    for number, region in enumerate(regions):
        industry = Industry.HOUSING if number % 4 else random.choice([Industry.TRANSPORT, Industry.WATER])
        category, works = WORKS[industry]
        day = today - timedelta(days=5 + number * 7 % 75)
        listed = _listed(
            number=f"{region.code}{day:%Y%m%d}{9000 + number}",
            project_name=f"{region.name}{random.choice(works)}{random.choice(['（一标段）', '附属工程', '配套工程'])}",
            construction_unit=units.name_of[random.choice(units.owners)],
            contractor=units.name_of[random.choice(units.contractors)],
            region=region,
            issued_on=day,
            category=category,
            industry=industry,
            contract_amount=Decimal(random.randint(300, 9000)) * 10_000,
            user=units.users["housing"],
        )
        if number in (1, 8):
            listed.set_aside_reason, listed.set_aside_by = SetAsideReason.REPLACED, units.users["county"]
            listed.set_aside_note, listed.set_aside_at = "与原证重复，已换发新证。", moment(today)
        yield listed


def _miswrite(random: Random, known: list[Made], permits: dict[int, int]) -> None:
    """At home one project that runs, elsewhere one in so many: a digit of the number was typed twice."""
    home = [item for item in known if item.site.region.parent_id == HOME_PREFECTURE]
    chosen = {item.id for item in [*home[2:5], *random.sample(known, len(known) // MISWRITTEN)]}
    rows = list(Permit.objects.filter(pk__in=[permits[pk] for pk in chosen]).order_by("pk"))
    for permit in rows:
        permit.number = permit.number[:12] + permit.number[11:]
    Permit.objects.bulk_update(rows, ["number"])


def complete_projects(random: Random) -> None:
    """What a project may tell besides its indicators."""
    rows = list(Project.objects.order_by("pk"))
    for project in rows:
        project.contact, project.contact_phone = names.person(random), f"139{random.randint(0, 99_999_999):08d}"
        project.approval_number = f"云发改投资〔{project.contract_signed_on.year}〕{random.randint(10, 980)}号"
        if project.category == Category.BUILDING:
            project.building_area = Decimal(random.randint(2_000, 90_000))
    Project.objects.bulk_update(
        rows, ["contact", "contact_phone", "approval_number", "building_area"], batch_size=1000
    )


def file_subcontracts(random: Random, units: Units) -> None:
    """Two subcontractors in three have a contract on record; those of the demo clerk's projects with a scan."""
    parties = Participation.objects.filter(participant_type__in=SUBCONTRACTORS).select_related("project")
    rows = [_contract(random, party, units) for party in parties.order_by("pk") if random.random() < 0.66]
    Subcontract.objects.bulk_create(rows, batch_size=1000)
    own = Participation.objects.filter(organization=units.own).values("project")
    for contract in Subcontract.objects.filter(participation__project__in=own).order_by("pk")[:12]:
        attachments.store(SCAN, f"{contract.number}.pdf", by=units.users["clerk"], owner=contract)


def _contract(random: Random, party: Participation, units: Units) -> Subcontract:
    day = party.entered_on - timedelta(days=random.randint(1, 12))
    return Subcontract(
        participation=party,
        number=f"LW-{day:%Y%m}-{party.pk:04d}",
        scope_of_work=random.choice(["主体结构劳务", "砌筑抹灰劳务", "钢筋模板劳务", "水电安装劳务"]),
        amount=Decimal(random.randint(80, 900)) * 10_000,
        labour_share=Decimal(random.choice([100, 100, 95, 80])),
        signed_on=day,
        filed_by=units.users["clerk"],
        filed_at=moment(party.entered_on),
    )
