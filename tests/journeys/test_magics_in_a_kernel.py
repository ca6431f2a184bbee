"""The magics in a real kernel: Tab, a cell that is run twice, one that is interrupted, and a restart in the middle."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Jupyter is no part of the environment of the oldest versions; everywhere else it is there.
manager = pytest.importorskip("jupyter_client.manager")

ANSWER_S = 120.0

SETUP = """
%load_ext cpnb
import cpnb
people = cpnb.samples.people(rows=100, seed=7)
fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
"""


class Kernel:
    """A kernel, and what a notebook sees of it."""

    def __init__(self, folder: Path) -> None:
        self._manager, self._client = manager.start_new_kernel(cwd=str(folder), startup_timeout=ANSWER_S)

    def start(self, code: str) -> str:
        return self._client.execute(code)

    def seen(self, message: str) -> tuple[str, dict[str, Any]]:
        """Return what a cell printed and showed, and its reply, once it is through."""
        shown = []
        while True:
            heard = self._client.get_iopub_msg(timeout=ANSWER_S)
            if heard["parent_header"].get("msg_id") != message:
                continue
            content = heard["content"]
            if content.get("execution_state") == "idle":
                break
            shown.append(content.get("text", "") + content.get("data", {}).get("text/plain", ""))
            shown += content.get("traceback", [])
        while (reply := self._client.get_shell_msg(timeout=ANSWER_S))["parent_header"]["msg_id"] != message:
            pass  # an answer to an earlier cell
        return "".join(shown), reply["content"]

    def run(self, code: str) -> str:
        return self.seen(self.start(code))[0]

    def completed(self, code: str) -> dict[str, Any]:
        content: dict[str, Any] = self._client.complete(code, reply=True, timeout=ANSWER_S)["content"]
        return content

    def until(self, message: str, words: str) -> None:
        """Wait until a cell says something."""
        while True:
            heard = self._client.get_iopub_msg(timeout=ANSWER_S)
            if heard["parent_header"].get("msg_id") == message and words in heard["content"].get("text", ""):
                return

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()

    def restart(self) -> None:
        self._manager.restart_kernel(now=True)
        self._client.wait_for_ready(timeout=ANSWER_S)

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("notebook"))
    try:
        assert kernel.run(SETUP) == ""
        yield kernel
    finally:
        kernel.stop()


def test_tab_replaces_the_word_at_the_cursor(kernel: Kernel) -> None:
    line = "%cp_upload people --unique-key cust"
    content = kernel.completed(line)

    assert (content["status"], content["matches"]) == ("ok", ["customer_id"])
    assert (content["cursor_start"], content["cursor_end"]) == (len(line) - len("cust"), len(line))
    assert kernel.completed("%cp_upload people --on-inv")["matches"] == ["--on-invalid"]
    assert kernel.completed("%%cp_segment a\nprofile.Address.Ci")["matches"] == ["City"]


def test_a_mistake_is_one_message(kernel: Kernel) -> None:
    said, reply = kernel.seen(kernel.start("%cp_upload people --filds fields"))

    assert said == "UsageError: %cp_upload has no option '--filds'. Did you mean '--fields'? %cp_upload? shows all.\n"
    assert reply["status"] == "error"  # the cells that follow do not run


def test_without_a_sandbox_it_says_which_lines_bind_one(kernel: Kernel) -> None:
    assert kernel.run("%cp_upload people --fields fields") == (
        "UsageError: No domain is bound, so there is nowhere to go. Run one of these first:\n"
        "    %cp_sandbox start --domain loyalty\n"
        "    %cp_domain loyalty --profile prod\n"
    )


START = "%cp_sandbox start --domain loyalty --state sandbox.db\n%cp_sandbox status -o sandbox"
UPLOAD = "%cp_upload people --fields fields --on-invalid blank"


@pytest.fixture(scope="module")
def sandbox(kernel: Kernel) -> None:
    kernel.run(START)


def job_count(kernel: Kernel) -> int:
    return int(kernel.run("jobs = %cp_jobs\nprint(len(jobs))"))


@pytest.mark.usefixtures("sandbox")
def test_a_cell_that_is_run_twice_sends_once(kernel: Kernel) -> None:
    before = job_count(kernel)
    first, again = (kernel.run(f"{UPLOAD} --wait") for _ in range(2))

    assert "SUCCEEDED (" in first
    assert "SUCCEEDED (" in again
    assert job_count(kernel) == before + 1


@pytest.mark.usefixtures("sandbox")
def test_an_interrupt_ends_the_waiting_in_words_and_not_the_upload(kernel: Kernel) -> None:
    kernel.run("sandbox.change(processing_s=3600)")
    upload = kernel.start(f"{UPLOAD} --marker campaign=spring --wait")
    kernel.until(upload, "Goes to domain loyalty")
    time.sleep(2)  # now it waits
    kernel.interrupt()
    said, reply = kernel.seen(upload)

    assert reply["status"] == "error"
    assert said == (
        "UsageError: Interrupted. The upload goes on in the background: wait() waits again, stop() stops it. Run the "
        "cell again to go on watching it: nothing is sent twice.\n"
    )
    before = job_count(kernel)
    kernel.run("sandbox.advance(7200)")
    assert "SUCCEEDED (" in kernel.run(f"{UPLOAD} --marker campaign=spring --wait")
    assert job_count(kernel) == before


def test_after_a_restart_in_the_middle_the_same_cells_go_on(kernel: Kernel) -> None:
    start = START.replace("sandbox.db", "another.db")
    kernel.run(f"%cp_sandbox stop\n{start}")
    kernel.run("sandbox.change(processing_s=10)")
    kernel.run(f"{UPLOAD} -o upload")
    kernel.run("import time\nwhile 'is being processed' not in str(upload): time.sleep(0.1)")
    kernel.restart()  # and with it the sandbox, whose job is interrupted

    assert "%cp_jobs" in kernel.run("%cp_jobs")  # IPython's own words for what is not loaded
    kernel.run(SETUP)
    assert "No domain is bound" in kernel.run("%cp_jobs")
    kernel.run(start)
    said = kernel.run(f"{UPLOAD} --wait")
    assert "SUCCEEDED (" in said
    assert "The job of an earlier run failed, so it is sent again." in said
    assert job_count(kernel) == 2
