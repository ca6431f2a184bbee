"""Rows as the profiles that they would become: the text of each attribute, and what it is read as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.matching import readings
from cpnb.matching.readings import Moments, Numbers

_Read = TypeVar("_Read", bound="NDArray[Any]")


class ProfileTexts:
    """Some rows as profiles; what an attribute is read as is worked out once, on its distinct texts.

    Parameters
    ----------
    row_count : int
        Number of rows.
    texts : mapping of str to pyarrow.Array
        By path, such as ``Address.City``: ``large_string``, null where a profile lacks the attribute, and no empty
        texts. A path that is left out is an attribute that no profile has.
    """

    def __init__(self, row_count: int, texts: Mapping[str, pa.Array]) -> None:
        self.row_count = row_count
        self._texts = texts
        self._distinct: dict[str, tuple[pa.Array, NDArray[np.int32]]] = {}
        self._numbers: dict[str, Numbers] = {}
        self._moments: dict[str, Moments] = {}

    def text(self, path: str) -> pa.Array:
        """Return the texts of an attribute."""
        found = self._texts.get(path)
        return pa.nulls(self.row_count, pa.large_string()) if found is None else found

    def present(self, path: str) -> NDArray[np.bool_]:
        """Return which profiles have an attribute."""
        return np.asarray(self.text(path).is_valid().to_numpy(zero_copy_only=False), dtype=bool)

    def numbers(self, path: str) -> Numbers:
        """Return an attribute as numbers."""
        if path not in self._numbers:
            self._numbers[path] = self.of_distinct(path, readings.numbers, np.float64(np.nan))
        return self._numbers[path]

    def moments(self, path: str) -> Moments:
        """Return an attribute as points in time."""
        if path not in self._moments:
            self._moments[path] = self.of_distinct(path, readings.moments, np.datetime64("NaT", "us"))
        return self._moments[path]

    def of_distinct(self, path: str, read: Callable[[pa.Array], _Read], absent: Any) -> _Read:
        """Return what `read` makes of an attribute, asked about each distinct text once; `absent` where there is none."""
        if path not in self._distinct:
            encoded = self.text(path).dictionary_encode()
            codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
            self._distinct[path] = encoded.dictionary, codes
        distinct, codes = self._distinct[path]
        return np.append(read(distinct), absent)[codes]
