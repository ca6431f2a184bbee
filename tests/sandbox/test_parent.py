"""A sandbox that was started with a parent ends with that parent, whoever else holds its pipes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STARTS_A_SANDBOX = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "cpnb.sandbox", "--with-parent"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
child.stdout.readline()
"""

# What a pool of workers does: it forks, and its workers inherit every pipe.
FORKS_AND_WAITS = (
    STARTS_A_SANDBOX
    + """
fork = os.fork()
if fork == 0:
    os.close(1); time.sleep(60); os._exit(0)
print(child.pid, fork, flush=True)
time.sleep(60)
"""
)


def lives(process_id):
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(process_id, within_s=10):
    deadline = time.monotonic() + within_s
    while lives(process_id) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not lives(process_id)


@pytest.fixture
def parent():
    started = []

    def start(program):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, [int(word) for word in process.stdout.readline().split()]

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=10)


def test_a_fork_that_outlives_the_parent_does_not_keep_it(parent):
    process, (sandbox, fork) = parent(FORKS_AND_WAITS)
    try:
        process.send_signal(signal.SIGKILL)
        process.wait(10)

        assert ends(sandbox)
        assert lives(fork)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(fork, signal.SIGKILL)


def test_a_parent_that_closes_the_pipe_and_lives_on_ends_it(parent):
    program = STARTS_A_SANDBOX + "print(child.pid, flush=True); child.stdin.close(); child.wait(); time.sleep(60)"
    process, (sandbox,) = parent(program)

    assert ends(sandbox)
    assert lives(process.pid)
