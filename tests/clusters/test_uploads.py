"""Whole uploads from a cluster: the same profiles as from one table, and one knows what the other has sent."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from distributed import Client, LocalCluster

import cpnb
import cpnb.dask
from cpnb import FieldMap, UploadOptions
from cpnb.adoption import Action
from cpnb.dask.cluster import require_private
from cpnb.domain import Domain
from cpnb.errors import ChangedDataError, FrameError, InvalidDataError, UploadError
from cpnb.retrying import Patience
from cpnb.sandbox_process import Sandbox
from tests.clusters.slow_tables import Traced
from tests.plans import a_domain, numbered

FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")
QUICK = UploadOptions(part_rows=500, patience=Patience(poll_first_s=0.05, poll_longest_s=0.2))


def test_workers_upload_and_an_upload_of_the_same_rows_from_one_table_finds_it_done(
    client: Client, table: dd.DataFrame, domain: Domain
) -> None:
    assert table.cp.validate(FIELDS).ok

    upload = table.cp.upload(domain, FIELDS, options=QUICK).wait(120)

    assert upload.status == "SUCCEEDED"
    assert (upload.results.created, upload.results.updated, upload.results.failed) == (1200, 0, 0)
    assert [part.part.measure.row_count for part in upload.parts] == [500, 500, 200]
    assert all(part.sent_bytes == part.part.measure.size_bytes for part in upload.parts)
    again = table.compute().cp.upload(domain, FIELDS, options=QUICK).wait(120)
    assert [part.action for part in again.parts] == [Action.REPORT] * 3


BY_NUMBER = FieldMap({"id": "Attributes.number", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")


@pytest.fixture
def refused(sandbox: Sandbox) -> Iterator[list[int]]:
    """The positions of two rows that the service refuses, and nobody knows which."""
    sandbox.change(refused_keys="0-00007|2-00399")
    yield [7, 1199]
    sandbox._control("DELETE", "/_sandbox/settings")


def test_rows_that_the_service_refused_are_told_and_found_where_they_are(
    way: str, table: dd.DataFrame, domain: Domain, refused: list[int]
) -> None:
    upload = table.cp.upload(domain, FIELDS, options=QUICK).wait(120)
    assert upload.results.failed == 2

    read = upload.failed_rows()

    assert read["row"].tolist() == refused
    assert read["part"].tolist() == [1, 3]
    assert set(read["certainty"]) == {"certain"}
    assert table.cp.rows_at(read["row"]).compute()["id"].tolist() == ["0-00007", "2-00399"]

    by_number = table.cp.upload(domain, BY_NUMBER, options=QUICK).wait(120)  # which no search finds
    found = by_number.find_failed_rows()

    assert found["row"].tolist() == refused
    assert set(found["certainty"]) == {"certain"}


def test_the_workers_send_and_nothing_is_read_here(
    client: Client, table: dd.DataFrame, domain: Domain, refused: list[int], tmp_path: Path
) -> None:
    table = table.map_partitions(Traced(tmp_path), meta=table)
    workers = set(client.run(os.getpid).values())

    upload = table.cp.upload(domain, BY_NUMBER, options=QUICK).wait(120)
    with dask.config.set(scheduler="sync"):  # by now another one is named; the rows stay where they are
        found = upload.find_failed_rows()

    assert found["row"].tolist() == refused
    readers = {int(trace.name.partition("-")[2]) for trace in tmp_path.glob("process-*")}
    assert readers <= workers
    assert readers


def test_an_upload_whose_client_is_gone_says_so_and_makes_no_job(
    cluster: LocalCluster, table: dd.DataFrame, domain: Domain, refused: list[int]
) -> None:
    with Client(cluster):
        upload = table.cp.upload(domain, BY_NUMBER, options=QUICK).wait(120)

    for look in (upload.failed_rows, upload.find_failed_rows):
        with pytest.raises(UploadError, match=r"no longer connected \(closed\).*run the upload again"):
            look()

    assert len(list(domain.pages("ListUploadJobs"))) == 3


def test_an_upload_trusts_no_scheduler_but_its_own(client: Client, table: dd.DataFrame, domain: Domain) -> None:
    for scheduler in (None, "distributed", client):
        with (
            dask.config.set(scheduler=scheduler),
            pytest.raises(UploadError, match=r"trusted_scheduler is 'tcp://10\.9\.9\.9:1', but"),
        ):
            table.cp.upload(domain, FIELDS, trusted_scheduler="tcp://10.9.9.9:1")
    with pytest.raises(UploadError, match=r"'tcp://10\.9\.9\.9:1'"):
        table.cp.upload(domain, FIELDS, trusted_scheduler="tcp://10.9.9.9:1")

    assert list(domain.pages("ListUploadJobs")) == []


def test_rows_that_are_others_by_now_are_not_sent_again(
    client: Client, table: dd.DataFrame, tmp_path: Path, domain: Domain, refused: list[int]
) -> None:
    upload = table.cp.upload(domain, FIELDS, options=QUICK).wait(120)
    file = tmp_path / "customers-2.csv"
    file.write_text(file.read_text().replace("Canarytown", "Elsewhere"))

    for look in (upload.failed_rows, upload.find_failed_rows):
        with pytest.raises(ChangedDataError, match="part 3 are not those that were uploaded"):
            look()
    file.write_text("\n".join(file.read_text().splitlines()[:-1]))
    with pytest.raises(ChangedDataError, match="part 3 are not those that were uploaded"):
        upload.failed_rows()

    assert len(list(domain.pages("ListUploadJobs"))) == 3


def test_errors_of_workers_arrive_as_those_of_one_table(client: Client, table: dd.DataFrame, domain: Domain) -> None:
    bad = table.assign(mail=table["mail"].str.replace("@", " at "))

    with pytest.raises(InvalidDataError) as refused:
        bad.cp.upload(domain, FIELDS)

    assert refused.value.report == bad.compute().cp.validate(FIELDS)
    with pytest.raises(FrameError, match="lacks: 'mail'"):
        table[["id", "city"]].cp.validate(FIELDS)


def different_each_time(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(city=f"City {random.SystemRandom().random()}")


def test_partitions_that_are_others_each_time_never_become_objects(
    client: Client, table: dd.DataFrame, domain: Domain
) -> None:
    unsteady = table.map_partitions(different_each_time, meta=table._meta)

    with pytest.raises(ChangedDataError):
        unsteady.cp.upload(domain, FIELDS, options=QUICK).wait(120)

    assert {job["Status"] for job in domain.pages("ListUploadJobs")} <= {"CREATED"}


def test_without_a_cluster_this_process_reads_and_sends(table: dd.DataFrame, domain: Domain) -> None:
    with dask.config.set(scheduler="threads"):
        upload = table.cp.upload(domain, FIELDS, options=QUICK).wait(120)

    assert upload.results.created == 1200


class Addresses:
    """Stands where a client does: where its scheduler and its workers are."""

    def __init__(self, scheduler: str, *workers: str) -> None:
        self.scheduler = type("Scheduler", (), {"address": scheduler})
        self._workers = workers

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self._workers, 1)


def test_what_travels_in_the_clear_needs_the_name_of_the_scheduler() -> None:
    near: Any = Addresses("tcp://127.0.0.1:8786", "tcp://127.0.0.1:4001", "inproc://1/2/3")
    encrypted: Any = Addresses("tls://10.0.0.5:8786", "tls://10.0.0.6:4001")
    open_to_all: Any = Addresses("tcp://127.0.0.1:8786", "tcp://10.0.0.6:4001")

    require_private(near, None)
    require_private(encrypted, None)
    require_private(open_to_all, "tcp://127.0.0.1:8786")
    with pytest.raises(UploadError, match=r"in the clear.*'tcp://10.0.0.6:4001'.*trusted_scheduler='tcp://127"):
        require_private(open_to_all, None)
    with pytest.raises(UploadError, match=r"the scheduler at work is 'tcp://127\.0\.0\.1:8786'"):
        require_private(open_to_all, "tcp://10.0.0.9:8786")
    with pytest.raises(UploadError, match="has no workers"):
        require_private(Addresses("tcp://127.0.0.1:8786"), None)  # type: ignore[arg-type]  # it has all that is asked


def test_parts_are_cut_by_bytes_where_partitions_end_or_not(table: dd.DataFrame) -> None:
    frame = table.compute()
    for part_bytes, pieces in itertools.product((5_000, 9_999, 40_000), (1, 4)):
        options = UploadOptions(part_bytes=part_bytes, part_rows=211)
        cut = table.repartition(npartitions=pieces)
        with dask.config.set(scheduler="sync"):
            found = cut.cp.plan(a_domain(), FIELDS, options=options).parts
        assert found == frame.cp.plan(a_domain(), FIELDS, options=options).parts


def test_empty_partitions_are_cut_by_bytes_too() -> None:
    frame = numbered(60)
    bounds = [0, 0, 5, 5, 40, 40, 60]
    pieces = [dask.delayed(frame.iloc[first:last]) for first, last in itertools.pairwise(bounds)]
    table = dd.from_delayed(pieces, meta=frame.iloc[:0], verify_meta=False)

    with dask.config.set(scheduler="sync"):
        found = table.cp.plan(a_domain(), FIELDS, options=UploadOptions(part_bytes=300)).parts

    assert found == frame.cp.plan(a_domain(), FIELDS, options=UploadOptions(part_bytes=300)).parts
    assert len(found) > 3


def test_a_record_that_is_larger_than_a_file_is_said() -> None:
    table = dd.from_pandas(pd.DataFrame({"id": ["1", "2"], "mail": "a@example.com", "city": ["Oslo", "x" * 200]}))

    with dask.config.set(scheduler="sync"), pytest.raises(ValueError, match="One record takes 223 bytes"):
        table.cp.plan(a_domain(), FIELDS, options=UploadOptions(part_bytes=150))


def test_a_pandas_frame_is_no_distributed_one() -> None:
    with pytest.raises(FrameError, match="Expected a Dask DataFrame, got an object of type DataFrame"):
        cpnb.dask.DaskCustomerProfilesAccessor(pd.DataFrame()).describe()


@pytest.mark.parametrize("verb", [cpnb.validate, cpnb.clean, cpnb.describe])
def test_a_distributed_frame_given_to_a_verb_for_one_table_is_told_where_its_own_are(
    table: dd.DataFrame, verb: Any
) -> None:
    with pytest.raises(FrameError, match=r"after import cpnb\.dask: ddf\.cp\.validate\(fields\)"):
        verb(table, FIELDS)
