"""What kind of file a path leads to, told by its first bytes and never by its name."""

from __future__ import annotations

import os
import re
import zipfile
from os import PathLike
from pathlib import Path
from typing import Literal

from cpnb.errors import ReadError

Kind = Literal["csv", "xlsx", "parquet"]

_START_BYTES = 512
_ZIP = b"PK\x03\x04"
_SAVE_AS = "save it as .xlsx or as CSV (UTF-8)"
# Source: the signatures that these formats define for themselves.
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": f"an old Excel workbook (.xls), or one with a password: open it and {_SAVE_AS}",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"BZh": "compressed with bzip2: unpack it first",
    b"\xfd7zXZ\x00": "compressed with xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard: unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it first",
    b"PK\x05\x06": "an empty zip archive",
    b"ARROW1": "an Arrow file: read it with pandas.read_feather",
    b"SQLite format 3": "an SQLite database: read it with pandas.read_sql",
    b"%PDF": "a PDF: ask for the table itself, as CSV or .xlsx",
    b"{\\rtf": "a text document (RTF): ask for the table itself, as CSV or .xlsx",
    b"ORC": "an ORC file: read it with pandas.read_orc",
}
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|meta|head)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/?/")


def file_at(path: object) -> Path:
    """Return the path of a file that is there, has content and may be read.

    Raises
    ------
    TypeError
        If `path` is no path, but a stream for instance.
    ReadError
        If it is a web address, leads to nothing or to something else, or may not be read.
    """
    if isinstance(path, bytes) or not isinstance(path, str | PathLike):
        raise TypeError(
            f"read() takes the path of a file; got an object of type {type(path).__name__}. Save what it holds to a "
            "file first, or make a table of it with pandas: a table needs no reading."
        )
    text = os.fspath(path)
    if isinstance(text, str) and _ADDRESS.match(text):
        # The address itself may hold a password or a signature.
        raise ReadError(
            f"The path is an address that begins with {text.partition(':')[0] + ':'!r}; expected a file on this "
            "machine. Download it first."
        )
    file = Path(path).expanduser()
    try:
        _check(file)
    except PermissionError:
        message = f"{file.name!r} may not be read by this user; ask for the permission, or copy it to your own folder."
    except OSError as error:
        message = f"{file.name!r} cannot be opened: {error.strerror}."
    else:
        return file
    raise ReadError(message)


def kind_of(file: Path) -> Kind:
    """Return what a file is by its first bytes.

    Raises
    ------
    ReadError
        If it is of a kind that is not read here; the message says what to do.
    """
    with file.open("rb") as stream:
        start = stream.read(_START_BYTES)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(_ZIP):
        return _zip_kind(file)
    for signature, kind in _OTHER_KINDS.items():
        if start.startswith(signature):
            raise ReadError(f"{file.name!r} is no table that can be read here but {kind}.")
    if _MARKUP.match(start):
        raise ReadError(
            f"{file.name!r} is a page of HTML or XML; systems often call one '.xls'. Open it in a spreadsheet and "
            f"{_SAVE_AS}."
        )
    if file.suffix.lower() in {".json", ".jsonl", ".ndjson"}:
        raise ReadError(f"{file.name!r} is JSON by its name; read it with pandas.read_json.")
    return "csv"


def _check(file: Path) -> None:
    if file.is_dir():
        raise ReadError(f"{file.name!r} is a directory; expected a file: CSV, Excel (.xlsx) or Parquet.")
    if not file.exists():
        raise ReadError(f"There is no file {file.name!r} in {str(file.parent)!r}; check the path.")
    if not file.is_file():
        raise ReadError(f"{file.name!r} is no ordinary file; expected CSV, Excel (.xlsx) or Parquet on a disk.")
    with file.open("rb") as stream:
        if not stream.read(1):
            raise ReadError(f"{file.name!r} is empty (0 bytes); expected a header line and rows.")


def _zip_kind(file: Path) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        names = None
    if names is None:
        raise ReadError(f"{file.name!r} begins like an Excel workbook and is damaged or cut off; get it again.")
    if "xl/workbook.bin" in names:
        raise ReadError(f"{file.name!r} is a binary Excel workbook (.xlsb): open it and {_SAVE_AS}.")
    if any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        return "xlsx"
    if "mimetype" in names and "content.xml" in names:
        raise ReadError(f"{file.name!r} is an OpenDocument file, such as .ods: open it and {_SAVE_AS}.")
    if any(name.startswith("word/") for name in names):
        raise ReadError(f"{file.name!r} is a Word document: copy its table to a spreadsheet and {_SAVE_AS}.")
    raise ReadError(f"{file.name!r} is a zip archive and no Excel workbook: unpack it first.")
