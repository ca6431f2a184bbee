import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from cpnb.errors import ExpressionError
from cpnb.expressions import Expression, calculated, in_segment, profile


def only(expression):
    """The one dimension of a condition, as the service gets it."""
    document = expression.to_api()
    assert document["Include"] == "ALL"
    [group] = document["Groups"]
    [dimension] = group["Dimensions"]
    return dimension


def comparison(expression):
    """Type and values of the one dimension on the custom attribute x."""
    body = only(expression)["ProfileAttributes"]["Attributes"]["x"]
    return body["DimensionType"], body["Values"]


def test_a_condition_becomes_segment_groups():
    condition = profile.Address.City.isin(["Seattle"]) & profile.LastName.startswith("S")
    assert condition.to_api() == {
        "Groups": [
            {
                "Dimensions": [
                    {"ProfileAttributes": {"Address": {"City": {"DimensionType": "INCLUSIVE", "Values": ["Seattle"]}}}},
                    {"ProfileAttributes": {"LastName": {"DimensionType": "BEGINS_WITH", "Values": ["S"]}}},
                ],
                "SourceType": "ALL",
                "Type": "ALL",
            }
        ],
        "Include": "ALL",
    }


x = profile.Attributes["x"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (x.isin(["a", "b", "a"]), ("INCLUSIVE", ["a", "b"])),
        # So many that a set has them in order by chance once in 40,320 times.
        (x.isin(set("hgfedcba")), ("INCLUSIVE", list("abcdefgh"))),
        (x.isin(pd.Series(["a"])), ("INCLUSIVE", ["a"])),
        (x.notin(["a"]), ("EXCLUSIVE", ["a"])),
        (~x.isin(["a"]), ("EXCLUSIVE", ["a"])),
        (~x.notin(["a"]), ("INCLUSIVE", ["a"])),
        (x == "a", ("INCLUSIVE", ["a"])),
        (x != "a", ("EXCLUSIVE", ["a"])),
        (x.contains("a", "b"), ("CONTAINS", ["a", "b"])),
        (x.startswith("a"), ("BEGINS_WITH", ["a"])),
        (x.endswith("a"), ("ENDS_WITH", ["a"])),
        (x.list_contains("a"), ("LIST_CONTAINS", ["a"])),
        (x.list_contains_all("a", "b"), ("LIST_CONTAINS_ALL", ["a", "b"])),
        (x == 5, ("EQUAL", ["5"])),
        (x > 5.50, ("GREATER_THAN", ["5.5"])),
        (x >= 1e21, ("GREATER_THAN_OR_EQUAL", ["1000000000000000000000"])),
        (x < Decimal("0.10"), ("LESS_THAN", ["0.1"])),
        (x <= np.int64(100), ("LESS_THAN_OR_EQUAL", ["100"])),
        (x > np.float64(1e-7), ("GREATER_THAN", ["0.0000001"])),
        (x.between(1, 2.5), ("BETWEEN", ["1", "2.5"])),
        (x.not_between(-1, 0), ("NOT_BETWEEN", ["-1", "0"])),
        (x.between(1, profile.Attributes["y"]), ("BETWEEN", ["1", "{{_profile.Attributes.y}}"])),
        (x.not_between("{{ _profile.BirthDate }}", 7.5), ("NOT_BETWEEN", ["{{ _profile.BirthDate }}", "7.5"])),
        (
            x.between(profile.BirthDate, "2024-12-31"),
            ("BETWEEN", ["{{_profile.BirthDate}}", "2024-12-31T00:00:00Z"]),
        ),
        (
            x.between("2024-10-01T00:00:00", "2024-10-01T00:00:00.5"),
            ("BETWEEN", ["2024-10-01T00:00:00Z", "2024-10-01T00:00:00.500000Z"]),
        ),
        (x.after("2024-10-01T10:00:00.25"), ("AFTER", ["2024-10-01T10:00:00.250000Z"])),
        (x.after(pd.Timestamp("2024-10-01 10:00:00.123456789")), ("AFTER", ["2024-10-01T10:00:00.123456Z"])),
        (x < np.datetime64("2024-10-01"), ("BEFORE", ["2024-10-01T00:00:00Z"])),
        (x == "{{nonsense}}", ("INCLUSIVE", ["{{nonsense}}"])),
        (x.before("2024-10-01"), ("BEFORE", ["2024-10-01T00:00:00Z"])),
        (x < dt.date(2024, 10, 1), ("BEFORE", ["2024-10-01T00:00:00Z"])),
        (x.after(dt.datetime(2024, 10, 1, 12, 30)), ("AFTER", ["2024-10-01T12:30:00Z"])),  # noqa: DTZ001
        (x > pd.Timestamp("2024-10-01 01:00", tz="Europe/Berlin"), ("AFTER", ["2024-09-30T23:00:00Z"])),
        (x.on("2024-10-01T00:00:00Z"), ("ON", ["2024-10-01T00:00:00Z"])),
        (x == dt.date(2024, 10, 1), ("ON", ["2024-10-01T00:00:00Z"])),
        (x.between("2024-01-01", "2024-12-31"), ("BETWEEN", ["2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z"])),
        (x == profile.LastName, ("INCLUSIVE", ["{{_profile.LastName}}"])),
        (x > calculated["_spend"], ("GREATER_THAN", ["{{_calculated_attribute._spend}}"])),
    ],
)
def test_every_comparison_of_a_custom_attribute(condition, expected):
    assert comparison(condition) == expected


def test_attributes_of_other_kinds():
    assert only(profile.BirthDate == "1990-02-03") == {
        "ProfileAttributes": {"BirthDate": {"DimensionType": "ON", "Values": ["1990-02-03T00:00:00Z"]}}
    }
    assert only(profile.ProfileType != "ACCOUNT_PROFILE") == {
        "ProfileAttributes": {"ProfileType": {"DimensionType": "EXCLUSIVE", "Values": ["ACCOUNT_PROFILE"]}}
    }
    assert only(calculated["_calls"].over(30, 7) >= 3) == {
        "CalculatedAttributes": {
            "_calls": {
                "DimensionType": "GREATER_THAN_OR_EQUAL",
                "Values": ["3"],
                "ConditionOverrides": {"Range": {"Start": 30, "End": 7, "Unit": "DAYS"}},
            }
        }
    }


def test_groups_say_how_they_and_their_dimensions_combine():
    city, name = profile.Address.City.contains("a"), profile.LastName.contains("b")
    shapes = {
        "and": city & name,
        "or": city | name,
        "and not": city & ~name,
        "not both": ~(city & name),
        "neither": ~(city | name),
    }
    brief = {
        key: (document["Include"], [(group["Type"], len(group["Dimensions"])) for group in document["Groups"]])
        for key, document in ((key, expression.to_api()) for key, expression in shapes.items())
    }
    assert brief == {
        "and": ("ALL", [("ALL", 2)]),
        "or": ("ALL", [("ANY", 2)]),
        "and not": ("ALL", [("ALL", 1), ("NONE", 1)]),
        "not both": ("ANY", [("NONE", 1), ("NONE", 1)]),
        "neither": ("ALL", [("NONE", 2)]),
    }


def test_more_than_fifty_values_are_split():
    numbers = [str(n) for n in range(101)]
    [group] = profile.AccountNumber.isin(numbers).to_api()["Groups"]
    assert group["Type"] == "ANY"
    assert [len(d["ProfileAttributes"]["AccountNumber"]["Values"]) for d in group["Dimensions"]] == [50, 50, 1]
    [group] = profile.AccountNumber.notin(numbers).to_api()["Groups"]
    assert group["Type"] == "ALL"
    assert {d["ProfileAttributes"]["AccountNumber"]["DimensionType"] for d in group["Dimensions"]} == {"EXCLUSIVE"}
    [group] = x.list_contains_all(*numbers).to_api()["Groups"]
    assert group["Type"] == "ALL"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: profile.AccountNumber > 5,
            "cannot compare AccountNumber by >; it has isin.*Custom attributes have all",
        ),
        (lambda: profile.BirthDate.contains("19"), "it has before, after"),
        (lambda: profile.ProfileType.startswith("P"), "it has isin, notin"),
        (lambda: profile.LastName == 5, "compared with text, got a value of type int"),
        (lambda: profile.LastName.isin([None]), "type NoneType"),
        (lambda: profile.LastName.isin("Smith"), "takes a list"),
        (lambda: profile.LastName.isin([]), "no value at all"),
        (lambda: profile.LastName.isin([""]), "empty value"),
        (lambda: profile.LastName.isin(["a" * 256]), "256 characters; expected at most 255"),
        (lambda: profile.AdditionalInformation.isin(["a" * 1001]), "at most 1000"),
        (lambda: profile.ProfileType == "PERSON", "the service knows no other value"),
        (lambda: profile.BirthDate.on("01/02/1990"), "ISO 8601"),
        (lambda: profile.BirthDate.on(pd.NaT), "ISO 8601"),
        (lambda: profile.BirthDate.between("1991-01-01", "1990-01-01"), "first end"),
        (lambda: x.between(2, 1), "first end"),
        (lambda: x > "5", "compared with a number"),
        (lambda: x > math.inf, "not finite"),
        (lambda: profile.LastNam, "Did you mean 'LastName'"),
        (lambda: profile.City, r"no attribute 'City'\. Did you mean profile\.Address\.City\?"),
        (lambda: profile.postalcode, r"Did you mean profile\.Address\.PostalCode\?"),
        (lambda: profile.Address.Citi, "Did you mean 'Address.City'"),
        (lambda: profile.Adress, "Did you mean 'Address'"),
        (lambda: profile.Attribute, "Did you mean 'Attributes'"),
        (lambda: profile.Gender, "Use GenderString"),
        (lambda: profile.Address.Address1, "Segments cannot filter on 'Address.Address1'"),
        (lambda: profile.LastName.over(3), "not calculated"),
        (lambda: calculated["two words"], "cannot be a calculated attribute"),
        (lambda: calculated[3], "attributes have names"),
        (lambda: profile.Attributes["a.b"], "has a dot"),
        (lambda: profile.Attributes[3], "have names"),
        (lambda: profile.LastName == "a" & profile.FirstName == "b", "brackets are missing"),
        (lambda: profile.LastName and x, "neither true nor false"),
        (lambda: (x == "a") and (x == "b"), "Join conditions with &"),
        (lambda: 1 < x < 5, "Join conditions with &"),
        (lambda: "a" in (x == "a"), "no elements"),
        (lambda: "a" in profile.LastName, "no elements"),
        (lambda: {x == "a"}, "member of a set"),
        (lambda: ~profile.LastName, "nothing to negate"),
        (lambda: (x == "a") & True, "only be joined with another"),
        ((x.contains("a") | ~x.contains("a")).to_api, "every profile"),
        ((x.isin(["a"]) & x.notin(["a"])).to_api, "contradicts itself"),
        (((x.contains("a") & ~x.contains("b")) | x.contains("c")).to_api, "two levels"),
        (lambda: in_segment("two words"), r"No segment can have the name 'two words'.*list_segments"),
        (lambda: in_segment(""), "1 to 64 letters"),
        (lambda: in_segment("x" * 65), "1 to 64 letters"),
        (lambda: in_segment("a") and x, "Join conditions with &"),
        (lambda: calculated["_n"].over(1.5), "whole days"),
        (lambda: calculated["_n"].over(30, True), "whole days"),
        (lambda: profile.LastName.starts_with("S"), r"no comparison 'starts_with'\. Did you mean 'startswith'\?"),
        (lambda: profile.LastName.is_in(["S"]), r"Did you mean 'isin'\? It has contains, endswith, isin, notin"),
        (lambda: profile.LastName.isna, "cannot ask whether a profile has an attribute; one that lacks it meets"),
        (lambda: profile.LastName.eq("S"), r"no comparison 'eq'\. Write =="),
        (lambda: profile.LastName.str.contains("S"), r"\.contains, not \.str\.contains"),
        (lambda: calculated._calls, r"written with brackets: calculated\['_calls'\]"),
        (lambda: profile.Attributes.tier, r"written with brackets: profile\.Attributes\['tier'\]"),
        (lambda: profile["LastName"], r"did you mean profile\.LastName\?"),
        (lambda: profile["tier"], r"did you mean profile\.Attributes\['tier'\]\?"),
        (lambda: profile.Address["City"], r"did you mean profile\.Address\.City\?"),
        (lambda: profile.Address == "Seattle", r"cannot be compared; name one: profile\.Address\.City"),
        (lambda: profile.Attributes != "gold", r"name one: profile\.Attributes\['tier'\]"),
        (lambda: profile > "Smith", r"name one: profile\.LastName"),
        (lambda: list(profile), "not gone through"),
        (lambda: True & (x == "a"), "only be joined with another"),
        (lambda: None | (x == "a"), "only be joined with another"),
        (lambda: x > calculated["_c"].over(30), r"_c stands for a value here.*leave out \.over"),
        (lambda: x.between(calculated["_c"].over(30), 5), "_c stands for a value here"),
        (lambda: x.between("5", "7"), "compared with two numbers, without quotation marks, or two dates here"),
        (lambda: x.between(5, dt.date(2024, 10, 1)), "compared with two numbers, without quotation marks, or two"),
        (lambda: profile.BirthDate.between(5, 7), "compared with a date here"),
        (lambda: x.between("2024-10-01T00:00:00.5", "2024-10-01"), "first end"),
        (lambda: x.before(dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5)))), "years 1 to 9999"),
        (lambda: x.on(dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(-dt.timedelta(hours=5)))), "years 1 to 9999"),
        (lambda: x.on(np.datetime64("NaT")), "compared with a date"),
        (lambda: x > 10**400, "larger than 1.8e308"),
        (lambda: x == Decimal("sNaN"), "not finite"),
        (lambda: x > np.timedelta64(1, "D"), "got a value of type timedelta64"),
        (lambda: x > Decimal("1e400"), "larger than 1.8e308"),
        (lambda: x > 1e300, "301 characters; expected at most 255"),
        (lambda: profile.LastName == "\ud800", "lone surrogate"),
        (lambda: in_segment(5), "Segments have names"),
        (lambda: x > "{{nonsense}}", "got a value of type str. Write it without quotation marks"),
        (lambda: x > "{{_profile.}}", "got a value of type str"),
        (lambda: x >= dt.date(2024, 10, 1), r"Dates are compared by \.before, \.after, \.on and \.between"),
        (lambda: x <= np.datetime64("2024-10-01"), r"Dates are compared by \.before"),
        (lambda: profile.LastName == None, "cannot ask whether a profile lacks an attribute"),  # noqa: E711
        (lambda: profile.LastName.isin([np.nan]), "cannot ask whether"),
        (lambda: profile.Address.Address1, r"although profiles have it\. Upload it a second time"),
        (lambda: profile.Gender, r"Use GenderString if you fill that one, or upload it a second time"),
    ],
)
def test_what_the_service_cannot_say_is_refused(make, message):
    with pytest.raises(ExpressionError, match=message):
        make()


def test_unknown_attributes_do_not_disturb_those_who_only_ask():
    assert not hasattr(profile, "LastNam")
    for asked in (profile, profile.LastName, profile.Attributes, calculated):
        assert not hasattr(asked, "_repr_html_")
        assert not hasattr(asked, "isnull")


def test_what_cannot_be_compared_has_no_hash():
    with pytest.raises(TypeError, match="unhashable"):
        hash(calculated)


def test_what_holds_attributes_says_how_they_are_written():
    assert repr(calculated) == "<attributes calculated['name']>"
    assert repr(profile.Attributes) == "<attributes profile.Attributes['name']>"
    assert repr(profile.Address) == "<attributes profile.Address.{City, Country, County, PostalCode, Province, State}>"
    assert repr(profile).startswith("<attributes profile.{AccountNumber, ")


def test_tab_completion_offers_what_there_is():
    assert {"LastName", "Address", "Attributes", "BirthDate"} <= set(dir(profile))
    assert not {"Gender", "ProfileId"} & set(dir(profile))
    assert dir(profile.Address) == ["City", "Country", "County", "PostalCode", "Province", "State"]
    assert dir(profile.BirthDate) == ["after", "before", "between", "not_between", "on"]
    assert "over" in dir(calculated["_calls"])


def test_a_condition_says_itself_in_english():
    condition = (profile.Address.City.isin(["Seattle", "Boston"]) | (x >= 5)) & ~profile.LastName.startswith("S")
    text = (
        "(Address.City is one of 'Seattle', 'Boston' or Attributes.x is at least 5) and not (LastName starts with 'S')"
    )
    assert str(condition) == condition.explain() == text
    assert repr(condition) == f"<condition: {text}>"
    assert str(profile.LastName.isin(list("abcdefghijkl"))).endswith("'j' and 2 more")
    assert str(calculated["_calls"].over(30) == 2) == "_calls over days 30 to now equals 2"
    assert str(in_segment("vip") & ~in_segment("gone")) == "is in segment 'vip' and not (is in segment 'gone')"


def test_a_condition_shows_itself_as_a_list():
    condition = (profile.LastName.startswith("<b>") | (x >= 5)) & ~(profile.FirstName.contains("a") & in_segment("vip"))
    assert condition._repr_html_() == (
        "<div><b>Profiles that meet this condition</b><ul><li><i>all of</i><ul>"
        "<li><i>at least one of</i><ul><li>LastName starts with &#x27;&lt;b&gt;&#x27;</li>"
        "<li>Attributes.x is at least 5</li></ul></li>"
        "<li><i>not all of</i><ul><li>FirstName contains &#x27;a&#x27;</li>"
        "<li>is in segment &#x27;vip&#x27;</li></ul></li></ul></li></ul></div>"
    )
    assert "<i>none of</i>" in (~(x.contains("a") | x.contains("b")))._repr_html_()
    assert "<i>not</i>" in (~x.contains("a"))._repr_html_()


def test_the_part_that_does_not_fit_is_shown():
    inner = (x.contains("a") & ~x.contains("b")) | x.contains("c")
    with pytest.raises(ExpressionError) as caught:
        (profile.LastName.startswith("S") & inner).to_api()
    assert f"The part that does not fit: {inner.explain()}." in str(caught.value)
    assert "SegmentDefinition.through_sources" in str(caught.value)


def test_a_condition_knows_its_leaves():
    condition = (x == "a") & ~(in_segment("vip") | (x == "b"))
    assert [leaf.explain() for leaf in condition.leaves()] == [
        "Attributes.x is 'a'",
        "is in segment 'vip'",
        "Attributes.x is 'b'",
    ]


def test_conditions_are_equal_if_they_say_the_same():
    assert (x == "a") & (x == "b") == (x == "a") & (x == "b")
    assert (x == "a") != (x == "b")
    assert ~~(x == "a") == (x == "a")


def test_a_condition_cannot_be_changed():
    condition = x == "a"
    with pytest.raises(AttributeError):
        condition.dimension = None


def custom(kind, *values):
    return {"ProfileAttributes": {"Attributes": {"x": {"DimensionType": kind, "Values": list(values)}}}}


def over_days(overrides):
    body = {"DimensionType": "EQUAL", "Values": ["2"], "ConditionOverrides": overrides}
    return {"Groups": [{"Dimensions": [{"CalculatedAttributes": {"_n": body}}]}]}


@pytest.mark.parametrize("overrides", [None, {}, {"Range": None}])
def test_overrides_that_say_nothing_are_none(overrides):
    assert str(Expression.from_api(over_days(overrides))) == "_n equals 2"


def test_segment_groups_made_elsewhere_are_read():
    found = Expression.from_api(
        {
            "Include": "NONE",
            "Groups": [
                {
                    "Type": "ANY",
                    "SourceType": "ALL",
                    "Dimensions": [
                        {
                            "ProfileAttributes": {
                                "LastName": {"DimensionType": "CONTAINS", "Values": ["a"]},
                                "Address": {
                                    "City": {"DimensionType": "ENDS_WITH", "Values": ["b"]},
                                    "State": {"DimensionType": "INCLUSIVE", "Values": ["WA"]},
                                },
                                "Attributes": {"x": {"DimensionType": "EQUAL", "Values": ["1"]}},
                            }
                        },
                        {"CalculatedAttributes": {"_n": {"DimensionType": "EQUAL", "Values": ["2"]}}},
                    ],
                }
            ],
        }
    )
    assert str(found) == (
        "not ((LastName contains 'a' and Address.City ends with 'b' and Address.State is 'WA' "
        "and Attributes.x equals 1) or _n equals 2)"
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "without groups"),
        ({"Groups": []}, "without groups"),
        ({"Groups": [{"Type": "ALL"}]}, "without dimensions"),
        ({"Groups": [{"Dimensions": [{"ProfileAttributes": {}}]}]}, "without any attribute"),
        ({"Groups": [{"SourceSegments": [{}]}]}, "no SegmentDefinitionName"),
        ({"Groups": [None]}, "Groups of segment groups is no list of objects"),
        ({"Groups": {"a": 1}}, "Groups of segment groups is no list of objects"),
        ({"Groups": [{"SourceSegments": [None]}]}, "SourceSegments of segment groups is no list"),
        ({"Groups": [{"Dimensions": [None]}]}, "Dimensions of segment groups is no list"),
        ({"Groups": [{"Dimensions": [{"ProfileAttributes": {"Address": {"City": None}}}]}]}, "Address of a dimension"),
        (over_days({"Range": {"End": 5}}), "without a Range of days"),
        (over_days({"Range": {"Start": 5, "End": "7"}}), "without a Range of days"),
        (over_days([30]), "without a Range of days"),
        (
            {"Groups": [{"Dimensions": [custom("BETWEEN", "5")]}]},
            "compared by BETWEEN with 1 Values; expected two",
        ),
        ({"Groups": [{"Dimensions": [{"ProfileAttributes": {"LastName": "Smith"}}]}]}, "no object of attributes"),
        (
            {"Groups": [{"Dimensions": [{"ProfileAttributes": {"LastName": {"DimensionType": "INCLUSIVE"}}}]}]},
            "no list of texts",
        ),
        ({"Include": "SOME", "Groups": [{"SourceSegments": [{"SegmentDefinitionName": "base"}]}]}, "Include is 'SOME'"),
        ([], "are a dict with Groups"),
        (
            {
                "Groups": [
                    {"Dimensions": [{"ProfileAttributes": {"Name": {"DimensionType": "EQUAL", "Values": ["a"]}}}]}
                ]
            },
            "no attribute 'Name'",
        ),
        (
            {"Groups": [{"Dimensions": [{"ProfileAttributes": {"City": {"DimensionType": "X", "Values": ["a"]}}}]}]},
            "no attribute 'City'",
        ),
        (
            {
                "Groups": [
                    {"Dimensions": [{"ProfileAttributes": {"LastName": {"DimensionType": "ON", "Values": ["a"]}}}]}
                ]
            },
            "cannot be compared by 'ON'",
        ),
    ],
)
def test_segment_groups_that_are_no_condition_are_refused(document, message):
    with pytest.raises(ExpressionError, match=message):
        Expression.from_api(document)
