"""Secrets sealed for one reader: what a scheduler passes on, and logs at its lowest level, it cannot read."""

from __future__ import annotations

import json
import os
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cpnb.upload_path import UploadPath

_KEY_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"cpnb upload path"


class Seal:
    """A key that exists once, in one process: anybody can seal a path for it, and nobody else can open it."""

    def __init__(self) -> None:
        self._key = X25519PrivateKey.generate()

    @property
    def public(self) -> bytes:
        """What others need in order to seal; no secret."""
        return self._key.public_key().public_bytes_raw()

    def opened(self, sealed: bytes) -> UploadPath:
        """Return a path that was sealed for this key."""
        sender, nonce, text = (
            sealed[:_KEY_BYTES],
            sealed[_KEY_BYTES : _KEY_BYTES + _NONCE_BYTES],
            sealed[_KEY_BYTES + _NONCE_BYTES :],
        )
        shared = self._key.exchange(X25519PublicKey.from_public_bytes(sender))
        url, token, valid_until = json.loads(_cipher(shared, sender, self.public).decrypt(nonce, text, None))
        return UploadPath(url, token, datetime.fromisoformat(valid_until) if valid_until else None)


def sealed_for(public: bytes, path: UploadPath) -> bytes:
    """Return a path that only the process with the key behind `public` can open."""
    key = X25519PrivateKey.generate()  # for this one path
    sender, nonce = key.public_key().public_bytes_raw(), os.urandom(_NONCE_BYTES)
    valid_until = path.valid_until.isoformat() if path.valid_until else None
    text = json.dumps([path.url, path.client_token, valid_until]).encode()
    shared = key.exchange(X25519PublicKey.from_public_bytes(public))
    return sender + nonce + _cipher(shared, sender, public).encrypt(nonce, text, None)


def _cipher(shared: bytes, sender: bytes, receiver: bytes) -> AESGCM:
    """Return the cipher of two keys. Source: RFC 7748 (X25519), RFC 5869 (HKDF), NIST SP 800-38D (AES-GCM)."""
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, None, _PURPOSE + sender + receiver).derive(shared))
