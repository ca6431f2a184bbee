"""One upload in a process of its own, and what its memory does meanwhile: no earlier one has left it any.

``python -m tests.benchmarks.upload_profile ROWS str|object CERTIFICATE``, into a sink; the service answers at once. It
prints one line of JSON.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cpnb.retrying import Patience
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
        peak_mb, peak.bytes = peak.bytes / 1e6, 0
        return {"clock_s": clock_s, "cpu_s": cpu_s, "peak_mb": peak_mb}


def main(row_count: int, dtype: str, certificate: Path) -> None:
    people = table(row_count, dtype)
    with sink.running(certificate) as url, stand_in.domain(url, certificate) as domain:
        upload(people.head(200_000), domain, broad_table.FIELDS, options=AT_ONCE).wait()  # compiles what is kept
        settle()
        with Peak() as peak:
            spent = Spent()
            at_work = upload(people, domain, broad_table.FIELDS, options=AT_ONCE)
            planning = spent.so_far(peak)
            at_work.wait()
            sending = spent.so_far(peak)
    size_mb = at_work.plan.size_bytes / 1e6
    parts = len(at_work.plan.parts)
    print(json.dumps({"rows": row_count, "csv_mb": size_mb, "parts": parts, "planning": planning, "sending": sending}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
