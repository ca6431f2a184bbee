"""A service that answers what a test prepared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Answers:
    """Stands where a domain does and gives prepared answers, one for each call; keeps what was asked.

    Uploads are not counted among the calls: the domain has those that it was told.
    """

    name = "answers"
    place = "nowhere"

    def __init__(self, *answers: dict[str, Any] | Exception, uploads: list[dict[str, Any]] | Exception = ()) -> None:
        self.answers = list(answers)
        self.uploads = uploads
        self.asked: list[str] = []
        self.parameters: list[dict[str, Any]] = []

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.asked.append(operation)
        self.parameters.append(parameters)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    call_once = call

    def pages(self, operation: str, /, **_parameters: Any) -> Iterator[dict[str, Any]]:
        assert operation == "ListUploadJobs"
        if isinstance(self.uploads, Exception):
            raise self.uploads
        yield from self.uploads


NOT_FOUND = "ResourceNotFoundException"
