"""A distributed table as its partitions, and work that is done on each where it is."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.delayed import Delayed
from dask.optimization import cull
from distributed import Client, Future, KilledWorker, futures_of

from cpnb import frames
from cpnb.errors import CpnbError, FrameError
from cpnb.fields import FieldMap
from cpnb.parts_at_work import without_frames

_Told = TypeVar("_Told")

Work: TypeAlias = Callable[..., _Told]
"""What is done with one partition, or with several that follow each other, each a pandas frame."""

TOO_LARGE = (
    "A partition needs more memory than its worker has. Make smaller ones, ddf.repartition(partition_size='100MB'), or "
    "give the workers more."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that work on a worker ended in, on its way to who asked for the work.

    It travels as a result: of an exception Dask logs the text and the arguments of the task, on the worker and on
    the scheduler.
    """

    error: CpnbError


def guarded(work: Work[_Told], *pieces: Any) -> _Told | Refusal:
    """Do some work, and return what it found, or the error that it ended in; never raise."""
    for piece in pieces:
        if isinstance(piece, Refusal):
            return piece
    try:
        return work(*pieces)
    except CpnbError as error:
        return Refusal(without_frames(error))
    except MemoryError:
        return Refusal(FrameError(TOO_LARGE))
    except Exception as error:  # noqa: BLE001 - by kind and place only: its text could hold a value
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Refusal(
            FrameError(
                f"The work on a partition broke off: {type(error).__name__} in {Path(place.filename).name}, line "
                f"{place.lineno}. If its columns are not of the types that ddf.dtypes says, the step that made it is "
                "wrong about its meta; else it is a mistake of cpnb or of a library below it."
            )
        )


def task(what: str, work: Work[Any], *pieces: Any) -> Delayed:
    """Return some work on partitions, to be done later; `what` names it on Dask's dashboard."""
    return dask.delayed(guarded, pure=False)(work, *pieces, dask_key_name=f"cpnb-{what}-{uuid.uuid4().hex}")


def raising(what: str, work: Work[Any], *pieces: Any) -> Delayed:
    """Return some work whose result others read as it is: what it ends in is raised, without any value in it."""
    return dask.delayed(_raised, pure=False)(work, *pieces, dask_key_name=f"cpnb-{what}-{uuid.uuid4().hex}")


def _raised(work: Work[Any], *pieces: Any) -> Any:
    return told(guarded(work, *pieces))


@contextmanager
def kept(tasks: Sequence[Delayed]) -> Iterator[list[Delayed]]:
    """Begin with some work whose results stay where they are made, unless the block breaks off."""
    held = list(dask.persist(*tasks))
    with forgotten_on_error(held):
        yield held


@contextmanager
def forgotten_on_error(held: Sequence[Delayed]) -> Iterator[None]:
    """Let the cluster drop some work, done or not, if a block breaks off.

    An error holds the variables of the frames that it came through, and a notebook holds the last error.
    """
    try:
        yield
    except BaseException:
        released(futures_of(list(held)))
        raise


def released(futures: Sequence[Future]) -> None:
    """Give some work up, as far as it is not done, and its results, without a word to anybody that may be gone."""
    for future in futures:
        future.release()


def computed(tasks: Sequence[Delayed], client: Client | None = None) -> list[Any]:
    """Return what some work found, in order; done by the cluster of a client, or by whatever Dask's default is now.

    Raises
    ------
    CpnbError
        The first error that any of it ended in.
    """
    try:
        results = dask.compute(*tasks, scheduler=client)
    except KilledWorker:
        results = (workers_died(),)
    return [told(result) for result in results]


def workers_died() -> Refusal:
    """Return what work ends in whose workers die, one after the other."""
    return Refusal(FrameError(f"Workers died over a partition. {TOO_LARGE}"))


def told(result: Any) -> Any:
    """Return a result of some work; raise what it ended in, if that is an error."""
    if isinstance(result, Refusal):
        raise result.error
    return result


class Partitions:
    """The partitions of a distributed table, or of some of its columns, none of them read yet.

    Parameters
    ----------
    data : dask.dataframe.DataFrame
        The table.
    columns : sequence of str, optional
        The columns that are needed; by default all.
    """

    def __init__(self, data: dd.DataFrame, columns: Sequence[str] | None = None) -> None:
        chosen = data if columns is None else data[list(dict.fromkeys(columns))]
        self.pieces: list[Delayed] = chosen.to_delayed()

    def __len__(self) -> int:
        return len(self.pieces)

    def alone(self, numbers: Iterable[int]) -> list[Delayed]:
        """Return some partitions with what is needed to make them and nothing else."""
        pieces = [self.pieces[number] for number in numbers]
        return [Delayed(one.key, cull(dict(one.dask), [one.key])[0]) for one in pieces]

    def tasks(self, what: str, work: Work[Any]) -> list[Delayed]:
        """Return the same work for each partition, to be done later."""
        return [task(what, work, piece) for piece in self.pieces]

    def told(self, what: str, work: Work[_Told]) -> list[_Told]:
        """Do the same work on each partition, and return what it found, in order."""
        return computed(self.tasks(what, work))


def checked_meta(data: Any, fields: FieldMap | None = None) -> pd.DataFrame:
    """Return the columns and types of a distributed table that is usable, as a pandas frame without rows.

    Raises
    ------
    FrameError
        If it is no Dask DataFrame, its columns cannot be told apart, or it lacks one that `fields` reads.
    """
    if not isinstance(data, dd.DataFrame):
        raise FrameError(f"Expected a Dask DataFrame, got an object of type {type(data).__name__}.")
    meta: pd.DataFrame = data._meta  # noqa: SLF001 - Dask's own accessors read it, it has no public name
    if fields is None:
        frames.checked_frame(meta)
    else:
        frames.require_columns(meta, fields)
    return meta


def starts_of(row_counts: Iterable[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the position of the first row of each partition, and at the end the number of all rows."""
    return np.concatenate([[0], np.cumsum(list(row_counts), dtype=np.int64)]).astype(np.int64)
