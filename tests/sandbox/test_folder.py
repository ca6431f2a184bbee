"""What a sandbox keeps on disk while it runs: gone with it, or with the next one if it was killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error

import pytest

from cpnb.sandbox.folder import temporary_folder

GOOD = "id,first\n1,Ana\n"


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, of this process and of those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_one_left_is_removed_by_the_next(temporary, start_sandbox, new_domain):
    killed = start_sandbox("--tls", "throw-away")
    domain = new_domain(killed, "loyalty")
    domain.put(domain.create_job(), GOOD)
    left = names(temporary)
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait(10)
    assert names(temporary) == left
    assert len(left) == 1

    following = start_sandbox()

    assert len(names(temporary)) == 1
    assert names(temporary) != left
    following.close()
    assert names(temporary) == []


def test_what_a_living_one_uses_is_left_alone(temporary, start_sandbox, new_domain):
    living = start_sandbox()
    domain = new_domain(living, "loyalty")
    job = domain.create_job()
    domain.put(job, GOOD)

    start_sandbox().close()

    domain.start(job)
    assert domain.wait(job)["ResultsSummary"]["CreatedRecords"] == 1


def abandoned(path):
    path.mkdir()
    (path / "lock").touch()
    return path


def test_folders_of_others_are_left_alone(temporary, monkeypatch):
    abandoned(temporary / "cpnb-sandbox-theirs")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with temporary_folder():
        pass

    assert names(temporary) == ["cpnb-sandbox-theirs"]


def test_what_only_looks_like_a_folder_of_ours_is_left_alone(temporary):
    elsewhere = abandoned(temporary / "precious")
    (temporary / "cpnb-sandbox-link").symlink_to(elsewhere)
    (temporary / "cpnb-sandbox-file").touch()
    (temporary / "cpnb-sandbox-unlocked").mkdir()
    link_as_lock = temporary / "cpnb-sandbox-lock-elsewhere"
    link_as_lock.mkdir()
    (link_as_lock / "lock").symlink_to(elsewhere / "lock")
    before = names(temporary)

    with temporary_folder():
        pass

    assert names(temporary) == before
    assert names(elsewhere) == ["lock"]


def test_of_many_that_start_at_once_none_loses_its_folder(temporary):
    program = (
        "import time; from cpnb.sandbox.folder import temporary_folder\n"
        "for _ in range(100):\n"
        "    with temporary_folder() as folder:\n"
        "        (folder / 'mine').touch(); time.sleep(0.0005); assert (folder / 'mine').exists()\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(4)]

    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [(b"", 0)] * 4
    assert names(temporary) == []


def limited(blocks, *arguments):
    """The command that starts a sandbox whose files cannot grow beyond so many blocks of 512 bytes."""
    return ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", sys.executable, "-m", "cpnb.sandbox", *arguments]


def test_no_room_for_temporary_files_is_an_error_in_words():
    run = subprocess.run(limited(0), capture_output=True, text=True, timeout=20, check=False)

    assert (run.returncode, run.stdout) == (2, "")
    assert "No usable temporary directory" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_disk_that_fills_up_fails_the_file_and_not_the_sandbox(temporary, start_sandbox, new_domain):
    sandbox = start_sandbox(command=limited(2048, "--with-parent"))
    domain = new_domain(sandbox, "loyalty")
    job = domain.create_job()

    with pytest.raises(urllib.error.HTTPError) as caught:
        domain.put(job, "id,first\n" + "x,y\n" * 2_000_000)

    with caught.value as answer:
        assert answer.code == 500
        assert b"<Code>InternalError</Code>" in answer.read()
    deadline = time.monotonic() + 10
    while list(temporary.rglob("*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    domain.put(job, GOOD)
    domain.start(job)
    assert domain.wait(job)["Status"] == "SUCCEEDED"
