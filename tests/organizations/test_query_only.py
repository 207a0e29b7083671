"""Accounts that only look: whatever they send is refused, unless it changes nothing."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from core.access import access
from organizations.enums import Role
from tests.addresses import addresses
from tests.organizations import factories as who
from tests.test_matrix import WORDS

pytestmark = pytest.mark.django_db
MAY_SEND = {  # exports, the own login, the own filters and notices
    "organizations:login",
    "organizations:logout",
    "organizations:password_change",
    "accounts:arrears_export",
    "accounts:forecast_export",
    "projects:guarantee_export",
    "projects:project_export",
    "alerts:warning_export",
    "alerts:filter_save",
    "alerts:filter_forget",
    "core:notice_open",
    "core:notices_read",
    "reports:workbook_start",
}


def _looker(**fields):
    return who.industry_officer("530900", query_only=True, **fields)


def test_whatever_a_query_account_sends_is_refused(client):
    client.force_login(_looker())
    sent = {}
    for address in addresses():
        values = dict.fromkeys(address.parameters, "1") | WORDS | {"key": uuid.uuid4()}
        if address.is_ours and address.name not in MAY_SEND:
            sent[address.name] = client.post(address.path(values)).status_code
    assert len(sent) > 30
    let_in = {name for name, status in sent.items() if status not in (403, 405)}
    assert not let_in


def test_only_exports_and_the_own_login_are_open_to_it():
    ours = [address for address in addresses() if address.is_ours]
    own = {address.name for address in ours if Role.INDUSTRY in (address.declared or ())}
    own |= {address.name for address in ours if address.declared in ("signed_in", "public")}
    open_to_it = {address.name for address in ours if getattr(address.view, "changes_nothing", False)}
    assert open_to_it == MAY_SEND - {"organizations:login"}
    assert open_to_it <= own


def test_it_reads_and_exports_and_keeps_its_password(client):
    looker = _looker(must_change_password=True)
    client.force_login(looker)
    form = {"old_password": who.PASSWORD, "new_password": "quiet-river-2026", "again": "quiet-river-2026"}
    assert client.post("/password/", form).status_code == 302
    assert client.get("/projects/").status_code == 200
    assert client.post("/projects/export/").status_code == 200
    assert client.post("/logout/").status_code == 302


def test_an_industry_officer_who_writes_is_not_touched(rf):
    assert access.may_send(who.industry_officer(), "POST", lambda request: None)
    assert not access.may_send(_looker(), "DELETE", lambda request: None)


def test_only_an_industry_s_account_only_looks():
    officer = who.officer()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_user SET query_only = true WHERE id = %s", [officer.pk])
