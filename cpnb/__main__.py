"""``python -m cpnb``: the main job from end to end, headless, on a sandbox of its own unless AWS is named.

Exit status: 0 when the rows are in, 1 when the data was refused, 2 for a mistake in the command, 3 when the
service, or the way to it, failed; 130 after Ctrl-C, and 141 if nobody reads the output any more.
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cpnb import samples
from cpnb.display import counted
from cpnb.domain import Domain
from cpnb.errors import (
    CpnbError,
    FieldsError,
    FrameError,
    InvalidDataError,
    ReadError,
    SegmentExistsError,
    ServiceError,
    UnreachableError,
    listed,
)
from cpnb.expressions import Expression, profile
from cpnb.fields import FieldMap
from cpnb.job_name import digest
from cpnb.planning import ON_INVALID, Plan
from cpnb.reading import ReadWarning, read
from cpnb.sandbox_process import Sandbox
from cpnb.segments import EmptySegmentWarning, SegmentDefinition, StaleEstimateWarning
from cpnb.suggestion import suggest
from cpnb.uploads import Upload

REPAIR = ("certain", "nothing")

DATA_REFUSED, USAGE_MISTAKE, SERVICE_FAILED = 1, 2, 3
# What a shell reports for a program that the signals SIGINT and SIGPIPE ended.
INTERRUPTED, NOBODY_READS = 130, 141
STOP_TIMEOUT_S = 10.0
SAMPLE_ROWS, SAMPLE_SEED, SAMPLE_KEY, SAMPLE_REGION = 1000, 7, "customer_id", "US"


class _MistakeError(Exception):
    """The command asks for something that cannot be; its text says what to write instead."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the main job and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name may have letters that the encoding of the terminal lacks
            stream.reconfigure(errors="backslashreplace")
    options = _options(arguments)
    try:
        _run(options)
        sys.stdout.flush()
    except (CpnbError, _MistakeError) as error:
        status, lines = _verdict(error, options)
        print("", *lines, sep="\n", file=sys.stderr)
        return status
    except KeyboardInterrupt:
        print("\nInterrupted; nothing more is sent. What the service has taken in stays there.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more on its way out, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return 0


def _verdict(error: CpnbError | _MistakeError, options: argparse.Namespace) -> tuple[int, list[str]]:
    """Return the exit status for an error, and what to say about it."""
    if isinstance(error, InvalidDataError):
        # The rest of its text is the report, which stands above, and advice for those who write Python.
        return DATA_REFUSED, [f"Refused: {str(error).splitlines()[0]}", _advice_after_refusal(options)]
    if isinstance(error, ReadError):
        advice = "Next: --delimiter, --encoding and --sheet say how the file is written, if it is not as it seems."
        return DATA_REFUSED, [f"Refused: {error}", advice]
    if isinstance(error, FrameError):
        return DATA_REFUSED, [f"Refused: {error}"]
    if isinstance(error, FieldsError | _MistakeError):
        return USAGE_MISTAKE, [f"Mistake: {error}"]
    return SERVICE_FAILED, [f"Failed: {error}"]


def _advice_after_refusal(options: argparse.Namespace) -> str:
    if options.on_invalid != "raise":
        return "Next: name another --unique-key, or give the rows a key."
    return "Next: --on-invalid blank sends bad cells empty, --on-invalid skip leaves their rows behind."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cpnb",
        description="Read, check and upload a table of customers, and build a segment of it. Without a file, on "
        "synthetic people; without --aws, on a local sandbox that ends with the command.",
    )
    parser.add_argument("csv", nargs="?", metavar="FILE", help="a CSV, Excel (.xlsx) or Parquet file with a header")
    parser.add_argument("--delimiter", type=_delimiter, metavar="C", help="of cells: ';', '\\t' (default: found out)")
    parser.add_argument("--encoding", type=_encoding, metavar="NAME", help="such as cp1252 (default: found out)")
    parser.add_argument("--sheet", metavar="NAME", help="of an Excel file (default: the first with cells)")
    parser.add_argument("--unique-key", metavar="NAME", help="column by which the service recognises a customer")
    parser.add_argument("--fields", metavar="FILE", help="a field map saved as JSON; by default it is guessed")
    parser.add_argument("--region", metavar="CC", help="country of phone numbers without +, such as US")
    parser.add_argument("--domain", metavar="NAME", help="domain of Customer Profiles (sandbox: 'customers')")
    parser.add_argument(
        "--expiry",
        metavar="DAYS",
        type=int,
        help="days after which a profile that is not updated again is deleted, 1 to 1098 (default: 14); the service's "
        "guide allows imports no more than 90, and so does the sandbox",
    )
    parser.add_argument(
        "--repair",
        choices=REPAIR,
        default="certain",
        help="repair what can be repaired for certain before the check, or nothing (default: certain)",
    )
    parser.add_argument(
        "--on-invalid", choices=ON_INVALID, default="blank", help="what to do about errors (default: blank the cells)"
    )
    parser.add_argument("--aws", action="store_true", help="go to AWS instead of a sandbox; needs a FILE and --domain")
    parser.add_argument("--profile", metavar="P", help="with --aws: named profile of the AWS configuration")
    parser.add_argument("--aws-region", metavar="R", help="with --aws: such as us-east-1 (default: the profile's)")
    return parser


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.csv and not Path(options.csv).is_file():
        parser.error(f"there is no file {options.csv!r}: check its path")
    if not options.csv and (options.delimiter or options.encoding or options.sheet):
        parser.error("--delimiter, --encoding and --sheet are for a file, and none is named")
    if options.aws and not options.csv:
        parser.error("--aws needs a FILE: the synthetic people are for the sandbox only")
    if options.aws and not options.domain:
        parser.error("--aws needs --domain: say where the rows go")
    if (options.profile or options.aws_region) and not options.aws:
        parser.error("--profile and --aws-region are for AWS: add --aws, or leave them out to stay on the sandbox")
    return options


def _delimiter(text: str) -> str:
    # Few shells let one type a tab.
    delimiter = "\t" if text == "\\t" else text
    if len(delimiter) != 1:
        raise argparse.ArgumentTypeError(f"{text!r} has {len(text)} characters; expected one, such as ';' or '\\t'")
    return delimiter


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise argparse.ArgumentTypeError(f"{name!r} is no encoding; try utf-8, cp1252 or utf-16") from None


def _run(options: argparse.Namespace) -> None:
    people = _read(options)
    fields = _fields(people, options)
    if options.repair == "certain":
        _heading("Repair")
        cleaned = people.cp.clean(fields)
        print(cleaned)
        people = cleaned.frame
    with _domain(options) as domain:
        plan = people.cp.plan(domain, fields, data_expiry=options.expiry, on_invalid=options.on_invalid)
        _heading("Check")
        print(plan.report)
        if any(finding.code == "phone_without_country" for finding in plan.report.findings):
            print("Phone numbers without a country: say where they are dialled, for example --region US.")
        _heading("Plan")
        print(plan, flush=True)
        upload = people.cp.upload(domain, fields, data_expiry=options.expiry, on_invalid=options.on_invalid)
        _wait(upload)
        _heading("Segment")
        _segment(people, plan)


def _heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def _read(options: argparse.Namespace) -> pd.DataFrame:
    _heading("Read")
    if options.csv is None:
        people = samples.people(rows=SAMPLE_ROWS, seed=SAMPLE_SEED)
        print(f"{counted(len(people), 'synthetic person', 'synthetic people')}, {len(people.columns)} columns.")
        return people
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", ReadWarning)
        people = read(options.csv, encoding=options.encoding, delimiter=options.delimiter, sheet=options.sheet)
    print(f"{Path(options.csv).name}: {counted(len(people), 'row')}, {counted(len(people.columns), 'column')}.")
    _tell(notes)
    return people


def _tell(notes: Sequence[warnings.WarningMessage]) -> None:
    for note in notes:
        print(f"Note: {note.message}", flush=True)


def _fields(people: pd.DataFrame, options: argparse.Namespace) -> FieldMap:
    _heading("Fields")
    if options.fields:
        fields = FieldMap.load(options.fields).overridden(options.unique_key, options.region)
        print(fields)
    else:
        unique_key = options.unique_key or (None if options.csv else SAMPLE_KEY)
        guess = suggest(
            people, unique_key=unique_key, region=options.region or (None if options.csv else SAMPLE_REGION)
        )
        print(guess)
        if options.aws and not guess.confident:
            raise FieldsError(
                "Some of these guesses are unsure, and this would go to AWS. Save a map that you have looked at "
                "(df.cp.suggest_fields(...).save('fields.json') in Python) and name it: --fields fields.json"
            )
        fields = guess.fields
    if fields.unique_key is None:
        raise _MistakeError(
            f"No column is the unique key. Name the one by which a customer is recognised: --unique-key NAME, one of "
            f"{listed(people.columns, shown=12)}."
        )
    return fields


@contextlib.contextmanager
def _domain(options: argparse.Namespace) -> Iterator[Domain]:
    if options.aws:
        with _mistakes_in_naming():
            domain = Domain(options.domain, profile=options.profile, region=options.aws_region)
            account = domain.account
        print(f"\nRows go to AWS account {account}, region {domain.region}, domain {domain.name}.", flush=True)
        yield domain
        return
    with Sandbox() as sandbox:
        with _mistakes_in_naming():
            domain = sandbox.domain(options.domain or "customers")
        print("\nRows go to a sandbox on this machine: nothing leaves it, and it ends with this command.", flush=True)
        yield domain


@contextlib.contextmanager
def _mistakes_in_naming() -> Iterator[None]:
    """Tell a name, region or profile that is none, found before anything was asked, from the service's own refusals."""
    try:
        yield
        return
    except UnreachableError:
        raise
    except ServiceError as error:
        if error.code:
            raise
        message = str(error)
    raise _MistakeError(f"{message}\nOn the command line, these are --domain, --profile and --aws-region.")


def _wait(upload: Upload) -> None:
    _heading("Upload")
    try:
        upload.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(CpnbError):
            upload.stop()
            upload.wait(STOP_TIMEOUT_S)
        print(upload, flush=True)
        raise
    except CpnbError:
        print(upload.headline, flush=True)  # what went wrong follows as the error
        raise
    print(upload, flush=True)


def _segment(people: pd.DataFrame, plan: Plan) -> None:
    name, expression = _example_segment(people, plan)
    # The digest keeps the segments of different tables apart, and lets a second run find its own.
    segment = SegmentDefinition(f"{name}-{digest(plan, plan.parts[0])[:8]}", expression)
    print(f"{segment.name}: {expression}")
    with contextlib.suppress(SegmentExistsError):
        segment.create(plan.domain)
    with warnings.catch_warnings(record=True) as notes:
        for kind in (EmptySegmentWarning, StaleEstimateWarning):
            warnings.simplefilter("always", kind)
        print(f"Estimate: {counted(segment.estimate(plan.domain), 'profile')}.")
    _tell(notes)


def _example_segment(people: pd.DataFrame, plan: Plan) -> tuple[str, Expression]:
    """Return a segment that makes sense for any table: whom one can write to, or call, or simply everybody.

    Its condition names no value of the table, so that none is printed.
    """
    sent = {
        field.name: int(people[field.column].notna().sum()) - len(plan.edits.blanked.get(field.source, ()))
        for field in plan.fields
    }
    if sent.get("EmailAddress", 0) > 0:
        return "reachable-by-email", profile.EmailAddress.contains("@")
    if sent.get("PhoneNumber", 0) > 0:
        return "reachable-by-phone", profile.PhoneNumber.contains(*"0123456789")
    return "everybody", profile.AccountNumber.notin(["-"])


if __name__ == "__main__":
    sys.exit(main())
