"""Which attributes the profiles of a domain have, and which values."""

from __future__ import annotations

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.domains import Domains, find_domain
from cpnb.sandbox.errors import NotFoundError
from cpnb.sandbox.targets import ATTRIBUTES, PREFIX

PROFILE_OBJECT_TYPE = "_profile"
MAX_VALUES_BYTES = 350_000
"""Source: service model, botocore (about 350 KB of distinct values are kept)."""


class Attributes:
    """ListProfileAttributeValues and ListObjectTypeAttributes."""

    def __init__(self, backend: Backend, domains: Domains) -> None:
        self._backend = backend
        self._domains = domains

    def values(self, call: Call) -> Answer:
        """Return the distinct values of an attribute, those of the latest profiles first."""
        name = call.parameters["AttributeName"]
        path = name.removeprefix(PREFIX)
        with self._backend.database.reading() as session:
            table = self._domains.table(find_domain(session, call.domain_name))
            columns = table.columns(session)
            column = columns.get(path) or columns.get(ATTRIBUTES + path)
            rows = []
            if column is not None:
                rows = session.rows(
                    f"""WITH latest AS (
                        SELECT {column} AS value, max(updated_s) AS updated_s FROM {table.name}
                        WHERE expires_s > ? AND {column} IS NOT NULL GROUP BY {column}
                    ), kept AS (
                        SELECT value, updated_s, sum(strlen(value)) OVER (ORDER BY updated_s DESC, value) AS size_bytes
                        FROM latest
                    )
                    SELECT value FROM kept WHERE size_bytes <= {MAX_VALUES_BYTES} ORDER BY updated_s DESC, value""",
                    [self._backend.clock.now_s()],
                )
        return {
            "DomainName": call.domain_name,
            "AttributeName": name,
            "Items": [{"Value": value} for (value,) in rows],
        }

    def of_object_type(self, call: Call) -> Answer:
        """Return a page of the attributes that profiles of the domain have, by name."""
        object_type = call.parameters["ObjectTypeName"]
        tokens, size = self._backend.tokens, call.page_size()
        scope = (call.domain_name, object_type)
        start = call.start_position(tokens, *scope)
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            if object_type != PROFILE_OBJECT_TYPE:
                raise NotFoundError(
                    f"Object type {object_type} does not exist; this sandbox has {PROFILE_OBJECT_TYPE} only."
                )
            rows = session.rows(
                "SELECT path, updated_s FROM columns WHERE domain = ? AND (? IS NULL OR path > ?) "
                "ORDER BY path LIMIT ?",
                [domain.number, start, start, size + 1],
            )
        shown, token = call.page(tokens, rows, size, *scope)
        return {
            "Items": [{"AttributeName": path, "LastUpdatedAt": updated_s} for path, updated_s in shown],
            "NextToken": token,
        }
