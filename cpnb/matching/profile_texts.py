"""Rows as the profiles that they would become: the text of each attribute, and what it is read as."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.matching import readings
from cpnb.matching.readings import Moments, Numbers

_Scalar = TypeVar("_Scalar", bound=np.generic)


class ProfileTexts:
    """Some rows as profiles; what an attribute is read as is worked out once, on its distinct texts.

    Parameters
    ----------
    row_count : int
        Number of rows.
    texts : mapping of str to pyarrow.Array
        By path, such as ``Address.City``: ``large_string``, null where a profile lacks the attribute, and no empty
        texts. A path that is left out is an attribute that no profile has.
    without_text : mapping of str to int, optional
        By path: how many cells are neither empty nor can be sent, such as lists.
    """

    def __init__(
        self, row_count: int, texts: Mapping[str, pa.Array], without_text: Mapping[str, int] | None = None
    ) -> None:
        self.row_count = row_count
        self.without_text = without_text or {}
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

    def of_distinct(self, path: str, read: Callable[[pa.Array], NDArray[_Scalar]], absent: _Scalar) -> NDArray[_Scalar]:
        """Return what `read` makes of an attribute, asked about each text once; `absent` where there is none."""
        distinct, codes = self.distinct(path)
        made = read(distinct)
        return np.concatenate([made, np.array([absent], dtype=made.dtype)])[codes]

    def distinct(self, path: str) -> tuple[pa.Array, NDArray[np.int32]]:
        """Return the different texts of an attribute, and for each profile which it has: one beyond them if none."""
        if path not in self._distinct:
            encoded = self.text(path).dictionary_encode()
            codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
            self._distinct[path] = encoded.dictionary, codes
        return self._distinct[path]

    def changed(self, change: Callable[[pa.Array], pa.Array]) -> ProfileTexts:
        """Return the same profiles with each text as `change` makes it of the distinct ones; null is absent."""
        return ProfileTexts(self.row_count, _ChangedTexts(self, self._texts, change))


class _ChangedTexts(Mapping[str, pa.Array]):
    """The texts of profiles, changed; an attribute is changed when it is first asked for."""

    def __init__(
        self, profiles: ProfileTexts, paths: Mapping[str, object], change: Callable[[pa.Array], pa.Array]
    ) -> None:
        self._profiles = profiles
        self._paths = paths
        self._change = change
        self._changed: dict[str, pa.Array] = {}

    def __getitem__(self, path: str) -> pa.Array:
        if path not in self._paths:
            raise KeyError(path)
        if path not in self._changed:
            distinct, codes = self._profiles.distinct(path)
            absent = codes == len(distinct)
            self._changed[path] = self._change(distinct).take(pa.array(codes, mask=absent))
        return self._changed[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
