"""What a condition means, written by hand: which texts meet which comparison.

Both evaluators have to meet it: the one over a table, and the sandbox's own in SQL. They share nothing but this.

Source: Amazon Connect administrator guide, 'customer-segments-building-segments' (letter case, UTC, what an absent
attribute means for an exclusion, lists); service model, botocore (which comparison an attribute has). What neither says
is decided in ``cpnb/README.md``, and stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ABSENT = None

CUSTOM = ("Attributes.x",)
TEXTS = ("LastName", "Address.City", "MailingAddress.PostalCode", "AdditionalInformation", *CUSTOM)
DATES = ("BirthDate", *CUSTOM)


@dataclass(frozen=True)
class Truth:
    """Which texts of an attribute meet a comparison, for each of some attributes."""

    paths: tuple[str, ...]
    comparison: str
    values: tuple[str, ...]
    meets: dict[str | None, bool]

    def __str__(self) -> str:
        return f"{self.comparison}-{'-or-'.join(self.values)[:40]}".replace(" ", "_")


def dimension(path: str, comparison: str, values: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """Return one dimension of the service."""
    body: dict[str, Any] = {"DimensionType": comparison, "Values": list(values)}
    block, _, part = path.partition(".")
    return {"ProfileAttributes": {block: {part: body} if part else body}}


def segment(*dimensions: dict[str, Any], how: str = "ALL", include: str = "ALL") -> dict[str, Any]:
    """Return segment groups of one group."""
    return {"Groups": [{"Dimensions": list(dimensions), "Type": how, "SourceType": "ALL"}], "Include": include}


def meets(*texts: str | None) -> dict[str | None, bool]:
    return dict.fromkeys(texts, True)


def fails(*texts: str | None) -> dict[str | None, bool]:
    return dict.fromkeys(texts, False)


TEXT_TRUTHS = [
    Truth(
        TEXTS,
        "INCLUSIVE",
        ("Seattle",),
        meets("Seattle") | fails("seattle", " Seattle", "Seattle ", "Seattle, WA", "Se\u0301attle", "", ABSENT),
    ),
    Truth(TEXTS, "INCLUSIVE", ("Seattle", "Boston"), meets("Seattle", "Boston") | fails("SeattleBoston", ABSENT)),
    Truth(TEXTS, "INCLUSIVE", ("é",), meets("é") | fails("e\u0301", "e", "É", ABSENT)),
    Truth(
        TEXTS,
        "EXCLUSIVE",
        ("Seattle",),
        fails("Seattle") | meets("seattle", " Seattle", "Boston", "", ABSENT),
    ),
    Truth(TEXTS, "EXCLUSIVE", ("Seattle", "Boston"), fails("Seattle", "Boston") | meets("seattle", ABSENT)),
    Truth(
        TEXTS,
        "CONTAINS",
        ("att",),
        meets("Seattle", "att", "Hyatt") | fails("SeATTle", "at t", "", ABSENT),
    ),
    Truth(TEXTS, "CONTAINS", ("att", "ost"), meets("Seattle", "Boston") | fails("Portland", ABSENT)),
    Truth(TEXTS, "CONTAINS", ("%",), meets("100 %") | fails("100", ABSENT)),
    Truth(TEXTS, "CONTAINS", ("_",), meets("a_b") | fails("ab", ABSENT)),
    Truth(TEXTS, "CONTAINS", (".",), meets("a.b") | fails("ab", ABSENT)),
    Truth(TEXTS, "CONTAINS", ("'",), meets("O'Hara") | fails("OHara", ABSENT)),
    Truth(TEXTS, "CONTAINS", ("\\",), meets("a\\b") | fails("ab", ABSENT)),
    Truth(TEXTS, "CONTAINS", (" ",), meets("a b", " ") | fails("ab", ABSENT)),
    Truth(TEXTS, "BEGINS_WITH", ("Sea",), meets("Seattle", "Sea") | fails("seattle", " Seattle", "Se", ABSENT)),
    Truth(TEXTS, "BEGINS_WITH", ("Sea", "Bos"), meets("Seattle", "Boston") | fails("A Sea", ABSENT)),
    Truth(TEXTS, "BEGINS_WITH", ("^S",), meets("^Seattle") | fails("Seattle", ABSENT)),
    Truth(TEXTS, "ENDS_WITH", ("land",), meets("Portland", "land") | fails("PortLand", "Portland ", "and", ABSENT)),
    Truth(TEXTS, "ENDS_WITH", ("land", "ton"), meets("Portland", "Boston") | fails("tone", ABSENT)),
    # Only a value that is a reference as a whole is one.
    Truth(TEXTS, "INCLUSIVE", ("x{{_profile.FirstName}}",), meets("x{{_profile.FirstName}}") | fails("x", ABSENT)),
    Truth(
        ("ProfileType",),
        "INCLUSIVE",
        ("PROFILE",),
        meets("PROFILE") | fails("ACCOUNT_PROFILE", ABSENT),
    ),
    # The guide: who excludes ACCOUNT_PROFILE keeps the profiles whose ProfileType is empty.
    Truth(
        ("ProfileType",),
        "EXCLUSIVE",
        ("ACCOUNT_PROFILE",),
        meets("PROFILE", ABSENT) | fails("ACCOUNT_PROFILE"),
    ),
]

NUMBER_TRUTHS = [
    Truth(
        CUSTOM,
        "GREATER_THAN",
        ("5",),
        meets("6", "12", "5.0001", "+6", "06", "6.", "6e0", "0.6E1", "600e-2", "1e300")
        | fails("5", "5.0", ".6", "-6", "4.9", "1e400", "1e-400")
        # None of these is a number, although one program or another takes each for one.
        | fails(
            "6 ",
            " 6",
            "6,0",
            "6'000",
            "1_000",
            "0x10",
            "inf",
            "Infinity",
            "nan",
            "\u0666",
            "\uff16",
            "six",
            "6e",
            "e6",
            ".",
        )
        | fails("$6", "6%", "true", "2024-01-01", "", ABSENT),
    ),
    Truth(CUSTOM, "GREATER_THAN_OR_EQUAL", ("5",), meets("5", "5.0", "6", "50e-1") | fails("4.999", "a", ABSENT)),
    Truth(
        CUSTOM,
        "LESS_THAN",
        ("5",),
        # 4.99999999999999999999 is 5 as a double.
        meets("-6", "4.9", "-0", "1e-400", ".5") | fails("5", "10", "4.99999999999999999999", "-1e400", "a", ABSENT),
    ),
    Truth(CUSTOM, "LESS_THAN_OR_EQUAL", ("5",), meets("5", "5.00", "-1") | fails("5.1", "1e1", "a", ABSENT)),
    Truth(CUSTOM, "EQUAL", ("0.1",), meets("0.1", "0.10", ".1", "1e-1", "+0.1") | fails("0.11", "1", "0,1", ABSENT)),
    Truth(CUSTOM, "EQUAL", ("0",), meets("0", "-0", "0e5", "0.000") | fails("", "a", ABSENT)),
    Truth(
        CUSTOM,
        "EQUAL",
        ("9007199254740993",),
        meets("9007199254740993", "9007199254740992") | fails("9007199254740994"),
    ),
    Truth(CUSTOM, "EQUAL", ("1", "x", "3"), meets("1", "3", "3.0") | fails("2", "x", ABSENT)),
    Truth(CUSTOM, "GREATER_THAN", ("100", "5"), meets("6", "101") | fails("5", ABSENT)),
    Truth(CUSTOM, "LESS_THAN", ("nan",), fails("1", "nan", "-1", ABSENT)),
    Truth(
        CUSTOM, "BETWEEN", ("1", "5"), meets("1", "3", "5", "5.0") | fails("0.999", "5.01", "a", "2024-01-01", ABSENT)
    ),
    Truth(
        CUSTOM, "NOT_BETWEEN", ("1", "5"), meets("0", "6", "-3") | fails("1", "3", "5", "a", "2024-01-01", "", ABSENT)
    ),
    Truth(CUSTOM, "BETWEEN", ("5", "1"), fails("0", "1", "3", "5", "6", ABSENT)),
    Truth(CUSTOM, "NOT_BETWEEN", ("5", "1"), meets("0", "1", "3", "5", "6") | fails(ABSENT)),
    Truth(CUSTOM, "BETWEEN", ("1", "2024-01-01"), fails("1", "3", "2023-01-01", ABSENT)),
    Truth(CUSTOM, "NOT_BETWEEN", ("1", "2024-01-01"), fails("0", "3", "2025-01-01", ABSENT)),
    Truth(("BirthDate",), "BETWEEN", ("1", "5"), fails("3", "2024-01-01", ABSENT)),
    Truth(("BirthDate",), "NOT_BETWEEN", ("1", "5"), fails("7", "2024-01-01", ABSENT)),
]

OCTOBER = "2024-10-01T00:00:00Z"
NO_DATES = (
    "2024/09/30",
    "30.09.2024",
    "2024-9-30",
    "20240930",
    "2024-02-30",
    "2023-02-29",
    "2024-13-01",
    "2024-00-10",
    "2024-09-00",
    " 2024-09-30",
    "2024-09-30 ",
    "2024-09-30T",
    "2024-09-30T12",
    "2024-09-30T12:00:00.Z",
    "2024-09-30T12:00:00 Z",
    "2024-09-30T12:00:00+0200",
    "2024-09-30T12:00:00+02",
    "2024-09-30T24:00:00Z",
    "2024-09-30T12:60:00Z",
    "2024-09-30T12:00:60Z",
    "2024-09-30T12:00:00+24:00",
    "2024-09-30t12:00:00Z",
    "2024-09-30T12:00:00z",
    "2024-09-30T12:00:00.1234567890Z",
    "0000-01-01",
    "2024-W40-1",
    "2024-274",
    "\u0662024-09-30",
    "2024",
    "yesterday",
    "epoch",
    "",
    ABSENT,
)
DATE_TRUTHS = [
    Truth(
        DATES,
        "BEFORE",
        (OCTOBER,),
        meets(
            "2024-09-30",
            "2024-02-29",
            "0001-01-01",
            "2024-09-30T23:59:59Z",
            "2024-09-30T23:59:59.999999999Z",
            "2024-09-30 12:00",
            "2024-09-30T12:00",
            "2024-09-30T12:00Z",
            "2024-10-01T00:00:00+02:00",
            "2024-10-01T01:59+02:00",
        )
        | fails("2024-10-01", "2024-10-01T00:00:00", "2024-09-30T23:00:00-02:00", "2024-10-02", "9999-12-31")
        # Its offset takes it out of the years that there are.
        | fails("0001-01-01T00:00:00+01:00")
        | fails(*NO_DATES),
    ),
    Truth(
        DATES,
        "AFTER",
        (OCTOBER,),
        meets(
            "2024-10-02", "2024-10-01T00:00:00.000001Z", "2024-09-30T23:00:00-02:00", "9999-12-31", "2024-10-01 00:01"
        )
        | fails("2024-10-01", "2024-10-01T00:00:00.000000999Z", "2024-10-01T01:00:00+02:00", "2024-09-30")
        | fails("9999-12-31T23:30:00-01:00")
        | fails(*NO_DATES),
    ),
    Truth(
        DATES,
        "ON",
        (OCTOBER,),
        meets("2024-10-01", "2024-10-01T23:59:59Z", "2024-10-01T23:59:59.9Z", "2024-10-02T00:30:00+01:00")
        | meets("2024-09-30T23:30:00-01:00", "2024-10-01 08:00")
        | fails("2024-10-01T00:30:00+01:00", "2024-10-02", "2024-09-30", "2023-10-01")
        | fails(*NO_DATES),
    ),
    Truth(DATES, "ON", ("2024-10-01T15:30:00Z",), meets("2024-10-01", "2024-10-01T23:00:00Z") | fails("2024-10-02")),
    Truth(DATES, "ON", (OCTOBER, "2020-02-29"), meets("2024-10-01", "2020-02-29") | fails("2024-02-29", ABSENT)),
    Truth(DATES, "ON", ("tomorrow",), fails("2024-10-01", "tomorrow", ABSENT)),
    Truth(DATES, "BEFORE", ("2020-01-01", OCTOBER), meets("2024-09-30", "2019-01-01") | fails("2024-10-01", ABSENT)),
    Truth(DATES, "AFTER", ("2024-10-01", "soon"), meets("2024-10-02") | fails("2024-10-01", "soon", ABSENT)),
    Truth(
        DATES,
        "BETWEEN",
        ("2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z"),
        meets("2024-01-01", "2024-06-15", "2024-12-31", "2024-12-31T00:00:00Z", "2024-01-01T01:00:00+01:00")
        | fails("2023-12-31", "2024-12-31T00:00:01Z", "2025-01-01", "2024-01-01T00:30:00+01:00", "5", "2024", ABSENT),
    ),
    Truth(
        DATES,
        "NOT_BETWEEN",
        ("2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z"),
        meets("2023-12-31", "2024-12-31T00:00:01Z", "2025-01-01")
        | fails("2024-01-01", "2024-06-15", "2024-12-31", "5", "2023", "a", "", ABSENT),
    ),
]

LIST_TRUTHS = [
    Truth(
        CUSTOM,
        "LIST_CONTAINS",
        ("a",),
        meets("a", '["a"]', '["b","a"]', ' [ "b" , "a" ] ', '["\\u0061"]')
        | fails("ab", "A", "a,b", '["A"]', '["ab"]', "[]", '["b"]', '[["a"]]', '{"a":1}', '"a"', "", ABSENT)
        # No lists of texts, so each is a list of itself alone.
        | fails('["a",1]', '["a",null]', '["a",]', '["a"', "['a']", '["a"]]', '["a","\\ud800"]'),
    ),
    Truth(CUSTOM, "LIST_CONTAINS", ('["a",1]',), meets('["a",1]') | fails('["a", 1]', "a", ABSENT)),
    Truth(CUSTOM, "LIST_CONTAINS", ("a", "b"), meets("a", "b", '["c","b"]') | fails('["c"]', ABSENT)),
    Truth(
        CUSTOM,
        "LIST_CONTAINS_ALL",
        ("a", "b"),
        meets('["b","a"]', '["a","c","b"]') | fails("a", '["a"]', '["a","a"]', "[]", "a,b", ABSENT),
    ),
    Truth(CUSTOM, "LIST_CONTAINS_ALL", ("a", "a"), meets("a", '["a"]') | fails("b", ABSENT)),
]

TRUTHS = [*TEXT_TRUTHS, *NUMBER_TRUTHS, *DATE_TRUTHS, *LIST_TRUTHS]


@dataclass(frozen=True)
class ReferenceTruth:
    """Whether a profile meets a comparison with another of its own attributes."""

    path: str
    comparison: str
    values: tuple[str, ...]
    profile: dict[str, str]
    meets: bool

    def __str__(self) -> str:
        return f"{self.path}-{self.comparison}-{len(self.profile)}-{self.meets}"


FIRST = "{{_profile.FirstName}}"
X, Y = "Attributes.x", "{{_profile.Attributes.y}}"
REFERENCE_TRUTHS = [
    ReferenceTruth("LastName", "INCLUSIVE", (FIRST,), {"FirstName": "Kim", "LastName": "Kim"}, True),
    ReferenceTruth(
        "LastName", "INCLUSIVE", ("{{ _profile.FirstName }}",), {"FirstName": "Kim", "LastName": "Kim"}, True
    ),
    ReferenceTruth("LastName", "INCLUSIVE", (FIRST,), {"FirstName": "kim", "LastName": "Kim"}, False),
    ReferenceTruth("LastName", "INCLUSIVE", (FIRST,), {"LastName": "Kim"}, False),
    ReferenceTruth("LastName", "INCLUSIVE", (FIRST,), {"FirstName": "Kim"}, False),
    ReferenceTruth("LastName", "INCLUSIVE", (FIRST, "Lee"), {"LastName": "Lee"}, True),
    ReferenceTruth("LastName", "EXCLUSIVE", (FIRST,), {"FirstName": "Kim", "LastName": "Kim"}, False),
    ReferenceTruth("LastName", "EXCLUSIVE", (FIRST,), {"LastName": "Kim"}, True),
    ReferenceTruth("LastName", "EXCLUSIVE", (FIRST,), {}, True),
    ReferenceTruth("LastName", "EXCLUSIVE", (FIRST, "Lee"), {"LastName": "Lee"}, False),
    ReferenceTruth("LastName", "CONTAINS", (FIRST,), {"FirstName": "im", "LastName": "Kim"}, True),
    ReferenceTruth("LastName", "BEGINS_WITH", (FIRST,), {"FirstName": "im", "LastName": "Kim"}, False),
    ReferenceTruth(X, "GREATER_THAN", (Y,), {X: "10", "Attributes.y": "9"}, True),
    ReferenceTruth(X, "GREATER_THAN", (Y,), {X: "10", "Attributes.y": "nine"}, False),
    ReferenceTruth(X, "EQUAL", (Y,), {X: "1.0", "Attributes.y": "1"}, True),
    ReferenceTruth(X, "BEFORE", ("{{_profile.BirthDate}}",), {X: "2000-01-01", "BirthDate": "2000-01-02"}, True),
    ReferenceTruth(X, "BEFORE", ("{{_profile.BirthDate}}",), {X: "2000-01-01", "BirthDate": "soon"}, False),
    ReferenceTruth(
        "BirthDate",
        "ON",
        ("{{_profile.Attributes.y}}",),
        {"BirthDate": "2000-01-01", "Attributes.y": "2000-01-01T05:00Z"},
        True,
    ),
    ReferenceTruth(X, "BETWEEN", (Y, "10"), {X: "5", "Attributes.y": "5"}, True),
    ReferenceTruth(X, "BETWEEN", (Y, "10"), {X: "5"}, False),
    ReferenceTruth(X, "NOT_BETWEEN", (Y, "10"), {X: "4", "Attributes.y": "5"}, True),
    ReferenceTruth(X, "NOT_BETWEEN", (Y, "10"), {X: "4", "Attributes.y": "2000-01-01"}, False),
    ReferenceTruth(X, "LIST_CONTAINS", (FIRST,), {X: '["Kim"]', "FirstName": "Kim"}, True),
    ReferenceTruth(X, "LIST_CONTAINS_ALL", (FIRST, "a"), {X: '["Kim","a"]', "FirstName": "Kim"}, True),
    ReferenceTruth(X, "LIST_CONTAINS_ALL", (FIRST, "a"), {X: '["Kim","a"]'}, False),
]


@dataclass(frozen=True)
class GroupTruth:
    """Which of the four profiles below a way of joining two comparisons selects."""

    how: str
    include: str
    selected: set[str]


# Who lives in Seattle, who is called Kim: both, one, the other, and one who has neither attribute.
PAIR_PROFILES: dict[str, dict[str, str]] = {
    "both": {"Address.City": "Seattle", "LastName": "Kim"},
    "city": {"Address.City": "Seattle", "LastName": "Lee"},
    "name": {"LastName": "Kim"},
    "neither": {},
}
PAIR = (dimension("Address.City", "INCLUSIVE", ["Seattle"]), dimension("LastName", "CONTAINS", ["Kim"]))
GROUP_TRUTHS = [
    GroupTruth("ALL", "ALL", {"both"}),
    GroupTruth("ALL", "ANY", {"both"}),
    GroupTruth("ALL", "NONE", {"city", "name", "neither"}),
    GroupTruth("ANY", "ALL", {"both", "city", "name"}),
    GroupTruth("ANY", "ANY", {"both", "city", "name"}),
    GroupTruth("ANY", "NONE", {"neither"}),
    GroupTruth("NONE", "ALL", {"neither"}),
    GroupTruth("NONE", "ANY", {"neither"}),
    GroupTruth("NONE", "NONE", {"both", "city", "name"}),
]
