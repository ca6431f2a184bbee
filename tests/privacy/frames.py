"""What Sentry, rich and verbose tracebacks of IPython show of an error: the variables of the frames it came through.

Keys, signed URLs and credentials are searched for in all of them. Cells are not: whoever calls ``upload(table, ...)``
has the table in a frame already, that of the call, and the verbs to which a table is given hold it, and what they read
from it, in theirs (``data``, a rendered slice, the header of a file). What an `Upload` raises is given no table, and
holds no cell in any frame of ours either; nor does the chain of any error hold one of a library, whose frames would.

Objects are looked at as these tools do: by their ``repr``, and into containers and dataclasses for some levels. A
debugger can open what does not show itself, such as an `UploadPath` or the credentials of a client; that is no leak.
"""

from __future__ import annotations

import contextlib
import dataclasses
import traceback
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

LEVELS = 4
ITEMS = 200
TESTS = Path(__file__).parents[1]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that it carries along, suppressed or not, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def frames(error: BaseException) -> Iterator[FrameType]:
    """Yield the frames that an error and its chain came through, those of the tests left out: the analyst's own."""
    for one in chain(error):
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if not Path(frame.f_code.co_filename).is_relative_to(TESTS):
                yield frame


def variables(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield the place of each variable of these frames, and what is shown of it."""
    for frame in frames(error):
        where = f"{frame.f_code.co_qualname} of {Path(frame.f_code.co_filename).name}"
        for name, value in frame.f_locals.items():
            yield f"variable {name} in {where}", "\n".join(shown(value))


def shown(value: Any, levels: int = LEVELS) -> Iterator[str]:
    """Yield what is shown of a value, and of what it holds."""
    with contextlib.suppress(Exception):  # what cannot be shown is not shown
        yield repr(value)
    if isinstance(value, bytes | bytearray | memoryview):
        yield bytes(value).hex()
    elif levels:
        for one in islice(_held(value), ITEMS):
            yield from shown(one, levels - 1)


def _held(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return (one for pair in value.items() for one in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return (getattr(value, one.name, None) for one in dataclasses.fields(value) if one.repr)
    return ()
