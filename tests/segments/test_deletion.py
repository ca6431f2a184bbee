"""Deleting segments in two steps: nothing goes that was not listed."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from cpnb.domain import Domain
from cpnb.errors import CredentialsError, ServiceError, UnreachableError
from cpnb.expressions import profile
from cpnb.retrying import Patience
from cpnb.segments import SegmentDefinition, list_segments
from cpnb.segments.deletion import delete_segments

SEATTLE = profile.Address.City == "Seattle"


def make(domain: Domain, *names: str) -> None:
    for name in names:
        SegmentDefinition(name, SEATTLE).create(domain)


def build_on(domain: Domain, name: str, *sources: str) -> None:
    """Create a segment that is built on others, by the plain client."""
    group = {
        "SourceSegments": [{"SegmentDefinitionName": source} for source in sources],
        "SourceType": "ANY",
        "Type": "ALL",
        "Dimensions": [],
    }
    domain.client.create_segment_definition(
        DomainName=domain.name,
        SegmentDefinitionName=name,
        DisplayName=name,
        SegmentGroups={"Groups": [group], "Include": "ALL"},
    )


def names(domain: Domain) -> list[str]:
    return sorted(list_segments(domain)["name"])


def outcomes(table: pd.DataFrame) -> dict[str, str]:
    return dict(zip(table["name"], table["outcome"], strict=True))


def test_the_first_step_lists_and_deletes_nothing_and_the_second_deletes_what_was_listed(domain):
    make(domain, "tmp-a", "tmp-b", "keep-tmp-", "TMP-c")
    found = delete_segments(domain, prefix="tmp-")
    assert outcomes(found) == {"tmp-a": "not deleted yet", "tmp-b": "not deleted yet"}
    assert len(names(domain)) == 4
    make(domain, "tmp-later")
    assert outcomes(delete_segments(domain, found)) == {"tmp-a": "deleted", "tmp-b": "deleted"}
    assert names(domain) == ["TMP-c", "keep-tmp-", "tmp-later"]


def test_only_the_rows_that_the_analyst_kept_are_deleted(domain):
    make(domain, "tmp-a", "tmp-b", "tmp-c")
    found = delete_segments(domain, prefix="tmp-")
    delete_segments(domain, found[found["name"] != "tmp-b"])
    assert names(domain) == ["tmp-b"]


def test_a_listing_will_do_and_a_table_that_was_saved_meanwhile(domain):
    make(domain, "tmp-a", "tmp-b")
    listing = list_segments(domain)
    assert outcomes(delete_segments(domain, listing.head(1))) == {"tmp-a": "deleted"}
    loaded = pd.read_csv(io.StringIO(listing.tail(1).to_csv(index=False)))
    assert outcomes(delete_segments(domain, loaded)) == {"tmp-b": "deleted"}


def test_nothing_found_is_a_table_without_rows(domain):
    make(domain, "keep")
    found = delete_segments(domain, prefix="tmp-")
    assert list(found.columns[:4]) == ["name", "outcome", "reason", "used_by"]
    assert len(found) == len(delete_segments(domain, found)) == 0
    assert names(domain) == ["keep"]


def test_a_domain_without_segments_has_none_to_delete_and_the_same_types(domain):
    nothing = delete_segments(domain, prefix="tmp-")
    assert len(nothing) == len(delete_segments(domain, nothing)) == 0
    assert list(nothing.columns) == ["name", "outcome", "reason", "used_by", "display_name", "created_at", "arn"]
    assert str(nothing["created_at"].dtype) == "datetime64[us, UTC]"
    assert {str(dtype) for dtype in nothing.drop(columns="created_at").dtypes} == {"string"}
    make(domain, "tmp-a")
    found = delete_segments(domain, prefix="tmp-")
    assert (found.dtypes == nothing.dtypes).all()
    assert (delete_segments(domain, found).dtypes == nothing.dtypes).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "Either a table or prefix="),
        ({"found": "tmp-"}, TypeError, r"Got a str and no table.*deletes nothing"),
        ({"found": ["tmp-a"]}, TypeError, "Got a list and no table"),
        ({"found": pd.DataFrame({"name": ["tmp-a"]})}, ValueError, "no column 'created_at', 'arn'"),
        ({"found": pd.DataFrame(), "prefix": "tmp-"}, TypeError, "Either a table or prefix="),
        ({"prefix": ""}, ValueError, "would mean every segment"),
        ({"prefix": "tmp-*"}, ValueError, r"not a pattern, so that it needs no '\*'"),
        ({"prefix": "x" * 65}, ValueError, "up to 64"),
        ({"prefix": 7}, TypeError, "expected text"),
        ({"prefix": "tmp-", "in_use": "maybe"}, ValueError, "'keep' or 'delete'"),
    ],
    ids=[
        "nothing", "a text", "names", "no addresses", "both", "empty", "a pattern", "too long", "a number", "no choice"
    ],
)  # fmt: skip
def test_what_could_delete_by_accident_is_refused(domain, arguments, error, message):
    make(domain, "tmp-a")
    with pytest.raises(error, match=message):
        delete_segments(domain, **arguments)
    assert names(domain) == ["tmp-a"]


def test_a_table_of_another_domain_deletes_nothing(domain, sandbox):
    other = sandbox.domain(f"{domain.name}-production")
    make(domain, "tmp-a")
    make(other, "tmp-a", "tmp-b")
    found = delete_segments(domain, prefix="tmp-")
    with pytest.raises(ValueError, match=r"not of domain 'test-\d+-production' at .*: 'tmp-a'\. Nothing was deleted"):
        delete_segments(other, found)
    assert names(other) == ["tmp-a", "tmp-b"]


def test_a_segment_that_was_made_anew_is_not_the_one_that_was_listed(domain):
    make(domain, "tmp-a")
    found = delete_segments(domain, prefix="tmp-")
    SegmentDefinition("tmp-a", SEATTLE).delete(domain)
    SegmentDefinition("tmp-a", ~SEATTLE).create(domain)
    deleted = delete_segments(domain, found)
    assert outcomes(deleted) == {"tmp-a": "kept"}
    assert "made anew" in deleted.loc[0, "reason"]
    assert names(domain) == ["tmp-a"]


def test_a_segment_that_is_gone_meanwhile_is_no_error(domain):
    make(domain, "tmp-a", "tmp-b")
    found = delete_segments(domain, prefix="tmp-")
    SegmentDefinition("tmp-a", SEATTLE).delete(domain)
    assert outcomes(delete_segments(domain, found)) == {"tmp-a": "gone", "tmp-b": "deleted"}
    assert outcomes(delete_segments(domain, found)) == {"tmp-a": "gone", "tmp-b": "gone"}  # the domain is empty now


def test_a_segment_on_which_another_is_built_is_named_and_kept(domain):
    make(domain, "tmp-base", "tmp-free")
    build_on(domain, "board", "tmp-base")
    found = delete_segments(domain, prefix="tmp-")
    assert found.set_index("name")["used_by"].to_dict() == {"tmp-base": "board", "tmp-free": ""}
    deleted = delete_segments(domain, found)
    assert outcomes(deleted) == {"tmp-base": "kept", "tmp-free": "deleted"}
    assert "'board' is built on it" in deleted.loc[0, "reason"]
    assert outcomes(delete_segments(domain, found, in_use="delete"))["tmp-base"] == "deleted"
    assert names(domain) == ["board"]


def test_one_that_is_built_upon_since_it_was_listed_is_kept(domain):
    make(domain, "tmp-base")
    found = delete_segments(domain, prefix="tmp-")
    build_on(domain, "board", "tmp-base")
    assert outcomes(delete_segments(domain, found)) == {"tmp-base": "kept"}


def test_segments_that_are_built_on_others_go_first(domain):
    make(domain, "tmp-a")
    build_on(domain, "tmp-b", "tmp-a")
    build_on(domain, "tmp-c", "tmp-b", "tmp-a")
    found = delete_segments(domain, prefix="tmp-")
    assert found["used_by"].tolist() == ["tmp-b, tmp-c", "tmp-c", ""]
    assert set(outcomes(delete_segments(domain, found)).values()) == {"deleted"}
    assert names(domain) == []


LISTED = {"CreatedAt": pd.Timestamp("2026-11-20", tz="UTC").to_pydatetime()}


class Answers(Domain):
    """Stands where a domain does, holds segments, and fails to delete those that it is told to."""

    name, place, region = "answers", "nowhere", "us-east-1"

    def __init__(self, *names: str, refusals=None, groups=None):
        self.there = {name: self.item(name) for name in names}
        self.refusals = refusals or {}
        self.groups = groups or {}
        self.deleted = []

    def item(self, name):
        return {"SegmentDefinitionName": name, "SegmentDefinitionArn": f"arn:domains/answers/{name}"} | LISTED

    def pages(self, operation, /):
        assert operation == "ListSegmentDefinitions"
        return list(self.there.values())

    def call(self, operation, /, **parameters):
        name = parameters["SegmentDefinitionName"]
        if operation == "DeleteSegmentDefinition":
            refusal = self.refusals.get(name, [None]).pop(0) if self.refusals.get(name) else None
            if refusal and refusal != "lost":
                raise refusal
            del self.there[name]
            self.deleted.append(name)
            if refusal:
                raise ServiceError("fault", code="InternalServerException")
            return {}
        assert operation == "GetSegmentDefinition"
        if name not in self.there:
            raise ServiceError("no such segment", code="ResourceNotFoundException")
        return self.there[name] | {"SegmentGroups": {"Groups": self.groups.get(name, [])}}

    call_once = call


def built_on(name: str):
    return [{"SourceSegments": [{"SegmentDefinitionName": name}]}]


def test_one_that_failed_is_told_with_the_others_done():
    forbidden = CredentialsError("these credentials may not do this", code="AccessDeniedException")
    domain = Answers("tmp-a", "tmp-b", "tmp-c", refusals={"tmp-b": [forbidden]})
    deleted = delete_segments(domain, delete_segments(domain, prefix="tmp-"))
    assert outcomes(deleted) == {"tmp-a": "deleted", "tmp-b": "failed", "tmp-c": "deleted"}
    assert deleted.loc[1, "reason"] == "these credentials may not do this"
    assert domain.deleted == ["tmp-a", "tmp-c"]


def test_what_a_segment_that_failed_is_built_on_stays():
    forbidden = CredentialsError("these credentials may not do this", code="AccessDeniedException")
    domain = Answers("tmp-a", "tmp-b", refusals={"tmp-b": [forbidden]}, groups={"tmp-b": built_on("tmp-a")})
    deleted = delete_segments(domain, delete_segments(domain, prefix="tmp-"))
    assert outcomes(deleted) == {"tmp-a": "kept", "tmp-b": "failed"}


def test_a_deletion_whose_answer_was_lost_is_a_deletion():
    domain = Answers("tmp-a", refusals={"tmp-a": ["lost"]})
    with Patience(pause_first_s=0.01).applied():
        deleted = delete_segments(domain, delete_segments(domain, prefix="tmp-"))
    assert outcomes(deleted) == {"tmp-a": "deleted"}
    assert domain.deleted == ["tmp-a"]


def test_when_nobody_answers_any_more_the_rest_is_not_tried():
    gone = UnreachableError("nothing answered")
    domain = Answers("tmp-a", "tmp-b", "tmp-c", refusals={"tmp-b": [gone] * 99})
    with Patience(try_again_for_s=0.05, pause_first_s=0.01).applied():
        deleted = delete_segments(domain, delete_segments(domain, prefix="tmp-"))
    assert outcomes(deleted) == {"tmp-a": "deleted", "tmp-b": "failed", "tmp-c": "not tried"}
    assert domain.deleted == ["tmp-a"]


def test_an_interrupt_tells_what_was_deleted_until_then():
    domain = Answers("tmp-a", "tmp-b", "tmp-c", refusals={"tmp-c": [KeyboardInterrupt()]})
    found = delete_segments(domain, prefix="tmp-")
    with pytest.raises(KeyboardInterrupt) as interrupt:
        delete_segments(domain, found)
    assert interrupt.value.__notes__ == ["Deleted until then: 'tmp-a', 'tmp-b'."]


def test_segments_in_a_circle_end():
    domain = Answers("tmp-a", "tmp-b", groups={"tmp-a": built_on("tmp-b"), "tmp-b": built_on("tmp-a")})
    found = delete_segments(domain, prefix="tmp-")
    assert set(outcomes(delete_segments(domain, found)).values()) == {"kept"}
    assert set(outcomes(delete_segments(domain, found, in_use="delete")).values()) == {"deleted"}


def test_what_is_no_domain_is_refused_with_the_way_to_one():
    with pytest.raises(TypeError, match=r"The domain is a str; .*cpnb\.Domain\('loyalty'"):
        delete_segments("loyalty", prefix="t")
