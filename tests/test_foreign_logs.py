"""The silence of the libraries below us: in this thread, for this while, and nowhere else."""

from __future__ import annotations

import logging
import threading

import pytest

from cpnb.foreign_logs import silenced

FOREIGN = ["botocore.parsers", "urllib3.connectionpool", "boto3.resources", "requests"]


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in FOREIGN:
        logging.getLogger(name)  # made, as importing the library makes it


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING, logging.CRITICAL])
def test_a_library_says_nothing_while_it_is_called(caplog: pytest.LogCaptureFixture, name: str, level: int) -> None:
    with silenced():
        logging.getLogger(name).log(level, "secret")

    assert caplog.text == ""


@pytest.mark.parametrize("name", FOREIGN)
def test_it_speaks_again_afterwards(caplog: pytest.LogCaptureFixture, name: str) -> None:
    with silenced():
        pass
    logging.getLogger(name).debug("harmless")

    assert "harmless" in caplog.text


def test_it_speaks_again_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LookupError), silenced():
        raise LookupError
    logging.getLogger("urllib3.connectionpool").debug("harmless")

    assert "harmless" in caplog.text


def test_a_level_of_its_own_does_not_make_a_library_speak(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="botocore.parsers")

    with silenced():
        logging.getLogger("botocore.parsers").debug("secret")

    assert caplog.text == ""


def test_other_threads_go_on_logging(caplog: pytest.LogCaptureFixture) -> None:
    with silenced():
        thread = threading.Thread(target=logging.getLogger("botocore.parsers").debug, args=("of another",))
        thread.start()
        thread.join()

    assert "of another" in caplog.text


@pytest.mark.parametrize("name", ["root", "cpnb", "theirs", "botocoreish"])
def test_no_other_logger_is_silenced(caplog: pytest.LogCaptureFixture, name: str) -> None:
    with silenced():
        logging.getLogger(None if name == "root" else name).info("kept")

    assert "kept" in caplog.text
