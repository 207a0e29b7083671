"""An empty installation gets its first logins from the shell."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEntry
from organizations.enums import ADMINISTRATORS
from organizations.models import User
from tests.organizations import factories as who

pytestmark = pytest.mark.django_db
NAMES = {"system": "沈浩", "security": "马俊", "audit": "罗敏"}


def _run(**changed) -> list[str]:
    out = StringIO()
    options = {"unit": "省平台运行中心", "region": who.region("530000").code} | NAMES | changed
    call_command("first_administrators", stdout=out, **options)
    return out.getvalue().splitlines()


def test_each_administrator_gets_a_password_that_must_be_changed():
    printed = dict(line.split()[:2] for line in _run())
    users = User.objects.filter(role__in=ADMINISTRATORS)
    assert {user.username: user.name for user in users} == NAMES
    assert all(user.check_password(printed[user.username]) and user.must_change_password for user in users)
    assert AuditEntry.objects.filter(action="user.create", actor=None).count() == len(NAMES)


def test_a_second_run_opens_nothing():
    _run()
    with pytest.raises(CommandError, match="已有管理员账号"):
        _run(system="别人")
    assert User.objects.count() == len(NAMES)


def test_an_unknown_region_opens_nothing():
    with pytest.raises(CommandError, match="没有行政区划代码 999999"):
        _run(region="999999")
    assert not User.objects.exists()
