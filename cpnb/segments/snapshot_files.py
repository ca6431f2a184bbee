"""The files of an exported segment as a table, in which everything is text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.orc

from cpnb.text_dtype import TEXT_DTYPE

__all__ = ["ENDINGS", "table_of"]

ENDINGS: Mapping[str, tuple[str, ...]] = {"CSV": (".csv",), "JSONL": (".jsonl", ".json"), "ORC": (".orc",)}
"""How the names of the files of each format end; a test file that the service writes has none of these.
Source: public production code that reads snapshots; the service documents no names."""


def table_of(contents: Iterable[bytes], data_format: str) -> pd.DataFrame:
    """Return the rows of some files, in their order.

    Parameters
    ----------
    contents : iterable of bytes
        The content of each file.
    data_format : {"CSV", "JSONL", "ORC"}
        How they are written.

    Returns
    -------
    pandas.DataFrame
        Text; what is empty is missing. An object inside of a row becomes columns with a dot in their name, such as
        ``Address.City``; a list stays as JSON.

    Raises
    ------
    ValueError, OSError
        If a file is not of the format.
    """
    frames = [_READERS[data_format](content) for content in contents if content]
    if not frames:
        return pd.DataFrame()
    columns = list(dict.fromkeys(column for frame in frames for column in frame.columns))
    return pd.concat([frame.reindex(columns=columns).astype(TEXT_DTYPE) for frame in frames], ignore_index=True)


def _from_csv(content: bytes) -> pd.DataFrame:
    header = next(csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")))
    table = pa.csv.read_csv(
        io.BytesIO(content),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _from_json_lines(content: bytes) -> pd.DataFrame:
    # Not splitlines(), which breaks at separators that a JSON text may hold. Numbers keep their digits.
    lines = [line for line in content.decode().split("\n") if line.strip()]
    return _of_rows([json.loads(line, parse_float=str, parse_int=str) for line in lines])


def _from_orc(content: bytes) -> pd.DataFrame:
    table = pa.orc.ORCFile(io.BytesIO(content)).read()
    frame = _of_rows(table.to_pylist())
    return frame if len(frame) else pd.DataFrame(columns=table.column_names)


_READERS: Mapping[str, Callable[[bytes], pd.DataFrame]] = {
    "CSV": _from_csv,
    "JSONL": _from_json_lines,
    "ORC": _from_orc,
}


def _of_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("a row is no object")
    frame = pd.DataFrame([dict(_cells("", row)) for row in rows], dtype="object")
    # Where an object is missing as a whole, its name stands for it; its parts are the columns.
    opened = [name for name in frame.columns if any(other.startswith(f"{name}.") for other in frame.columns)]
    return frame.drop(columns=[name for name in opened if frame[name].isna().all()])


def _cells(path: str, value: Any) -> Iterator[tuple[str, str | None]]:
    """Yield the columns that a value makes, and its text in each."""
    if isinstance(value, list) and value and all(isinstance(pair, tuple) for pair in value):
        value = dict(value)  # how Arrow writes a map
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _cells(f"{path}.{name}" if path else str(name), inner)
    else:
        yield path, _text(value)


def _text(value: Any) -> str | None:
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
