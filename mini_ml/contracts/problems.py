"""Errors as stored in a job and as returned over HTTP."""

from dataclasses import asdict
from typing import Annotated, Self

from pydantic import Field

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.comparison import VersionComparison
from mini_ml.errors import Issue

_IfKnown = Field(default=None, exclude_if=lambda value: value is None)


class IssueView(FrozenModel):
    """One item of `errors`: what is wrong and, where known, how to fix it and where it is."""

    reason: str
    hint: Annotated[str | None, _IfKnown]
    column: Annotated[str | None, _IfKnown]
    line: Annotated[int | None, _IfKnown]
    parameter: Annotated[str | None, _IfKnown]
    limit: Annotated[str | None, _IfKnown]

    @classmethod
    def of(cls, issue: Issue) -> Self:
        """Build the serialisable form of an issue."""
        return cls(**asdict(issue))


class Problem(FrozenModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[IssueView, ...] = ()
    instance: str | None = None
    """Relative link to the failed job, if the problem belongs to one."""
    comparison: VersionComparison | None = Field(default=None, exclude_if=lambda value: value is None)
    """What was compared, if an alias was not moved because the version is not better."""


class Failure(FrozenModel):
    """Why a job failed, as stored in the job. HTTP responses return it as a `Problem` with a status."""

    code: str
    detail: str
    errors: tuple[IssueView, ...] = ()
    retryable: bool = False
