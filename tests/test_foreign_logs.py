"""The silence of the libraries below us: in this thread, for this while, and nowhere else."""

from __future__ import annotations

import http.client
import itertools
import logging
import threading
import warnings
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from cpnb.foreign_logs import silenced, speaking

_numbers = itertools.count()

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


def test_a_logger_that_a_library_makes_while_it_is_called_is_silent_too(caplog: pytest.LogCaptureFixture) -> None:
    name = f"urllib3.new{next(_numbers)}.child"

    with silenced():
        logging.getLogger(name).debug("secret")
        logging.getLogger(name).getChild("deeper").warning("secret")
    logging.getLogger(name).debug("harmless")

    assert "secret" not in caplog.text
    assert "harmless" in caplog.text


def test_a_handler_on_the_library_itself_hears_nothing() -> None:
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]  # a handler of a line
    logger = logging.getLogger("botocore.endpoint")
    logger.addHandler(handler)
    try:
        with silenced():
            logger.debug("secret")
        logger.warning("harmless")
    finally:
        logger.removeHandler(handler)

    assert heard == ["harmless"]


def test_an_error_that_a_library_logs_with_its_traceback_is_silent_too(caplog: pytest.LogCaptureFixture) -> None:
    with silenced():
        try:
            raise LookupError("secret")
        except LookupError:
            logging.getLogger("urllib3.connectionpool").exception("secret")

    assert caplog.records == []


def test_somebody_elses_record_factory_goes_on_working(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogRecordFactory()

    def marking(*args: object, **kwargs: object) -> logging.LogRecord:
        record = before(*args, **kwargs)
        record.marked = True
        return record

    logging.setLogRecordFactory(marking)
    try:
        with silenced():
            logging.getLogger("botocore.parsers").debug("secret")
        logging.getLogger("botocore.parsers").debug("harmless")
    finally:
        logging.setLogRecordFactory(before)

    [record] = caplog.records
    assert record.getMessage() == "harmless"
    assert record.marked is True


def test_warnings_that_become_log_records_are_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    logging.captureWarnings(True)
    try:
        with warnings.catch_warnings(), silenced():
            warnings.simplefilter("always")
            logging.captureWarnings(True)  # again, inside of what pytest does with warnings
            warnings.warn("of the analyst", UserWarning, stacklevel=1)
    finally:
        logging.captureWarnings(False)

    assert "of the analyst" in caplog.text


@pytest.fixture
def asking(
    serving: Callable[[type[BaseHTTPRequestHandler]], str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Ask a small server for a path, with the debugging of ``http.client`` switched on."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    host = serving(Handler).removeprefix("http://")

    def ask(path: str) -> None:
        connection = http.client.HTTPConnection(host)
        connection.request("GET", path)
        connection.getresponse().read()
        connection.close()

    return ask


def test_the_debugging_of_http_client_prints_nothing_on_our_behalf(
    asking: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with silenced():
        asking("/secret")
    said = capsys.readouterr()
    asking("/harmless")

    assert (said.out, said.err) == ("", "")
    assert "/harmless" in capsys.readouterr().out


def test_nor_does_it_where_somebody_made_log_records_of_it(
    asking: Callable[[str], None], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The usual recipe: the module's own `print` is put in place of the one of Python.
    monkeypatch.setitem(vars(http.client), "print", lambda *said: logging.getLogger("theirs").debug(" ".join(said)))

    with silenced():
        asking("/secret")
    asking("/harmless")

    assert "/secret" not in caplog.text
    assert "/harmless" in caplog.text


def test_what_the_callers_own_code_does_in_between_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("urllib3.connectionpool")
    with silenced():
        log.debug("ours")
        with speaking():
            log.debug("the caller's")
        log.debug("ours again")

    assert [record.message for record in caplog.records] == ["the caller's"]
