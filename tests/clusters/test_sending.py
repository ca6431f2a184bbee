"""Parts put by the workers of a real cluster: what a death in the middle costs, and that no secret is anywhere."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import dask.dataframe as dd
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from cpnb import FieldMap
from cpnb.dask import mailbox, uploading
from cpnb.dask.sending import SenderByWorkers
from cpnb.delivery import Watched
from cpnb.retrying import StoppedError
from tests.clusters.conftest import KEY, SIGNATURE, TOKEN, SlowStorage, until
from tests.plans import a_domain

cloudpickle.register_pickle_by_value(sys.modules[__name__])

FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")
TERMS: dict[str, Any] = {"stall_s": 30.0, "answer_s": 30.0, "megabyte_s": 30.0, "ca_bundle": None}


class Sending:
    """One part on its way, on a thread of its own."""

    def __init__(self, table: dd.DataFrame, client: Client, storage: SlowStorage) -> None:
        planned, files = uploading._planned(table, a_domain(), FIELDS)
        [self.part] = planned.parts
        self.expected = b"".join(planned.stream(read_here(table), self.part))
        self.told: list[int] = []
        self.stopping = False
        self.error: BaseException | None = None
        self._sender = SenderByWorkers(files, client)
        self._fetch = storage.fetch
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._sender.put(self._fetch, Watched(self._sender.file(self.part), self._gone, self.told.append), **TERMS)
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            self.error = error

    def _gone(self, _: int) -> None:
        if self.stopping:
            raise StoppedError(StoppedError.WORDS)

    def ended(self) -> Sending:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self


def read_here(table: dd.DataFrame) -> pd.DataFrame:
    """Return the rows, read by this process: what workers send to it would be in its logs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # older versions wonder why not by the cluster
        return table.compute(scheduler="sync")


def attempts_here() -> tuple[int, int]:
    return os.getpid(), len(mailbox._ATTEMPTS)


def test_a_worker_puts_the_file_that_pandas_would_make(
    client: Client, table: dd.DataFrame, storage: SlowStorage
) -> None:
    storage.gate.set()

    sending = Sending(table, client, storage).ended()

    assert sending.error is None
    assert storage.stored == [sending.expected]
    assert sending.told == sorted(sending.told)
    assert sending.told[-1] == len(sending.expected)
    assert client.run(attempts_here)  # and nothing is left behind
    assert [count for _, count in client.run(attempts_here).values()] == [0, 0]


def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    client: Client, table: dd.DataFrame, storage: SlowStorage
) -> None:
    sending = Sending(table, client, storage)
    assert storage.began.acquire(timeout=60)
    [victim] = [pid for pid, count in client.run(attempts_here).values() if count]

    os.kill(victim, signal.SIGKILL)

    assert storage.began.acquire(timeout=60)  # another one has begun, from the first byte
    storage.gate.set()
    assert sending.ended().error is None
    assert storage.begun == ["1", "2"]  # each with a path of its own
    # What the first had sent may arrive whole in spite of all: it is the same file, and the same object.
    assert set(storage.stored) == {sending.expected}
    assert victim not in [pid for pid, _ in client.run(attempts_here).values()]


def test_a_stop_reaches_the_worker_soon(client: Client, table: dd.DataFrame, storage: SlowStorage) -> None:
    sending = Sending(table, client, storage)
    assert storage.began.acquire(timeout=60)

    sending.stopping = True
    began_s = time.monotonic()
    sending.ended()

    assert time.monotonic() - began_s < 5  # a second or two, on a machine that does nothing else
    assert isinstance(sending.error, StoppedError)
    storage.gate.set()
    until(lambda: not any(count for _, count in client.run(attempts_here).values()))
    assert client.run(mailbox_is_closed, list(mailbox._ATTEMPTS)) is not None


def mailbox_is_closed(_: list[str]) -> bool:
    return not mailbox._ATTEMPTS


def log_everything(file: str) -> None:
    handler = logging.FileHandler(file)
    logging.getLogger().addHandler(handler)
    for name in ("", "distributed", *logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)


def log_no_more() -> None:
    for handler in [one for one in logging.getLogger().handlers if isinstance(one, logging.FileHandler)]:
        logging.getLogger().removeHandler(handler)
        handler.close()
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger("distributed").setLevel(logging.INFO)


def inner_logs(dask_worker: Any) -> str:
    return f"{list(dask_worker.state.log)}{list(dask_worker.state.stimulus_log)}{dask_worker.state.tasks}"


def test_no_secret_and_no_customer_is_in_any_log_or_graph(
    cluster: LocalCluster, client: Client, table: dd.DataFrame, storage: SlowStorage, tmp_path: Path
) -> None:
    log = tmp_path / "everything.log"
    levels = {name: logging.getLogger(name).level for name in ("", *logging.root.manager.loggerDict)}
    client.run(log_everything, str(log))
    log_everything(str(log))  # of the driver, and of the scheduler, which is in this process
    told: list[object] = []
    try:
        sending = Sending(table, client, storage)
        assert storage.began.acquire(timeout=60)
        scheduler = cluster.scheduler
        told += [cloudpickle.dumps(one.run_spec) for one in list(scheduler.tasks.values())]
        told += [list(scheduler.transition_log), scheduler.get_logs(), client.get_worker_logs(), client.run(inner_logs)]
        told += [client.get_events()]
        storage.gate.set()
        told.append(sending.ended().error)
        told += [list(scheduler.transition_log), client.run(inner_logs)]
        with contextlib.suppress(Exception):
            client.submit(lambda: 1 / 0).result()  # something of the scheduler's own is logged, too
    finally:
        client.run(log_no_more)
        log_no_more()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    text = log.read_text() + "".join(repr(one) for one in told)

    assert sending.expected in storage.stored
    assert "deposit" in text  # the message with the path is in a log of the lowest level: what it holds is sealed
    # Dask itself keeps the first rows of the first file, from which it guessed the types, in what read_csv makes.
    customers = ("canary.1-00000@example.com", "canary.2-00399", "Canarytown1", "Canarytown2")
    for secret in (SIGNATURE, TOKEN, repr(KEY)[2:-1], *customers):
        place = text.find(secret)
        assert place < 0, text[max(0, place - 300) : place]


def clients_of_aws() -> list[str]:
    import gc

    made = [type(one).__name__ for one in gc.get_objects() if str(type(one).__module__).startswith("botocore.client")]
    named = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")
    return [*made, *(name for name in named if name in os.environ)]


def test_workers_get_no_credentials_and_make_no_client_of_aws(
    client: Client, table: dd.DataFrame, storage: SlowStorage
) -> None:
    storage.gate.set()
    Sending(table, client, storage).ended()

    assert [found for found in client.run(clients_of_aws).values() if found] == []


class Asked:
    """A client whose workers know of no part yet, and that counts how often they are asked."""

    def __init__(self) -> None:
        self.count = 0

    def run(self, *_: Any, **__: Any) -> dict[str, Any]:
        self.count += 1
        return {}


class Wanted:
    """A future that is done for as long as a worker has what it found."""

    def __init__(self) -> None:
        self.is_done = False
        self.calls: list[Callable[[Any], None]] = []

    def done(self) -> bool:
        return self.is_done

    def add_done_callback(self, call: Callable[[Any], None]) -> None:
        self.calls.append(call)

    def end(self) -> None:
        self.is_done = True
        for call in self.calls:
            call(self)


@pytest.fixture
def watched() -> Watched:
    return Watched([], lambda _: None, lambda _: None)  # type: ignore[arg-type]


def watching(sender: SenderByWorkers, future: Wanted, watched: Watched) -> threading.Thread:
    thread = threading.Thread(target=sender._watch, args=(future, "ticket", lambda: None, watched), daemon=True)
    thread.start()
    return thread


def test_the_end_of_a_part_is_noticed_at_once(watched: Watched) -> None:
    client, future = Asked(), Wanted()
    sender = SenderByWorkers(None, client, first_look_s=600.0, look_again_s=600.0)  # type: ignore[arg-type]
    thread = watching(sender, future, watched)
    until(lambda: client.count == 1)

    future.end()

    thread.join(30)
    assert not thread.is_alive()


def test_workers_are_asked_less_and_less_often_also_after_one_died_with_what_it_had_found(watched: Watched) -> None:
    client, future = Asked(), Wanted()
    sender = SenderByWorkers(None, client, first_look_s=0.1, look_again_s=0.4)  # type: ignore[arg-type]
    thread = watching(sender, future, watched)
    until(lambda: client.count == 1)
    for call in future.calls:  # it was done, and before anybody looks it is not any more
        call(future)

    time.sleep(1.0)

    assert client.count <= 5  # at 0 and a moment later, then after 0.2 s, 0.4 s and 0.4 s
    future.is_done = True
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("taken_first", [True, False])
def test_a_path_is_used_once(taken_first: bool) -> None:
    with mailbox.attempt("ticket") as attempt:
        seen = mailbox.look("ticket")
        assert seen is not None
        assert seen.waits
        assert not mailbox.deposit("ticket", "another try", b"")
        assert mailbox.deposit("ticket", attempt.name, b"sealed")
        if taken_first:
            with pytest.raises(Exception):  # noqa: B017 - sealed for nobody
                attempt.path(0.1)
        assert not mailbox.deposit("ticket", attempt.name, b"again")
    assert mailbox.look("ticket") is None
