import base64
import os

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import crypto
from tests.organizations.factories import organization

NUMBER = "11010119900307001X"


@given(st.text())
def test_what_is_encrypted_comes_back(text):
    assert crypto.decrypt(crypto.encrypt(text)) == text


def test_the_same_text_never_looks_the_same_but_has_one_index():
    assert crypto.encrypt(NUMBER) != crypto.encrypt(NUMBER)
    assert crypto.blind_index(NUMBER) == crypto.blind_index(NUMBER) != crypto.blind_index(NUMBER[:-1] + "1")
    assert len(crypto.blind_index(NUMBER)) == 32


def test_an_altered_ciphertext_is_refused():
    blob = bytearray(crypto.encrypt(NUMBER))
    blob[-1] ^= 1
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(bytes(blob))


def test_keys_are_rotated_by_putting_a_new_one_first(settings):
    old = crypto.encrypt(NUMBER)
    settings.DATA_KEYS = f"k2:{base64.b64encode(os.urandom(16)).decode()},{settings.DATA_KEYS}"
    assert crypto.decrypt(old) == NUMBER
    new = crypto.encrypt(NUMBER)
    assert new[1:3] == b"k2"
    settings.DATA_KEYS = settings.DATA_KEYS.split(",")[1]
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(new)


@pytest.mark.django_db
def test_the_database_never_holds_the_number():
    unit = organization(legal_representative_id=NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_organization::text FROM organizations_organization")
        stored = str(cursor.fetchall())
    assert NUMBER not in stored
    assert NUMBER.encode().hex() not in stored
    unit.refresh_from_db()
    assert unit.legal_representative_id == NUMBER
    assert bytes(unit.legal_representative_id_index) == crypto.blind_index(NUMBER)


@pytest.mark.django_db
def test_the_index_follows_the_value():
    unit = organization(legal_representative_id=NUMBER)
    unit.legal_representative_id = None
    unit.save()
    unit.refresh_from_db()
    assert unit.legal_representative_id is None
    assert unit.legal_representative_id_index is None
