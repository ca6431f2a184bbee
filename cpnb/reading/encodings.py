"""In which encoding a text file is written.

Exact rules come first: a byte order mark, the zeros of UTF-16, and whether all of it is UTF-8, which no
other encoding is by chance. Only then a library guesses, and only from the lines that tell encodings apart.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cpnb.errors import ReadError, listed
from cpnb.foreign_logs import silenced
from cpnb.reading.alphabets import foreign_share, is_odd
from cpnb.reading.delimited import BLOCK_BYTES, SAMPLE_BYTES, undecodable_place

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

# Source: what spreadsheet programs and exports write besides Unicode; the first is by far the most frequent.
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp932", "gb18030", "big5",
    "cp949", "mac_roman", "iso8859_2",
)  # fmt: skip
# Those of Latin letters, which have most bytes in common.
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "mac_roman", "iso8859_2")
# The marks of UTF-32 begin like those of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSED = "guessed from the lines that are not ASCII"
"""How an encoding was found that no exact rule tells."""
_TELLING_BYTES = 256 * 1024
_LONG_LINE_BYTES = 16 * 1024
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# How messy, from 0 to 1, a text may be: names of one's own language stay below a third.
_MESS = 0.5
# So little more of a mess, and less like a language, says nothing about which of two is meant.
_NEAR = (0.05, 0.1)
# So much more of the letters must fit one language to decide against the most frequent of all encodings: in a
# table of many languages of Western Europe, small shares fall either way by chance.
_LEAD = 0.03
# Lines in another encoding that are UTF-8 by chance are rare; a file of both has many.
_MIXED_SHARE = 0.1


class Encoding(NamedTuple):
    """An encoding, by Python's name, and how it was found."""

    name: str
    how: str


def codec_of(encoding: str) -> str:
    """Return Python's own name of an encoding that the user gave.

    Raises
    ------
    ReadError
        If there is no such encoding, or it makes no text of bytes.
    """
    try:
        name = codecs.lookup(encoding).name
        is_text = isinstance(" ".encode(name), bytes)
    except (LookupError, ValueError, TypeError):
        is_text = False
    if not is_text:
        raise ReadError(f"{encoding!r} is no text encoding that Python knows; try 'utf-8', 'cp1252' or 'utf-16'.")
    # Both spellings leave out a byte order mark here.
    return "utf-8" if name == "utf-8-sig" else name


def encoding_by_start(file: Path) -> Encoding | None:
    """Return the encoding of a file as its first megabyte shows it, or None if only a guess is left.

    UTF-8 is said without having seen the rest: whoever reads on will notice.
    """
    with file.open("rb") as stream:
        start = stream.read(SAMPLE_BYTES)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name, "by its byte order mark")
    wide = _wide(start)
    if wide:
        return Encoding(wide, "by its pattern of zero bytes")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return None
    return Encoding("utf-8", "every byte of it is ASCII" if start.isascii() else "it is valid UTF-8")


def encoding_by_content(file: Path) -> Encoding:
    """Return the encoding of a file, having looked at all of it where that is needed.

    Raises
    ------
    ReadError
        If it is no text, is UTF-8 but for some damaged lines, or fits no encoding.
    """
    found = encoding_by_start(file)
    if found and found.name != "utf-8":
        return found
    place = undecodable_place(file, "utf-8")
    if not place:
        return found or Encoding("utf-8", "it is valid UTF-8")
    if _has_nul(file):
        raise ReadError(
            f"{file.name!r} is no text: it has NUL bytes, and at {place} no UTF-8. Export it as CSV (UTF-8)."
        )
    lines = _telling_lines(file)
    _check_not_damaged_utf8(file, lines, place)
    return _guessed(file, b"\n".join(lines), place)


def _wide(start: bytes) -> str:
    """Return the UTF-16 whose high bytes are zero at every other place, or the empty text."""
    data = np.frombuffer(start[: len(start) // 2 * 2], dtype=np.uint8).reshape(-1, 2)
    high_first, low_first = (data == 0).sum(axis=0).tolist()
    for name, zeros, others in (("utf-16-be", high_first, low_first), ("utf-16-le", low_first, high_first)):
        # One character in twenty is enough: even a table in Chinese has its delimiters and line ends.
        if zeros * 20 >= len(data) and others * 20 <= zeros and _is_text(start, name):
            return name
    return ""


def _is_text(start: bytes, codec: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(codec)().decode(start)
    except UnicodeDecodeError:
        return False
    return "\n" in text or "\r" in text


def _has_nul(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"\0" in stream.read(SAMPLE_BYTES)


def _telling_lines(file: Path) -> list[bytes]:
    """Return lines that are not ASCII, as many as a guess needs; of a long line what follows its first such byte."""
    lines: list[bytes] = []
    size = 0
    with file.open("rb") as stream:
        while size < _TELLING_BYTES and (block := stream.read(BLOCK_BYTES)):
            if block.isascii():
                continue
            for line in (block + stream.readline(BLOCK_BYTES)).split(b"\n"):
                if line.isascii():
                    continue
                if len(line) > _LONG_LINE_BYTES:
                    place = _NOT_ASCII.search(line)
                    line = line[place.start() if place else 0 :][:_LONG_LINE_BYTES]  # noqa: PLW2901 - shortened
                lines.append(line)
                size += len(line)
                if size >= _TELLING_BYTES:
                    break
    return lines


def _check_not_damaged_utf8(file: Path, lines: list[bytes], place: str) -> None:
    if _is_utf8(b"\n".join(lines), errors="surrogatepass"):
        raise ReadError(
            f"{file.name!r} is UTF-8 with halves of characters (surrogates) in it, first at {place}. Export it again, "
            "or take the character out, often an emoji that was cut."
        )
    good = sum(_is_utf8(line) for line in lines)
    if good >= _MIXED_SHARE * len(lines):
        raise ReadError(
            f"{file.name!r} is UTF-8 in some lines and not in others, first at {place}: it was put together from "
            "several encodings, or damaged. Export it again as CSV (UTF-8), or name the one that most of it is in: "
            "encoding='cp1252'."
        )


def _is_utf8(text: bytes, errors: str = "strict") -> bool:
    try:
        # A long line was cut, perhaps within a character.
        codecs.getincrementaldecoder("utf-8")(errors).decode(text)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(file: Path, text: bytes, place: str) -> Encoding:
    """Return what the library thinks of some text, and what it thinks just as well of.

    It judges by how messy the text would be, and how much like a language. Names and towns are little
    language, so that ties are frequent: signs that no name has, such as the 3 of a cube, then speak
    against an encoding, and at last the order of `_LEGACY` decides. Among the encodings of Latin letters
    it is decided by letters that no one language has together.
    """
    from charset_normalizer import from_bytes

    with silenced():  # it would log bytes of the file
        matches = from_bytes(text, cp_isolation=list(_LEGACY), threshold=_MESS, enable_fallback=False)
    ranks = {name: _rank(match) for match in matches for name in _names(match)}
    if ranks and min(ranks, key=ranks.__getitem__) in _LATIN:
        ranks = {name: (_latin_rank(decoded, name), 0.0) for name in _LATIN if (decoded := _decoded(text, name))}
    for name in sorted(ranks, key=lambda name: (ranks[name], _LEGACY.index(name))):
        if undecodable_place(file, name):
            continue
        near = [other for other in _LEGACY if other in ranks and _is_near(ranks[other], ranks[name])]
        others = [other for other in near if _decoded(text, other) != _decoded(text, name)]
        doubt = f"; {listed(others)} would fit as well" if others else ""
        return Encoding(name, f"{GUESSED}{doubt}")
    raise ReadError(
        f"{file.name!r} is not UTF-8 ({place} cannot be decoded), and no other encoding fits. Save it as CSV (UTF-8), "
        "or name the encoding: encoding='...'."
    )


def _latin_rank(decoded: str, codec: str) -> float:
    return foreign_share(decoded) + (_LEAD if codec != _LEGACY[0] else 0.0)


def _decoded(text: bytes, codec: str) -> str:
    """Return text that was cut here and there, or the empty text if it is none in this encoding."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(text)
    except UnicodeDecodeError:
        return ""


def _rank(match: CharsetMatch) -> tuple[float, float]:
    foreign = [character for character in str(match) if not character.isascii()]
    return match.chaos + sum(map(is_odd, foreign)) / max(1, len(foreign)), -match.coherence


def _is_near(rank: tuple[float, float], best: tuple[float, float]) -> bool:
    return rank[0] - best[0] <= _NEAR[0] and rank[1] - best[1] <= _NEAR[1]


def _names(match: CharsetMatch) -> list[str]:
    return [name for name in match.could_be_from_charset if name in _LEGACY]
