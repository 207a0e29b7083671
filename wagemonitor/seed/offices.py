"""What the offices have on their desks besides warnings: logins they issued, and projects whose jurisdiction is not
confirmed yet: fresh, late, extended, waiting for the province, waiting for the prefecture."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from core.triggers import without_triggers
from organizations.enums import OrganizationKind as Kind
from organizations.enums import Role
from organizations.models import Organization, Region, User
from organizations.services import Holder, issue_logins, set_active
from projects.enums import Category, JurisdictionAct, RequestState
from projects.models import JurisdictionEntry, JurisdictionRequest, Project
from projects.selectors import logins
from projects.services import file_project
from wagemonitor.seed import names
from wagemonitor.seed.copying import execute
from wagemonitor.seed.fill import moment
from wagemonitor.seed.plan import HOME

ISSUED = 6  # logins of contractors, so that others are left to be issued
ON_FILING = """
INSERT INTO projects_jurisdictionentry (project_id, act, region_id, reason, by_id, at)
SELECT id, 'confirmed', jurisdiction_id, '建档时确定', filed_by_id, created_at FROM projects_project
WHERE jurisdiction_confirmed_on IS NOT NULL
"""
# name, address, days under supervision
NEW = [
    ("临翔区忙角片区老旧小区改造项目", "临翔区忙角路", 1),
    ("临沧市第二人民医院门诊楼项目", "临沧市临翔区南屏路", 2),
    ("临翔区工业园区标准厂房三期项目", "工业园区B-07地块", 12),
    ("滇红茶文化产业园项目", "凤庆县凤山镇滇红大道", 3),
    ("临翔至凤庆供水管线项目", "临翔区蚂蚁堆乡至凤庆县小湾镇", 5),
    ("博尚水库除险加固项目", "临翔区博尚镇", 16),
]


def logins_of(random: Random, users: dict[str, User], today: date) -> None:
    """The county's: contractors with and without a login, one that has left, query accounts of two departments."""
    county = users["county"]
    without = logins.with_logins(logins.units_for(county), county).filter(login_count=0)
    holders = [Holder(unit, names.person(random), _phone(random)) for unit in without.order_by("pk")[:ISSUED]]
    for kind in (Kind.HOUSING, Kind.WATER):
        unit = Organization.objects.filter(kind=kind, region_id=HOME).first()
        name = f"临翔区{'住房和城乡建设局' if kind == Kind.HOUSING else '水利局'}"
        unit = unit or Organization.objects.create(kind=kind, region_id=HOME, name=name)
        holders.append(Holder(unit, names.person(random), _phone(random)))
    issued = [login for login, _ in issue_logins(holders, by=county)]
    for order, login in enumerate(issued):
        login.created_at = moment(today - timedelta(days=40 - order))
        if order % 3:
            login.last_login, login.must_change_password = moment(today - timedelta(days=order), 10), False
    User.objects.bulk_update(issued, ["created_at", "last_login", "must_change_password"])
    set_active(user=issued[0], active=False, by=county)


def _phone(random: Random) -> str:
    return f"139{random.randint(0, 99_999_999):08d}"


def jurisdictions(users: dict[str, User], today: date) -> None:
    """One in every state an officer meets."""
    execute(ON_FILING)
    projects = list(_filed(users["clerk"], today))
    county, province = users["county"], users["province"]
    _ask(projects[4], county, today, until=20, reason="管线跨临翔、凤庆两县区，主体工程位置待建设单位确认。")
    granted = _ask(projects[5], county, today, until=9, reason="水库管理权移交手续未办结，属地待明确。")
    granted.state, granted.answered_by = RequestState.GRANTED, province
    granted.answered_at, granted.answer = moment(granted.asked_at.date() + timedelta(days=1), 15), "同意延期。"
    granted.save()
    _enter(projects[5], JurisdictionAct.EXTENSION_GRANTED, province, granted.answered_at, until=granted.until)
    _pass_on(projects[3], today)


def _filed(clerk: User, today: date) -> Iterator[Project]:
    region = Region.objects.get(pk=HOME)
    for name, address, days in NEW:
        since = today - timedelta(days=days)
        facts = {"region": region, "category": Category.MUNICIPAL, "supervised_from": since}
        project = file_project(by=clerk, name=name, address=address, **facts)
        with without_triggers():  # filed then, not today
            execute("UPDATE projects_project SET created_at = %s WHERE id = %s", [moment(since), project.pk])
            entered = "UPDATE projects_jurisdictionentry SET at = %s WHERE project_id = %s"
            execute(entered, [moment(since), project.pk])
        yield project


def _ask(project: Project, by: User, today: date, *, until: int, reason: str) -> JurisdictionRequest:
    """Two days after the project came in."""
    at = moment(project.supervised_from + timedelta(days=2), 16)
    last = today + timedelta(days=until)
    kind = JurisdictionRequest.Kind.EXTENSION
    asked = {"until": last, "reason": reason, "answering": Region.objects.get(pk="530000"), "asked_by": by}
    _enter(project, JurisdictionAct.EXTENSION_ASKED, by, at, until=last, reason=reason)
    return JurisdictionRequest.objects.create(project=project, kind=kind, asked_at=at, **asked)


def _pass_on(project: Project, today: date) -> None:
    """The county its address names says that it is another's."""
    officer = User.objects.filter(role=Role.OFFICER, organization__region=project.jurisdiction).first()
    reason, at = "产业园一期在本县，本项目二期用地位于临翔区，请市人社局指定。", moment(today, 9)
    home = Region.objects.get(pk=HOME)
    _enter(project, JurisdictionAct.TRANSFER_ASKED, officer, at, region=home, reason=reason)
    JurisdictionRequest.objects.create(
        project=project,
        kind=JurisdictionRequest.Kind.TRANSFER,
        to_region=home,
        reason=reason,
        answering=home.parent,
        asked_by=officer,
        asked_at=at,
    )


def _enter(project: Project, act: JurisdictionAct, by: User, at, **facts) -> None:
    JurisdictionEntry.objects.create(project=project, act=act, by=by, at=min(at, timezone.now()), **facts)
