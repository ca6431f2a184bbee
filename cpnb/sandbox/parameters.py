"""A request's parameters: read from path, query and body, and checked against the service model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NoReturn

from cpnb.sandbox.errors import BadRequestError
from cpnb.sandbox.model import Operation, ServiceModel, Shape

MAX_SHOWN_PROBLEMS = 5
MAX_SHOWN_NAME = 64


def parse_parameters(
    model: ServiceModel, operation: Operation, labels: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Return the checked parameters of one request, by member name.

    Members the model does not know are left out, as the service ignores them.

    Raises
    ------
    BadRequestError
        If the body is not a JSON object, or a member breaks a constraint; the message names members and
        constraints, not values.
    """
    document = _json_object(body)
    parameters: dict[str, Any] = {}
    for name, member in model.shapes[operation.input_shape].get("members", {}).items():
        wire_name = member.get("locationName", name)
        location = member.get("location")
        if location == "uri":
            parameters[name] = labels[wire_name]
        elif location == "querystring":
            if wire_name in query:
                parameters[name] = _from_text(query[wire_name], model.shapes[member["shape"]])
        elif document.get(wire_name) is not None:
            parameters[name] = document[wire_name]
    problems = list(_structure(model, parameters, model.shapes[operation.input_shape], ""))
    if problems:
        shown = "; ".join(problems[:MAX_SHOWN_PROBLEMS])
        more = f"; and {len(problems) - MAX_SHOWN_PROBLEMS} more" if len(problems) > MAX_SHOWN_PROBLEMS else ""
        plural = "s" if len(problems) > 1 else ""
        raise BadRequestError(f"{len(problems)} validation error{plural} detected: {shown}{more}")
    known: dict[str, Any] = _known_members(model, parameters, operation.input_shape)
    return known


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        # ValueError covers text that is not JSON and bytes that are not UTF-8.
        raise BadRequestError("The request body is not valid JSON.") from None
    if not isinstance(document, dict):
        raise BadRequestError("The request body is not a JSON object.")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _from_text(text: str, shape: Shape) -> object:
    """Return a query value as the model's type; text that does not fit stays text and fails the check."""
    if shape["type"] in ("integer", "long") and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if shape["type"] == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _problem(path: str, constraint: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: {constraint}"


def _child(path: str, name: str) -> str:
    shown = name if len(name) <= MAX_SHOWN_NAME else name[:MAX_SHOWN_NAME] + "..."
    shown = shown.encode(errors="replace").decode()
    return f"{path}.{shown}" if path else shown


def _value(model: ServiceModel, value: object, shape_name: str, path: str) -> Iterator[str]:
    shape = model.shapes[shape_name]
    kind, python_types = shape["type"], _PYTHON_TYPES[shape["type"]]
    if not isinstance(value, python_types) or (isinstance(value, bool) and kind != "boolean"):
        yield _problem(path, f"Member must be of type {kind}")
        return
    yield from _CHECKS[kind](model, value, shape, path)


def _structure(model: ServiceModel, value: Any, shape: Shape, path: str) -> Iterator[str]:
    members = shape.get("members", {})
    for name in shape.get("required", []):
        if value.get(name) is None:
            yield _problem(_child(path, name), "Member must not be null")
    present = [name for name in members if value.get(name) is not None]
    if shape.get("union") and len(present) != 1:
        yield _problem(path, f"Exactly one of [{', '.join(members)}] must be set")
    for name in present:
        yield from _value(model, value[name], members[name]["shape"], _child(path, name))


def _list(model: ServiceModel, value: Any, shape: Shape, path: str) -> Iterator[str]:
    yield from _bounds(len(value), shape, path, "length")
    for position, item in enumerate(value, start=1):
        item_path = f"{path}.{position}.member"
        if item is None:
            yield _problem(item_path, "Member must not be null")
        else:
            yield from _value(model, item, shape["member"]["shape"], item_path)


def _map(model: ServiceModel, value: Any, shape: Shape, path: str) -> Iterator[str]:
    yield from _bounds(len(value), shape, path, "length")
    for key, item in value.items():
        yield from _value(model, key, shape["key"]["shape"], f"{path} (a key)")
        if item is None:
            yield _problem(_child(path, key), "Member must not be null")
        else:
            yield from _value(model, item, shape["value"]["shape"], _child(path, key))


def _string(_model: ServiceModel, value: Any, shape: Shape, path: str) -> Iterator[str]:
    try:
        value.encode()
    except UnicodeEncodeError:
        # JSON can spell half of a surrogate pair, which is no character.
        yield _problem(path, "Member must be valid Unicode text")
        return
    yield from _bounds(len(value), shape, path, "length")
    if "pattern" in shape and not _compiled(shape["pattern"]).fullmatch(value):
        yield _problem(path, f"Member must satisfy regular expression pattern: {shape['pattern']}")
    if "enum" in shape and value not in shape["enum"]:
        yield _problem(path, f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")


def _number(_model: ServiceModel, value: Any, shape: Shape, path: str) -> Iterator[str]:
    yield from _bounds(value, shape, path, "value")


def _any_boolean(_model: ServiceModel, _value: Any, _shape: Shape, _path: str) -> Iterator[str]:
    return iter(())


def _bounds(size: float, shape: Shape, path: str, what: str) -> Iterator[str]:
    if "min" in shape and size < shape["min"]:
        yield _problem(path, f"Member must have {what} greater than or equal to {shape['min']}")
    if "max" in shape and size > shape["max"]:
        yield _problem(path, f"Member must have {what} less than or equal to {shape['max']}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _known_members(model: ServiceModel, value: Any, shape_name: str) -> Any:
    """Return `value` without the members its shape does not have."""
    shape = model.shapes[shape_name]
    if shape["type"] == "structure":
        return {
            name: _known_members(model, value[name], member["shape"])
            for name, member in shape.get("members", {}).items()
            if value.get(name) is not None
        }
    if shape["type"] == "list":
        return [_known_members(model, item, shape["member"]["shape"]) for item in value]
    if shape["type"] == "map":
        return {key: _known_members(model, item, shape["value"]["shape"]) for key, item in value.items()}
    return value


_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "list": list,
    "map": dict,
    "string": str,
    "integer": int,
    "long": int,
    "double": (int, float),
    "timestamp": (int, float),
    "boolean": bool,
}
_CHECKS: dict[str, Callable[[ServiceModel, Any, Shape, str], Iterator[str]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _number,
    "long": _number,
    "double": _number,
    "timestamp": _number,
    "boolean": _any_boolean,
}
