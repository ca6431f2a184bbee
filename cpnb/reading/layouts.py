"""How a text file is written: what the user says of it, and what is found out about the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cpnb.errors import ReadError
from cpnb.reading.column_names import column_names
from cpnb.reading.delimited import DelimitedFile, header_of, sample
from cpnb.reading.delimiters import CANDIDATES, checked_delimiter, delimiter_of, quote_of
from cpnb.reading.encodings import Encoding, codec_of

SAID = "as you said"
_PLAIN = {"encoding": "utf-8", "delimiter": ",", "quote": '"'}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user says of a text file; None is to be found out."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            codec_of(self.encoding)
        if self.delimiter is not None:
            checked_delimiter(self.delimiter)
        if self.quote not in {None, '"', "'"}:
            raise ReadError("The quotation mark is neither of \" and '; expected one of them, or None to find out.")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is written.

    Attributes
    ----------
    file : DelimitedFile
        The file with its encoding, delimiter and quotation mark.
    found_by : dict of str to str
        How ``encoding``, ``delimiter`` and ``quote`` were found.
    """

    file: DelimitedFile
    found_by: dict[str, str]

    @property
    def guesses(self) -> dict[str, str]:
        """What was found out and is not as in a plain file (UTF-8, commas): the arguments that would say so."""
        found = {"encoding": self.file.codec, "delimiter": self.file.delimiter, "quote": self.file.quote}
        return {name: value for name, value in found.items() if self.found_by[name] != SAID and value != _PLAIN[name]}

    def header(self) -> list[str]:
        """Return the cells of the header as they stand in the file.

        Raises
        ------
        ReadError
            If it does not end, or is divided by another character.
        """
        header = header_of(self.file)
        if len(header) == 1 and self.found_by["delimiter"] == SAID:
            _check_not_divided_otherwise(self.file, header[0])
        return header

    def names(self, header: list[str]) -> list[str]:
        """Return the names of the columns, see `column_names`."""
        return column_names(repr(self.file.path.name), header)


def layout_of(path: Path, settings: Settings, encoding_of: Callable[[Path], Encoding]) -> Layout:
    """Return how a text file is written.

    Parameters
    ----------
    path : Path
        The file.
    settings : Settings
        What is known.
    encoding_of : callable
        Finds the encoding where that is not known.
    """
    encoding = Encoding(codec_of(settings.encoding), SAID) if settings.encoding is not None else encoding_of(path)
    start = sample(path, encoding.name)
    quote = settings.quote or quote_of(start)
    quote_how = SAID if settings.quote else _quote_how(quote)
    if settings.delimiter is not None:
        delimiter, how = settings.delimiter, SAID
    else:
        delimiter, how = delimiter_of(start, quote)
    return Layout(
        DelimitedFile(path, encoding.name, delimiter, quote),
        {"encoding": encoding.how, "delimiter": how, "quote": quote_how},
    )


def _quote_how(quote: str) -> str:
    return "the usual one" if quote == '"' else "every name of the header stands between two"


def _check_not_divided_otherwise(file: DelimitedFile, name: str) -> None:
    for other in CANDIDATES:
        if other != file.delimiter and other in name:
            count = name.count(other)
            raise ReadError(
                f"The header of {file.path.name!r} is one column by {file.delimiter!r}, but contains {other!r} "
                f"{'once' if count == 1 else f'{count} times'}: read it with delimiter={other!r}."
            )
