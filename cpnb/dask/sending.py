"""The files of an upload sent by workers, each by one that has its rows; the driver alone speaks with the service.

A part is a task. Once its rows are there it waits in the mailbox of its worker; only then is a path fetched, sealed for
this one try and deposited there. If the worker dies, Dask begins the task on another one, which waits without a path
as the first did, and gets one of its own. A PUT writes its object as a whole or not at all, so nothing is doubled.
"""

from __future__ import annotations

import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dask.delayed import Delayed
from distributed import Client, Future, KilledWorker

from cpnb import transfer
from cpnb.csvstream import Positions
from cpnb.dask import mailbox
from cpnb.dask.mailbox import Seen
from cpnb.dask.part_files import PartFile, PartFiles, PartRows
from cpnb.dask.partitions import TOO_LARGE, computed, task, told
from cpnb.dask.sealing import sealed_for
from cpnb.delivery import Watched, put_from_here
from cpnb.errors import UploadError
from cpnb.measuring import Measure
from cpnb.parts import Part
from cpnb.put_error import PutError, Remedy
from cpnb.upload_path import UploadPath

FIRST_LOOK_S, LOOK_AGAIN_S = 0.05, 0.4
"""First and longest pause between two looks at a part, each twice as long as the one before: small parts do not wait
for their path, for which all workers are asked, and a large cluster is not asked too often."""


@dataclass(frozen=True, slots=True)
class Putting:
    """Work: put the file of a part at the path that is deposited for it.

    Attributes
    ----------
    part : PartRows
        Its rows.
    measure : Measure
        What they were when they were examined.
    ticket : str
        By which the driver knows it.
    terms : mapping
        How long to wait for what; see `cpnb.transfer.put`.
    """

    part: PartRows
    measure: Measure
    ticket: str
    terms: Mapping[str, Any]

    def __call__(self, *frames: pd.DataFrame) -> None:
        """Wait for the path, put the file, and return when the storage has it."""
        stream = self.part.stream(self.measure, frames)
        with mailbox.attempt(self.ticket) as attempt:
            transfer.put(attempt.path(), stream, tell=attempt.gone, **self.terms)


class _HolderOfPartitions(ABC):
    """Has the rows of an upload in partitions, and reads them anew for each question."""

    def __init__(self, files: PartFiles) -> None:
        self._files = files

    def part(self, rows: range, number: int) -> Part:
        """Return some rows as a part, read and measured."""
        [measure] = self._computed([self._files.measuring(rows)])
        return Part(number, rows, measure)

    def file(self, part: Part) -> PartFile:
        """Return the file of a part."""
        return PartFile(self._files, part)

    def rows_at(self, positions: Positions, columns: Sequence[str]) -> pd.DataFrame:
        """Bring some rows of some columns here."""
        picked: pd.DataFrame = pd.concat(self._computed(self._files.picking(positions, columns)), ignore_index=True)
        return picked

    @abstractmethod
    def _computed(self, tasks: Sequence[Delayed]) -> list[Any]:
        """Return what some work found, in order."""


class SenderFromPartitions(_HolderOfPartitions):
    """Brings the partitions of a part to this process, and sends it from here: where there is no cluster."""

    put = staticmethod(put_from_here)

    def _computed(self, tasks: Sequence[Delayed]) -> list[Any]:
        return computed(tasks)


class SenderByWorkers(_HolderOfPartitions):
    """Lets workers send the parts.

    Parameters
    ----------
    files : PartFiles
        The rows.
    client : Client
        Of the cluster.
    first_look_s, look_again_s : float
        First and longest pause between two looks at a part.
    """

    def __init__(
        self,
        files: PartFiles,
        client: Client,
        *,
        first_look_s: float = FIRST_LOOK_S,
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        super().__init__(files)
        self._client = client
        self._first_look_s = first_look_s
        self._look_again_s = look_again_s

    def _computed(self, tasks: Sequence[Delayed]) -> list[Any]:
        self._require_open()
        return computed(tasks, self._client)  # whose cluster was found private

    def _require_open(self) -> None:
        if self._client.status != "running":
            raise UploadError(
                f"The Dask client of this upload is no longer connected ({self._client.status}), and its rows are on "
                "that cluster. Connect to a cluster, and run the upload again: what is through is not sent again."
            )

    def put(self, fetch: Callable[[], UploadPath], body: Watched, **terms: Any) -> None:
        """Let a worker put the file of a part, and return when the storage has it."""
        if not isinstance(body.file, PartFile):
            raise TypeError(f"Workers send files of parts, and not a {type(body.file).__name__}.")
        part = body.file.part
        ticket = uuid.uuid4().hex
        putting = Putting(self._files.rows(part.rows), part.measure, ticket, terms)
        pieces = self._files.partitions.alone(self._files.numbers(part.rows))
        future = self._client.compute(task("put", putting, *pieces))
        try:
            self._watch(future, ticket, fetch, body)
            result = _result_of(future)
        finally:
            if not future.done():
                future.cancel()
                self._client.run(mailbox.withdraw, ticket, on_error="ignore")
            future.release()
        told(result)
        body.has_gone(len(body.file))

    def _watch(self, future: Future, ticket: str, fetch: Callable[[], UploadPath], body: Watched) -> None:
        served: set[str] = set()
        sent_bytes = 0
        workers: list[str] | None = None
        pause_s = self._first_look_s
        ended = threading.Event()
        future.add_done_callback(lambda _: ended.set())
        while not future.done():
            found = list(self._seen(ticket, workers))
            workers = [address for address, _ in found] or None  # all are asked only as long as nobody has it
            for address, seen in found:
                if seen.waits and seen.attempt not in served:
                    sealed = sealed_for(seen.public, fetch())
                    served.add(seen.attempt)
                    self._client.run(
                        mailbox.deposit, ticket, seen.attempt, sealed, workers=[address], on_error="ignore"
                    )
                sent_bytes = seen.sent_bytes
            body.has_gone(sent_bytes)
            if ended.wait(pause_s):
                ended.clear()  # the worker may die with what it has found, and another one begins anew
            pause_s = min(2 * pause_s, self._look_again_s)

    def _seen(self, ticket: str, workers: list[str] | None) -> Iterator[tuple[str, Seen]]:
        """Yield the workers on which the part is, ready or on its way; after a death in between, two for a moment."""
        answers = self._client.run(mailbox.look, ticket, workers=workers, on_error="ignore")
        for address, seen in answers.items():
            if isinstance(seen, Seen):
                yield address, seen


def _result_of(future: Future) -> Any:
    try:
        return future.result()
    except KilledWorker:
        failure = PutError(f"The workers that were to send it died. {TOO_LARGE}", Remedy.NONE)
    raise failure
