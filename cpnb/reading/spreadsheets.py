"""A sheet of an Excel workbook (.xlsx) as a table of text, as the spreadsheet displays it."""

from __future__ import annotations

import threading
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpnb.display import counted
from cpnb.errors import ReadError, did_you_mean, listed
from cpnb.reading.column_names import column_names
from cpnb.reading.sheet_cells import CellTexts
from cpnb.reading.sheet_structure import structure_of

if TYPE_CHECKING:
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
    from openpyxl.workbook import Workbook

    Row = Sequence[ReadOnlyCell | EmptyCell]
    # The published types do not know the sheets of a workbook that is read row by row.
    RowByRowSheet = Any

# XML that cannot be parsed is a SyntaxError; parts that lack or contradict each other are any of the others.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
)
_WARNINGS = threading.Lock()

# A first row that names fewer of the columns in use is a title above the table.
_NAMED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as a table of text.

    Attributes
    ----------
    name : str
        Its name.
    sheets : tuple of str
        Names of all sheets of the workbook that can hold a table.
    columns : dict of str to list
        The cells by the name of their column; None is an empty cell. They show nothing in the repr.
    guesses : tuple of str
        What was guessed, or is not as it may seem: each a sentence without its full stop, no values.
    facts : tuple of str
        What else is worth knowing of how cells became text, in the same form.
    """

    name: str
    sheets: tuple[str, ...]
    columns: dict[str, list[str | None]] = field(repr=False)
    guesses: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        """Number of rows below the header."""
        return len(next(iter(self.columns.values()), []))


def sheet_of(path: Path, name: str | None = None, *, row_limit: int | None = None) -> Sheet:
    """Return a sheet of a workbook, by default the first that is visible and has cells.

    Its header is the first row that is not blank; blank rows, and columns without name and cells at
    either side, are left out. Hidden rows and columns are read, the cells of a merged range but the
    first are empty, and a formula counts as the result that was saved with it.

    Parameters
    ----------
    path : Path
        A workbook (.xlsx or .xlsm).
    name : str, optional
        Which sheet.
    row_limit : int, optional
        Read only so many rows below the header.

    Raises
    ------
    ReadError
        If the workbook is damaged, there is no such sheet or none with cells, or its header cannot
        be one.
    """
    from openpyxl import load_workbook

    try:
        # openpyxl warns of what it leaves out, and quotes numbers that are no dates. Which warnings are shown is
        # a state of the whole process, and two that change it at once would leave it changed.
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # By a path, openpyxl would ask how the file is called.
            with path.open("rb") as stream:
                book = load_workbook(stream, read_only=True, data_only=True)
                return _sheet_in(book, path, name, row_limit)
    except ReadError:
        raise
    except _DAMAGE as error:
        kind = type(error).__name__
    raise ReadError(
        f"{path.name!r} is a damaged Excel workbook, or one that openpyxl does not understand ({kind}). Open it in a "
        "spreadsheet and save it again."
    )


def _sheet_in(book: Workbook, path: Path, name: str | None, row_limit: int | None) -> Sheet:
    sheets = tuple(sheet.title for sheet in book.worksheets)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write a wrong size, and cells beyond it would be lost
    chosen = _chosen(book, path.name, name)
    guesses = []
    if name is None and len(sheets) > 1:
        others = listed(other for other in sheets if other != chosen.title)
        guesses.append(f"only sheet {chosen.title!r} was read, and not {others} (sheet='...' reads another)")
    if name is None and chosen.sheet_state != "visible":
        guesses.append(f"sheet {chosen.title!r} is hidden")
    texts = CellTexts()
    names, columns = _table(f"{path.name!r}, sheet {chosen.title!r}", chosen, texts, row_limit)
    # openpyxl tells nowhere else where in the archive the sheet stands; a version without it costs these notes only.
    part = getattr(chosen, "_worksheet_path", None)
    notes = structure_of(path, part).guesses() if part else []
    return Sheet(
        chosen.title,
        sheets,
        dict(zip(names.values(), columns, strict=True)),
        tuple(guesses + texts.guesses(names) + notes),
        tuple(texts.facts(names)),
    )


def _chosen(book: Workbook, file_name: str, name: str | None) -> RowByRowSheet:
    sheets = [sheet.title for sheet in book.worksheets]
    if name is not None:
        if name not in sheets:
            raise ReadError(
                f"{file_name!r} has no sheet {name!r}; it has {listed(sheets)}.{did_you_mean(str(name), sheets)}"
            )
        return book.worksheets[sheets.index(name)]
    in_turn = sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
    for sheet in in_turn:
        if next(_filled_rows(sheet), None):
            return sheet
    raise ReadError(f"{file_name!r} has no cells in any of its sheets: {listed(sheets)}.")


def _filled_rows(sheet: RowByRowSheet) -> Iterator[tuple[int, Row]]:
    """Yield the rows that are not blank, each with its number in the sheet."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        if any(cell.value is not None and cell.value != "" for cell in row):
            yield number, row


def _table(
    place: str, sheet: RowByRowSheet, texts: CellTexts, row_limit: int | None
) -> tuple[dict[int, str], list[list[str | None]]]:
    """Return the names of the columns by their position in the sheet, and their cells."""
    rows = _filled_rows(sheet)
    number, header_row = next(rows, (0, ()))
    if not header_row:
        raise ReadError(f"{place} has no cells; expected a header and rows.")
    of_header = CellTexts()  # what is guessed there is no news of the rows
    header = [(of_header.text(cell, position) or "").strip() for position, cell in enumerate(header_row)]
    # By position, and only where there is a cell: one stray cell far to the right must not cost 16,384 columns.
    cells: dict[int, list[str | None]] = {position: [] for position in range(len(header))}
    row_count = 0
    for _, row in islice(rows, row_limit):
        texts_of_row = {position: texts.text(cell, position) for position, cell in enumerate(row)}
        for position, text in texts_of_row.items():
            if text is not None and position not in cells:
                cells[position] = [None] * row_count
        for position, column in cells.items():
            column.append(texts_of_row.get(position))
        row_count += 1
    if not row_count:
        raise ReadError(f"{place} ends after its header in row {number}; expected at least one row.")
    header += [""] * (max(cells) + 1 - len(header))
    used = [
        position for position in sorted(cells) if header[position] or any(cell is not None for cell in cells[position])
    ]
    kept = range(used[0], used[-1] + 1)
    named_count = sum(bool(header[position]) for position in kept)
    if named_count < _NAMED_SHARE * len(kept):
        raise ReadError(
            f"{place}: row {number}, the first that is not blank, names {named_count} of "
            f"{counted(len(kept), 'column')}. If it is a title, delete it and save the workbook; if names "
            "are missing, write them."
        )
    names = column_names(place, [header[position] for position in kept])
    return dict(zip(kept, names, strict=True)), [cells.get(position) or [None] * row_count for position in kept]
