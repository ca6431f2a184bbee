"""``%cp_jobs`` and ``%cp_job``, in a real IPython shell."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from cpnb.domain import Domain
from cpnb.monitoring import JobDetails, UploadJobs

MAP = {"id": {"Source": "id", "Target": "_profile.AccountNumber"}}


def created(domain: Domain) -> str:
    answer = domain.client.create_upload_job(DomainName=domain.name, DisplayName="x", Fields=MAP, UniqueKey="id")
    return answer["JobId"]


def test_an_upload_is_found_among_the_jobs_and_looked_at(shell):
    shell.user_ns["people"] = pd.DataFrame({"customer_id": ["01", "02"], "city": ["Seattle", "Tacoma"]})
    upload = shell.run_line_magic("cp_upload", "people --unique-key customer_id --wait")
    jobs = shell.run_line_magic("cp_jobs", "--since 7d")
    assert isinstance(jobs, UploadJobs)
    assert [job.job_id for job in jobs] == [upload.jobs[0].job_id]
    assert jobs.since is not None
    details = shell.run_line_magic("cp_job", upload.jobs[0].job_id)
    assert isinstance(details, JobDetails)
    assert details.job.results.created == 2


def test_the_jobs_can_be_stored_and_not_shown(shell, domain):
    ids = [created(domain) for _ in range(3)]
    assert shell.run_line_magic("cp_jobs", "--limit 2 -o jobs") is None
    assert [job.job_id for job in shell.user_ns["jobs"]] == [ids[2], ids[1]]


def test_a_job_is_stopped_only_when_that_is_said(shell, domain):
    job_id = created(domain)
    assert shell.run_line_magic("cp_job", job_id).job.status == "CREATED"
    assert shell.run_line_magic("cp_job", f"{job_id} --stop").job.status == "STOPPED"
    once_more = shell.run_line_magic("cp_job", f"--stop {job_id}")
    assert once_more.job.status == "STOPPED"
    assert "There was nothing to stop" in str(once_more)


def test_small_jobs_of_a_search_are_listed_when_that_is_said(shell, domain):
    name = "spring failed rows of 24b3a287d02e8536 1/1 20261124T035510.148353Z 0123456789abcdef"
    domain.client.create_upload_job(DomainName=domain.name, DisplayName=name, Fields=MAP, UniqueKey="id")
    assert len(shell.run_line_magic("cp_jobs", "")) == 0
    assert len(shell.run_line_magic("cp_jobs", "--searches show")) == 1


def test_jobs_of_another_domain_by_its_variable(shell, sandbox, domain):
    shell.user_ns["elsewhere"] = sandbox.domain(f"{domain.name}-elsewhere")
    job_id = created(shell.user_ns["elsewhere"])
    assert len(shell.run_line_magic("cp_jobs", "")) == 0
    assert len(shell.run_line_magic("cp_jobs", "--domain elsewhere")) == 1
    assert shell.run_line_magic("cp_job", f"{job_id} --domain elsewhere").job.job_id == job_id


@pytest.mark.parametrize(
    ("magic", "line", "message"),
    [
        ("cp_jobs", "--since yesterdayish", "such as '90min', '24h', '7d'"),
        ("cp_jobs", "--limit 0", "expected a whole number from 1"),
        ("cp_jobs", "-o two-words", "cannot be the name of a variable"),
        ("cp_job", "abc", "The id of a job has 32 digits"),
        ("cp_job", f"{'0' * 32} --stop", "has no job"),
    ],
)
def test_mistakes_are_one_line_and_no_traceback(shell, magic, line, message):
    with pytest.raises(UsageError, match=message):
        shell.run_line_magic(magic, line)


def test_without_a_domain_they_refuse_and_show_the_two_lines():
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    for magic, line in (("cp_jobs", ""), ("cp_job", "0" * 32)):
        with pytest.raises(UsageError, match="%cp_sandbox start --domain loyalty"):
            shell.run_line_magic(magic, line)
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()


def test_a_marker_is_a_name_and_a_value(shell):
    shell.user_ns["people"] = pd.DataFrame({"customer_id": ["01", "02"], "city": ["Seattle", "Tacoma"]})
    line = "people --unique-key customer_id --wait --marker"
    upload = shell.run_line_magic("cp_upload", f"{line} 'campaign=spring = 2026'")
    assert (upload.plan.marker.name, upload.plan.marker.value) == ("campaign", "spring = 2026")
    with pytest.raises(UsageError, match="--marker campaign=spring-2026"):
        shell.run_line_magic("cp_upload", f"{line} campaign")
