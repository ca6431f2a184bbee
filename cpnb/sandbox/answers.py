"""Answers: only what the service model knows, in the model's wire form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpnb.sandbox.model import Operation, ServiceModel


def serialise(model: ServiceModel, operation: Operation, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON document for an operation's answer.

    Members that the model does not have, are None, or travel outside the body are left out; timestamps
    are epoch seconds with milliseconds.

    Source: service model, botocore (rest-json: a timestamp in a body is epoch seconds).
    """
    if operation.output_shape is None:
        return {}
    document: dict[str, Any] = _value(model, answer, operation.output_shape)
    return document


def _value(model: ServiceModel, value: Any, shape_name: str) -> Any:
    shape = model.shapes[shape_name]
    kind = shape["type"]
    if kind == "structure":
        return {
            member.get("locationName", name): _value(model, value[name], member["shape"])
            for name, member in shape.get("members", {}).items()
            if member.get("location") is None and value.get(name) is not None
        }
    if kind == "list":
        return [_value(model, item, shape["member"]["shape"]) for item in value]
    if kind == "map":
        return {key: _value(model, item, shape["value"]["shape"]) for key, item in value.items()}
    if kind == "timestamp":
        return round(float(value), 3)
    return value
