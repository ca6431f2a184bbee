"""What keeps a file and the answers about it whole on a bad line, taken out piece by piece."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

_PUT = "tests/wire/test_faults_of_a_put.py"
_UPLOAD = "tests/test_faults.py"
_TLS = "tests/test_transfer_tls.py"

WIRE = (
    Mutant(
        "a success counts only for a file that was sent whole",
        "cpnb/transfer.py",
        "if not sending.is_complete:",
        "if sending is None:",
        (_PUT,),
    ),
    Mutant(
        "an answer that came before the line went is heard, over TLS too",
        "cpnb/transfer.py",
        "except (ssl.SSLEOFError, ConnectionResetError) as error:",
        "except ConnectionResetError as error:",
        (_PUT,),
    ),
    Mutant(
        "a page of somebody else is not the storage's answer",
        "cpnb/transfer.py",
        "if confirmed is not None or text:",
        "if confirmed is not None:",
        (_PUT,),
    ),
    Mutant(
        "a success must bear the marks of the storage",
        "cpnb/transfer.py",
        'if "x-amz-request-id" not in answer.headers:',
        "if answer.status_code != HTTPStatus.OK:",
        (_PUT,),
    ),
    Mutant(
        "a redirect is not followed",
        "cpnb/transfer.py",
        "allow_redirects=False",
        "allow_redirects=True",
        (_PUT,),
    ),
    Mutant(
        "a file shorter than announced is no file",
        "cpnb/transfer.py",
        "if self.sent_bytes != len(self):",
        "if self.sent_bytes > len(self):",
        ("tests/test_transfer.py::test_a_body_of_another_length_than_announced_is_broken_off",),
    ),
    Mutant(
        "certificates named in the environment count on this machine too",
        "cpnb/transfer.py",
        "verify=certificates",
        "verify=True",
        (_TLS,),
    ),
    Mutant(
        "a line that broke is no certificate that was refused",
        "cpnb/transfer.py",
        "if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):",
        "if any(isinstance(cause, ssl.SSLError) for cause in causes):",
        (_TLS,),
    ),
    Mutant(
        "a refusal for good is not tried again",
        "cpnb/put_error.py",
        "return self.remedy is not Remedy.NONE",
        "return self.code != ''",
        (_UPLOAD,),
    ),
    Mutant(
        "what is not heard to its end does not say that there is nothing",
        "cpnb/domain.py",
        "if not is_whole:",
        "if is_whole is None:",
        (_UPLOAD,),
    ),
    Mutant(
        "the job is read before a start is judged",
        "cpnb/upload_job.py",
        "        if seen.status is not JobStatus.CREATED:\n            return seen\n        raise refusal",
        "        raise refusal",
        (_UPLOAD,),
    ),
    Mutant(
        "what nobody could see is not claimed",
        "cpnb/delivery.py",
        "if isinstance(error, NotSeenError):",
        "if error is None:",
        (f"{_UPLOAD}::test_what_nobody_could_see_is_not_claimed_and_the_next_run_finds_it",),
    ),
    Mutant(
        "a line that crawls does not take days",
        "cpnb/transfer.py",
        "ended_s > self._ends_s",
        "self._ends_s < 0",
        (f"{_PUT}::test_a_line_that_crawls_and_never_stalls_ends_in_bounded_time",),
    ),
)
