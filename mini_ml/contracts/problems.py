"""What is wrong: in a job as stored, and over HTTP."""

from mini_ml.contracts.shape import Shape


class FaultShape(Shape):
    """One thing that is wrong; at least one of column, line and parameter says where, if anything can."""

    reason: str
    hint: str | None = None
    column: str | None = None
    line: int | None = None
    parameter: str | None = None


class Problem(Shape):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FaultShape, ...] = ()
    instance: str | None = None
    """Where a job failed: a reference to it, relative to the request."""


class Failure(Shape):
    """Why a job failed, as stored; HTTP adds the status and makes a Problem of it."""

    code: str
    detail: str
    errors: tuple[FaultShape, ...] = ()
    retryable: bool = False
