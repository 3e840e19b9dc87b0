"""What can keep the embedded cloud from starting or running, each said in a sentence for the terminal."""


class LocalFailure(Exception):
    """Base; the message is the sentence."""


class PortsTaken(LocalFailure):
    """Other programs listen on ports that are needed."""


class StateInUse(LocalFailure):
    """Another process runs on the same state folder."""


class SecretExposed(LocalFailure):
    """Others on the machine may read a secret of the platform."""


class StartFailed(LocalFailure):
    """A process ended, or did not answer in time, while the cloud was starting."""


class StoryFailed(LocalFailure):
    """A step of the demo did not end as it should."""
