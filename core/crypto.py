"""Personal data at rest: SM4-GCM with the key's id in the ciphertext, HMAC-SM3 as blind index.

Layout of a ciphertext: length of key id (1 byte) · key id · nonce (12) · tag (16) · encrypted text.
The blind index answers "is it equal" and "is it unique" without decrypting: equal texts give
equal 32 bytes.
"""

import base64
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as crypto_hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

NONCE, TAG = 12, 16


class Undecryptable(ValueError):
    """The ciphertext was altered, or its key is no longer configured."""


@cache
def _keys(configured: str) -> dict[bytes, bytes]:
    """ "k2:<base64>,k1:<base64>": the first encrypts, every one decrypts."""
    pairs = (item.split(":", 1) for item in configured.split(","))
    return {name.encode(): base64.b64decode(key) for name, key in pairs}


@cache
def _index_hmac(configured: str) -> crypto_hmac.HMAC:
    return crypto_hmac.HMAC(base64.b64decode(configured), hashes.SM3())


def encrypt_bytes(data: bytes) -> bytes:
    name, key = next(iter(_keys(settings.DATA_KEYS).items()))
    nonce = os.urandom(NONCE)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    body = encryptor.update(data) + encryptor.finalize()
    return bytes([len(name)]) + name + nonce + encryptor.tag + body


def decrypt_bytes(blob: bytes) -> bytes:
    blob = bytes(blob)
    head = 1 + blob[0]
    key = _keys(settings.DATA_KEYS).get(blob[1:head])
    if key is None:
        raise Undecryptable("unknown key id")
    nonce, tag, body = blob[head : head + NONCE], blob[head + NONCE : head + NONCE + TAG], blob[head + NONCE + TAG :]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag as error:
        raise Undecryptable("altered ciphertext") from error


def encrypt(text: str) -> bytes:
    return encrypt_bytes(text.encode())


def decrypt(blob: bytes) -> str:
    return decrypt_bytes(blob).decode()


def blind_index(text: str) -> bytes:
    """32 bytes; the text must be normalised by the caller (upper-case X, no spaces)."""
    mac = _index_hmac(settings.INDEX_KEY).copy()
    mac.update(text.encode())
    return mac.finalize()


def equal(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)
