"""The files of a segment's snapshot: which columns, in which order, and how each format holds them.

The service documents the formats and no more. Public production code reads one file or more under the destination,
whose names end in the format's, with a row for each profile, a column for its id, the standard fields and the custom
attributes. The rest is our choice: one flat table, columns named by path and in the service model's order, custom
attributes after them by name, the same columns in every file of a snapshot.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.csv
import pyarrow.orc

from cpnb.sandbox.database import Row
from cpnb.sandbox.targets import standard_paths

PROFILE_ID = "ProfileId"


def column_order(paths: Iterable[str]) -> list[str]:
    """Return the paths in the order of a snapshot's columns: standard ones as the service lists them, then custom."""
    ranks = {path: rank for rank, path in enumerate(standard_paths())}
    return sorted(paths, key=lambda path: (ranks.get(path, len(ranks)), path))


def encode(data_format: str, paths: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return a file's content; a row is a profile's id and its value at each path, None where it has none."""
    names = [PROFILE_ID, *paths]
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return _WRITERS[data_format](
        pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    )


def _csv(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pyarrow.csv.write_csv(table, stream)
    return stream.getvalue()


def _json_lines(table: pa.Table) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist()).encode()


def _orc(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pyarrow.orc.write_table(table, stream)
    return stream.getvalue()


_WRITERS: Mapping[str, Callable[[pa.Table], bytes]] = {"CSV": _csv, "JSONL": _json_lines, "ORC": _orc}
