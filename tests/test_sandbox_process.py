"""The sandbox as a child: it starts, is driven, and ends with its parent however that ends."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import boto3
import pandas as pd
import pytest
import requests

from cpnb.domain import Domain
from cpnb.errors import SandboxError, ServiceError, UnreachableError
from cpnb.fields import FieldMap
from cpnb.sandbox_process import Sandbox
from cpnb.uploads import upload

STARTING = "import sys; from cpnb.sandbox_process import Sandbox; sandbox = Sandbox(); print(sandbox.pid, flush=True); "


def lives(pid: int) -> bool:
    """Return whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def becomes_true(condition: Callable[[], bool], timeout_s: float = 15.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not (seen := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def answers(sandbox: Sandbox) -> bool:
    with contextlib.closing(socket.socket()) as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", urlsplit(sandbox.url).port or 0)) == 0


def test_once_made_it_answers_on_this_machine_only() -> None:
    with Sandbox() as sandbox:
        assert urlsplit(sandbox.url).hostname == "127.0.0.1"
        assert answers(sandbox)


def test_leaving_the_block_stops_it() -> None:
    with Sandbox() as sandbox:
        assert sandbox.running
        assert repr(sandbox) == f"Sandbox at {sandbox.url}"

    assert not sandbox.running
    assert not answers(sandbox)
    assert repr(sandbox) == f"Sandbox at {sandbox.url} (stopped)"


def test_it_can_be_stopped_twice() -> None:
    sandbox = Sandbox()
    sandbox.stop()
    sandbox.stop()

    assert not sandbox.running


def test_a_stopped_one_makes_no_domains_and_says_how_to_get_another() -> None:
    sandbox = Sandbox()
    sandbox.stop()

    with pytest.raises(SandboxError, match=r"is stopped. Start another: cpnb.Sandbox\(\)"):
        sandbox.domain("loyalty")


def test_a_domain_of_a_stopped_one_is_unreachable() -> None:
    with Sandbox() as sandbox:
        domain = sandbox.domain("loyalty")

    with pytest.raises(UnreachableError, match="nothing answered"):
        domain.call_once("GetDomain")


def test_the_last_reference_gone_it_stops() -> None:
    sandbox = Sandbox()
    pid = sandbox.pid
    del sandbox
    gc.collect()

    assert becomes_true(lambda: not lives(pid))


@pytest.mark.parametrize(
    "ending",
    ["sys.exit(0)", "raise SystemExit(3)", "import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), 9)"],
)
def test_it_ends_with_its_parent_however_that_ends(ending: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", STARTING + ending], capture_output=True, text=True, check=False, timeout=60
    )
    pid = int(parent.stdout)

    assert becomes_true(lambda: not lives(pid))


def test_a_fork_of_its_parent_that_ends_does_not_stop_it() -> None:
    program = (
        "import os, sys; from cpnb.sandbox_process import Sandbox; sandbox = Sandbox(); fork = os.fork()\n"
        "if fork == 0: sys.exit(0)\n"
        "os.waitpid(fork, 0); print(sandbox.running and sandbox.domain('loyalty').exists())"
    )
    parent = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)

    assert parent.stdout.strip() == "True", parent.stderr


def test_an_interrupt_of_the_parents_terminal_leaves_it_to_the_parent() -> None:
    # A notebook's stop button and Ctrl-C reach every process of the terminal, children included.
    # Whoever was started in the background ignores that signal, and hands it on.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import time; from cpnb.sandbox_process import Sandbox; sandbox = Sandbox()\n"
        "try:\n    print('ready', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    time.sleep(1); print(sandbox.running and sandbox.domain('loyalty').exists())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert parent.stdout is not None
        parent.stdout.readline()
        os.killpg(parent.pid, signal.SIGINT)
        said, _ = parent.communicate(timeout=30)
    finally:
        parent.kill()
        parent.wait()

    assert said.strip() == "True"


def test_making_a_domain_twice_gives_the_same(sandbox: Sandbox) -> None:
    sandbox.domain("twice")

    assert sandbox.domain("twice").exists()


def test_a_domain_names_the_sandbox_as_its_place(sandbox: Sandbox) -> None:
    domain = sandbox.domain("placed")

    assert domain.host == urlsplit(sandbox.url).netloc
    assert domain.region == "us-east-1"


def test_the_account_of_a_sandbox_is_told_by_the_sandbox(sandbox: Sandbox) -> None:
    domain = sandbox.domain("accounted")

    assert len(domain.account) == 12
    assert f"account {domain.account}" in repr(domain)


def test_nothing_in_this_process_is_redirected(sandbox: Sandbox) -> None:
    before = dict(os.environ)
    sandbox.domain("quiet")

    assert dict(os.environ) == before
    client = boto3.Session("a", "b", region_name="us-east-1").client("customer-profiles")
    assert client.meta.endpoint_url == "https://profile.us-east-1.amazonaws.com"


def test_its_environment_points_other_tools_at_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.domain("found-by-environment")
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)

    seen = boto3.Session().client("customer-profiles").get_domain(DomainName="found-by-environment")

    assert seen["DomainName"] == "found-by-environment"


def test_without_tls_there_is_nothing_to_trust(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://")
    assert sandbox.ca_bundle is None
    assert "AWS_CA_BUNDLE" not in sandbox.environment()


@pytest.fixture(scope="module")
def tls_sandbox() -> Iterator[Sandbox]:
    with Sandbox(tls="throw-away", upload_over_http="refuse") as running:
        yield running


def test_over_tls_it_is_driven_and_its_domains_work_as_they_are(tls_sandbox: Sandbox) -> None:
    domain = tls_sandbox.domain("secret-ways")

    assert domain.endpoint_url == tls_sandbox.url
    assert tls_sandbox.url.startswith("https://127.0.0.1:")
    assert len(domain.account) == 12
    assert tls_sandbox.status()["profile_counts"] == {"secret-ways": 0}
    assert tls_sandbox.change(processing_s=0)["upload_over_http"] == "refuse"


def test_over_tls_its_environment_lets_other_tools_trust_it(
    tls_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls_sandbox.domain("trusted")
    for name, value in tls_sandbox.environment().items():
        monkeypatch.setenv(name, value)

    assert boto3.Session().client("customer-profiles").get_domain(DomainName="trusted")["DomainName"] == "trusted"
    assert requests.get(f"{tls_sandbox.url}/_sandbox/status", timeout=10).status_code == 200


def test_over_tls_nobody_trusts_it_unasked(tls_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    session = boto3.Session("sandbox", "sandbox", region_name="us-east-1")

    with pytest.raises(ServiceError, match="TLS certificate"):
        Domain("loyalty", endpoint_url=tls_sandbox.url, session=session).call_once("GetDomain")


def test_a_way_of_tls_that_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises(SandboxError, match="--tls"):
        Sandbox(tls="home-made")  # type: ignore[arg-type]  # what is tested


class Proxy(BaseHTTPRequestHandler):
    """Takes note of who asks it for anything, and refuses."""

    asked: ClassVar[list[str]] = []

    def refuse(self) -> None:
        self.asked.append(self.requestline)
        self.send_error(502)

    do_GET = do_POST = do_PUT = do_PATCH = do_CONNECT = refuse  # noqa: N815 -- the names are the library's

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxied(
    serving: Callable[[type[BaseHTTPRequestHandler]], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """An environment that names a proxy for everything; gives what it is asked for."""
    proxy = serving(Proxy)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
        monkeypatch.setenv(name.lower(), proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    Proxy.asked.clear()
    yield Proxy.asked
    Proxy.asked.clear()


def test_a_domain_of_the_environment_goes_through_no_proxy_either(
    sandbox: Sandbox, proxied: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.domain("by-environment")
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)

    assert Domain("by-environment").exists()

    assert proxied == []


@pytest.mark.parametrize("tls", ["off", "throw-away"])
def test_with_a_proxy_in_the_environment_nothing_goes_through_it(tls: str, proxied: list[str]) -> None:
    table = pd.DataFrame({"id": ["1", "2"], "city": ["Seattle", "Boston"]})
    fields = FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
    with Sandbox(tls=tls) as sandbox:  # type: ignore[arg-type]  # one of the choices
        domain = sandbox.domain("loyalty")

        uploaded = upload(table, domain, fields).wait()

        assert len(domain.account) == 12
        assert sandbox.status()["profile_counts"] == {"loyalty": 2}
    assert uploaded.status == "SUCCEEDED"
    assert proxied == []


def test_the_latest_requests_are_told_by_operation_job_and_answer(own_sandbox: Sandbox) -> None:
    domain = own_sandbox.domain("asked")
    with pytest.raises(ServiceError):
        domain.call_once("GetUploadJob", JobId="0" * 32)

    told = [(seen["operation"], seen["job_id"], seen["status"]) for seen in own_sandbox.requests()]

    assert told == [("GetDomain", None, 404), ("CreateDomain", None, 200), ("GetUploadJob", "0" * 32, 404)]


def test_a_setting_counts_from_the_start_and_can_be_changed() -> None:
    with Sandbox(upload_url_life_s=60) as sandbox:
        assert sandbox.settings()["upload_url_life_s"] == 60

        sandbox.change(upload_url_life_s=90)

        assert sandbox.settings()["upload_url_life_s"] == 90


def test_every_setting_says_what_it_asks_and_what_else_it_could_be(sandbox: Sandbox) -> None:
    described = sandbox.settings_help()

    assert described.keys() == sandbox.settings().keys()
    assert described["start_again"]["asks"] == "What happens on StartUploadJob when the job was started before?"
    assert described["start_again"]["choices"] == ["refuse", "ignore"]
    assert described["upload_url_life_s"]["default"] == 900


def test_a_setting_that_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises(SandboxError, match="no_such_setting"):
        Sandbox(no_such_setting=1)


def test_an_unknown_fault_is_refused_in_words(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="The sandbox refused"):
        sandbox.inject("earthquake")


def test_an_injected_fault_comes_and_goes(own_sandbox: Sandbox) -> None:
    domain = own_sandbox.domain("shaky")
    own_sandbox.inject("internal_error", operation="GetDomain", times=1)

    with pytest.raises(ServiceError, match="InternalServerException"):
        domain.call_once("GetDomain")

    assert domain.call_once("GetDomain")["DomainName"] == "shaky"


def test_what_it_held_is_there_again_with_a_state_file(tmp_path: Path) -> None:
    with Sandbox(state=tmp_path / "state") as sandbox:
        sandbox.domain("kept")

    with Sandbox(state=tmp_path / "state") as sandbox:
        kept = sandbox._connected("kept")
        assert kept.exists()
        assert not sandbox._connected("another").exists()


def test_without_a_state_file_it_forgets() -> None:
    with Sandbox() as sandbox:
        sandbox.domain("forgotten")

    with Sandbox() as sandbox:
        assert not sandbox._connected("forgotten").exists()


def test_missing_packages_are_named_with_the_line_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(SandboxError, match=r"needs duckdb.*pip install 'cpnb\[sandbox\]'"):
        Sandbox()
