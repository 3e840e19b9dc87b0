"""Errors that keep the local platform from starting or running.

LocalFailure
├── PortsInUse       another program listens on a required port
├── StateInUse       another platform runs on the state folder
├── SecretExposed    other users can read or write a secret file
├── StartFailed      a process ended, or did not answer in time
├── LogsMissing      there are no log files, or no lines about a job
└── DemoFailed       a step of the demo gave a wrong result
"""


class LocalFailure(Exception):
    """Base class; the message is a sentence to show to the user."""


class PortsInUse(LocalFailure):
    """Another program listens on a required port."""


class StateInUse(LocalFailure):
    """Another platform already runs on the state folder."""


class SecretExposed(LocalFailure):
    """Other users of this machine can read or write a secret file."""


class StartFailed(LocalFailure):
    """A process ended, or did not answer in time, while the platform was starting."""


class LogsMissing(LocalFailure):
    """There are no log files to read, or no lines with an id."""


class DemoFailed(LocalFailure):
    """A step of the demo gave a wrong result."""
