"""One upload in a process of its own, and what its memory does meanwhile: no earlier one has left it any.

``python -m tests.benchmarks.upload_profile upload|stream ROWS str|object CERTIFICATE``, into a sink, with a service
that answers at once. A stream is what an upload does with a part, measured and sent, here all rows in one file. It
prints one line of JSON.
"""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cpnb import frames
from cpnb.csvstream import CsvStream, Edits, measured
from cpnb.domain import Domain
from cpnb.retrying import Patience
from cpnb.transfer import UploadPath, put
from cpnb.upload_options import UploadOptions
from cpnb.uploads import upload
from tests.benchmarks import broad_table, sink, stand_in
from tests.benchmarks.test_memory_of_an_upload import Peak

MILLION = 1_000_000
AT_ONCE = UploadOptions(patience=Patience(poll_first_s=0.05), on_repeat="send")


def table(row_count: int, dtype: str) -> pd.DataFrame:
    """Return as many customers; after a million their columns repeat, but for the keys."""
    million = broad_table.table(min(row_count, MILLION))
    whole = pd.concat([million] * max(row_count // MILLION, 1), ignore_index=True)
    whole["customer_id"] = pd.Series(pa.array(np.char.zfill(np.arange(len(whole)).astype("U"), 10)), dtype="str")
    text = [name for name in whole if pd.api.types.is_string_dtype(whole[name])]
    return whole.astype(dict.fromkeys(text, dtype))


def settle() -> None:
    """Give back what the making of the table left free, which would hide what an upload takes."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL(None).malloc_trim(0)


class Spent:
    """Seconds on the clock and of all cores, from one mark to the next."""

    def __init__(self) -> None:
        self._mark = (time.perf_counter(), time.process_time())

    def so_far(self, peak: Peak) -> dict[str, float]:
        """Return what was spent since the last mark, and how far memory rose meanwhile; both begin anew."""
        before, self._mark = self._mark, (time.perf_counter(), time.process_time())
        clock_s, cpu_s = (now - then for now, then in zip(self._mark, before, strict=True))
        return {"clock_s": clock_s, "cpu_s": cpu_s, "peak_mb": peak.taken() / 1e6}


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out, and what each phase of it took."""

    size_bytes: int
    parts: int
    phases: dict[str, dict[str, float]]


def uploaded(people: pd.DataFrame, domain: Domain, peak: Peak) -> Sent:
    """Upload a table."""
    spent = Spent()
    at_work = upload(people, domain, broad_table.FIELDS, options=AT_ONCE)
    planning = spent.so_far(peak)
    at_work.wait()
    phases = {"planning": planning, "sending": spent.so_far(peak)}
    return Sent(at_work.plan.size_bytes, len(at_work.plan.parts), phases)


def streamed(people: pd.DataFrame, url: str, certificate: Path, peak: Peak) -> Sent:
    """Measure a table and send it as one file."""
    spent, fields, rows = Spent(), broad_table.FIELDS, range(len(people))
    taken = frames.snapshot(people, fields.needed_columns)
    phases = {"taking": spent.so_far(peak)}
    measure = measured(taken, fields, rows, Edits())
    phases["measuring"] = spent.so_far(peak)
    path = UploadPath(url, stand_in.TOKEN)
    put(path, CsvStream(taken, fields, rows, Edits(), measure), ca_bundle=str(certificate))
    phases["sending"] = spent.so_far(peak)
    return Sent(measure.size_bytes, 1, phases)


def main(what: str, row_count: int, dtype: str, certificate: Path) -> None:
    people = table(row_count, dtype)
    with sink.running(certificate) as url, stand_in.domain(url, certificate) as domain:

        def send(rows: pd.DataFrame, peak: Peak) -> Sent:
            return uploaded(rows, domain, peak) if what == "upload" else streamed(rows, url, certificate, peak)

        with Peak() as peak:
            send(people.head(200_000), peak)  # compiles what is kept
        settle()
        with Peak() as peak:
            sent = send(people, peak)
    print(json.dumps({"rows": row_count, **dataclasses.asdict(sent)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
