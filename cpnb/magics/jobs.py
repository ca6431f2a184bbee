"""``%cp_jobs`` and ``%cp_job``: what became of uploads."""

from __future__ import annotations

from argparse import Namespace
from typing import get_args

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from cpnb import monitoring
from cpnb.magics.options import DOMAIN
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.speaking import ProfileMagics, line
from cpnb.monitoring import DISPLAYED, JobDetails, UploadJobs

__all__ = ["JobMagics"]


@magics_class
class JobMagics(ProfileMagics):
    """The magics that look at the jobs of a domain."""

    @line(
        argument("--since", default=None, help="How far back: 7d, 24h, 90min, or a date such as 2026-11-20 (UTC)."),
        argument("--limit", type=int, default=DISPLAYED, help="How many of the newest are looked at one by one."),
        argument(
            "--searches",
            choices=list(get_args(monitoring.Searches)),
            default="hide",
            help="Whether to list the small jobs of searches for failed rows.",
        ),
        DOMAIN,
    )
    def cp_jobs(self, options: Namespace) -> Said[UploadJobs]:
        """List the upload jobs of the domain, newest first, with what became of them.

        ::

            %cp_jobs --since 7d

        In Python::

            cpnb.list_jobs(domain, since='7d')
        """
        settings = {name: getattr(options, name) for name in ("since", "limit", "searches")}
        return Call(monitoring.list_jobs, self.names.domain(options.domain), **settings)

    @line(
        argument("job_id", metavar="ID", help="Id of the job, 32 digits and letters, as %%cp_jobs shows it."),
        argument("--stop", action="store_true", help="Stop it; records that were taken in until then stay."),
        DOMAIN,
    )
    def cp_job(self, options: Namespace) -> Said[JobDetails]:
        """Tell what became of one upload job and what to do next, or stop it.

        ::

            %cp_job 3f2504e04f8941d39a0c0305e82c3301
            %cp_job 3f2504e04f8941d39a0c0305e82c3301 --stop

        In Python::

            cpnb.look_at_job(domain, '3f2504e04f8941d39a0c0305e82c3301')
        """
        details = Call(monitoring.look_at_job, self.names.domain(options.domain), options.job_id)
        return details.then("stop") if options.stop else details
