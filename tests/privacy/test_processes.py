"""What others on this machine could read: files, environments and command lines, while it works and afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

import cpnb
from cpnb.domain import Domain
from cpnb.errors import CpnbError
from cpnb.foreign_logs import silenced
from tests.privacy.canary import Canary
from tests.privacy.outlet import Outlet
from tests.privacy.test_faces import LOGGING_EVERYTHING
from tests.privacy.test_tables import FIELDS
from tests.privacy.test_uploads import HASTE


@pytest.fixture
def own_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where this process, and those it starts, put what they call temporary."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def look_at_files(outlet: Outlet, folder: Path) -> int:
    """Take in every file below a folder, and return how many there are."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        outlet.add(f"name of {path.name}", path.name)
        outlet.add(f"file {path.name}", path.read_bytes())
    return len(files)


def look_at_children(outlet: Outlet) -> int:
    """Take in the environment and the command line of every process that this one started, and return how many."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = process.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                outlet.add("environment of a child", process.joinpath("environ").read_bytes().replace(b"\0", b"\n"))
                outlet.add("command line of a child", process.joinpath("cmdline").read_bytes().replace(b"\0", b" "))
                count += 1
        except OSError:  # it has ended meanwhile
            continue
    return count


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux lets one look into its processes")
def test_neither_files_nor_children_hold_anything_while_an_upload_is_at_work(
    canary: Canary, outlet: Outlet, own_folder_for_temporary_files: Path, marked_session: boto3.Session, tmp_path: Path
) -> None:
    looked_at: list[tuple[int, int]] = []

    def look(_: cpnb.Upload) -> None:
        looked_at.append((look_at_files(outlet, tmp_path), look_at_children(outlet)))

    with cpnb.Sandbox(processing_s=0.5) as sandbox:
        sandbox.domain("loyalty")
        watched = Domain("loyalty", endpoint_url=sandbox.url, session=marked_session)
        outlet.listen_to(watched)
        options = cpnb.UploadOptions(part_rows=2, on_progress=look, patience=HASTE.patience)
        upload = cpnb.upload(canary.good(), watched, FIELDS, options=options)
        while not upload.done:
            look(upload)
            time.sleep(0.02)
        upload.wait()
        look(upload)

    assert upload.results.created == 6
    assert max(files for files, _ in looked_at) > 0  # the sealed file of a part
    assert max(children for _, children in looked_at) > 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class Talkative:
    """A sandbox with all logs on, and what it says on standard error."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said.txt"
        self._sink = self._said.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", LOGGING_EVERYTHING, "cpnb.sandbox", "--with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._sink,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().decode().strip()

    def close(self) -> bytes:
        """End it, and return what it said."""
        rest = self.process.communicate(timeout=30)[0]
        self._sink.close()
        return rest + self._said.read_bytes()

    def ask(self, path: str, content: object = None, method: str = "POST", **headers: str) -> str:
        """Return what it answers to a request, refused or not."""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                return f"{answer.headers}\n{answer.read().decode('latin-1')}"
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.reason}\n{error.headers}\n{error.read().decode('latin-1')}"


@pytest.fixture
def talkative(outlet: Outlet, tmp_path: Path) -> Iterator[Talkative]:
    sandbox = Talkative(tmp_path)
    yield sandbox
    said = sandbox.close()
    assert b"DEBUG:" in said
    outlet.add("logs of the sandbox", said)


def test_the_logs_and_the_refusals_of_the_sandbox(
    canary: Canary, outlet: Outlet, talkative: Talkative, marked_session: boto3.Session
) -> None:
    domain = Domain("loyalty", endpoint_url=talkative.url, session=marked_session)
    outlet.listen_to(domain)
    domain.call("CreateDomain", DefaultExpirationDays=30)
    upload = cpnb.upload(canary.good(), domain, FIELDS, options=HASTE).wait()
    with outlet.tolerating():
        cpnb.upload(canary.bad(), domain, FIELDS, on_invalid="blank", options=HASTE).wait()
    with pytest.warns(cpnb.StaleEstimateWarning):
        cpnb.SegmentDefinition("tall", cpnb.profile.FirstName.startswith("Zo")).estimate(domain)
    domain.call("SearchProfiles", KeyName="_account", Values=[canary.word("searched")])
    assert upload.results.created == 6

    word = canary.word("refused")
    refused = [
        domain.client.search_profiles,
        domain.client.create_profile,
        domain.client.create_segment_definition,
        domain.client.get_upload_job,
    ]
    dimension = {"ProfileAttributes": {"LastName": {"DimensionType": "LIKE", "Values": [word * 30]}}}
    groups = {"Groups": [{"Dimensions": [dimension]}]}
    arguments: list[dict[str, object]] = [
        {"KeyName": "unknown", "Values": [word] * 200},
        {"FirstName": word * 100},
        {"SegmentDefinitionName": "s", "DisplayName": "s", "SegmentGroups": groups},
        {"JobId": "0" * 32},
    ]
    for operation, one in zip(refused, arguments, strict=True):
        with silenced(), pytest.raises(domain.client.exceptions.ClientError) as caught:
            operation(DomainName="loyalty", **one)
        outlet.add("refusal of the sandbox", str(caught.value.response))

    for path, content in [
        ("/_sandbox/profiles", {"domain": "loyalty", "profiles": [{"FirstName": [word]}]}),
        ("/_sandbox/profiles", {"domain": word, "profiles": [word]}),
        ("/_sandbox/settings", word.encode()),
        ("/_upload/loyalty/nothing?X-Amz-Signature=" + canary.word("signature"), word.encode()),
        ("/domains/loyalty/upload-jobs", {"DisplayName": [word], "Fields": word}),
        ("/nowhere", {word: word}),
    ]:
        outlet.add(f"answer to {path.partition('?')[0]}", talkative.ask(path, content))
        outlet.add(f"answer to {path.partition('?')[0]}", talkative.ask(path, content, method="PUT"))


def test_a_sandbox_that_does_not_start_says_why(outlet: Outlet, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"no database")
    with outlet.expecting(CpnbError):
        cpnb.Sandbox(state=tmp_path / "state")
    with outlet.expecting(CpnbError):
        cpnb.Sandbox(processing_s="long")
