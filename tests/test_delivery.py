"""One part, step by step, against a service whose answers are written down here; the real way is in the journeys."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cpnb.delivery import Delivery, Watched
from cpnb.errors import CredentialsError, ServiceError, TransferError, UnreachableError, UploadError
from cpnb.job_name import display_name
from cpnb.retrying import Patience, StoppedError
from cpnb.upload_job import JobStatus, UploadJob
from cpnb.upload_options import UploadOptions
from tests.plans import numbered, planned
from tests.wire.reading_storage import reading_storage

JOB_ID = "a" * 32
AT_ONCE = UploadOptions(patience=Patience(try_again_for_s=5, pause_first_s=0.01, pause_longest_s=0.01))
THROTTLED = ServiceError("too fast", code="ThrottlingException")
LOST = UnreachableError("nothing answered")
DENIED = CredentialsError("you may not do this", code="AccessDeniedException")

Answer = dict[str, Any] | Exception | Callable[[], dict[str, Any]]


class Service:
    """Stands where a domain does: gives each operation the answers that were written for it, in their order."""

    name = "loyalty"
    ca_bundle = None

    def __init__(self, **answers: list[Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def call(self, operation: str, /, **_parameters: Any) -> dict[str, Any]:
        self.asked.append(operation)
        answer = self.answers[operation].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    call_once = call

    def pages(self, operation: str, /, **parameters: Any) -> list[dict[str, Any]]:
        return list(self.call(operation, **parameters)["Items"])


def delivery_to(service: Service, stopping: threading.Event | None = None) -> Delivery:
    table = numbered(3)
    plan = replace(planned(table, options=AT_ONCE), domain=service)
    return Delivery(plan, plan.parts[0], "cpnb", plan.stream(table, plan.parts[0]), stopping=stopping)


def job(service: Service, status: JobStatus = JobStatus.CREATED) -> UploadJob:
    return UploadJob(service, JOB_ID, status=status)  # type: ignore[arg-type]  # it calls, no more


def listed(status: str) -> dict[str, Any]:
    """Return a listing of one job of the part, as another process would have named it."""
    plan = planned(numbered(3), options=AT_ONCE)
    return {"Items": [{"JobId": JOB_ID, "DisplayName": display_name(plan, plan.parts[0], "cpnb"), "Status": status}]}


def test_a_job_is_created_at_once_without_a_look() -> None:
    service = Service(CreateUploadJob=[{"JobId": JOB_ID}])

    assert delivery_to(service).create().job_id == JOB_ID
    assert service.asked == ["CreateUploadJob"]


@pytest.mark.parametrize("status", ["CREATED", "IN_PROGRESS"])
def test_before_another_job_is_created_one_looks_and_takes_only_one_that_waits(status: str) -> None:
    service = Service(CreateUploadJob=[LOST, {"JobId": "b" * 32}], ListUploadJobs=[listed(status)])

    created = delivery_to(service).create()

    taken = status == "CREATED"
    assert created.job_id == (JOB_ID if taken else "b" * 32)
    assert service.asked == ["CreateUploadJob", "ListUploadJobs", *([] if taken else ["CreateUploadJob"])]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"CreateUploadJob": [DENIED]}, r"The job was not created: .* As it is, it would end the same again"),
        ({"CreateUploadJob": [LOST], "ListUploadJobs": [DENIED]}, r"It is not known whether the job was created: "),
        ({"CreateUploadJob": [THROTTLED], "ListUploadJobs": [DENIED]}, r"It is not known whether the job was created"),
    ],
    ids=["refused", "lost, and no look allowed", "throttled, and no look allowed"],
)
def test_what_is_not_known_of_a_creation_is_not_claimed(answers: dict[str, list[Answer]], words: str) -> None:
    with pytest.raises(UploadError, match=words) as caught:
        delivery_to(Service(**answers)).create()

    assert (caught.value.stage, caught.value.job_id, caught.value.code) == ("create", "", "AccessDeniedException")


def test_a_file_that_did_not_get_through_is_no_matter_if_another_run_was_faster() -> None:
    service = Service(GetUploadJobPath=[DENIED], GetUploadJob=[{"Status": "IN_PROGRESS"}])

    seen = delivery_to(service).send(job(service), lambda _: None)

    assert seen.status is JobStatus.IN_PROGRESS


@pytest.mark.parametrize("look", [{"Status": "CREATED"}, DENIED], ids=["still waiting", "no look allowed"])
def test_a_file_that_did_not_get_through_is_told_with_its_job_and_stage(look: Answer) -> None:
    service = Service(GetUploadJobPath=[DENIED], GetUploadJob=[look])

    with pytest.raises(TransferError, match=f"The file did not get through \\(job {JOB_ID}\\): you may not") as caught:
        delivery_to(service).send(job(service), lambda _: None)

    assert (caught.value.stage, caught.value.job_id) == ("put", JOB_ID)


def test_a_stop_in_the_middle_of_a_file_ends_its_sending_and_the_threads_that_made_it_ready() -> None:
    table, stopping = numbered(300_000), threading.Event()
    plan = planned(table, options=AT_ONCE)
    told: list[int] = []
    threads = set(threading.enumerate())

    def stop(sent_bytes: int) -> None:
        told.append(sent_bytes)
        if sent_bytes:
            stopping.set()

    with reading_storage(bytes_per_s=1_000_000) as path:
        service = Service(GetUploadJobPath=[{"Url": path.url, "ClientToken": path.client_token}])
        to_service = replace(plan, domain=service)
        stream = plan.stream(table, plan.parts[0])
        with pytest.raises(StoppedError, match="nothing of this part was taken in"):
            Delivery(to_service, plan.parts[0], "cpnb", stream, stopping=stopping).send(job(service), stop)
        left = {thread for thread in set(threading.enumerate()) - threads if thread.name.startswith("cpnb")}

    assert told[0] == 0
    assert 0 < told[-1] < len(stream)
    assert len(told) == 2
    assert left == set()


def test_who_shows_progress_is_told_at_the_beginning_and_the_end_and_seldom_in_between() -> None:
    gone: list[int] = []
    told: list[int] = []
    table = numbered(3)
    plan = planned(table)
    file = plan.stream(table, plan.parts[0])
    watched = Watched(file, gone.append, told.append)

    for sent_bytes in range(len(file) + 1):
        watched.has_gone(sent_bytes)

    assert gone == list(range(len(file) + 1))
    assert (told[0], told[-1]) == (0, len(file))
    assert len(told) < len(gone)


def test_a_job_that_is_at_work_already_is_not_started() -> None:
    service = Service()

    assert delivery_to(service).start(job(service, JobStatus.IN_PROGRESS)).status is JobStatus.IN_PROGRESS
    assert service.asked == []


def test_nothing_is_asked_for_a_part_that_was_stopped_before() -> None:
    service, stopping = Service(), threading.Event()
    stopping.set()
    delivery = delivery_to(service, stopping)

    for step in (delivery.create, lambda: delivery.send(job(service), print), lambda: delivery.start(job(service))):
        with pytest.raises(StoppedError, match="nothing of this part was taken in"):
            step()
    assert service.asked == []


def test_a_job_that_was_asked_to_start_is_stopped_and_seen_as_the_service_has_it() -> None:
    stopping = threading.Event()

    def stopped_meanwhile() -> dict[str, Any]:
        stopping.set()
        raise LOST

    service = Service(
        StartUploadJob=[stopped_meanwhile],
        GetUploadJob=[{"Status": "CREATED"}, {"Status": "STOPPED"}],
        StopUploadJob=[{}],
    )

    assert delivery_to(service, stopping).start(job(service)).status is JobStatus.STOPPED
    assert service.asked == ["StartUploadJob", "GetUploadJob", "StopUploadJob", "GetUploadJob"]


def test_a_job_that_was_lost_sight_of_is_said_to_go_on() -> None:
    service = Service(GetUploadJob=[{"Status": "IN_PROGRESS"}, DENIED])

    with pytest.raises(UploadError, match="lost sight of; it goes on at the service") as caught:
        delivery_to(service).watch(job(service, JobStatus.IN_PROGRESS))

    assert (caught.value.stage, caught.value.job_id) == ("processing", JOB_ID)
