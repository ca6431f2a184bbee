"""Creating a segment once, and replacing one without losing it."""

from __future__ import annotations

import warnings

import pytest

from cpnb.errors import ReplacementError, SegmentExistsError, ServiceError, UnreachableError
from cpnb.expressions import in_segment, profile
from cpnb.segments import SegmentDefinition, create_segments, list_segments
from cpnb.segments.creation import ReplacedSegmentWarning
from cpnb.segments.sort import SortBy
from tests.segments.answers import NOT_FOUND, Answers

SEATTLE = profile.Address.City == "Seattle"
SEGMENT = SegmentDefinition("x", SEATTLE)
MISSING = ServiceError("no", code=NOT_FOUND)
FAULT = ServiceError("fault", code="InternalServerException")
REFUSAL = ServiceError("refused", code="BadRequestException")


def test_a_taken_name_is_its_own_error(domain):
    SegmentDefinition("once", SEATTLE).create(domain)
    with pytest.raises(SegmentExistsError, match=r"already has a segment 'once'.*\.replace\(domain\)") as caught:
        SegmentDefinition("once", ~SEATTLE).create(domain)
    assert caught.value.code == "BadRequestException"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("failure", [UnreachableError("lost"), FAULT])
@pytest.mark.parametrize("segment", [SEGMENT, SegmentDefinition("x", sql="SELECT 1")], ids=["condition", "sql"])
def test_a_lost_answer_is_followed_by_a_look(failure, segment):
    created = Answers(failure, segment.to_api())
    assert segment.create(created) is segment
    assert created.asked == ["CreateSegmentDefinition", "GetSegmentDefinition"]
    not_created = Answers(failure, MISSING, {})
    segment.create(not_created)
    assert not_created.asked == ["CreateSegmentDefinition", "GetSegmentDefinition", "CreateSegmentDefinition"]
    another = Answers(failure, {"SegmentSqlQuery": "SELECT 2"}, ServiceError("It already exists", code=REFUSAL.code))
    with pytest.raises(SegmentExistsError):
        segment.create(another)


def deep():
    last, first = profile.LastName.contains, profile.FirstName.contains
    return SegmentDefinition.through_sources("deep", (last("c") & ~first("b")) | last("a"))


def test_several_segments_are_created_in_their_order(domain):
    assert create_segments(domain, deep()) == deep()
    assert sorted(list_segments(domain)["name"]) == ["deep", "deep-1"]


def test_of_several_segments_all_are_created_or_none(domain):
    SegmentDefinition("deep", SEATTLE).create(domain)
    SegmentDefinition("mine", SEATTLE).create(domain)
    with pytest.raises(SegmentExistsError, match="already has a segment 'deep'") as caught:
        create_segments(domain, deep())
    assert caught.value.__notes__ == ["What was created before it was deleted again: 'deep-1'."]
    assert sorted(list_segments(domain)["name"]) == ["deep", "mine"]
    with pytest.raises(SegmentExistsError) as caught:
        create_segments(domain, [SegmentDefinition("mine", SEATTLE)])
    assert not hasattr(caught.value, "__notes__")
    assert sorted(list_segments(domain)["name"]) == ["deep", "mine"]


def test_what_could_not_be_deleted_again_is_said():
    first, second = SegmentDefinition("a", SEATTLE), SegmentDefinition("b", SEATTLE)
    answers = Answers({}, REFUSAL, ServiceError("no", code="AccessDeniedException"))
    with pytest.raises(ServiceError, match="refused") as caught:
        create_segments(answers, [first, second])
    assert caught.value.__notes__ == ["Created before it, and could not be deleted again: 'a'."]
    assert answers.asked == ["CreateSegmentDefinition", "CreateSegmentDefinition", "DeleteSegmentDefinition"]


def test_a_throttled_request_is_made_again():
    answers = Answers(ServiceError("slow down", code="ThrottlingException"), MISSING, {})
    SEGMENT.create(answers)
    assert answers.asked.count("CreateSegmentDefinition") == 2


def test_replacing_keeps_tags_and_says_what_it_did(domain):
    SegmentDefinition("x", SEATTLE, description="old", tags={"team": "crm"}).create(domain)
    new = SegmentDefinition("x", ~SEATTLE, sort=[SortBy("LastName")])
    with pytest.warns(ReplacedSegmentWarning, match="'x' of domain .* was deleted and made anew.*campaigns") as told:
        assert new.replace(domain) is new
    assert told[0].filename == __file__
    found = SegmentDefinition.get(domain, "x")
    assert (found.expression.to_api(), found.description) == ((~SEATTLE).to_api(), None)
    assert found.tags == {"team": "crm"}
    with pytest.warns(ReplacedSegmentWarning):
        SegmentDefinition("x", ~SEATTLE, tags={}).replace(domain)
    assert SegmentDefinition.get(domain, "x").tags is None
    with pytest.warns(ReplacedSegmentWarning):
        SegmentDefinition("x", sql="SELECT 1", tags={"team": "sales"}).replace(domain)
    assert SegmentDefinition.get(domain, "x") == SegmentDefinition("x", sql="SELECT 1", tags={"team": "sales"})


def test_replacing_a_segment_by_itself_does_nothing(domain):
    segment = SegmentDefinition("x", SEATTLE, tags={"team": "crm"}).create(domain)
    created_at = list_segments(domain)["created_at"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        segment.replace(domain)
        SegmentDefinition("x", SEATTLE).replace(domain)
    assert list_segments(domain)["created_at"][0] == created_at


def test_ensuring_creates_keeps_refuses_or_replaces(domain):
    seattle = SegmentDefinition("spring", SEATTLE)
    elsewhere = SegmentDefinition("spring", profile.Address.City != "Seattle")
    assert [seattle.ensure(domain), seattle.ensure(domain)] == ["created", "kept"]
    with pytest.raises(SegmentExistsError, match="already has a segment 'spring'"):
        elsewhere.ensure(domain)
    assert SegmentDefinition.get(domain, "spring") == seattle
    with pytest.warns(ReplacedSegmentWarning):
        assert elsewhere.ensure(domain, on_other="replace") == "replaced"
    assert SegmentDefinition.get(domain, "spring") == elsewhere
    assert elsewhere.ensure(domain, on_other="replace") == "kept"
    with pytest.raises(ValueError, match="on_other is 'keep'; expected 'raise' or 'replace'"):
        elsewhere.ensure(domain, on_other="keep")


def test_what_is_not_there_cannot_be_replaced(domain):
    with pytest.raises(ServiceError, match="has no segment 'x'"):
        SEGMENT.replace(domain)
    assert list_segments(domain).empty


def test_sources_are_looked_at_before_anything_is_deleted(domain):
    SEGMENT.create(domain)
    with pytest.raises(ServiceError, match="x -> gone"):
        SegmentDefinition("x", in_segment("gone")).replace(domain)
    assert SegmentDefinition.get(domain, "x") == SEGMENT


def old(**more):
    return {
        "SegmentDefinitionName": "x",
        "SegmentDefinitionArn": "arn",
        "DisplayName": "Old",
        "SegmentGroups": (~SEATTLE).to_api(),
        **more,
    }


def test_tags_of_aws_are_not_sent_back_to_it():
    answers = Answers(old(Tags={"aws:cloudformation:stack": "s", "team": "crm"}), {}, {})
    with pytest.warns(ReplacedSegmentWarning):
        SEGMENT.replace(answers)
    assert answers.parameters[-1]["Tags"] == {"team": "crm"}


def test_where_the_new_one_is_refused_the_old_one_is_put_back():
    answers = Answers(old(Tags={"team": "crm"}), {}, REFUSAL, {})
    with pytest.raises(ReplacementError, match=r"'x' was to be .* refused The old one was put back") as caught:
        SEGMENT.replace(answers)
    assert answers.asked == [
        "GetSegmentDefinition",
        "DeleteSegmentDefinition",
        "CreateSegmentDefinition",
        "CreateSegmentDefinition",
    ]
    put_back = {"DisplayName": "Old", "SegmentGroups": (~SEATTLE).to_api(), "Tags": {"team": "crm"}}
    assert answers.parameters[-1] == {"SegmentDefinitionName": "x", **put_back}
    assert caught.value.is_restored
    assert caught.value.old == put_back
    assert caught.value.code == "BadRequestException"


def test_where_neither_can_be_made_the_error_holds_the_old_one():
    denied = ServiceError("denied", code="AccessDeniedException")
    with pytest.raises(ReplacementError, match=r"there is none now\. It is in the error.*error\.old") as caught:
        SEGMENT.replace(Answers(old(), {}, denied, denied))
    assert not caught.value.is_restored
    assert caught.value.old == {"DisplayName": "Old", "SegmentGroups": (~SEATTLE).to_api()}


def test_where_somebody_else_took_the_name_that_is_said():
    taken = ServiceError("x already exists", code="BadRequestException")
    answers = Answers(old(), {}, taken, taken, {"SegmentGroups": SEATTLE.to_api()})
    with pytest.raises(ReplacementError, match=r"it is not the old one: SegmentDefinition\.get reads it") as caught:
        SEGMENT.replace(answers)
    assert not caught.value.is_restored


def test_a_refused_deletion_leaves_all_as_it_was():
    with pytest.raises(ServiceError, match="refused") as caught:
        SEGMENT.replace(Answers(old(), REFUSAL))
    assert not isinstance(caught.value, ReplacementError)


def test_a_deletion_whose_answer_was_lost_counts_as_done():
    answers = Answers(old(), MISSING, {})
    with pytest.warns(ReplacedSegmentWarning):
        SEGMENT.replace(answers)
    assert answers.asked[-1] == "CreateSegmentDefinition"


def test_a_deletion_that_may_have_worked_is_undone():
    answers = Answers(old(), UnreachableError("lost"), ServiceError("it already exists", code=REFUSAL.code), old())
    with pytest.raises(ReplacementError, match="lost The old one is there") as caught:
        SEGMENT.replace(answers)
    assert caught.value.is_restored


def test_an_interrupt_between_both_puts_the_old_one_back():
    answers = Answers(old(), {}, KeyboardInterrupt(), {})
    with pytest.raises(KeyboardInterrupt) as caught:
        SEGMENT.replace(answers)
    assert caught.value.__notes__ == ["The old one was put back."]
    assert answers.parameters[-1]["DisplayName"] == "Old"
