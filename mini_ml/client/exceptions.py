"""Errors of the client.

ClientFailure
├── RequestRejected    the server answered with a problem document, or the job failed
└── Unreachable        the server did not answer
"""

from mini_ml.contracts import Problem


class ClientFailure(Exception):
    """Base class of the client's errors; the message is a sentence to show to the user."""


class RequestRejected(ClientFailure):
    """The server rejected the request; `problem` holds the details (RFC 9457).

    `correlation_id` is the id of the request, or of the one that created the failed job. The log lines about it have
    the same id. None if the answer did not come from the platform, for example from S3.
    """

    def __init__(self, problem: Problem, *, correlation_id: str | None = None) -> None:
        super().__init__(problem.detail or problem.title or "The server rejected the request.")
        self.problem = problem
        self.correlation_id = correlation_id


class Unreachable(ClientFailure):
    """The server could not be reached, or did not answer in time."""
