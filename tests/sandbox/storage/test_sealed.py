import io

import pytest

from cpnb.sandbox.storage import WrongKeyError
from cpnb.sandbox.storage.sealed import CHUNK_SIZE_BYTES, SealingWriter, data_size_bytes, unseal

KEY = bytes(range(32))


def seal(data: bytes) -> bytes:
    sink = io.BytesIO()
    writer = SealingWriter(sink, KEY)
    while len(data) > CHUNK_SIZE_BYTES:
        writer.write_chunk(data[:CHUNK_SIZE_BYTES])
        data = data[CHUNK_SIZE_BYTES:]
    writer.finish(data)
    return sink.getvalue()


def read(sealed: bytes, key: bytes = KEY) -> bytes:
    with unseal(io.BytesIO(sealed), key) as stream:
        return stream.read()


@pytest.mark.parametrize(
    "size_bytes",
    [0, 1, CHUNK_SIZE_BYTES - 1, CHUNK_SIZE_BYTES, CHUNK_SIZE_BYTES + 1, 3 * CHUNK_SIZE_BYTES, 3_500_000],
)
def test_what_was_sealed_is_read_back(size_bytes):
    data = (b"Ada,Lovelace\n" * (size_bytes // 13 + 1))[:size_bytes]
    sealed = seal(data)
    assert read(sealed) == data
    assert data_size_bytes(len(sealed)) == size_bytes
    assert b"Lovelace" not in sealed


def test_the_same_data_is_never_sealed_the_same_way():
    assert seal(b"a,b\n") != seal(b"a,b\n")


def test_a_wrong_key_is_refused_before_anything_is_read():
    with pytest.raises(WrongKeyError):
        unseal(io.BytesIO(seal(b"a,b\n")), bytes(32))


@pytest.mark.parametrize("position", [0, 16, 30, 500_000, CHUNK_SIZE_BYTES + 100, -1])
def test_a_changed_byte_is_noticed(position):
    sealed = bytearray(seal(bytes(2 * CHUNK_SIZE_BYTES + 5)))
    sealed[position] ^= 1
    with pytest.raises(WrongKeyError):
        read(bytes(sealed))


@pytest.mark.parametrize("missing_bytes", [1, 5 + 16, CHUNK_SIZE_BYTES + 5 + 32, 2 * CHUNK_SIZE_BYTES + 5 + 48])
def test_a_cut_end_is_noticed_also_between_chunks(missing_bytes):
    sealed = seal(bytes(2 * CHUNK_SIZE_BYTES + 5))
    with pytest.raises(WrongKeyError):
        read(sealed[:-missing_bytes])


def test_swapped_chunks_are_noticed():
    sealed = seal(b"a" * CHUNK_SIZE_BYTES + b"b" * CHUNK_SIZE_BYTES + b"c")
    step = CHUNK_SIZE_BYTES + 16
    start = (len(sealed) - 17) % step
    first, second = sealed[start : start + step], sealed[start + step : start + 2 * step]
    with pytest.raises(WrongKeyError):
        read(sealed[:start] + second + first + sealed[start + 2 * step :])


def test_a_file_that_is_no_sealed_object_is_refused():
    with pytest.raises(WrongKeyError, match="no object of this storage"):
        read(b"asset_id,price\n" * 10)


def test_a_chunk_in_the_middle_has_one_size():
    with pytest.raises(ValueError, match="1048576 bytes, not 3"):
        SealingWriter(io.BytesIO(), KEY).write_chunk(b"abc")


def test_closing_the_stream_closes_the_file():
    source = io.BytesIO(seal(b"abc"))
    unseal(source, KEY).close()
    assert source.closed
