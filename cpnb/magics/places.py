"""``%cp_sandbox`` and ``%cp_domain``: where rows go, said once for all magics that follow."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from cpnb.domain import Domain
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.speaking import ProfileMagics, line
from cpnb.magics.words import quoted
from cpnb.sandbox_process import Sandbox

__all__ = ["PlaceMagics"]

_NONE_RUNS = "No sandbox runs. Start one: %cp_sandbox start --domain loyalty"


@magics_class
class PlaceMagics(ProfileMagics):
    """The magics that start a sandbox and bind a domain."""

    @line(
        argument("action", choices=["start", "stop", "status"], help="What to do."),
        argument("--domain", default=None, help="With start: create this domain and bind it."),
        argument("--state", default=None, metavar="FILE", help="With start: keep everything in this file."),
        argument("--tls", choices=["off", "throw-away"], default="off", help="With start: whether it speaks HTTPS."),
    )
    def cp_sandbox(self, options: Namespace) -> Said[Any]:
        """Start or stop a local Customer Profiles, or return the one that runs.

        ::

            %cp_sandbox start --domain loyalty
            %cp_sandbox status
            %cp_sandbox stop

        In Python::

            cpnb.Sandbox().domain('loyalty')
        """
        if options.action == "start":
            return self._started(options)
        for name in ("domain", "state"):
            if (value := getattr(options, name)) is not None:
                raise UsageError(f"--{name} belongs to start: %cp_sandbox start --{name} {quoted(value)}")
        running = self.names.running_sandbox()
        if options.action == "stop":
            if running is None:
                return Said("None", self.names.forget_sandbox)
            return Said(running.then("stop").code(), self.names.forget_sandbox)
        if running is None:
            raise UsageError(_NONE_RUNS)
        return running

    def _started(self, options: Namespace) -> Said[Any]:
        sandbox = self.names.running_sandbox()
        if sandbox is None:
            new = Call(Sandbox, state=options.state, tls=options.tls)
            sandbox = Said(new.code(), lambda: self._kept(new))
        elif options.state is not None or options.tls != "off":
            raise UsageError(
                "A sandbox runs already. Stop it before starting one with other settings: %cp_sandbox stop"
            )
        return sandbox if options.domain is None else self._bound(sandbox.then("domain", options.domain))

    def _kept(self, new: Said[Sandbox]) -> Sandbox:
        made = new.value
        self.names.sandbox = new
        return made

    def _bound(self, domain: Said[Domain]) -> Said[Domain]:
        return Said(domain.code(), lambda: self.names.bind(domain))

    @line(
        argument(
            "name",
            nargs="?",
            default=None,
            help="Name of the domain, or of a variable that holds one; without it, the one that is bound.",
        ),
        argument("--profile", default=None, help="Named profile of the AWS configuration."),
        argument("--region", default=None, help="AWS region, such as us-east-1; by default the one of the profile."),
    )
    def cp_domain(self, options: Namespace) -> Said[Domain]:
        """Bind a domain of Customer Profiles at AWS, for the magics that follow, or return the one that is bound.

        ::

            %cp_domain loyalty --profile prod
            %cp_domain

        In Python::

            cpnb.Domain('loyalty', profile='prod')
        """
        at_aws = {"profile": options.profile, "region": options.region}
        is_said_in_full = any(at_aws.values())
        if options.name is None:
            if is_said_in_full:
                raise UsageError("Which domain? Name it first: %cp_domain loyalty --profile prod")
            return self.names.bound_domain()
        if not isinstance(self.names.variables.get(options.name), Domain):
            return self._bound(Call(Domain, options.name, **at_aws))
        if is_said_in_full:
            raise UsageError(f"{options.name!r} is a Domain already: leave --profile and --region out.")
        return self._bound(self.names.domain(options.name))
