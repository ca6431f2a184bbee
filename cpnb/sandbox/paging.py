"""Opaque page tokens that are good for one list only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence

from cpnb.sandbox.errors import BadRequestError

_MAC_BYTES = 16


class PageTokens:
    """Makes and reads page tokens.

    A token carries the position after which the next page begins, sealed with a key of this process and
    bound to the list it came from; a token from elsewhere is refused rather than misread.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def seal(self, scope: Sequence[object], position: str | int) -> str:
        """Return the token for the page of `scope` that begins after `position`."""
        body = json.dumps(position).encode()
        return base64.urlsafe_b64encode(self._mac(scope, body) + body).decode()

    def unseal(self, scope: Sequence[object], token: str) -> str | int:
        """Return the position in `token`; raise `BadRequestError` if it was not made for `scope`."""
        try:
            raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise BadRequestError("NextToken is not a token of this service.") from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(scope, body)):
            raise BadRequestError("NextToken was not issued for this request: pass it with the same parameters.")
        position: str | int = json.loads(body)
        return position

    def _mac(self, scope: Sequence[object], body: bytes) -> bytes:
        message = json.dumps([*scope, body.decode(errors="replace")]).encode()
        return hmac.digest(self._key, message, hashlib.sha256)[:_MAC_BYTES]
