"""What keeps cells, keys and signed URLs to those whom they concern, taken out piece by piece."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

_TABLES = "tests/privacy/test_tables.py"
_UPLOADS = "tests/privacy/test_uploads.py"
_WAYS = "tests/privacy/test_ways.py"
_LOGS = "tests/test_foreign_logs.py"
_FRAMES = "tests/privacy/test_frames.py"

PRIVACY = (
    Mutant(
        "the libraries below us do not log what they do for us",
        "cpnb/foreign_logs.py",
        "token = _silent.set(True)",
        "token = _silent.set(False)",
        (_UPLOADS,),
    ),
    Mutant(
        "http.client does not print what it does for us",
        "cpnb/foreign_logs.py",
        'vars(http.client)["print"] = _Print(printing)',
        "pass",
        (_UPLOADS,),
    ),
    Mutant(
        "a logger that is made late is silent too",
        "cpnb/foreign_logs.py",
        "if _silent.get() and name.partition",
        'if _silent.get() and ".new" not in name and name.partition',
        (_LOGS,),
    ),
    Mutant(
        "an error of the SDK is not in the context of ours",
        "cpnb/domain.py",
        "            failure = translated(error, self, operation, parameters)",
        "            raise translated(error, self, operation, parameters)",
        (_UPLOADS,),
    ),
    Mutant(
        "an error of requests is not in the context of ours",
        "cpnb/transfer.py",
        "            failure = _lost(path, sending, timeouts_s[1], error)",
        "            raise _lost(path, sending, timeouts_s[1], error)",
        (_UPLOADS,),
    ),
    Mutant(
        "what a service says about cells is not repeated",
        "cpnb/sdk_errors.py",
        "if _HOLDING_CELLS & parameters.keys():",
        "if not parameters.keys():",
        (_UPLOADS,),
    ),
    Mutant(
        "of what the storage answers, only the code is repeated",
        "cpnb/put_error.py",
        '(HTTP {name}).{_next_step(code, remedy)}"',
        '(HTTP {name}).{_next_step(code, remedy)} {document}"',
        (_UPLOADS,),
    ),
    Mutant(
        "a cell that cannot be shown is not asked for its text",
        "cpnb/evidence.py",
        "if not isinstance(value, _SHOWABLE):",
        "if isinstance(value, bytes):",
        (_TABLES,),
    ),
    Mutant(
        "the error of a progress bar is told by its kind only",
        "cpnb/listener.py",
        'f" ({error})" if isinstance(error, CpnbError) else ""',
        'f" ({error})"',
        (_UPLOADS,),
    ),
    Mutant(
        "calls of the API to this machine take no proxy",
        "cpnb/domain.py",
        "proxies={} if loopback else None,",
        "proxies=None,",
        (_WAYS,),
    ),
    Mutant(
        "a file for this machine takes no proxy",
        "cpnb/transfer.py",
        "session.trust_env = urlsplit(path.url).hostname not in LOOPBACK_HOSTS",
        "session.trust_env = True",
        (_WAYS,),
    ),
    Mutant(
        "the key does not travel in the clear",
        "cpnb/transfer.py",
        'if url.scheme != "https" and',
        'if url.scheme == "ftp" and',
        (_WAYS,),
    ),
    Mutant(
        "an error of a file has no frame that held its URL and its key",
        "cpnb/transfer.py",
        "raise failure.with_traceback(sending.frames)",
        "raise failure",
        (_FRAMES,),
    ),
    Mutant(
        "what looks for failed rows raises without the frames that held keys of rows",
        "cpnb/upload_at_work.py",
        "            failure = without_frames(error)\n",
        "            failure = error\n",
        (_FRAMES,),
    ),
)
