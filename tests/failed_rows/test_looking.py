"""Which rows the service refused. The sandbox refuses rows by a rule that nothing on the client's side knows."""

from __future__ import annotations

import _thread
import itertools
import random
import signal
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

import cpnb
from cpnb.domain import Domain
from cpnb.errors import ChangedDataError, UploadError
from cpnb.failed_rows import FailedRowsWarning, SentTable, failed_rows, find_failed_rows
from cpnb.retrying import Patience
from cpnb.sandbox_process import Sandbox
from cpnb.sender import SenderFromHere
from cpnb.upload_options import UploadOptions
from cpnb.uploads import Upload

QUICK = Patience(poll_first_s=0.02, poll_longest_s=0.05, pause_first_s=0.01, pause_longest_s=0.02)

# Not among the standard search keys, so that nothing can be read about a row.
BY_NUMBER = cpnb.FieldMap({"id": "Attributes.number", "city": "Address.City"}, unique_key="id")
BY_ACCOUNT = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def session(running: Sandbox) -> boto3.Session:
    """Credentials that all tests share: a client of a new session reads the model of the service anew."""
    return running.domain("refusing")._session


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    for changed in ("settings", "faults"):
        running._control("DELETE", f"/_sandbox/{changed}")


@pytest.fixture
def domain(sandbox: Sandbox, session: boto3.Session) -> Domain:
    domain = Domain(f"refusing-{next(_numbers)}", endpoint_url=sandbox.url, session=session, host_process=sandbox)
    domain.call("CreateDomain", DefaultExpirationDays=30)
    return domain


def people(count: int, **columns: Any) -> pd.DataFrame:
    made = {"id": [f"K{number:05d}" for number in range(count)], "city": ["Ulm"] * count}
    return pd.DataFrame(made | columns)


def refuse(sandbox: Sandbox, rows: Iterable[int], **settings: str) -> None:
    """Let the sandbox refuse the people at these positions."""
    sandbox.change(refused_keys="|".join(f"K{row:05d}" for row in rows), **settings)


def sent(table: pd.DataFrame, domain: Domain, fields: cpnb.FieldMap = BY_NUMBER, **options: Any) -> Upload:
    """Upload a table and wait for its end, good or bad."""
    invalid = options.pop("on_invalid", "raise")
    upload = cpnb.upload(
        table, domain, fields, on_invalid=invalid, options=UploadOptions(patience=QUICK, on_repeat="send", **options)
    )
    upload._work.wait(60)
    return upload


def looked_at(upload: Upload, table: pd.DataFrame) -> SentTable:
    """Return what an upload knows when it is asked for failed rows, with the job of its first part alone."""
    return SentTable(upload.plan, SenderFromHere(upload.plan, table), {1: upload.jobs[0]})


def rows_of(frame: pd.DataFrame, certainty: str) -> list[int]:
    return sorted(frame["row"][frame["certainty"] == certainty])


def job_count(domain: Domain) -> int:
    return len(list(domain.pages("ListUploadJobs", MaxResults=500)))


def jobs_at_work(domain: Domain) -> list[dict[str, Any]]:
    return [item for item in domain.pages("ListUploadJobs") if item["Status"] == "IN_PROGRESS"]


def assert_nothing_was_sent_twice(domain: Domain) -> None:
    names = [item["DisplayName"] for item in domain.pages("ListUploadJobs", MaxResults=500)]
    assert len({name[-16:] for name in names}) == len(names)


# Finding: what is sent again


def test_seven_hidden_rows_among_ten_thousand_are_found_with_at_most_150_jobs(sandbox: Sandbox, domain: Domain) -> None:
    hidden = sorted(random.Random(4).sample(range(10_000), 7))
    refuse(sandbox, hidden)
    upload = sent(people(10_000), domain)
    assert upload.results.failed == 7
    told: list[Any] = []

    found = upload.find_failed_rows(max_jobs=150, on_progress=told.append)

    assert found["row"].tolist() == hidden
    assert set(found["certainty"]) == {"certain"}
    assert told[-1].job_count == job_count(domain) - 1 <= 100
    assert str(told[-1]).endswith("of at most 150: 7 rows found, 0 more to find.")
    assert sandbox.status()["profile_counts"][domain.name] == 10_000 - 7


COUNTED = {"all_records_failed": "failed", "result_counts": "all"}
NO_FAILURES_TOLD = {"all_records_failed": "partially_succeeded", "result_counts": "without_failed"}
STATUS_ONLY = {"all_records_failed": "failed", "result_counts": "none"}


@pytest.mark.parametrize(
    ("hidden", "ends"),
    [
        pytest.param([15], COUNTED, id="the last one"),
        pytest.param([7, 8], COUNTED, id="neighbours in two halves"),
        pytest.param([12, 13, 14, 15], COUNTED, id="all in one corner", marks=pytest.mark.long),
        pytest.param([0, 5, 15], COUNTED, id="apart", marks=pytest.mark.long),
        pytest.param([12, 13, 14, 15], NO_FAILURES_TOLD, id="in one corner, failures not counted"),
        pytest.param([0, 5, 15], NO_FAILURES_TOLD, id="apart, failures not counted"),
        pytest.param([7, 8], STATUS_ONLY, id="neighbours, status only", marks=pytest.mark.long),
        pytest.param([0, 5, 15], STATUS_ONLY, id="apart, status only"),
    ],
)
def test_rows_are_found_wherever_they_are_and_however_little_is_told(
    sandbox: Sandbox, domain: Domain, hidden: list[int], ends: dict[str, str]
) -> None:
    refuse(sandbox, hidden, **ends)
    upload = sent(people(16), domain)

    found = upload.find_failed_rows()

    assert found["row"].tolist() == hidden
    assert set(found["certainty"]) == {"certain"}
    # Halving 16 rows takes 4 jobs for each of them and one to confirm it, twice as many if only the status is told.
    assert job_count(domain) - 1 <= len(hidden) * (5 if ends["result_counts"] == "all" else 9)


def test_where_nothing_was_refused_nothing_is_sent(domain: Domain) -> None:
    upload = sent(people(5), domain)

    found = upload.find_failed_rows()

    assert (len(found), job_count(domain)) == (0, 1)
    assert found.dtypes.astype(str).to_dict() == {
        "row": "int64",
        "part": "int64",
        "reason": "category",
        "certainty": "category",
    }


@pytest.mark.parametrize("status", ["failed", "partially_succeeded"])
def test_where_all_were_refused_nothing_needs_to_be_sent_again(sandbox: Sandbox, domain: Domain, status: str) -> None:
    refuse(sandbox, range(12), all_records_failed=status)
    upload = sent(people(12), domain)

    found = upload.find_failed_rows()

    assert rows_of(found, "certain") == list(range(12))
    assert job_count(domain) == 1


def test_where_only_the_status_is_told_a_refused_file_stands_for_all_of_its_rows(
    sandbox: Sandbox, domain: Domain
) -> None:
    refuse(sandbox, range(8), result_counts="none")
    upload = sent(people(16), domain)

    assert rows_of(upload.find_failed_rows(), "certain") == list(range(8))
    assert job_count(domain) - 1 == 2  # the first half: refused; then the other, which is taken in


def test_all_refused_without_a_count_is_found_out_within_the_budget(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, range(4), result_counts="none")
    upload = sent(people(4), domain)

    assert rows_of(upload.find_failed_rows(), "certain") == [0, 1, 2, 3]


def test_rows_of_several_parts_are_found_by_their_positions_in_the_table(sandbox: Sandbox, domain: Domain) -> None:
    table = people(30)
    table.loc[[3, 11, 12, 29], "id"] = None  # these stay behind, one of them after the last row of its part
    refuse(sandbox, [4, 10, 28])
    upload = sent(table, domain, part_rows=10, on_invalid="skip")
    assert [part.part.measure.row_count for part in upload.parts] == [10, 10, 6]

    found = upload.find_failed_rows()

    assert found[["row", "part"]].to_numpy().tolist() == [[4, 1], [10, 1], [28, 3]]
    assert set(found["certainty"]) == {"certain"}


def test_a_budget_that_is_used_up_leaves_ranges_and_the_next_call_goes_on(sandbox: Sandbox, domain: Domain) -> None:
    hidden = [5, 30, 31, 79]
    refuse(sandbox, hidden)
    upload = sent(people(80), domain)

    with pytest.warns(FailedRowsWarning, match=r"not found yet.*Small jobs made: 5, as many as allowed"):
        first = upload.find_failed_rows(max_jobs=5)

    assert job_count(domain) - 1 == 5
    assert set(hidden) <= set(first["row"])
    open_rows = first[first["certainty"] == "possible"]
    assert open_rows["reason"].str.fullmatch(r"\d of rows \d+ to \d+ failed").all()
    assert open_rows.groupby("reason", observed=True).size().sum() == len(open_rows)

    second = upload.find_failed_rows(max_jobs=100)

    assert second["row"].tolist() == hidden
    assert_nothing_was_sent_twice(domain)


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Let an interrupt arrive also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_ends_the_waiting_at_once_and_the_next_call_goes_on_from_the_jobs_that_were_made(
    sandbox: Sandbox, domain: Domain
) -> None:
    refuse(sandbox, [7, 30])
    upload = sent(people(32), domain, parts_in_flight=1)
    told: list[Any] = []

    def lose_patience() -> None:
        while not jobs_at_work(domain):
            time.sleep(0.02)
        _thread.interrupt_main()

    def slow_down(progress: Any) -> None:
        told.append(progress)
        if len(told) == 3:  # the next job takes a minute
            sandbox.change(processing_s=60.0)
            threading.Thread(target=lose_patience).start()

    with pytest.raises(KeyboardInterrupt) as caught:
        upload.find_failed_rows(on_progress=slow_down)
    assert "goes on from their results" in "".join(caught.value.__notes__)
    assert [progress.job_count for progress in told] == [1, 2, 3]
    assert len(jobs_at_work(domain)) == 1
    sandbox.change(processing_s=0.0)
    sandbox.advance(61)

    found = upload.find_failed_rows(on_progress=told.append)

    assert found["row"].tolist() == [7, 30]
    assert told[-1].job_count == job_count(domain) - 1 - 4
    assert_nothing_was_sent_twice(domain)
    assert jobs_at_work(domain) == []


def test_a_job_that_was_left_without_its_file_is_gone_on_with(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [1])
    upload = sent(people(4), domain, parts_in_flight=1)
    sandbox.inject("access_denied", operation="GetUploadJobPath")

    with pytest.raises(UploadError, match="The file did not get through") as caught:
        upload.find_failed_rows()
    assert "goes on from their results" in "".join(caught.value.__notes__)

    assert upload.find_failed_rows()["row"].tolist() == [1]
    assert_nothing_was_sent_twice(domain)
    assert {item["Status"] for item in domain.pages("ListUploadJobs")}.isdisjoint({"CREATED", "IN_PROGRESS"})


def test_what_was_found_for_one_upload_says_nothing_about_the_next(sandbox: Sandbox, domain: Domain) -> None:
    for hidden in ([3], [5]):
        refuse(sandbox, hidden)
        assert sent(people(8), domain).find_failed_rows()["row"].tolist() == hidden


def test_rows_are_not_sent_again_over_those_of_a_later_upload(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [2])
    upload = sent(people(8), domain)
    sent(people(8, city=["Bonn"] * 8), domain)

    with pytest.raises(UploadError, match=r"1 other job wrote after this upload.*nothing was sent"):
        upload.find_failed_rows()

    assert job_count(domain) == 2


def test_a_job_of_another_upload_that_is_at_work_is_named_with_the_way_on(sandbox: Sandbox, domain: Domain) -> None:
    sandbox.change(processing_s=600)
    other = cpnb.upload(people(3, city=["Bonn"] * 3), domain, BY_NUMBER, options=UploadOptions(patience=QUICK))
    while not any(job.status == "IN_PROGRESS" for job in other.jobs):  # its start was answered
        time.sleep(0.02)
    refuse(sandbox, [2], processing_s=0)
    upload = sent(people(8), domain)

    with pytest.raises(UploadError, match=rf"still at work.*{other.jobs[0].job_id}.*%cp_job \w+ --stop; then upload"):
        upload.find_failed_rows()

    other.stop().wait(30)
    assert sent(people(8), domain).find_failed_rows()["row"].tolist() == [2]


def test_all_jobs_are_not_listed_before_each_small_job(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [2, 9, 17])
    upload = sent(people(32), domain)
    seldom = replace(upload.plan.options, patience=replace(QUICK, poll_first_s=20, poll_longest_s=0.05))
    before = len(sandbox.requests())

    find_failed_rows(
        replace(looked_at(upload, people(32)), plan=replace(upload.plan, options=seldom)), max_jobs=99, name="cpnb"
    )

    asked = [request["operation"] for request in sandbox.requests()[before:]]
    assert asked.count("CreateUploadJob") > 5
    assert asked.count("ListUploadJobs") == 1


def test_a_table_that_changed_is_not_sent(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [2])
    upload = sent(people(8), domain)
    other = people(8, city=["Bonn"] * 8)

    with pytest.raises(ChangedDataError, match="part 1 are not those that were uploaded"):
        find_failed_rows(looked_at(upload, other), max_jobs=10, name="cpnb")

    assert job_count(domain) == 1


def test_records_that_are_taken_in_at_the_second_time_are_told_of_and_not_listed(
    sandbox: Sandbox, domain: Domain
) -> None:
    refuse(sandbox, [3])
    upload = sent(people(16), domain)
    sandbox.change(refused_keys="")

    with pytest.warns(FailedRowsWarning, match="contradict each other"):
        found = upload.find_failed_rows()

    assert found.empty
    assert sandbox.status()["profile_counts"][domain.name] == 16
    assert job_count(domain) - 1 <= 6


def test_the_number_of_jobs_must_be_one(domain: Domain) -> None:
    upload = sent(people(1), domain)

    wrong: Any
    for wrong in (0, -1, True, 2.5, "many"):
        with pytest.raises(ValueError, match="expected a whole number from 1"):
            upload.find_failed_rows(max_jobs=wrong)


def test_no_value_of_the_table_is_in_what_is_shown(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [3, 4])
    upload = sent(people(16), domain, BY_ACCOUNT)
    told: list[Any] = []

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = upload.find_failed_rows(max_jobs=2, on_progress=told.append)
        read = upload.failed_rows()

    assert caught
    shown = found.to_string() + read.to_string() + repr(told) + str([*map(str, told)]) + str([*map(repr, caught)])
    assert "K0000" not in shown
    assert "Ulm" not in shown


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_any_rows_are_found_in_parts_with_gaps_whatever_goes_wrong_on_the_way(
    sandbox: Sandbox, domain: Domain, seed: int
) -> None:
    chance = random.Random(seed)
    count = chance.randrange(5, 60)
    hidden = sorted(chance.sample(range(count), chance.randrange(0, min(count, 10))))
    table = people(count)
    behind = [row for row in range(count) if row not in hidden and chance.random() < 0.1]
    table.loc[behind, "id"] = None
    refuse(
        sandbox,
        hidden,
        all_records_failed=chance.choice(["failed", "partially_succeeded"]),
        result_counts=chance.choice(["all", "without_failed", "none"]),
    )
    upload = sent(table, domain, on_invalid="skip", part_rows=chance.choice([7, 20, 100]))
    operations = ["CreateUploadJob", "GetUploadJobPath", "StartUploadJob", "GetUploadJob", "ListUploadJobs"]
    for _ in range(chance.randrange(4)):
        sandbox.inject(
            chance.choice(["throttle", "internal_error", "lost_answer"]), operation=chance.choice(operations)
        )
    told: list[Any] = []

    found = upload.find_failed_rows(max_jobs=400, on_progress=told.append)

    assert sorted(found["row"]) == hidden
    assert set(found["certainty"]) <= {"certain"}
    assert sandbox.status()["profile_counts"][domain.name] == count - len(behind) - len(hidden)
    assert job_count(domain) - len(upload.jobs) == (told[-1].job_count if told else 0)
    assert {item["Status"] for item in domain.pages("ListUploadJobs")}.isdisjoint({"CREATED", "IN_PROGRESS"})


# Reading: what is sent nowhere


def searches(sandbox: Sandbox) -> int:
    return sum(request["operation"] == "SearchProfiles" for request in sandbox.requests())


def test_rows_whose_keys_have_no_profile_are_certain_if_they_are_as_many_as_failed(
    sandbox: Sandbox, domain: Domain
) -> None:
    refuse(sandbox, [0, 7, 21])
    upload = sent(people(22), domain, BY_ACCOUNT)
    before = searches(sandbox)

    read = upload.failed_rows()

    assert read["row"].tolist() == [0, 7, 21]
    assert set(read["certainty"]) == {"certain"}
    assert set(read["reason"]) == {"no profile has its key"}
    assert searches(sandbox) - before == 5  # of five keys each
    assert job_count(domain) == 1


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("BusinessEmailAddress", [f"K{number:05d}@Example.com" for number in range(6)]),
        ("MobilePhoneNumber", [f"+1 206 555 01{number:02d}" for number in range(6)]),
    ],
)
def test_addresses_and_numbers_are_searched_for_as_the_service_compares_them(
    sandbox: Sandbox, domain: Domain, target: str, keys: list[str]
) -> None:
    sandbox.change(refused_keys="k00002@example.com|2065550102")
    upload = sent(people(6, id=keys), domain, cpnb.FieldMap({"id": target, "city": "Address.City"}, "id"))

    read = upload.failed_rows()

    assert (read["row"].tolist(), read["certainty"].tolist()) == ([2], ["certain"])


def test_a_row_that_was_there_before_may_be_there_although_it_failed(sandbox: Sandbox, domain: Domain) -> None:
    sent(people(6), domain, BY_ACCOUNT)
    refuse(sandbox, [1, 5, 8])
    upload = sent(people(9, city=["Bonn"] * 9), domain, BY_ACCOUNT)

    with pytest.warns(FailedRowsWarning, match=r"Part 1: 8 rows.*profiles, perhaps from before.*find_failed_rows\(\)"):
        read = upload.failed_rows()

    assert rows_of(read, "likely") == [8]
    assert rows_of(read, "possible") == [0, 1, 2, 3, 4, 5, 6, 7]
    assert read["reason"].iloc[1] == "2 of 8 rows were refused"


def test_searches_that_lag_behind_make_nothing_certain(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [1], search_lag_s=3600)
    upload = sent(people(4), domain, BY_ACCOUNT)

    with pytest.warns(FailedRowsWarning, match=r"1 of 4 rows .* searches lag behind. Ask again in some minutes"):
        read = upload.failed_rows()

    assert set(read["certainty"]) == {"possible"}
    assert read["row"].tolist() == [0, 1, 2, 3]
    assert set(read["reason"]) == {"no profile has its key, perhaps not yet"}


def test_a_key_that_cannot_be_searched_for_leaves_all_rows_possible_and_says_how_many(
    sandbox: Sandbox, domain: Domain
) -> None:
    refuse(sandbox, [1])
    upload = sent(people(4), domain, BY_NUMBER)
    before = searches(sandbox)

    with pytest.warns(FailedRowsWarning, match=r"no search finds Attributes\.number.*upload\.find_failed_rows\(\)"):
        read = upload.failed_rows()

    assert rows_of(read, "possible") == [0, 1, 2, 3]
    assert set(read["reason"]) == {"1 of 4 rows were refused"}
    assert searches(sandbox) == before


def test_why_rows_are_only_possible_is_said_once_to_who_asked(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [1, 5])
    upload = sent(people(8), domain, part_rows=4)

    with pytest.warns(FailedRowsWarning, match="Part 1: 4 rows .* Part 2: 4 rows") as caught:
        upload.failed_rows()

    assert [warning.filename for warning in caught] == [__file__]


def test_what_was_found_by_sending_again_is_read_the_next_time(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [1, 6, 21])
    upload = sent(people(24), domain, part_rows=12)
    upload.find_failed_rows()
    before = job_count(domain)

    read = upload.failed_rows()

    assert read["row"].tolist() == [1, 6, 21]
    assert set(read["certainty"]) == {"certain"}
    assert set(read["reason"]) == {"refused again when it was sent again"}
    assert job_count(domain) == before


def test_what_an_unfinished_search_found_is_read_and_the_rest_is_told_of(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [5, 30, 31, 79])
    upload = sent(people(80), domain)
    with pytest.warns(FailedRowsWarning, match="not found yet"):
        searched = upload.find_failed_rows(max_jobs=5)
    assert 0 < len(searched) < 80

    with pytest.warns(FailedRowsWarning, match=r"no search finds Attributes\.number"):
        read = upload.failed_rows()

    assert read[["row", "certainty"]].equals(searched[["row", "certainty"]])
    assert job_count(domain) == 6


def test_more_keys_than_requests_are_not_asked_for(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [1])
    upload = sent(people(11), domain, BY_ACCOUNT)
    before = searches(sandbox)

    with pytest.warns(FailedRowsWarning, match=r"too many keys to search for each.*find_failed_rows\(\)"):
        read = failed_rows(looked_at(upload, people(11)), max_requests=2)

    assert rows_of(read, "possible") == list(range(11))
    assert set(read["reason"]) == {"1 of 11 rows were refused"}
    assert searches(sandbox) == before


BIRTHS = cpnb.FieldMap({"id": "AccountNumber", "born": "BirthDate"}, unique_key="id")


def born(count: int, odd: list[int]) -> pd.DataFrame:
    """Return people of whom some have a birth date that is accepted with a warning."""
    return people(count, born=["12.03.1980" if row in odd else "1980-03-12" for row in range(count)])


def test_rows_with_warnings_are_asked_for_first(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [4])
    table = born(30, odd=[4, 9])
    upload = sent(table, domain, BIRTHS)

    read = failed_rows(looked_at(upload, table), max_requests=1)

    assert read.to_dict("list")["row"] == [4]
    assert read["certainty"].tolist() == ["certain"]


def test_a_warning_that_as_many_rows_have_as_failed_is_the_likely_reason(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [4, 9])
    upload = sent(born(12, odd=[4, 9]), domain, cpnb.FieldMap({"id": "Attributes.number", "born": "BirthDate"}, "id"))

    with pytest.warns(FailedRowsWarning, match="10 rows are only 'possible'"):
        read = upload.failed_rows()

    assert rows_of(read, "likely") == [4, 9]
    assert read["reason"].iloc[0].startswith("has ")
    assert read["reason"].iloc[0].endswith(" in 'born'")
    assert len(read) == 12


def test_a_reason_that_a_table_would_cut_is_said_shorter(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [4])
    name = "the day on which the customer was born, as it was told"
    table = born(6, odd=[4]).rename(columns={"born": name})
    upload = sent(table, domain, cpnb.FieldMap({"id": "Attributes.number", name: "BirthDate"}, "id"))

    with pytest.warns(FailedRowsWarning):
        read = upload.failed_rows()

    assert read["reason"].iloc[0] == "has warnings; upload.plan.report names them"
    assert "..." not in read.to_string(max_colwidth=50)


def test_a_key_of_several_profiles_is_named_as_a_reason(sandbox: Sandbox, domain: Domain) -> None:
    for _ in range(2):
        domain.call("CreateProfile", AccountNumber="K00002")
    sent(people(3), domain, BY_ACCOUNT)
    refuse(sandbox, [2])
    upload = sent(people(3), domain, BY_ACCOUNT)

    with pytest.warns(FailedRowsWarning, match="2 rows are only 'possible'"):
        read = upload.failed_rows()

    assert read["row"].iloc[0] == 2
    assert read["certainty"].iloc[0] == "likely"
    assert read["reason"].iloc[0] == "has a key that several profiles have"


def test_credentials_that_may_not_search_are_no_error(sandbox: Sandbox, domain: Domain) -> None:
    refuse(sandbox, [1])
    upload = sent(people(3), domain, BY_ACCOUNT)
    sandbox.inject("access_denied", operation="SearchProfiles")

    with pytest.warns(FailedRowsWarning, match="these credentials may not search profiles"):
        read = upload.failed_rows()

    assert rows_of(read, "possible") == [0, 1, 2]


@pytest.mark.parametrize("counts", ["all", "none"])
def test_where_all_were_refused_all_are_certain(sandbox: Sandbox, domain: Domain, counts: str) -> None:
    refuse(sandbox, range(3), result_counts=counts)
    upload = sent(people(3), domain)

    assert rows_of(upload.failed_rows(), "certain") == [0, 1, 2]


def test_nothing_is_read_about_an_upload_that_succeeded(sandbox: Sandbox, domain: Domain) -> None:
    before = searches(sandbox)

    assert sent(people(3), domain, BY_ACCOUNT).failed_rows().empty
    assert searches(sandbox) == before


def test_rows_of_parts_that_did_not_get_through_are_listed_with_what_to_do(domain: Domain) -> None:
    upload = sent(people(5), domain, part_rows=2)

    read = failed_rows(looked_at(upload, people(5)))

    assert read["row"].tolist() == [2, 3, 4]
    assert read["part"].tolist() == [2, 2, 3]
    assert set(read["reason"]) == {"its part was not sent; upload.retry() sends it"}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_refused_rows_of_a_scan_are_found_in_its_file(
    sandbox: Sandbox, domain: Domain, tmp_path: Path, kind: str
) -> None:
    table, path = people(30), tmp_path / f"people.{kind}"
    table.loc[[3, 29], "id"] = None
    table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path, row_group_size=7)
    refuse(sandbox, [4, 10, 28])
    scanned = cpnb.scan(path)
    upload = sent(scanned, domain, part_rows=10, on_invalid="skip")

    found = upload.find_failed_rows()

    assert found[["row", "part"]].to_numpy().tolist() == [[4, 1], [10, 1], [28, 3]]
    assert scanned.rows_at(found["row"].to_numpy())["id"].tolist() == ["K00004", "K00010", "K00028"]


def test_keys_of_a_scan_are_looked_up_where_the_service_can_search(
    sandbox: Sandbox, domain: Domain, tmp_path: Path
) -> None:
    table, path = people(12), tmp_path / "people.csv"
    table.to_csv(path, index=False)
    refuse(sandbox, [5])

    upload = sent(cpnb.scan(path), domain, BY_ACCOUNT)

    assert upload.failed_rows()["row"].tolist() == [5]
