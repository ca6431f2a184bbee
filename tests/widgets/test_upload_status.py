"""An upload as a widget, without a browser: what it says, what its buttons do, and what is left of it in the end."""

from __future__ import annotations

import gc
import itertools
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipywidgets import Widget

import cpnb
from cpnb import UploadOptions
from cpnb.errors import ServiceError
from cpnb.sandbox_process import Sandbox
from cpnb.widgets.shown import WIDGET_VIEW
from cpnb.widgets.upload_status.cell import Cell
from cpnb.widgets.upload_status.status import UploadStatus
from cpnb.widgets.upload_status.watching import Watch

FIELDS = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
SOON = cpnb.Patience(poll_first_s=0.05, poll_longest_s=0.1)
THIRDS = UploadOptions(part_rows=2, parts_in_flight=1, patience=SOON)
RARELY = 3600.0
NOTHING = {"text/plain": "", "text/html": ""}


def people() -> Any:
    return cpnb.samples.people(rows=6, seed=1, flaws=0)[["customer_id", "city"]].set_axis(["id", "city"], axis=1)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """The sandbox of the tests here, which change its settings."""
    with Sandbox() as sandbox:
        yield sandbox


_numbers = itertools.count(1)


@pytest.fixture
def slow_domain(running: Sandbox) -> cpnb.Domain:
    """A domain that processes a file until it is stopped, or told to be quick."""
    running.change(processing_s=60.0)
    return running.domain(f"people-{next(_numbers)}")


@pytest.fixture
def begun(slow_domain: cpnb.Domain) -> Iterator[Callable[..., cpnb.Upload]]:
    """Begins an upload, by default of three parts of which the first is being processed; stops it with the test."""
    uploads = []

    def begin(data: Any = None, options: UploadOptions = THIRDS) -> cpnb.Upload:
        upload = cpnb.upload(people() if data is None else data, slow_domain, FIELDS, options=options)
        uploads.append(upload)
        wait_until(lambda: upload.parts[0].phase == "processing")
        return upload

    yield begin
    for upload in uploads:
        if not upload.done:
            upload.stop()
        wait_until(lambda upload=upload: upload.done)
        _ = upload.parts  # heard of its end


def wait_until(happened: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def is_seen(control: Any) -> bool:
    return "cpnb-gone" not in control._dom_classes


def text_of(status: UploadStatus) -> str:
    return str(status._head.value + status._parts.value + status._notes.value)


class Notebook:
    """Takes outputs as a front end does: an update replaces what was shown with the same id."""

    def __init__(self) -> None:
        self.outputs: dict[str, dict[str, Any]] = {}
        self.updates = 0

    def publish(
        self, data: dict[str, Any], _metadata: dict[str, Any], *, transient: dict[str, str], update: bool = False
    ) -> None:
        assert update is (transient["display_id"] in self.outputs)
        self.updates += update
        self.outputs[transient["display_id"]] = data

    @property
    def kinds(self) -> list[list[str]]:
        return [sorted(output) for output in self.outputs.values()]


def shown(upload: cpnb.Upload, clock: Callable[[], float] = time.monotonic) -> tuple[UploadStatus, Notebook]:
    """Show an upload in a notebook, looking at it when the test does."""
    status, notebook = UploadStatus(upload, watch=Watch(RARELY)), Notebook()
    Cell(status, notebook.publish, clock=clock).show()
    return status, notebook


def test_an_upload_at_work_tells_its_steps_its_parts_and_its_jobs(begun: Callable[..., cpnb.Upload]) -> None:
    upload = begun()
    status, notebook = shown(upload)

    text = text_of(status)

    assert "Upload of 6 rows: IN_PROGRESS" in text
    assert "6 of 6 rows" in text
    assert '<li aria-current="step"><span aria-hidden="true">▸</span> <b>sending</b>' in text
    assert "0 of 3 parts done" in text
    assert "how much longer cannot be told yet" in text
    assert text.count("waiting</span>") == 2
    assert f"Job: <code>{upload.jobs[0].job_id}</code> (part 1)" in text
    assert "Goes to domain" not in text
    assert (is_seen(status.stop_button), is_seen(status.retry_button)) == (True, False)
    assert notebook.kinds == [["text/html", "text/plain"], [WIDGET_VIEW, "text/html", "text/plain"]]


def test_stop_stops_and_retry_sends_again_until_plain_html_is_left(
    begun: Callable[..., cpnb.Upload], running: Sandbox
) -> None:
    upload = begun()
    status, notebook = shown(upload)

    status.stop_button.click()
    assert status.stop_button.disabled
    wait_until(lambda: upload.done and not status.look())

    first, second = notebook.outputs.values()
    assert first["text/plain"] == str(upload)
    assert first["text/html"].startswith(f'<div class="cpnb-kept">{upload._repr_html_()}</div><style>')
    assert WIDGET_VIEW in second
    assert second["text/plain"] == "upload.retry() sends again what did not get through."
    assert (is_seen(status.stop_button), is_seen(status.retry_button)) == (False, True)

    running.change(processing_s=0.0)
    status.retry_button.click()
    wait_until(lambda: upload.status == "SUCCEEDED")
    wait_until(lambda: not status.look() and not status.can_retry)

    assert list(notebook.outputs.values()) == [{"text/plain": str(upload), "text/html": upload._repr_html_()}, NOTHING]
    assert "SUCCEEDED" in first["text/plain"] or "STOPPED" in first["text/plain"]
    assert text_of(status) == upload._repr_html_()  # for a page that was loaded anew and still shows the widget


def test_what_is_sent_again_is_looked_at_again_by_itself(begun: Callable[..., cpnb.Upload], running: Sandbox) -> None:
    upload, watch = begun(), Watch(0.02)
    status = UploadStatus(upload, watch=watch)
    status.stop_button.click()
    wait_until(lambda: upload.done and watch.count == 0)
    assert status.can_retry

    running.change(processing_s=0.0)
    status.retry_button.click()
    wait_until(lambda: upload.status == "SUCCEEDED")
    wait_until(lambda: not status.moves and not status.can_retry)
    assert text_of(status) == upload._repr_html_()


def test_an_upload_that_got_through_shows_its_text_and_html_and_no_widget(domain: cpnb.Domain) -> None:
    upload = cpnb.upload(people(), domain, FIELDS, options=THIRDS).wait()

    with pytest.raises(NotImplementedError):  # by which IPython takes text and HTML
        upload._ipython_display_()


def test_what_got_through_is_not_kept_by_its_widget(domain: cpnb.Domain) -> None:
    upload = cpnb.upload(people(), domain, FIELDS, options=THIRDS)
    status, _ = shown(upload)
    upload.wait()
    status.look()
    alive = weakref.ref(upload)

    del upload
    gc.collect()

    assert alive() is None
    assert "SUCCEEDED" in status.as_text()


def test_a_refusal_to_stop_is_told_beside_the_button(begun: Callable[..., cpnb.Upload], running: Sandbox) -> None:
    upload = begun()
    status, _ = shown(upload)
    running.inject("access_denied", operation="StopUploadJob", times=1)

    status.stop_button.click()

    wait_until(lambda: "cpnb-wrong" in status._said.value)
    assert "StopUploadJob" in status._said.value
    assert not status.stop_button.disabled


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ServiceError("The service says <no>."), "The service says &lt;no&gt;."),
        (KeyError("ada@example.com"), "That broke off: KeyError. Call upload.stop() or upload.retry() in a cell."),
    ],
)
def test_what_a_click_raises_becomes_a_sentence_without_values(
    begun: Callable[..., cpnb.Upload], error: Exception, words: str
) -> None:
    upload = begun()
    status, _ = shown(upload)

    def refuse(_upload: cpnb.Upload) -> None:
        raise error

    status._act("Stopping", refuse)

    wait_until(lambda: words in status._said.value)
    assert "ada" not in status._said.value


def test_a_display_that_breaks_says_so_and_is_looked_at_no_more(begun: Callable[..., cpnb.Upload]) -> None:
    def broken_clock() -> float:
        raise ZeroDivisionError

    upload = begun()
    status = UploadStatus(upload, watch=Watch(RARELY), clock=broken_clock)

    assert status.look() is False
    assert "This display stopped (ZeroDivisionError). The upload goes on" in status._said.value


@pytest.mark.parametrize("close", [UploadStatus.close, lambda _status: Widget.close_all()])
def test_a_widget_that_is_closed_leaves_text_and_html_that_come_to_the_same_end(
    begun: Callable[..., cpnb.Upload], close: Callable[[UploadStatus], None]
) -> None:
    upload = begun()
    status, notebook = shown(upload)

    close(status)

    assert status.look() is True  # the upload moves
    first, second = notebook.outputs.values()
    assert first["text/plain"].startswith("Upload of 6 rows: IN_PROGRESS")
    assert second == NOTHING
    upload.stop()
    wait_until(lambda: upload.done and not status.look())
    assert list(notebook.outputs.values()) == [
        {"text/plain": str(upload), "text/html": upload._repr_html_()},
        NOTHING,
    ]


def test_a_widget_of_no_cell_that_is_closed_is_looked_at_no_more(begun: Callable[..., cpnb.Upload]) -> None:
    status = UploadStatus(begun(), watch=Watch(RARELY))

    status.close()

    assert status.look() is False


def test_a_cell_keeps_now_and_then_how_the_upload_stands_for_when_its_kernel_is_gone(
    begun: Callable[..., cpnb.Upload], running: Sandbox
) -> None:
    now_s = 0.0
    upload = begun()
    status, notebook = shown(upload, lambda: now_s)
    kept, _ = notebook.outputs.values()
    assert re.fullmatch(
        r"Upload of 6 rows: IN_PROGRESS \(no counts\)\nSo it stood on 20\d\d-\d\d-\d\d at \d\d:\d\d:\d\d UTC. "
        r"If nothing moves here, its kernel is gone: run the cell again, and it goes on from where it is.",
        kept["text/plain"],
    )
    assert "So it stood on" in kept["text/html"]
    assert f'<div class="cpnb-kept {status.mark}-kept">' in kept["text/html"]
    assert any(f"<style>.{status.mark}-kept" in child.value for child in status.children if hasattr(child, "value"))

    running.advance(61)
    wait_until(lambda: upload.parts[0].phase == "done")
    status.look()
    assert notebook.updates == 0  # too soon
    now_s = 5.0
    status.look()
    status.look()

    assert notebook.updates == 1
    kept, _ = notebook.outputs.values()
    assert kept["text/plain"].startswith("Upload of 6 rows: IN_PROGRESS (2 created, 0 updated, 0 failed)")


def test_a_second_click_before_the_first_is_answered_does_nothing(begun: Callable[..., cpnb.Upload]) -> None:
    status, _ = shown(begun())
    done = []
    answered = threading.Event()

    def slowly(_upload: cpnb.Upload) -> None:
        done.append(1)
        answered.wait(20)

    for _ in range(3):
        status._act("Stopping", slowly)
    answered.set()

    wait_until(lambda: not [one for one in threading.enumerate() if one.name == "cpnb-click"])
    assert done == [1]


def test_stop_and_then_retry_in_a_hurry_end_in_one_upload(begun: Callable[..., cpnb.Upload], running: Sandbox) -> None:
    upload = begun()
    status, notebook = shown(upload)

    for button in (status.stop_button, status.retry_button, status.stop_button, status.retry_button):
        button.click()
    wait_until(lambda: upload.done and not status.look())
    running.change(processing_s=0.0)
    for _ in range(3):
        status.retry_button.click()
    wait_until(lambda: upload.status == "SUCCEEDED" and not status.look())

    assert [job.status for job in upload.jobs] == ["SUCCEEDED"] * 3
    assert len(upload.superseded_jobs) == 1  # that of the part which was being processed
    assert "cpnb-wrong" not in status._said.value
    assert list(notebook.outputs.values())[1] == NOTHING


def test_html_in_the_names_of_columns_is_text_in_the_end(slow_domain: cpnb.Domain, running: Sandbox) -> None:
    running.change(processing_s=0.0)
    named = people().assign(**{"<img src=x>": "no address"})
    fields = cpnb.FieldMap({"id": "AccountNumber", "<img src=x>": "EmailAddress"}, unique_key="id")
    upload = cpnb.upload(named, slow_domain, fields, on_invalid="blank", display_name="<b>x</b>", options=THIRDS)
    status, notebook = shown(upload)
    wait_until(lambda: upload.done and not status.look())

    first, _ = notebook.outputs.values()
    assert "&lt;img src=x&gt;" in first["text/html"]
    for seen in (first["text/html"], text_of(status)):
        assert "<img" not in seen
        assert "<b>x" not in seen


def test_a_job_that_was_deleted_is_told(begun: Callable[..., cpnb.Upload], running: Sandbox) -> None:
    upload = begun()
    status, notebook = shown(upload)

    upload.domain.call("DeleteDomain")
    wait_until(lambda: upload.done and not status.look())

    first, _ = notebook.outputs.values()
    assert "BROKEN" in first["text/plain"]
    assert "GetUploadJob" in first["text/plain"]


def test_a_thousand_parts_are_a_page_of_a_few_lines(begun: Callable[..., cpnb.Upload]) -> None:
    many = cpnb.samples.people(rows=1000, seed=1, flaws=0)[["customer_id", "city"]].set_axis(["id", "city"], axis=1)
    upload = begun(many, UploadOptions(part_rows=1, parts_in_flight=2, patience=SOON))
    status, notebook = shown(upload)

    began_s = time.perf_counter()
    status.look()

    assert time.perf_counter() - began_s < 0.25
    assert text_of(status).count("<tr>") == 1 + 12
    assert len(text_of(status)) < 20_000
    assert sum(len(text) for output in notebook.outputs.values() for text in output.values() if text) < 40_000
