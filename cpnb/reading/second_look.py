"""A second look at a text that Arrow could not read: it can be read otherwise, or it is said why not."""

from __future__ import annotations

from pathlib import Path

from cpnb.errors import ReadError
from cpnb.reading.delimited import DelimitedFile, larger_block_bytes, survey_of, undecodable_place
from cpnb.reading.encodings import encoding_by_start

__all__ = ["block_bytes_after_all", "unreadable"]


def block_bytes_after_all(file: DelimitedFile, header: list[str]) -> int:
    """Return in which blocks a file can be read after all, if only its records are long.

    Raises
    ------
    ReadError
        If anything else is wrong; it says on which line.
    """
    place = undecodable_place(file.path, file.codec)
    if place:
        raise ReadError(
            f"{file.path.name!r} is not {file.codec} text: {place} cannot be decoded. {_other_encoding(file.path)}"
        )
    survey = survey_of(file, len(header))
    if survey.problem:
        raise ReadError(f"{file.path.name!r}, {survey.problem}")
    block_bytes = larger_block_bytes(file, survey.longest_record_bytes)
    if not block_bytes:
        raise unreadable(file.path)
    return block_bytes


def unreadable(path: Path) -> ReadError:
    """Return what is to be said of a file of which only Arrow knows what is wrong."""
    return ReadError(
        f"{path.name!r} cannot be read as CSV, and no line of it says why. Open it in a spreadsheet and save "
        "it as CSV (UTF-8) again."
    )


def _other_encoding(file: Path) -> str:
    found = encoding_by_start(file)
    if found and found.name.startswith("utf-16"):
        return "It begins like UTF-16: read it with encoding='utf-16'."
    return "Spreadsheet programs on Windows often write cp1252: try encoding='cp1252', or save as CSV UTF-8."
