"""Errors of the client.

ClientFailure
├── RequestRejected    the server answered with a problem document, or the job failed
└── Unreachable        the server did not answer
"""

from mini_ml.contracts import Problem


class ClientFailure(Exception):
    """Base class of the client's errors; the message is a sentence to show to the user."""


class RequestRejected(ClientFailure):
    """The server rejected the request; `problem` holds the details (RFC 9457)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title or "The server rejected the request.")
        self.problem = problem


class Unreachable(ClientFailure):
    """The server could not be reached, or did not answer in time."""
