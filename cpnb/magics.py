"""The ``%cp_`` magics: the way from a notebook's cell to the public functions."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pandas as pd
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from cpnb import monitoring, uploads
from cpnb.domain import Domain
from cpnb.errors import did_you_mean
from cpnb.fields import FieldMap
from cpnb.magic_lines import check_variable, in_one_line, parsed
from cpnb.monitoring import DISPLAYED, JobDetails, UploadJobs
from cpnb.planning import ON_INVALID
from cpnb.sandbox_process import Sandbox
from cpnb.segment_magics import SegmentMagics
from cpnb.suggestion import suggest

NO_DOMAIN = (
    "No domain is bound, so there is nowhere to go. Run one of these first:\n"
    "    %cp_sandbox start --domain loyalty\n"
    "    %cp_domain loyalty --profile prod"
)


def _marker(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(
            f"--marker {text!r} has no '='. Name the attribute and its value: --marker campaign=spring-2026"
        )
    return name, value


@magics_class
class CpnbMagics(Magics):
    """The magics of one shell, with the sandbox and the domain that it has bound.

    Nothing here outlives the shell, and two shells share nothing.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.sandbox: Sandbox | None = None
        self.domain: Domain | None = None

    @in_one_line
    @magic_arguments()
    @argument("action", choices=["start", "stop", "status"], help="What to do.")
    @argument("--domain", default=None, help="With start: create this domain and bind it.")
    @argument("--state", default=None, help="With start: keep everything in this file.")
    @line_magic
    def cp_sandbox(self, line: str) -> Domain | Sandbox | None:
        """Start or stop a local Customer Profiles, or tell whether it runs.

        ::

            %cp_sandbox start --domain loyalty
            %cp_sandbox status
            %cp_sandbox stop
        """
        options = parsed(self.cp_sandbox, line)
        if options.action == "start":
            return self._start(options.domain, options.state)
        if options.action == "stop":
            self.close()
            return None
        if self.sandbox is None or not self.sandbox.running:
            raise UsageError("No sandbox runs. Start one: %cp_sandbox start --domain loyalty")
        return self.sandbox

    def _start(self, domain: str | None, state: str | None) -> Domain | Sandbox:
        if self.sandbox is None or not self.sandbox.running:
            self.sandbox = Sandbox(state=state)
        elif state is not None:
            raise UsageError("A sandbox runs already. Stop it before starting one with a state file: %cp_sandbox stop")
        if domain is None:
            return self.sandbox
        self.domain = self.sandbox.domain(domain)
        return self.domain

    @in_one_line
    @magic_arguments()
    @argument("name", help="Name of the domain, or of a variable that holds one.")
    @argument("--profile", default=None, help="Named profile of the AWS configuration.")
    @argument("--region", default=None, help="AWS region, such as us-east-1; by default the one of the profile.")
    @line_magic
    def cp_domain(self, line: str) -> Domain:
        """Bind a domain of Customer Profiles at AWS, for the magics that follow.

        ::

            %cp_domain loyalty --profile prod
        """
        options = parsed(self.cp_domain, line)
        held = self.shell.user_ns.get(options.name)
        if isinstance(held, Domain):
            if options.profile or options.region:
                raise UsageError(f"{options.name!r} is a Domain already: leave --profile and --region out.")
            self.domain = held
        else:
            self.domain = Domain(options.name, profile=options.profile, region=options.region)
        return self.domain

    @in_one_line
    @magic_arguments()
    @argument("frame", help="Name of the variable that holds the table.")
    @argument("--unique-key", default=None, help="Column by which the service recognises a customer.")
    @argument("--fields", default=None, help="Variable, or JSON file, with a field map; by default it is guessed.")
    @argument("--region", default=None, help="Country of phone numbers without +, such as US; not the AWS region.")
    @argument(
        "--expiry",
        type=int,
        default=None,
        help="Days after which a profile that is not updated again is deleted, 1 to 1098; 14 if nothing is said. "
        "The service's guide allows imports no more than 90, and so does the sandbox.",
    )
    @argument(
        "--marker", default=None, help="NAME=VALUE: a custom attribute for every row, to find these rows by later."
    )
    @argument("--on-invalid", choices=list(ON_INVALID), default="raise", help="What to do about errors in the table.")
    @argument("--domain", default=None, help="Another domain of the sandbox that runs, or a variable that holds one.")
    @argument("--wait", action="store_true", help="Return when the upload is through.")
    @argument("-o", "--out", default=None, help="Store the upload in this variable, and do not show it.")
    @line_magic
    def cp_upload(self, line: str) -> uploads.Upload | None:
        """Examine a table, upload what is right of it, and return the upload at work.

        ::

            %cp_upload people --unique-key customer_id --region US --expiry 30 --on-invalid blank
        """
        options = parsed(self.cp_upload, line)
        check_variable(options.out)
        domain = self.domain_named(options.domain)
        data = self.frame_named(options.frame)
        fields = self.fields_named(options.frame, options.fields, options.unique_key, options.region)
        _ = domain.account  # asked first, so that the place is told in full
        print(f"Goes to domain {domain.name} at {domain.place}.")  # noqa: T201 - said before anything is sent
        upload = uploads.upload(
            data,
            domain,
            fields,
            data_expiry=options.expiry,
            marker=_marker(options.marker),
            on_invalid=options.on_invalid,
        )
        if options.out:  # before the waiting, which an interrupt or a failure may end
            self.shell.user_ns[options.out] = upload
        if options.wait:
            upload.wait()
        return None if options.out else upload

    @in_one_line
    @magic_arguments()
    @argument("--since", default=None, help="How far back: 7d, 24h, 90min, or a date such as 2026-11-20 (UTC).")
    @argument("--limit", type=int, default=DISPLAYED, help="How many of the newest are looked at one by one.")
    @argument(
        "--searches",
        choices=get_args(monitoring.Searches),
        default="hide",
        help="Whether to list the small jobs of searches for failed rows.",
    )
    @argument("--domain", default=None, help="Another domain of the sandbox that runs, or a variable that holds one.")
    @argument("-o", "--out", default=None, help="Store the jobs in this variable, and do not show them.")
    @line_magic
    def cp_jobs(self, line: str) -> UploadJobs | None:
        """List the upload jobs of the domain, newest first, with what became of them.

        ::

            %cp_jobs --since 7d
        """
        options = parsed(self.cp_jobs, line)
        check_variable(options.out)
        jobs = monitoring.list_jobs(
            self.domain_named(options.domain), since=options.since, limit=options.limit, searches=options.searches
        )
        if options.out:
            self.shell.user_ns[options.out] = jobs
        return None if options.out else jobs

    @in_one_line
    @magic_arguments()
    @argument("job_id", metavar="ID", help="Id of the job, 32 digits and letters, as %%cp_jobs shows it.")
    @argument("--stop", action="store_true", help="Stop it; records that were taken in until then stay.")
    @argument("--domain", default=None, help="Another domain of the sandbox that runs, or a variable that holds one.")
    @line_magic
    def cp_job(self, line: str) -> JobDetails:
        """Tell what became of one upload job and what to do next, or stop it.

        ::

            %cp_job 3f2504e04f8941d39a0c0305e82c3301 --stop
        """
        options = parsed(self.cp_job, line)
        details = monitoring.look_at_job(self.domain_named(options.domain), options.job_id)
        return details.stop() if options.stop else details

    def domain_named(self, name: str | None) -> Domain:
        """Return the domain of a name, or of the variable of that name; without one, that which is bound."""
        held = self.shell.user_ns.get(name) if name else None
        if isinstance(held, Domain):
            return held
        if name and self.sandbox is not None and self.sandbox.running:
            return self.sandbox.domain(name)
        if name:
            domains = [key for key, value in self.shell.user_ns.items() if isinstance(value, Domain)]
            raise UsageError(
                f"{name!r} is neither a variable that holds a Domain nor a domain of a running sandbox."
                f"{did_you_mean(name, domains)}" + (f"\n{NO_DOMAIN}" if self.domain is None else "")
            )
        if self.domain is None:
            raise UsageError(NO_DOMAIN)
        return self.domain

    def frame_named(self, name: str) -> pd.DataFrame:
        """Return the table that a variable holds."""
        frames = {key: value for key, value in self.shell.user_ns.items() if isinstance(value, pd.DataFrame)}
        if name in frames:
            return frames[name]
        if name in self.shell.user_ns:
            kind = type(self.shell.user_ns[name]).__name__
            raise UsageError(f"{name!r} is a {kind}; expected a variable that holds a pandas DataFrame.")
        named = [key for key in frames if not key.startswith("_")]
        raise UsageError(f"There is no variable {name!r}.{did_you_mean(name, named)}")

    def fields_named(
        self, frame: str, given: str | None, unique_key: str | None = None, region: str | None = None
    ) -> FieldMap:
        """Return the field map that a variable or file holds; without one, that which is guessed for a table."""
        if given is None:
            guess = suggest(self.frame_named(frame), unique_key=unique_key, region=region)
            print(guess)  # noqa: T201 - the analyst sees what was guessed before it is used
            if not guess.confident:
                given_too = {"unique_key": unique_key or guess.fields.unique_key, "region": region}
                words = ", ".join(f"{name}={value!r}" for name, value in given_too.items() if value is not None)
                raise UsageError(
                    "Some of these guesses are unsure. Look at them, correct what is wrong, and say which map to use:\n"
                    f"    guess = {frame}.cp.suggest({words or 'unique_key=...'})\n"
                    "    guess  # with the reason for each\n"
                    "    fields = guess.fields  # .without('column') leaves one out, .with_field(...) adds one\n"
                    f"    %cp_upload {frame} --fields fields"
                )
            return guess.fields
        held = self.shell.user_ns.get(given)
        fields = held if isinstance(held, FieldMap) else self._loaded(given)
        return fields.overridden(unique_key, region)

    def _loaded(self, given: str) -> FieldMap:
        if not Path(given).is_file():
            maps = [key for key, value in self.shell.user_ns.items() if isinstance(value, FieldMap)]
            raise UsageError(
                f"--fields {given!r} is neither a variable that holds a FieldMap nor a file.{did_you_mean(given, maps)}"
            )
        return FieldMap.load(given)

    def close(self) -> None:
        """Stop the sandbox, if this shell started one, and forget the domain if it was there."""
        if self.sandbox is not None:
            if self.domain is not None and self.domain.endpoint_url == self.sandbox.url:
                self.domain = None
            self.sandbox.stop()
            self.sandbox = None


def register(shell: InteractiveShell) -> None:
    """Give the magics to a shell, once."""
    if not isinstance(shell.magics_manager.registry.get("CpnbMagics"), CpnbMagics):
        bound = CpnbMagics(shell)
        shell.register_magics(bound)
        shell.register_magics(SegmentMagics(shell, bound))


def unregister(shell: InteractiveShell) -> None:
    """Take the magics away from a shell, and stop the sandbox that they started."""
    for kind in (CpnbMagics, SegmentMagics):
        magics = shell.magics_manager.registry.pop(kind.__name__, None)
        if isinstance(magics, CpnbMagics):
            magics.close()
        if isinstance(magics, kind):
            for spelling, names in magics.magics.items():
                for name in names:
                    shell.magics_manager.magics[spelling].pop(name, None)
