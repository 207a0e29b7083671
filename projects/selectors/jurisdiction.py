"""Where a project belongs, and by when an officer must have said so (湘人社规〔2024〕13号 二（二）)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import DateField, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from core.models import CalendarDay
from organizations.enums import RegionLevel, Role
from organizations.models import Region
from projects.enums import RequestState, Status
from projects.models import JurisdictionRequest, Project
from projects.models.project import ProjectQuerySet
from projects.selectors import unconfirmed

WITHIN_WORKDAYS = 5  # of entering supervision
AT_MOST = timedelta(days=30)  # of entering supervision, with the province's consent
SOON = 1  # days left at which a row is marked

# --- the proposal ----------------------------------------------------------------------------------------------------

SUFFIX = re.compile(r"(?:自治州|自治县|地区|市|区|县|州|盟|旗)$")
PEOPLES = re.compile(  # GB/T 3304, as far as they name places
    "(?:(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇"
    "|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|基诺)族)+$"
)
STREET = r"(?![路街道巷桥站]|大[道街]|[东南西北中]路|[一二三四五六七八九十]+路)"  # 凤庆路 lies not in 凤庆县


@dataclass(frozen=True)
class Proposal:
    region: Region
    why: str


@dataclass(frozen=True)
class _Found:
    """A place named in an address."""

    region: Region
    text: str
    at: int

    @property
    def in_full(self) -> bool:
        return self.text == self.region.name


def propose(address: str, place: Region) -> Proposal:
    """The county an address names, else the prefecture it names, else the place reported with the project."""
    found = list(_named_in(address))
    counties = [item for item in found if item.region.level == RegionLevel.COUNTY]
    prefectures = {item.region.pk: item for item in found if item.region.level == RegionLevel.PREFECTURE}
    if counties:
        best = max(counties, key=lambda item: _weight(item, prefectures))
        return Proposal(best.region, f"地址写明“{best.text}”{_and_place(best.region, place)}")
    if prefectures:
        best = max(prefectures.values(), key=lambda item: _weight(item, {}))
        if place.parent_id == best.region.pk:
            return Proposal(place, f"地址写明“{best.text}”，与填报的项目所在地“{place.name}”相符")
        return Proposal(best.region, f"地址只写明“{best.text}”{_and_place(best.region, place)}")
    why = "地址中没有写明县（市、区）" if address.strip() else "没有填写地址"
    return Proposal(place, f"{why}，按填报的项目所在地“{place.name}”")


def _and_place(found: Region, place: Region) -> str:
    if found.pk == place.pk:
        return "，与填报的项目所在地相符"
    return f"，与填报的项目所在地“{place.name}”不一致，请核实"


def _weight(item: _Found, prefectures: dict[str, _Found]) -> tuple:
    """Under a prefecture that is named too, called by its full name, the longest, the first."""
    return item.region.parent_id in prefectures, item.in_full, len(item.text), -item.at


def _named_in(address: str) -> Iterator[_Found]:
    """The places of the province whose name, or name without 市, 区, 县, stands in the address."""
    own = settings.PROVINCE_CODE[: RegionLevel.PROVINCE]
    places = Region.objects.current().filter(code__startswith=own).exclude(level=RegionLevel.PROVINCE)
    for region in places.order_by("code"):
        short = short_name(region.name)
        if (at := address.find(region.name)) >= 0:
            yield _Found(region, region.name, at)
        elif len(short) > 1 and (match := re.search(re.escape(short) + _not_before(region), address)):
            yield _Found(region, short, match.start())


def _not_before(region: Region) -> str:
    """红河州 is no 红河县."""
    return STREET if region.level == RegionLevel.PREFECTURE else f"(?!州){STREET}"


def short_name(name: str) -> str:
    """临翔区 → 临翔, 双江拉祜族佤族布朗族傣族自治县 → 双江."""
    return PEOPLES.sub("", SUFFIX.sub("", name))


# --- the term --------------------------------------------------------------------------------------------------------


def with_term(projects: ProjectQuerySet) -> ProjectQuerySet:
    """With `confirm_by`, the last day to confirm, `extended_to`, if the province agreed, and what is still asked."""
    requests = JurisdictionRequest.objects.unscoped("of projects already in scope").filter(project=OuterRef("pk"))
    extensions = requests.filter(kind=JurisdictionRequest.Kind.EXTENSION)
    granted = extensions.filter(state=RequestState.GRANTED).order_by("-until").values("until")[:1]
    entered = CalendarDay.objects.filter(day=OuterRef(OuterRef("supervised_from"))).values("workday_number")[:1]
    days = CalendarDay.objects.filter(is_workday=True, workday_number=Subquery(entered) + WITHIN_WORKDAYS)
    week = Cast(F("supervised_from") + timedelta(days=7), DateField())  # beyond the calendar
    waiting = requests.filter(state=RequestState.WAITING)
    return projects.annotate(
        extended_to=Subquery(granted),
        confirm_by=Coalesce(Subquery(granted), Subquery(days.values("day")[:1]), week, output_field=DateField()),
        is_extending=Exists(waiting.filter(kind=JurisdictionRequest.Kind.EXTENSION)),
        is_moving=Exists(waiting.filter(kind=JurisdictionRequest.Kind.TRANSFER)),
    )


def confirm_by(project: Project) -> date:
    rows = Project.objects.unscoped("a project already in scope").filter(pk=project.pk)
    return with_term(rows).values_list("confirm_by", flat=True).get()


def latest_extension(project: Project) -> date:
    return project.supervised_from + AT_MOST


# --- who waits for whom ----------------------------------------------------------------------------------------------


def requests_to_answer(user) -> QuerySet[JurisdictionRequest]:
    """What waits for an answer of this user's own office."""
    waiting = JurisdictionRequest.objects.visible_to(user).filter(state=RequestState.WAITING)
    waiting = waiting.exclude(project__status=Status.COMPLETED)
    return waiting.filter(answering=user.region) if user.role == Role.OFFICER else waiting.none()


def own_work(user) -> int:
    """How many projects and requests wait for this very office: the red number of the navigation."""
    if user.role != Role.OFFICER:
        return 0
    here = unconfirmed(user).filter(jurisdiction=user.region).order_by().values("pk")
    return here.union(requests_to_answer(user).order_by().values("pk"), all=True).count()


def office_above(region: Region) -> Region:
    return region.parent or region


def common_superior(places: Iterable[Region]) -> Region:
    """The lowest place that covers all of these, and is none of them."""
    places = list(places)
    office = office_above(places[0])
    while office.parent and not all(place.code.startswith(office.prefix) for place in places):
        office = office.parent
    return office
