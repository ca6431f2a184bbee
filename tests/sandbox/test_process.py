"""The process: how it starts, how it ends, and what it leaves."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

GOOD = "id,first\n1,Ana\n"


def test_it_is_ready_after_less_than_three_seconds_of_work(start_sandbox):
    sandbox = start_sandbox()
    worked_s = processor_time_s(sandbox.process.pid)
    assert sandbox.client().list_domains()["Items"] == []
    assert 0 < worked_s < 3


def processor_time_s(process_id):
    """Return how long a process has computed; on a busy machine the clock on the wall says little."""
    times = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def test_its_first_line_is_its_url_and_the_only_one(start_sandbox):
    sandbox = start_sandbox()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", sandbox.url)
    sandbox.client().list_domains()
    sandbox.process.send_signal(signal.SIGTERM)
    assert sandbox.process.communicate(timeout=10) == ("", "")
    assert sandbox.process.returncode == 0


def test_it_ends_when_its_parent_is_killed():
    script = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-m', 'cpnb.sandbox', '--with-parent'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True);"
        "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate(timeout=10)
    deadline = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(process_id):
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_stands_alone_without_a_parent():
    process = subprocess.Popen(
        [sys.executable, "-m", "cpnb.sandbox"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("arguments", [["--set", "no_such=1"], ["--set", "processing_s"], ["--set", "max_records=x"]])
def test_a_wrong_setting_is_an_error_before_it_starts(arguments):
    run = subprocess.run(
        [sys.executable, "-m", "cpnb.sandbox", *arguments], capture_output=True, text=True, timeout=20, check=False
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("cpnb.sandbox: ")
    assert "Traceback" not in run.stderr


def test_a_taken_port_is_an_error(start_sandbox):
    port = start_sandbox().url.rpartition(":")[2]
    run = subprocess.run(
        [sys.executable, "-m", "cpnb.sandbox", "--port", port], capture_output=True, text=True, timeout=20, check=False
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"cpnb.sandbox: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_number_that_is_no_port_is_an_error(port):
    run = subprocess.run(
        [sys.executable, "-m", "cpnb.sandbox", "--port", port], capture_output=True, text=True, timeout=20, check=False
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr


def test_settings_of_the_command_line_hold_and_are_what_a_reset_returns_to(start_sandbox):
    sandbox = start_sandbox("--set", "max_records=5", "--set", "repeated_key=fail_record")
    sandbox.control("PATCH", "settings", {"max_records": 7, "processing_s": 1})
    assert sandbox.control("DELETE", "settings")["max_records"] == 5
    assert sandbox.control("GET", "settings")["repeated_key"] == "fail_record"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state.duckdb"


def test_state_survives_a_restart(start_sandbox, new_domain, state):
    first = start_sandbox("--state", str(state))
    domain = new_domain(first, "loyalty")
    job = domain.upload(GOOD)["JobId"]
    waiting = domain.create_job()
    token = domain.path(waiting)["ClientToken"]
    domain.put(waiting, "id,first\n2,Bo\n")
    first.control("POST", "clock", {"advance_s": 3600})
    first.close()

    second = start_sandbox("--state", str(state))
    domain.client, domain.sandbox = second.client(), second
    assert domain.one("1")["FirstName"] == "Ana"
    assert domain.job(job)["Status"] == "SUCCEEDED"
    assert second.control("GET", "status")["clock_offset_s"] >= 3600
    assert domain.path(waiting)["ClientToken"] == token
    domain.start(waiting)
    assert domain.wait(waiting)["ResultsSummary"]["CreatedRecords"] == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_at_work_when_the_process_ends_has_failed(start_sandbox, new_domain, state, how):
    first = start_sandbox("--state", str(state), "--set", "processing_s=600")
    domain = new_domain(first, "loyalty")
    job = domain.create_job()
    domain.put(job, GOOD)
    domain.start(job)
    assert domain.job(job)["Status"] == "IN_PROGRESS"
    first.process.send_signal(how)
    first.process.communicate(timeout=20)

    second = start_sandbox("--state", str(state))
    domain.client, domain.sandbox = second.client(), second
    answer = domain.job(job)
    assert (answer["Status"], answer["StatusReason"]) == ("FAILED", "INTERNAL_FAILURE")


@pytest.fixture
def open_handed():
    """New files are for everyone, unless whoever makes them sees to it."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_the_state_is_for_its_owner_only(open_handed, start_sandbox, new_domain, state):
    sandbox = start_sandbox("--state", str(state))
    domain = new_domain(sandbox, "loyalty")
    domain.upload(GOOD)
    domain.put(domain.create_job(), GOOD)
    journal, objects = state.with_name(state.name + ".wal"), state.with_name(state.name + ".objects")
    found = [state, journal, objects, *objects.iterdir()]
    assert len(found) == 4
    for path in found:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path.name


def test_a_state_that_others_could_read_becomes_its_owners(open_handed, start_sandbox, state):
    start_sandbox("--state", str(state)).close()
    objects = state.with_name(state.name + ".objects")
    state.chmod(0o644)
    objects.chmod(0o755)
    start_sandbox("--state", str(state))
    assert (stat.S_IMODE(state.stat().st_mode), stat.S_IMODE(objects.stat().st_mode)) == (0o600, 0o700)


def test_a_state_in_use_is_refused(start_sandbox, state):
    start_sandbox("--state", str(state))
    run = subprocess.run(
        [sys.executable, "-m", "cpnb.sandbox", "--state", str(state)],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (2, "")
    assert "cannot open the state file state.duckdb" in run.stderr


def test_a_file_that_is_no_state_is_refused_and_left_alone(state):
    state.write_text("id,first\n")
    run = subprocess.run(
        [sys.executable, "-m", "cpnb.sandbox", "--state", str(state)],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert state.read_text() == "id,first\n"


def test_without_a_state_file_nothing_stays_behind(tmp_path, monkeypatch, start_sandbox, new_domain):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    sandbox = start_sandbox()
    new_domain(sandbox, "loyalty").upload(GOOD)
    assert list(tmp_path.iterdir())
    sandbox.close()
    assert list(tmp_path.iterdir()) == []


def test_it_listens_on_the_loopback_interface_only(start_sandbox):
    port = int(start_sandbox().url.rpartition(":")[2])
    listening = [
        line.split()[1]
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{os.getpid()}/net/{name}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]
