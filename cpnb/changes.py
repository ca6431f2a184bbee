"""What a cleaning changed, took out and left alone, as compact arrays; a table of it all when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.content.shape import shapes_of
from cpnb.display import counted
from cpnb.text_dtype import TEXT_DTYPE

HEADER_ROW = "header_rows"
DUPLICATE = "duplicates"

SHAPED_CELLS = 1000
"""So many cells show what a repair does as well as millions, and sooner."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnChanges:
    """The cells of one column that were repaired.

    Attributes
    ----------
    column : str
        Its name.
    positions : array of unsigned int
        Physical rows of the table that was cleaned, ascending.
    repairs : array of unsigned int
        For each cell the repairs that changed it, one bit for each, in the order of `names`.
    before, after : pyarrow.Array
        Its text; null afterwards is a cell that was made empty.
    names, sentences : tuple of str
        Of the repairs that the column was given to.
    dtypes : tuple of str
        The type of the column before and afterwards.
    """

    column: str
    positions: NDArray[np.unsignedinteger[Any]] = field(repr=False)
    repairs: NDArray[np.uint32] = field(repr=False)
    before: pa.Array = field(repr=False)
    after: pa.Array = field(repr=False)
    names: tuple[str, ...]
    sentences: tuple[str, ...]
    dtypes: tuple[str, str]

    def by_repair(self) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
        """Yield name, sentence and cells of each repair that changed any; the cells as places in the arrays."""
        for number, (name, sentence) in enumerate(zip(self.names, self.sentences, strict=True)):
            places = np.flatnonzero(self.repairs & np.uint32(1 << number))
            if len(places):
                yield name, sentence, places

    def shape_pairs(self, places: NDArray[np.int64]) -> Counter[tuple[str, str]]:
        """Return how many of some cells had which shape before and which afterwards."""
        taken = pa.array(places)
        before, after = (shapes_of(text.take(taken)).to_pylist() for text in (self.before, self.after))
        return Counter(zip(before, ("" if shape is None else shape for shape in after), strict=True))

    def example(self, places: NDArray[np.int64]) -> tuple[tuple[str, str], tuple[str, ...]]:
        """Return the most frequent pair of shapes among the first of some cells, and their repairs.

        Cells with one repair show best what it does; only if there are none of these, those with the
        most frequent set of repairs are looked at.
        """
        first = places[:SHAPED_CELLS]
        sets, counts = np.unique(self.repairs[first], return_counts=True)
        is_one = (sets & (sets - 1)) == 0
        chosen = sets[is_one][0] if is_one.any() else sets[counts.argmax()]
        pairs = self.shape_pairs(first[self.repairs[first] == chosen])
        return min(pairs, key=lambda pair: (-pairs[pair], pair)), self._names(int(chosen))

    def _names(self, repairs: int) -> tuple[str, ...]:
        """Return the names of a set of repairs, given as one bit for each."""
        return tuple(name for number, name in enumerate(self.names) if repairs & (1 << number))

    def rules(self) -> pd.Categorical[Any]:
        """Return for each cell the names of its repairs, joined by a comma."""
        kinds, codes = np.unique(self.repairs, return_inverse=True)
        return _categorical(codes, [", ".join(self._names(kind)) for kind in kinds.tolist()])


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Cells of one column in which something is wrong that was not repaired.

    Attributes
    ----------
    column : str
        Its name.
    code : str
        Of the problem, as in a Report.
    count : int
        Exact number of cells.
    reason : str
        What is wrong, or why nobody could tell what was meant; to be read after the count.
    example : str
        The most frequent shape among the first of them.
    """

    column: str
    code: str
    count: int
    reason: str
    example: str = ""

    def __str__(self) -> str:
        example = f", such as {self.example!r}" if self.example else ""
        return f"{counted(self.count, 'cell')}: {self.reason}{example} [{self.code}]"


@dataclass(frozen=True, slots=True, eq=False)
class TakenOut:
    """Rows that are no longer there.

    Attributes
    ----------
    positions : array of int
        Physical rows of the table that was cleaned, ascending.
    rules : tuple of str
        Why, for each of them: ``"header_rows"`` or ``"duplicates"``.
    """

    positions: NDArray[np.int64] = field(repr=False)
    rules: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, positions: Mapping[str, NDArray[np.int64]]) -> TakenOut:
        """Return the rows that were taken out by each rule, put in order."""
        everything = np.concatenate(list(positions.values()))
        rules = [rule for rule, rows in positions.items() for _ in range(len(rows))]
        order = np.argsort(everything, kind="stable")
        return cls(everything[order], tuple(rules[place] for place in order.tolist()))

    def within(self, start: int, stop: int) -> TakenOut:
        """Return those of a piece of the table, by their positions in the piece."""
        first, last = np.searchsorted(self.positions, (start, stop))
        return TakenOut(self.positions[first:last] - start, self.rules[first:last])


def listed_changes(columns: Sequence[ColumnChanges], taken_out: TakenOut) -> pd.DataFrame:
    """Return every change as a table: ``row``, ``column``, ``rule``, ``before`` and ``after``.

    A row that was taken out has no column and no text.
    """
    parts = [
        pd.DataFrame(
            {
                "row": one.positions.astype(np.int64),
                "column": _categorical(np.zeros(len(one.positions), np.int8), [one.column]),
                "rule": one.rules(),
                "before": pd.array(one.before, dtype=TEXT_DTYPE),
                "after": pd.array(one.after, dtype=TEXT_DTYPE),
            }
        )
        for one in columns
    ]
    count = len(taken_out.positions)
    nothing = pd.array([None] * count, dtype=TEXT_DTYPE)
    parts.append(
        pd.DataFrame(
            {
                "row": taken_out.positions,
                "column": pd.Categorical([None] * count),
                "rule": pd.Categorical(list(taken_out.rules)),
                "before": nothing,
                "after": nothing,
            }
        )
    )
    return _joined(parts)


def listed_piece(columns: Sequence[ColumnChanges], taken_out: TakenOut, start: int = 0) -> pd.DataFrame:
    """Return every change of a piece of a table, as `listed_changes` does, its first row at `start` of the whole.

    Columns and rules are texts and no categories, which differ between pieces.
    """
    listed = listed_changes(columns, taken_out)
    dtype = listed["before"].dtype
    return listed.assign(row=listed["row"] + start).astype({"column": dtype, "rule": dtype})


def _categorical(codes: NDArray[Any], categories: list[str]) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(codes.tolist(), categories=pd.Index(categories, dtype=object))


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of changes one after the other, the categories of each put together."""
    names = ("column", "rule")
    categories = {
        name: list(dict.fromkeys(one for part in parts for one in part[name].cat.categories)) for name in names
    }
    for part in parts:
        for name in names:
            part[name] = part[name].cat.set_categories(categories[name])
    return pd.concat(parts, ignore_index=True)
