"""What is wrong: in a job as stored, and over HTTP."""

from dataclasses import asdict
from typing import Annotated, Self

from pydantic import Field

from mini_ml.contracts.shape import Shape
from mini_ml.errors import Issue

_IfKnown = Field(default=None, exclude_if=lambda value: value is None)


class IssueView(Shape):
    """One thing that is wrong; column, line, parameter and limit say where, as far as anything can."""

    reason: str
    hint: Annotated[str | None, _IfKnown]
    column: Annotated[str | None, _IfKnown]
    line: Annotated[int | None, _IfKnown]
    parameter: Annotated[str | None, _IfKnown]
    limit: Annotated[str | None, _IfKnown]

    @classmethod
    def of(cls, fault: Issue) -> Self:
        """Return a fault as it crosses a boundary."""
        return cls(**asdict(fault))


class Problem(Shape):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[IssueView, ...] = ()
    instance: str | None = None
    """Where a job failed: a reference to it, relative to the request."""


class Failure(Shape):
    """Why a job failed, as stored; HTTP adds the status and makes a Problem of it."""

    code: str
    detail: str
    errors: tuple[IssueView, ...] = ()
    retryable: bool = False
