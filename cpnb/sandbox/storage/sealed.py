"""Objects on disk: AES-256-GCM in chunks under the client's key, so that no row is ever stored readable.

A sealed file is a header (magic text and a random nonce prefix) and chunks of 1 MiB of data, each with a
16-byte tag; the last chunk may be shorter, or empty. The nonce of a chunk is prefix, counter and a mark
for the last chunk, so a chunk that is changed, moved or cut off is noticed (the STREAM construction).
"""

import io
import secrets
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer  # exists for type checkers only

CHUNK_SIZE_BYTES = 1 << 20
_MAGIC = b"cpnb-sealed-1\n"
_PREFIX_SIZE_BYTES = 7
_HEADER_SIZE_BYTES = len(_MAGIC) + _PREFIX_SIZE_BYTES
_TAG_SIZE_BYTES = 16
_SEALED_CHUNK_SIZE_BYTES = CHUNK_SIZE_BYTES + _TAG_SIZE_BYTES


class WrongKeyError(ValueError):
    """The key does not open the object, or the object on disk was changed or cut off."""


class _Cipher:
    """AES-256-GCM with the nonces of one sealed file."""

    def __init__(self, key: bytes, prefix: bytes) -> None:
        self._aead = AESGCM(key)
        self._prefix = prefix

    def seal(self, index: int, data: bytes | memoryview, mark: bytes) -> bytes:
        return self._aead.encrypt(self._nonce(index, mark), data, _MAGIC)

    def unseal(self, index: int, data: bytes, mark: bytes) -> bytes:
        try:
            return self._aead.decrypt(self._nonce(index, mark), data, _MAGIC)
        except InvalidTag as error:
            raise WrongKeyError(
                f"chunk {index} of the object does not open: the key is not the one the object was stored "
                "with, or the object on disk was changed; upload it again with the job's own key"
            ) from error

    def _nonce(self, index: int, mark: bytes) -> bytes:
        return self._prefix + index.to_bytes(4, "big") + mark


_MORE_FOLLOWS = b"\x00"
_IS_LAST = b"\x01"


class SealingWriter:
    """Writes a sealed object to a binary file, chunk by chunk.

    Parameters
    ----------
    sink
        Where the sealed bytes go; the caller opens and closes it.
    key
        32 bytes.
    """

    def __init__(self, sink: BinaryIO, key: bytes) -> None:
        prefix = secrets.token_bytes(_PREFIX_SIZE_BYTES)
        self._sink = sink
        self._cipher = _Cipher(key, prefix)
        self._chunk_count = 0
        sink.write(_MAGIC + prefix)

    def write_chunk(self, data: bytes | memoryview) -> None:
        """Seal a chunk that others follow; it holds exactly `CHUNK_SIZE_BYTES`."""
        if len(data) != CHUNK_SIZE_BYTES:
            raise ValueError(f"a chunk in the middle holds {CHUNK_SIZE_BYTES} bytes, not {len(data)}")
        self._write(data, _MORE_FOLLOWS)

    def finish(self, data: bytes | memoryview) -> None:
        """Seal the last chunk, of at most `CHUNK_SIZE_BYTES`; without it the object does not open."""
        self._write(data, _IS_LAST)

    def _write(self, data: bytes | memoryview, mark: bytes) -> None:
        self._sink.write(self._cipher.seal(self._chunk_count, data, mark))
        self._chunk_count += 1


class _UnsealingReader(io.RawIOBase):
    """Reads a sealed object in order; holds one chunk at a time."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        header = source.read(_HEADER_SIZE_BYTES)
        if len(header) != _HEADER_SIZE_BYTES or not header.startswith(_MAGIC):
            raise WrongKeyError("the file is no object of this storage, or its beginning is missing; upload it again")
        self._source = source
        self._cipher = _Cipher(key, header[len(_MAGIC) :])
        self._chunk_count = 0
        self._sealed = source.read(_SEALED_CHUNK_SIZE_BYTES)
        self._rest = memoryview(b"")
        # The first chunk is opened here, so that a wrong key is known before anything is read.
        self._advance()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if not self._rest and self._sealed:
            self._advance()
        target = memoryview(buffer).cast("B")
        size_bytes = min(len(target), len(self._rest))
        target[:size_bytes] = self._rest[:size_bytes]
        self._rest = self._rest[size_bytes:]
        return size_bytes

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _advance(self) -> None:
        """Open the chunk that was read ahead; only reading ahead tells whether it is the last one."""
        sealed, self._sealed = self._sealed, self._source.read(_SEALED_CHUNK_SIZE_BYTES)
        mark = _MORE_FOLLOWS if self._sealed else _IS_LAST
        self._rest = memoryview(self._cipher.unseal(self._chunk_count, sealed, mark))
        self._chunk_count += 1


def unseal(source: BinaryIO, key: bytes) -> io.BufferedReader:
    """Return the data of a sealed file as a readable stream, in order, in about 3 MiB of memory.

    Closing it closes `source`.

    Raises
    ------
    WrongKeyError
        At once where the key does not open the object; while reading where a later chunk was changed or
        is missing.
    """
    return io.BufferedReader(_UnsealingReader(source, key), CHUNK_SIZE_BYTES)


def data_size_bytes(sealed_size_bytes: int) -> int:
    """Return how many bytes of data a whole sealed file of the given size holds."""
    body_size_bytes = sealed_size_bytes - _HEADER_SIZE_BYTES
    chunk_count = -(-body_size_bytes // _SEALED_CHUNK_SIZE_BYTES)
    return body_size_bytes - chunk_count * _TAG_SIZE_BYTES
