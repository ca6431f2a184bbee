"""What a text looks like without what it says: letters, digits and signs; never a value."""

from __future__ import annotations

import functools
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

SHAPE_CHARACTERS = 40
"""A shape is cut here, so that a long text cannot fill a report."""

# While shapes are counted, each character is one byte. These two stand for signs that have none.
_OTHER, _CUT = 1, 2
_WRITTEN = {_OTHER: "·", _CUT: "…"}


def shapes_of(text: pa.Array) -> pa.Array:
    """Return the shape of each text: capitals as ``A``, other letters as ``a``, digits as ``9``.

    Spaces and ASCII punctuation stay; every other sign, control characters included, becomes ``·``.
    Letters and digits are those of every script. Longer texts are cut to 40 characters and end in ``…``.

    Parameters
    ----------
    text : pyarrow.Array
        Text; null stays null.
    """
    coded = _coded(text.fill_null("")).dictionary_encode()
    shapes = pa.array([_written(shape) for shape in coded.dictionary.to_pylist()], pa.large_string())
    return pc.if_else(text.is_valid(), shapes.take(coded.indices), pa.scalar(None, pa.large_string()))


def shape_of(text: str) -> str:
    """Return the shape of one text; see `shapes_of`.

    Examples
    --------
    >>> shape_of("555-0100"), shape_of("Émile Zola"), shape_of("٣٤ ab")
    ('999-9999', 'Aaaaa Aaaa', '99 aa')
    """
    shape: str = shapes_of(pa.array([text], pa.large_string()))[0].as_py()
    return shape


def shape_counts(text: pa.Array) -> dict[str, int]:
    """Return how many texts have which shape, in the order in which the shapes appear; missing ones are left out."""
    counts = _coded(text.drop_null()).value_counts()
    shapes = map(_written, counts.field("values").to_pylist())
    return dict(zip(shapes, counts.field("counts").to_pylist(), strict=True))


def _written(coded: bytes) -> str:
    return coded.decode("ascii").translate(_WRITTEN)


def _coded(text: pa.Array) -> pa.Array:
    """Return shapes with one byte for each character; `text` has no missing cell.

    Regular expressions would take a thousand times as long, and in a wrongly mapped table every cell
    is asked for its shape.
    """
    text = text.cast(pa.large_string())
    if not len(text):
        return pa.array([], pa.large_binary())
    if pc.max(pc.binary_length(text)).as_py() > SHAPE_CHARACTERS:
        text = pc.utf8_slice_codeunits(text, 0, SHAPE_CHARACTERS + 1)
    offsets = np.frombuffer(text.buffers()[1], dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    data = text.buffers()[2].slice(offsets[0], offsets[-1] - offsets[0]).to_pybytes() if offsets[-1] else b""
    ends = offsets - offsets[0]
    if data.isascii():
        letters = np.frombuffer(data.translate(_ascii_letters()), dtype=np.uint8)
    else:
        begins_character = (np.frombuffer(data, dtype=np.uint8) & 0xC0) != 0x80  # noqa: PLR2004  # UTF-8
        ends = np.concatenate([[0], np.cumsum(begins_character)])[ends]
        letters = _letters(np.frombuffer(data.decode().encode("utf-32-le"), dtype="<u4"))
    is_cut = np.diff(ends) > SHAPE_CHARACTERS
    if is_cut.any():
        letters = letters.copy()
        letters[ends[1:][is_cut] - 1] = _CUT
    return pa.Array.from_buffers(pa.large_binary(), len(text), [None, pa.py_buffer(ends), pa.py_buffer(letters)])


@functools.cache
def _ascii_letters() -> bytes:
    return bytes(_letter(chr(code)) for code in range(128)) + bytes(128)


def _letters(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the letter of each code point; each is looked up in the Unicode tables once for the process."""
    known = _known_letters()
    letters = known[codes]
    fresh = np.unique(codes[letters == 0])
    if len(fresh):
        known[fresh] = [_letter(chr(code)) for code in fresh]
        letters = known[codes]
    return letters


@functools.cache
def _known_letters() -> NDArray[np.uint8]:
    return np.zeros(0x110000, dtype=np.uint8)  # one for each code point; memory is taken as it is written to


def _letter(character: str) -> int:
    category = unicodedata.category(character)
    if category in ("Lu", "Lt"):
        return ord("A")
    if category[0] in "LM":
        return ord("a")
    if category[0] == "N":
        return ord("9")
    return ord(character) if " " <= character <= "~" else _OTHER
