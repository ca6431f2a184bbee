"""In which blocks a file goes out, who is told of them, and what becomes of a file that is broken off."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from cpnb.bandwidth import BUFFERED_BYTES
from cpnb.errors import TransferError
from cpnb.transfer import LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, put
from tests.wire.reading_storage import reading_storage

MEGABYTE = bytes(1_000_000)


class File:
    """Some megabytes of zeros, that know whether they are being read."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.is_being_read = False

    def __len__(self) -> int:
        return self.megabytes * len(MEGABYTE)

    def __iter__(self) -> Iterator[bytes]:
        self.is_being_read = True
        try:
            for _ in range(self.megabytes):
                yield MEGABYTE
        finally:
            self.is_being_read = False


def test_blocks_are_small_until_the_line_has_shown_that_it_is_fast() -> None:
    gone: list[int] = [0]
    with reading_storage() as path:
        put(path, File(20), tell=gone.append)

    blocks = [after - before for before, after in itertools.pairwise(gone)]
    early = [size for sent_bytes, size in zip(gone, blocks, strict=False) if sent_bytes < BUFFERED_BYTES]
    assert max(early) == SMALL_BLOCK_BYTES
    assert max(blocks) == LARGE_BLOCK_BYTES
    assert gone[-1] == 20 * len(MEGABYTE)


def test_on_a_slow_line_a_stop_is_heard_between_small_blocks() -> None:
    gone: list[int] = [0]

    def stop(sent_bytes: int) -> None:
        gone.append(sent_bytes)
        if sent_bytes > BUFFERED_BYTES + 1_000_000:
            raise InterruptedError("stopped on request")

    file = File(20)
    with reading_storage(bytes_per_s=1_500_000) as path, pytest.raises(InterruptedError, match="stopped on request"):
        put(path, file, tell=stop)

    assert max(after - before for before, after in itertools.pairwise(gone)) == SMALL_BLOCK_BYTES
    assert not file.is_being_read


def test_of_a_file_whose_connection_was_lost_nothing_is_read_any_more() -> None:
    file = File(20)

    with reading_storage(takes_bytes=3_000_000) as path, pytest.raises(TransferError, match="was lost"):
        put(path, file)

    assert not file.is_being_read
