"""Keys compared by their numbers, and paths that only one process can read."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag

from cpnb.dask.key_groups import Bucketed, KeyGroups, KeyNumbers, Sharing
from cpnb.dask.sealing import Seal, sealed_for
from cpnb.upload_path import UploadPath


def numbers(*keys: str | None) -> KeyNumbers:
    return KeyNumbers.of(pa.array(keys, pa.large_string()))


def test_keys_have_the_same_numbers_if_they_are_the_same_and_missing_ones_have_none() -> None:
    long = "k" * 64
    found = numbers("a", "b", "a", None, "", long + "x", long + "y", long + "x")

    assert found.first[0] == found.first[2] != found.first[1]
    assert found.second[0] == found.second[2] != found.second[1]
    assert found.first[3] == found.first[4] == found.second[3] == found.second[4] == 0
    assert found.first[5] == found.first[7] != found.first[6]  # of so long a key, every byte counts
    assert (found.first[:3] != found.second[:3]).all()


@pytest.mark.parametrize("bucket_count", [1, 3])
def test_rows_of_all_partitions_that_share_a_key_are_found_whatever_the_bucket(bucket_count: int) -> None:
    partitions = [numbers("a", "b", None), numbers(), numbers("c", "a"), numbers("b", "a", "d")]
    sharing = Sharing((0, 3, 3, 5))

    buckets = [sharing(*(Bucketed(bucket, bucket_count)(one) for one in partitions)) for bucket in range(bucket_count)]
    found = KeyGroups.among(
        np.concatenate([one.positions for one in buckets]), KeyNumbers.joined([one.numbers for one in buckets])
    )

    assert sum(one.row_count for one in buckets) == 7  # the row without a key is in none
    assert found.positions.tolist() == [0, 1, 4, 5, 6]
    assert found.groups.tolist() == [0, 1, 0, 1, 0]
    assert found.repeated().tolist() == [4, 5, 6]
    assert found.left_behind(np.array([0])).tolist() == [5, 6]  # the first of "a" stays for another reason


def test_keys_that_share_one_number_and_not_the_other_are_two_keys() -> None:
    first = np.array([7, 7, 7, 9], dtype=np.uint64)
    second = np.array([1, 2, 1, 5], dtype=np.uint64)

    found = KeyGroups.among(np.array([10, 20, 30, 40]), KeyNumbers(first, second))

    assert found.positions.tolist() == [10, 30]
    assert found.groups.tolist() == [0, 0]


def test_a_path_can_be_opened_by_the_process_that_it_was_sealed_for_and_by_nobody_else() -> None:
    path = UploadPath(
        "https://bucket.example/object?X-Amz-Signature=c0ffee", "dG9rZW4=", datetime(2026, 1, 2, tzinfo=UTC)
    )
    seal = Seal()

    sealed = sealed_for(seal.public, path)

    assert seal.opened(sealed) == path
    assert b"Signature" not in sealed
    assert sealed != sealed_for(seal.public, path)
    with pytest.raises(InvalidTag):
        Seal().opened(sealed)
    with pytest.raises(InvalidTag):
        seal.opened(sealed[:-1] + bytes([sealed[-1] ^ 1]))
