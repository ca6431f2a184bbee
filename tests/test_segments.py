import pytest

from cpnb import samples
from cpnb.domain import Domain
from cpnb.errors import (
    DomainNotFoundError,
    ExpressionError,
    SegmentExistsError,
    ServiceError,
    UnreachableError,
    WaitTimeoutError,
)
from cpnb.expressions import profile
from cpnb.segments import EmptySegmentWarning, SegmentDefinition, list_segments

SEATTLE = profile.Address.City == "Seattle"


def with_profiles(domain):
    """The domain with three profiles in two cities, made by the plain client."""
    for name, city in (("Smith", "Seattle"), ("Sanchez", "Seattle"), ("Smith", "seattle")):
        domain.client.create_profile(DomainName=domain.name, LastName=name, Address={"City": city})
    return domain


def test_a_segment_is_created_listed_read_and_deleted(domain):
    segment = SegmentDefinition("seattle-s", SEATTLE & profile.LastName.startswith("S"), description="Campaign 1")
    assert segment.create(domain) is segment
    found = list_segments(domain)
    assert found[["name", "display_name", "description", "segment_type"]].to_dict("records") == [
        {"name": "seattle-s", "display_name": "seattle-s", "description": "Campaign 1", "segment_type": "CLASSIC"}
    ]
    assert str(found["created_at"].dt.tz) == "UTC"
    assert SegmentDefinition.get(domain, "seattle-s") == segment
    segment.delete(domain)
    assert list_segments(domain).empty


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (SEATTLE, 2),
        (~SEATTLE, 1),
        (SEATTLE & (profile.LastName == "Smith"), 1),
        (SEATTLE | (profile.LastName == "Smith"), 3),
        (profile.LastName.startswith("S") & ~profile.LastName.contains("mit"), 1),
        (profile.Address.City.isin([str(n) for n in range(99)] + ["seattle"]), 1),
        (profile.FirstName != "Ann", 3),
    ],
)
def test_an_estimate_counts_who_matches(domain, condition, count):
    assert SegmentDefinition("x", condition).estimate(with_profiles(domain)) == count


def test_an_estimate_of_nobody_says_what_to_look_at(domain):
    with pytest.warns(EmptySegmentWarning, match=r"Segment 'x' matches no profile .* letter case"):
        assert SegmentDefinition("x", profile.FirstName == "Ann").estimate(with_profiles(domain)) == 0


def test_all_segments_of_many_pages_are_listed(domain):
    for number in range(12):
        SegmentDefinition(f"s{number}", SEATTLE).create(domain)
    assert sorted(list_segments(domain)["name"]) == sorted(f"s{number}" for number in range(12))


def test_an_empty_domain_lists_a_table_without_rows(domain):
    found = list_segments(domain)
    assert list(found.columns) == ["name", "display_name", "description", "segment_type", "created_at", "arn"]
    assert len(found) == 0
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == {
        "name": "string",
        "display_name": "string",
        "description": "string",
        "segment_type": "string",
        "created_at": "datetime64[us, UTC]",
        "arn": "string",
    }
    SegmentDefinition("one", SEATTLE).create(domain)
    assert (list_segments(domain).dtypes == found.dtypes).all()


def test_a_taken_name_is_its_own_error(domain):
    SegmentDefinition("once", SEATTLE).create(domain)
    with pytest.raises(SegmentExistsError, match="already has a segment 'once'") as caught:
        SegmentDefinition("once", ~SEATTLE).create(domain)
    assert caught.value.code == "BadRequestException"
    assert caught.value.__context__ is None


def test_a_missing_segment_is_told_from_a_missing_domain(domain, sandbox):
    with pytest.raises(ServiceError, match="has no segment 'nobody'"):
        SegmentDefinition.get(domain, "nobody")
    gone = Domain("gone", endpoint_url=sandbox.url, session=domain._session)
    for act in (
        lambda: SegmentDefinition.get(gone, "nobody"),
        lambda: SegmentDefinition("x", SEATTLE).create(gone),
        lambda: SegmentDefinition("x", SEATTLE).estimate(gone),
        lambda: list_segments(gone),
    ):
        with pytest.raises(DomainNotFoundError):
            act()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "two words"}, "without spaces"),
        ({"name": ""}, "1 to 64 characters, this one has 0"),
        ({"name": "x" * 65}, "this one has 65"),
        ({"display_name": ""}, "1 to 255"),
        ({"description": "x" * 4001}, "1 to 4,000 characters, this one has 4,001"),
        ({"expression": profile.LastName}, "needs a condition, got an object of type Attribute"),
        (
            {
                "expression": (profile.LastName.contains("c") & ~profile.FirstName.contains("b"))
                | profile.LastName.contains("a")
            },
            "two levels",
        ),
    ],
)
def test_what_the_service_would_refuse_is_refused_at_once(arguments, message):
    with pytest.raises(ExpressionError, match=message):
        SegmentDefinition(**{"name": "x", "expression": SEATTLE, **arguments})


class Answers:
    """Stands where the service does and gives prepared answers, one for each call; keeps what was asked."""

    name = "answers"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def call(self, operation, /, **_parameters):
        self.asked.append(operation)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    call_once = call


@pytest.mark.parametrize("text", ["5000", '"5000"', " 5000 ", "5000.0"])
def test_an_estimate_is_read_from_its_text(text):
    answers = Answers({"EstimateId": "e"}, {"Status": "RUNNING"}, {"Status": "SUCCEEDED", "Estimate": text})
    assert SegmentDefinition("x", SEATTLE).estimate(answers) == 5000


def test_an_estimate_that_fails_or_is_no_number_is_an_error():
    with pytest.raises(ServiceError, match=r"FAILED.*too many"):
        SegmentDefinition("x", SEATTLE).estimate(
            Answers({"EstimateId": "e"}, {"Status": "FAILED", "Message": "too many"})
        )
    with pytest.raises(ServiceError, match="no number"):
        SegmentDefinition("x", SEATTLE).estimate(
            Answers({"EstimateId": "e"}, {"Status": "SUCCEEDED", "Estimate": "many"})
        )


def test_waiting_for_an_estimate_ends():
    answers = Answers({"EstimateId": "e"}, *[{"Status": "RUNNING"}] * 99)
    with pytest.raises(WaitTimeoutError, match=r"still running after 0\.3 s"):
        SegmentDefinition("x", SEATTLE).estimate(answers, timeout_s=0.3)


@pytest.mark.parametrize("failure", [UnreachableError("lost"), ServiceError("fault", code="InternalServerException")])
def test_a_lost_answer_is_followed_by_a_look(failure):
    segment = SegmentDefinition("x", SEATTLE)
    created = Answers(failure, {"SegmentGroups": SEATTLE.to_api()})
    assert segment.create(created) is segment
    assert created.asked == ["CreateSegmentDefinition", "GetSegmentDefinition"]
    not_created = Answers(failure, ServiceError("no", code="ResourceNotFoundException"), {})
    segment.create(not_created)
    assert not_created.asked == ["CreateSegmentDefinition", "GetSegmentDefinition", "CreateSegmentDefinition"]


def test_a_throttled_request_is_made_again():
    missing = ServiceError("no", code="ResourceNotFoundException")
    answers = Answers(ServiceError("slow down", code="ThrottlingException"), missing, {})
    SegmentDefinition("x", SEATTLE).create(answers)
    assert answers.asked.count("CreateSegmentDefinition") == 2


def test_a_segment_in_sql_cannot_be_read_as_a_condition():
    answers = Answers({"SegmentDefinitionName": "x", "SegmentSqlQuery": "SELECT 1"})
    with pytest.raises(ExpressionError, match="SQL"):
        SegmentDefinition.get(answers, "x")


def test_the_samples_make_a_segment(domain):
    people = samples.people(60, flaws=0)
    for row in people.itertuples():
        domain.client.create_profile(DomainName=domain.name, AccountNumber=row.customer_id, Address={"City": row.city})
    assert SegmentDefinition("x", SEATTLE).estimate(domain) == (people["city"] == "Seattle").sum()
