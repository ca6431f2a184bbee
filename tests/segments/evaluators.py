"""The two evaluators of conditions, asked in the same words: which of some profiles does a segment select?

A profile here is a dict of paths and texts, and has a label.
"""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import Mapping
from typing import Any

import pandas as pd

from cpnb import preview
from cpnb.domain import Domain
from cpnb.expressions import Expression
from cpnb.fields import Field, FieldMap
from cpnb.sandbox_process import Sandbox

Profiles = Mapping[str, Mapping[str, str]]
Groups = Mapping[str, Any]

IDS_PER_CALL = 100

_numbers = itertools.count(1)


class Sql:
    """The sandbox, by the service's own operations. Profiles are made once, and asked about any number of times."""

    def __init__(self, sandbox: Sandbox, domain: Domain) -> None:
        self._sandbox = sandbox
        self._client, self._name = domain.client, domain.name
        self._ids: dict[str, str] = {}

    def add(self, profiles: Profiles) -> None:
        body = {"domain": self._name, "profiles": [_nested(profile) for profile in profiles.values()]}
        request = urllib.request.Request(f"{self._sandbox.url}/_sandbox/profiles", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            ids = json.load(answer)["ProfileIds"]
        self._ids |= dict(zip(profiles, ids, strict=True))

    def selected(self, groups: Groups, labels: list[str]) -> set[str]:
        """Return which of the profiles of these labels are in a segment, by way of GetSegmentMembership."""
        name = f"s{next(_numbers)}"
        self._client.create_segment_definition(
            DomainName=self._name, SegmentDefinitionName=name, DisplayName=name, SegmentGroups=groups
        )
        label_of = {self._ids[label]: label for label in labels}
        present: set[str] = set()
        ids = list(label_of)
        for start in range(0, len(ids), IDS_PER_CALL):
            answer = self._client.get_segment_membership(
                DomainName=self._name, SegmentDefinitionName=name, ProfileIds=ids[start : start + IDS_PER_CALL]
            )
            assert answer["Failures"] == []
            present |= {label_of[one["ProfileId"]] for one in answer["Profiles"] if one["QueryResult"] == "PRESENT"}
        return present


def _nested(profile: Mapping[str, str]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, text in profile.items():
        block, _, part = path.partition(".")
        if part:
            nested.setdefault(block, {})[part] = text
        else:
            nested[block] = text
    return nested


def selected_locally(groups: Groups, profiles: Profiles) -> set[str]:
    """Return which of some profiles a segment selects, looked at as rows of a table."""
    paths = sorted({path for profile in profiles.values() for path in profile} | {"AccountNumber"})
    columns = {f"c{number}": path for number, path in enumerate(paths)}
    table = pd.DataFrame(
        {
            column: pd.Series([profile.get(path) for profile in profiles.values()], dtype="str")
            for column, path in columns.items()
        }
    )
    fields = FieldMap(tuple(Field(column, f"_profile.{path}", "STRING") for column, path in columns.items()))
    mask = preview(table, Expression.from_api(groups), fields).mask
    return {label for label, met in zip(profiles, mask, strict=True) if met}
