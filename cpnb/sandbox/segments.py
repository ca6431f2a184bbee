"""Segment definitions, and which profiles are in a segment."""

from __future__ import annotations

import json
from typing import Any

from cpnb.sandbox.backend import ACCOUNT, Answer, Backend, Call
from cpnb.sandbox.database import Row, Session
from cpnb.sandbox.domains import Domain, Domains, find_domain
from cpnb.sandbox.errors import BadRequestError, NotDoneError, NotFoundError
from cpnb.sandbox.profiles import Profiles
from cpnb.sandbox.segment_comparison import Condition
from cpnb.sandbox.segment_sources import FindGroups, Groups, check_groups, source_names, without_sources
from cpnb.sandbox.segment_sql import SegmentCompiler
from cpnb.sandbox.segment_values import read_values

DETAILS = ("DisplayName", "Description", "SegmentGroups", "SegmentSqlQuery", "SegmentSort", "Tags")
COLUMNS = "name, created_s, arn, details"


class Segments:
    """The four operations on segment definitions, and GetSegmentMembership."""

    def __init__(self, backend: Backend, domains: Domains, profiles: Profiles) -> None:
        self._backend = backend
        self._domains = domains
        self._profiles = profiles

    def create(self, call: Call) -> Answer:
        """Keep a definition; a taken name is a `BadRequestError`."""
        name, parameters = call.parameters["SegmentDefinitionName"], call.parameters
        if ("SegmentGroups" in parameters) == ("SegmentSqlQuery" in parameters):
            raise BadRequestError("Exactly one of SegmentGroups and SegmentSqlQuery must be given.")
        arn = f"arn:aws:profile:{call.region}:{ACCOUNT}:domains/{call.domain_name}/segment-definitions/{name}"
        details = {member: parameters[member] for member in DETAILS if member in parameters}
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            if self._row(session, domain, name) is not None:
                raise BadRequestError(f"Segment definition with name {name} already exists")
            if "SegmentGroups" in details:
                self._check_new(session, domain, name, details["SegmentGroups"])
            row = (name, self._backend.clock.now_s(), arn, json.dumps(details))
            session.rows(
                "INSERT INTO segments (domain, name, created_s, arn, details) VALUES (?, ?, ?, ?, ?)",
                [domain.number, *row],
            )
        return _answer(row)

    def get(self, call: Call) -> Answer:
        """Return one definition."""
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            return _answer(self._existing(session, domain, call.parameters["SegmentDefinitionName"]))

    def list(self, call: Call) -> Answer:
        """Return a page of definitions, by name."""
        tokens, size = self._backend.tokens, call.page_size()
        start = call.start_position(tokens, call.domain_name)
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            rows = session.rows(
                f"SELECT {COLUMNS} FROM segments WHERE domain = ? AND (? IS NULL OR name > ?) ORDER BY name LIMIT ?",
                [domain.number, start, start, size + 1],
            )
        shown, token = call.page(tokens, rows, size, call.domain_name)
        return {"Items": [_answer(row) for row in shown], "NextToken": token}

    def delete(self, call: Call) -> Answer:
        """Forget a definition."""
        name = call.parameters["SegmentDefinitionName"]
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            self._existing(session, domain, name)
            if self._backend.settings.delete_used_segment == "refuse":
                self._refuse_if_used(session, domain, name)
            session.rows("DELETE FROM segments WHERE domain = ? AND name = ?", [domain.number, name])
        return {"Message": f"Segment definition {name} was deleted."}

    def membership(self, call: Call) -> Answer:
        """Return, for up to 100 profile ids, whether each is in the segment."""
        name, now_s = call.parameters["SegmentDefinitionName"], self._backend.clock.now_s()
        wanted = list(dict.fromkeys(call.parameters["ProfileIds"]))
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            condition = self.compile(session, domain, self._own_groups(session, domain, name), name)
            marks = ", ".join(["CAST(? AS UUID)"] * len(wanted))
            rows = session.rows(
                f"SELECT replace(CAST(profile_id AS VARCHAR), '-', '') FROM {self._domains.table(domain).name} "
                f"WHERE profile_id IN ({marks}) AND expires_s > ? AND ({condition.sql})",
                [*wanted, now_s, *condition.values],
            )
        members = {row[0] for row in rows}
        found = self._profiles.by_id(call.domain_name, wanted)
        results: list[dict[str, Any]] = []
        for profile_id in wanted:
            if profile_id in members and profile_id in found:
                results.append({"ProfileId": profile_id, "QueryResult": "PRESENT", "Profile": found[profile_id]})
            elif profile_id in found:
                results.append({"ProfileId": profile_id, "QueryResult": "ABSENT"})
        failures = [
            {"ProfileId": profile_id, "Message": "Profile does not exist.", "Status": 404}
            for profile_id in wanted
            if profile_id not in found
        ]
        return {
            "SegmentDefinitionName": name,
            "Profiles": results,
            "Failures": failures,
            "LastComputedAt": now_s,
        }

    def groups(self, session: Session, domain: Domain, name: str) -> Groups:
        """Return the groups of a segment; an SQL segment is not evaluated."""
        groups: Groups | None = json.loads(self._existing(session, domain, name)[3]).get("SegmentGroups")
        if groups is None:
            raise NotDoneError(f"This sandbox does not evaluate SQL segments, and {name} is one.")
        return groups

    def _own_groups(self, session: Session, domain: Domain, name: str) -> Groups:
        """Return the groups of a segment for membership, which of an SQL segment is that of its last snapshot.

        Source: Amazon Connect administrator guide, 'customer-segments-building-segments' (4XX without a snapshot).
        """
        try:
            return self.groups(session, domain, name)
        except NotDoneError:
            raise BadRequestError(
                f"SQL segment {name} has no exported snapshot, and this sandbox cannot make one: it evaluates no SQL."
            ) from None

    def compile(self, session: Session, domain: Domain, groups: Groups, name: str | None = None) -> Condition:
        """Return the condition under which a profile of the domain is in a segment of these groups."""
        table, find_groups = self._domains.table(domain), self._finder(session, domain)
        readings = read_values(session, check_groups(groups, find_groups, name))
        compiler = SegmentCompiler(
            table.columns(session),
            table.calculated_columns(session),
            find_groups,
            readings,
            self._backend.settings,
        )
        return compiler.compile(groups)

    def _check_new(self, session: Session, domain: Domain, name: str, groups: Groups) -> None:
        """Raise `BadRequestError` if a definition of these groups is not to be kept under this name."""
        find_groups = self._finder(session, domain)
        if self._backend.settings.broken_sources == "refuse":
            check_groups(groups, find_groups, name)
            return
        for source in source_names(groups):
            find_groups(source)
        check_groups(without_sources(groups), find_groups)

    def _finder(self, session: Session, domain: Domain) -> FindGroups:
        def groups_of(name: str) -> Groups | None:
            row = self._row(session, domain, name)
            if row is None:
                raise BadRequestError(f"Source segment {name} does not exist in domain {domain.name}.")
            groups: Groups | None = json.loads(row[3]).get("SegmentGroups")
            return groups

        return groups_of

    def _refuse_if_used(self, session: Session, domain: Domain, name: str) -> None:
        rows = session.rows(f"SELECT {COLUMNS} FROM segments WHERE domain = ? ORDER BY name", [domain.number])
        users = [row[0] for row in rows if name in source_names(json.loads(row[3]).get("SegmentGroups", {}))]
        if users:
            raise BadRequestError(f"Segment definition {name} is a source of {users[0]}; delete that first.")

    def _existing(self, session: Session, domain: Domain, name: str) -> Row:
        row = self._row(session, domain, name)
        if row is None:
            raise NotFoundError(f"Segment definition {name} does not exist in domain {domain.name}.")
        return row

    def _row(self, session: Session, domain: Domain, name: str) -> Row | None:
        return session.row(f"SELECT {COLUMNS} FROM segments WHERE domain = ? AND name = ?", [domain.number, name])


def _answer(row: Row) -> dict[str, Any]:
    name, created_s, arn, details = row
    members = json.loads(details)
    return {
        "SegmentDefinitionName": name,
        "CreatedAt": created_s,
        "SegmentDefinitionArn": arn,
        "SegmentType": "ENHANCED" if "SegmentSqlQuery" in members else "CLASSIC",
        **members,
    }
