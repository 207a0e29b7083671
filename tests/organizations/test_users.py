import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from core import audit
from core.models import AuditEntry
from organizations.enums import RegionLevel, Role
from organizations.models import Region, User
from organizations.regions import load
from tests.organizations import factories as who

pytestmark = pytest.mark.django_db


def test_a_new_user_gets_a_one_time_password(client):
    client.force_login(who.administrator())
    unit = who.organization(name="云南某建设有限公司")
    form = {"username": "Clerk01", "name": "王芳", "role": "clerk", "organization": unit.uscc}
    page = client.post("/users/new/", form).content.decode()
    user = User.objects.get(username="clerk01")
    assert user.must_change_password
    assert user.organization == unit
    shown = re.findall(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", page)
    assert user.check_password(shown[0])
    assert AuditEntry.objects.filter(action="user.create", object_id=user.pk).exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"role": "officer"}, "企业的人员不能担任人社监管员"),
        ({"organization": "没有这家公司"}, "没有这个单位"),
        ({"username": "taken"}, "已被使用"),
        ({"username": "张三 <b>"}, "用户名以字母开头"),
        ({"phone": "12345"}, "手机"),
    ],
)
def test_a_bad_user_is_refused_at_its_field(client, changed, words):
    client.force_login(who.administrator())
    unit = who.organization()
    who.clerk(unit, username="taken")
    form = {"username": "fresh", "name": "王芳", "role": "clerk", "organization": unit.name} | changed
    assert words in client.post("/users/new/", form).content.decode()


def test_the_three_administrators_keep_to_their_own_acts(client):
    user = who.officer()
    acts = {
        f"/users/{user.pk}/active/": Role.SYSTEM,
        f"/users/{user.pk}/reset/": Role.SECURITY,
        f"/users/{user.pk}/unlock/": Role.SECURITY,
    }
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        client.force_login(who.administrator(role))
        for address, owner in acts.items():
            assert (client.post(address).status_code == 403) == (role != owner), (role, address)
        assert (client.get("/audit/").status_code == 200) == (role == Role.AUDIT)


def test_the_last_administrator_of_a_kind_cannot_be_closed(client):
    system, audit = who.administrator(), who.administrator(Role.AUDIT)
    client.force_login(system)
    for user in (system, audit):
        assert client.post(f"/users/{user.pk}/active/", {"active": "0"}).status_code == 403
    who.administrator(Role.AUDIT)
    assert client.post(f"/users/{audit.pk}/active/", {"active": "0"}).status_code == 302


def test_a_role_fits_its_organization_and_is_one():
    with pytest.raises(ValidationError, match="不能担任"):
        who.user(Role.BANK, who.organization())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_user SET role = 'king' WHERE id = %s", [who.officer().pk])


def test_regions_are_loaded_and_a_code_that_left_the_list_is_retired():
    entries = [
        {"code": "530000", "name": "云南省"},
        {"code": "530900", "name": "临沧市"},
        {"code": "530902", "name": "临翔区"},
        {"code": "429004", "name": "仙桃市"},
        {"code": "420000", "name": "湖北省"},
    ]
    assert load(entries) == 5
    assert Region.objects.get(code="429004").parent_id == "420000"  # a county without a prefecture
    load(entries[:2])
    assert Region.objects.get(code="530902").valid_to is not None
    load(entries)
    assert Region.objects.get(code="530902").valid_to is None


def test_all_of_china_is_on_hand():
    assert load() == 3225
    assert Region.objects.filter(code__startswith="53", level=6).count() == 129
    assert Region.objects.filter(code__startswith="53", level=4).count() == 16
    assert Region.objects.get(code="530902").full_name == "云南省临沧市临翔区"
    assert RegionLevel.of("530900") == 4


def test_the_list_of_users_shows_who_is_locked(client):
    user = who.officer(name="被锁的人")
    for _ in range(5):
        client.post("/login/", {"username": user.username, "password": "wrong"})
    client.force_login(who.administrator("security"))
    page = client.get("/users/?state=locked").content.decode()
    assert "被锁的人" in page
    assert "锁定中</span>" in page.replace("\n", "")


def test_the_auditor_finds_acts_by_name_user_name_and_kind(client):
    user = who.officer(name="李文斌", username="liwenbin")
    for action in ("login", "logout"):
        audit.record(action, by=user)
    audit.record("login", by=who.officer(name="别人"))
    client.force_login(who.administrator("audit"))
    for query, rows in [("q=李文", 2), ("q=liwenbin", 2), ("action=login", 2), ("q=liwenbin&action=logout", 1)]:
        page = client.get(f"/audit/?{query}").content.decode()
        assert page.count("<tr>") - 1 == rows, query


def test_reference_tables_hold_nothing_but_reference_tables(client):
    """The system administrator must not get at login traces, groups or the log (三员分立)."""
    client.force_login(who.administrator())
    page = client.get("/reference/").content.decode()
    assert "行政区划" in page
    assert "Access" not in page
    for path in ("axes/accesslog/", "auth/group/", "core/auditentry/", "organizations/user/"):
        assert client.get(f"/reference/{path}").status_code == 404


def test_a_change_of_a_reference_table_is_on_record(client):
    client.force_login(who.administrator())
    form = {"day": "2027-01-04", "is_workday": "", "name": "元旦补休"}
    assert client.post("/reference/core/workdayoverride/add/", form).status_code == 302
    assert AuditEntry.objects.get(action="reference.save").object_type == "core.WorkdayOverride"
