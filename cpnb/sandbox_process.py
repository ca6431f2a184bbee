"""The local sandbox as a child process: a Customer Profiles of one's own, with no AWS account."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import itertools
import json
import os
import ssl
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Literal, Self
from urllib.parse import urlsplit

import boto3
import botocore.session

from cpnb.domain import Domain
from cpnb.errors import SandboxError

REGION = "us-east-1"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
CALL_TIMEOUT_S = 30.0
STDERR_LINES_KEPT = 40
DEFAULT_EXPIRATION_DAYS = 366

# Where SDKs of AWS, and requests, look for the certificates to trust.
CA_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")

# The sandbox checks no credentials, and these can be nobody's.
CREDENTIAL = "sandbox"


class Sandbox:
    """A sandbox that runs as a child of this process and ends with it.

    Nothing in this process's environment is changed, and AWS is never asked for anything.

    Parameters
    ----------
    state : path, optional
        A file in which the sandbox keeps what it holds, readable by its owner only; by default it forgets
        everything when it stops.
    tls : {"off", "throw-away"}
        ``"throw-away"`` speaks HTTPS with a certificate made for this run. Domains made by `domain` trust it;
        `ca_bundle` and `environment` name it for others.
    **settings
        Named settings of the sandbox, such as ``rotate_client_token="yes"``; ``sandbox.settings()``
        lists them.

    Attributes
    ----------
    url : str
        Where it listens: an address of this machine that no other reaches.
    ca_bundle : Path or None
        With TLS, the file with the certificate to trust; it goes when the sandbox does.

    Raises
    ------
    SandboxError
        If it does not start.

    Examples
    --------
    >>> with Sandbox() as sandbox:  # doctest: +SKIP
    ...     loyalty = sandbox.domain("loyalty")
    """

    def __init__(
        self, *, state: str | Path | None = None, tls: Literal["off", "throw-away"] = "off", **settings: object
    ) -> None:
        missing = [name for name in ("duckdb", "moto", "cryptography") if importlib.util.find_spec(name) is None]
        if missing:
            raise SandboxError(f"The sandbox needs {', '.join(missing)}. Install it: pip install 'cpnb[sandbox]'.")
        command = [sys.executable, "-m", "cpnb.sandbox", "--port", "0", "--with-parent"]
        command += ["--state", os.fspath(state)] if state is not None else []
        command += ["--tls", tls] if tls != "off" else []
        for name, value in settings.items():
            command += ["--set", f"{name}={_spelled(value)}"]
        # A session of its own, because Ctrl-C and the stop button of a notebook interrupt the whole process
        # group: they are to end a cell, not the sandbox with everything in it.
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES_KEPT)
        # The child sees by itself when we end, even if we are killed; the finalizer is for the kernel that
        # lives on after the last reference is gone.
        self._finalizer = weakref.finalize(self, _end, self._process, os.getpid())
        self._drained = threading.Thread(target=_drain, args=(self._process.stderr, self._stderr), daemon=True)
        self._drained.start()
        lines = self._first_lines(1 if tls == "off" else 2)
        self.url = lines[0]
        self.ca_bundle = Path(lines[1]) if len(lines) > 1 else None

    def _first_lines(self, count: int) -> list[str]:
        lines: list[str] = []
        reader = threading.Thread(target=_read_lines, args=(self._process.stdout, count, lines), daemon=True)
        reader.start()
        reader.join(START_TIMEOUT_S)
        if len(lines) < count:
            when = f"within {START_TIMEOUT_S:g} s" if reader.is_alive() else "as asked"
            self.stop()
            self._drained.join(STOP_TIMEOUT_S)
            said = self._stderr[-1].strip() if self._stderr else "it said nothing"
            raise SandboxError(f"The sandbox did not start {when}: {said}")
        return lines

    def __repr__(self) -> str:
        return f"Sandbox at {self.url}{'' if self.running else ' (stopped)'}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the child is alive."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Id of the child process."""
        return self._process.pid

    def stop(self) -> None:
        """Stop the sandbox; without a state file, what it held is gone."""
        self._finalizer()

    def domain(self, name: str) -> Domain:
        """Return a domain of this sandbox, created if it is new."""
        domain = self._connected(name)
        if not domain.exists():
            domain.call("CreateDomain", DefaultExpirationDays=DEFAULT_EXPIRATION_DAYS)
        return domain

    def _connected(self, name: str) -> Domain:
        if not self.running:
            raise SandboxError("The sandbox is stopped. Start another: cpnb.Sandbox().")
        # The analyst's own AWS configuration, which may name a profile that is gone, has no say here.
        nothing = {
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
        session = boto3.Session(
            aws_access_key_id=CREDENTIAL,
            aws_secret_access_key=CREDENTIAL,
            region_name=REGION,
            botocore_session=botocore.session.Session(session_vars=nothing),
        )
        trusted = None if self.ca_bundle is None else str(self.ca_bundle)
        return Domain(name, endpoint_url=self.url, session=session, host_process=self, ca_bundle=trusted)

    def environment(self) -> dict[str, str]:
        """Return the environment variables that point other tools, such as the AWS CLI, at this sandbox.

        With TLS they let such a tool trust the sandbox's certificate, and no other.
        """
        trusted = {} if self.ca_bundle is None else dict.fromkeys(CA_VARIABLES, str(self.ca_bundle))
        return trusted | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": CREDENTIAL,
            "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def settings(self) -> dict[str, Any]:
        """Return every setting of the sandbox with its value now."""
        return self._control("GET", "/_sandbox/settings")

    def settings_help(self) -> dict[str, dict[str, Any]]:
        """Return of every setting what it ``asks``, its ``default``, ``choices`` or ``range``, and its ``source``."""
        return self._control("GET", "/_sandbox/settings/help")

    def change(self, **settings: object) -> dict[str, Any]:
        """Change settings while it runs, and return all of them."""
        return self._control("PATCH", "/_sandbox/settings", settings)

    def advance(self, seconds: float) -> None:
        """Let time pass for the sandbox: upload URLs expire, profiles too."""
        self._control("POST", "/_sandbox/clock", {"advance_s": seconds})

    def seed_calculated(
        self,
        domain: str | Domain,
        name: str,
        values: Mapping[str, str | float | list[str] | None],
        *,
        start: int | None = None,
        end: int | None = None,
        by: str = "AccountNumber",
    ) -> int:
        """Give profiles values of a calculated attribute, which the sandbox cannot compute.

        Parameters
        ----------
        domain : Domain or str
            The domain, or its name.
        name : str
            The calculated attribute.
        values : mapping
            A text, a number or a list of texts for each key; None takes a value away. A later value replaces an
            earlier one.
        start, end : int, optional
            The range in days that a condition must name to see these values; without it, no range.
        by : str
            What the keys are: ``"AccountNumber"`` or another attribute such as ``"Attributes.crm"``, or
            ``"ProfileId"``. All profiles with a key get its value.

        Returns
        -------
        int
            How many profiles have one of the keys.

        Raises
        ------
        SandboxError
            If a key belongs to no profile; nothing is seeded then.
        """
        body = {
            "domain": domain if isinstance(domain, str) else domain.name,
            "by": by,
            "start": start,
            "end": end,
            "values": {str(key): {name: value} for key, value in values.items()},
        }
        return int(self._control("POST", "/_sandbox/calculated-attributes", body)["profile_count"])

    def inject(self, kind: str, *, operation: str | None = None, times: int = 1) -> None:
        """Let the next requests fail: ``throttle``, ``internal_error``, ``s3_error`` or ``expire_now``."""
        fault = {"kind": kind, "times": times} | ({"operation": operation} if operation else {})
        self._control("POST", "/_sandbox/faults", fault)

    def status(self) -> dict[str, Any]:
        """Return what it holds: ``profile_counts`` by domain, ``job_counts`` by state, its time, what it can do."""
        return self._control("GET", "/_sandbox/status")

    def requests(self) -> list[dict[str, Any]]:
        """Return the latest requests, oldest first: ``operation``, ``job_id``, ``status`` of the answer (None yet).

        Sending a file is the operation ``PutObject``.
        """
        return list(self._control("GET", "/_sandbox/requests")["requests"])

    def _control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            connection = self._connection()
            with contextlib.closing(connection):
                text = None if body is None else json.dumps(body)
                connection.request(method, path, text, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                content = json.loads(answer.read() or b"{}")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise SandboxError(f"The sandbox at {self.url} does not answer ({type(error).__name__}).") from None
        if answer.status >= http.client.BAD_REQUEST:
            raise SandboxError(f"The sandbox refused: {content.get('Message', answer.reason)}")
        return dict(content)

    def _connection(self) -> http.client.HTTPConnection:
        # Never through a proxy: this module of the standard library looks at no environment.
        netloc = urlsplit(self.url).netloc
        if self.ca_bundle is None:
            return http.client.HTTPConnection(netloc, timeout=CALL_TIMEOUT_S)
        trusted = ssl.create_default_context(cafile=self.ca_bundle)
        return http.client.HTTPSConnection(netloc, timeout=CALL_TIMEOUT_S, context=trusted)


def _read_lines(stream: IO[str] | None, count: int, lines: list[str]) -> None:
    lines.extend(line.strip() for line in itertools.islice(stream or (), count))


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _drain(stream: IO[str] | None, kept: deque[str]) -> None:
    """Keep the last lines; a pipe that nobody reads would stop the child when it is full."""
    with stream or contextlib.nullcontext(()) as lines:
        kept.extend(lines)


def _end(process: subprocess.Popen[str], owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork of the process that started it: the sandbox is not its to stop
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    # stderr is closed by the thread that drains it, when it sees the end of it.
    if process.stdout:
        process.stdout.close()
