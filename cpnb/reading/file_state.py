"""Whether a file is still the one that it was."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["FileState"]


class FileState(NamedTuple):
    """By what a file is known again: each change shows in one of them, unless somebody sets the clock back."""

    number: int
    size_bytes: int
    changed_ns: int

    @classmethod
    def of(cls, file: Path) -> FileState:
        """Return the state of a file now; zeros if it is gone."""
        try:
            state = file.stat()
        except OSError:
            return cls(0, 0, 0)
        return cls(state.st_ino, state.st_size, state.st_mtime_ns)
