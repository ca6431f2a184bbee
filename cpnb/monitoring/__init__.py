"""Watching a domain: its upload jobs in a period, and one of them in words.

::

    watching            list_jobs() and look_at_job()
    jobs | details      many jobs as a table, and their rates | one job in words, and what to do next
    chart               jobs over time, drawn
"""

from cpnb.monitoring.chart import JobChart
from cpnb.monitoring.details import JobDetails
from cpnb.monitoring.jobs import DISPLAYED, UploadJobs
from cpnb.monitoring.watching import Searches, list_jobs, look_at_job

__all__ = ["DISPLAYED", "JobChart", "JobDetails", "Searches", "UploadJobs", "list_jobs", "look_at_job"]
