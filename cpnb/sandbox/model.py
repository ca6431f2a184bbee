"""The service model that ships with botocore: operations, routes and shapes.

Source: service model, botocore (``customer-profiles/2020-08-15/service-2``, read as data).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.loaders import Loader

SERVICE = "customer-profiles"
SIGNING_NAME = "profile"

Shape = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name, HTTP method, path pattern and the shapes it takes and gives."""

    name: str
    method: str
    path: re.Pattern[str]
    input_shape: str
    output_shape: str | None


@dataclass(frozen=True, slots=True)
class ServiceModel:
    """All operations and shapes of the service."""

    operations: Mapping[str, Operation]
    shapes: Mapping[str, Shape]

    def route(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation for a request line and its decoded labels, or None.

        `raw_path` is the path as sent, still percent-encoded: a label may hold an encoded slash.
        """
        for operation in self.operations.values():
            if operation.method == method:
                match = operation.path.fullmatch(raw_path)
                if match is not None:
                    return operation, {name: unquote(label) for name, label in match.groupdict().items()}
        return None

    def knows_path(self, raw_path: str) -> bool:
        """Return whether any operation, whatever its method, has this path."""
        return any(operation.path.fullmatch(raw_path) for operation in self.operations.values())


@cache
def service_model() -> ServiceModel:
    """Return the service model, read once per process (about 50 ms)."""
    document = Loader().load_service_model(SERVICE, "service-2")
    operations = [_operation(name, raw) for name, raw in document["operations"].items()]
    # A path with fewer labels is the more special one: `/domains/{D}/profiles/search` is to be tried
    # before a template of the same length that has a label in the last place.
    operations.sort(key=lambda operation: operation.path.groups)
    return ServiceModel({operation.name: operation for operation in operations}, document["shapes"])


def _operation(name: str, raw: Shape) -> Operation:
    return Operation(
        name=name,
        method=raw["http"]["method"],
        path=_path_pattern(raw["http"]["requestUri"]),
        input_shape=raw["input"]["shape"],
        output_shape=raw["output"]["shape"] if "output" in raw else None,
    )


def _path_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern for a URI template; ``{Name}`` is one path part, ``{Name+}`` is any number."""
    pattern = ""
    for part in re.split(r"(\{[^}]+\})", template):
        if not part.startswith("{"):
            pattern += re.escape(part)
        elif part.endswith("+}"):
            pattern += f"(?P<{part[1:-2]}>.+)"
        else:
            pattern += f"(?P<{part[1:-1]}>[^/]+)"
    return re.compile(pattern)
