"""The first line of a file as the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cpnb.display import counted
from cpnb.errors import ReadError

# A header that is an address or a long number is most likely the first customer; a date can be the name of a column.
_LOOKS_LIKE_DATA = re.compile(
    r"(?!(?:19|20)\d\d[-./]?\d\d[-./]?\d\d$)(?:[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s().-]*(?:\d[\s().-]*){7})"
)


def column_names(place: str, header: Sequence[str]) -> list[str]:
    """Return the names of the columns; one without a name is called ``unnamed_`` and its position.

    Parameters
    ----------
    place : str
        What the header belongs to, for a message, such as ``'people.csv'`` in quotation marks.
    header : sequence of str
        The cells of the header; spaces around them are left out.

    Raises
    ------
    ReadError
        If there are no names, two are the same, or one looks like data; such a one is not named.
    """
    names = [name.strip() or f"unnamed_{position}" for position, name in enumerate(header, 1)]
    if not names:
        raise ReadError(f"{place} has only blank lines; expected a header line and rows.")
    suspects = [position for position, name in enumerate(names, 1) if _LOOKS_LIKE_DATA.fullmatch(name)]
    if suspects:
        raise ReadError(
            f"The first line of {place} looks like a row and not like a header: column {suspects[0]} of "
            f"{len(names)} is an e-mail address or a long number. Add a line with the names of the columns."
        )
    positions: dict[str, list[str]] = {}
    for position, name in enumerate(names, 1):
        positions.setdefault(name, []).append(str(position))
    repeated = [" and ".join(places) for places in positions.values() if len(places) > 1]
    if repeated:
        # Rows repeat themselves more often than headers do, and a row must not be quoted.
        more = f", and {counted(len(repeated) - 1, 'other name')} more than once" if len(repeated) > 1 else ""
        raise ReadError(
            f"The header of {place} gives columns {repeated[0]} the same name{more}. Rename columns, so that each "
            "has a name of its own; if the first line is a row, add a line with the names of the columns."
        )
    return names
