"""``python -m cpnb``: the main job from end to end, headless, on a sandbox of its own unless AWS is named.

Exit status: 0 when the rows are in, 1 when the data was refused, 2 for a mistake in the command, 3 when the
service, or the way to it, failed.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cpnb import samples
from cpnb.adoption import digest
from cpnb.display import counted
from cpnb.domain import Domain
from cpnb.errors import CpnbError, FieldsError, FrameError, InvalidDataError, ReadError, SegmentExistsError
from cpnb.expressions import Expression, profile
from cpnb.fields import FieldMap
from cpnb.planning import ON_INVALID, Plan
from cpnb.reading import read
from cpnb.sandbox_process import Sandbox
from cpnb.segments import SegmentDefinition
from cpnb.suggestion import suggest
from cpnb.uploads import Upload

DATA_REFUSED, USAGE_MISTAKE, SERVICE_FAILED = 1, 2, 3
SAMPLE_ROWS, SAMPLE_SEED, SAMPLE_KEY = 1000, 7, "customer_id"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the main job and return its exit status."""
    options = _options(arguments)
    try:
        _run(options)
    except (InvalidDataError, ReadError, FrameError) as error:
        print(f"\nRefused: {error}", file=sys.stderr)
        return DATA_REFUSED
    except FieldsError as error:
        print(f"\nThe field map does not fit: {error}", file=sys.stderr)
        return USAGE_MISTAKE
    except CpnbError as error:
        print(f"\nFailed: {error}", file=sys.stderr)
        return SERVICE_FAILED
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m cpnb",
        description="Read, check and upload a table of customers, and build a segment of it. Without a CSV, on "
        "synthetic people; without --aws, on a local sandbox that ends with the command.",
    )
    parser.add_argument("csv", nargs="?", metavar="CSV", help="a CSV file with a header")
    parser.add_argument("--unique-key", metavar="NAME", help="column by which the service recognises a customer")
    parser.add_argument("--fields", metavar="FILE", help="a field map saved as JSON; by default it is guessed")
    parser.add_argument("--domain", metavar="NAME", help="domain of Customer Profiles (sandbox: 'customers')")
    parser.add_argument("--region", metavar="CC", help="country of phone numbers without +, such as US")
    parser.add_argument("--expiry", metavar="DAYS", type=int, help="days after which profiles expire (default: 14)")
    parser.add_argument(
        "--on-invalid", choices=ON_INVALID, default="blank", help="what to do about errors (default: blank the cells)"
    )
    parser.add_argument("--aws", action="store_true", help="go to AWS instead of a sandbox; needs --domain")
    parser.add_argument("--profile", metavar="P", help="named profile of the AWS configuration; needs --aws")
    options = parser.parse_args(arguments)
    if options.aws and not options.domain:
        parser.error("--aws needs --domain: say where the rows go")
    if options.profile and not options.aws:
        parser.error("--profile is for AWS: add --aws, or leave it out to stay on the sandbox")
    return options


def _run(options: argparse.Namespace) -> None:
    people = _read(options.csv)
    unique_key = options.unique_key or (None if options.csv or options.fields else SAMPLE_KEY)
    fields = _fields(people, options, unique_key, options.region or (None if options.csv else "US"))
    with _domain(options) as domain:
        plan = people.cp.plan(domain, fields, data_expiry=options.expiry, on_invalid=options.on_invalid)
        _heading("Check")
        print(plan.report)
        _heading("Plan")
        print(plan)
        _heading("Upload")
        upload = people.cp.upload(domain, fields, data_expiry=options.expiry, on_invalid=options.on_invalid)
        _wait(upload)
        _heading("Segment")
        _segment(people, plan)


def _heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def _read(csv: str | None) -> pd.DataFrame:
    _heading("Read")
    if csv is None:
        people = samples.people(rows=SAMPLE_ROWS, seed=SAMPLE_SEED)
        print(f"{counted(len(people), 'synthetic person', 'synthetic people')}, {len(people.columns)} columns.")
        return people
    people = read(csv)
    print(f"{Path(csv).name}: {counted(len(people), 'row')}, {counted(len(people.columns), 'column')}.")
    return people


def _fields(people: pd.DataFrame, options: argparse.Namespace, unique_key: str | None, region: str | None) -> FieldMap:
    _heading("Fields")
    if options.fields:
        loaded = FieldMap.load(options.fields)
        fields = FieldMap(loaded, unique_key or loaded.unique_key, region or loaded.region)
        print(fields)
        return fields
    guess = suggest(people, unique_key=unique_key, region=region)
    print(guess)
    if options.aws and not guess.confident:
        raise FieldsError(
            "Some of these guesses are unsure, and this would go to AWS. Save a map that you have looked at "
            "(df.cp.suggest_fields(...).save('fields.json') in Python) and name it: --fields fields.json"
        )
    return guess.fields


@contextlib.contextmanager
def _domain(options: argparse.Namespace) -> Iterator[Domain]:
    if options.aws:
        domain = Domain(options.domain, profile=options.profile)
        print(f"\nRows go to AWS account {domain.account}, region {domain.region}, domain {domain.name}.", flush=True)
        yield domain
        return
    with Sandbox() as sandbox:
        yield sandbox.domain(options.domain or "customers")


def _wait(upload: Upload) -> None:
    try:
        upload.wait()
    finally:
        print(upload, flush=True)


def _segment(people: pd.DataFrame, plan: Plan) -> None:
    name, expression = _example_segment(people, plan)
    # The digest keeps the segments of different tables apart, and lets a second run find its own.
    segment = SegmentDefinition(f"{name}-{digest(plan, plan.parts[0])[:8]}", expression)
    print(f"{segment.name}: {expression}")
    with contextlib.suppress(SegmentExistsError):
        segment.create(plan.domain)
    print(f"Estimate: {counted(segment.estimate(plan.domain), 'profile')}.", flush=True)


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
