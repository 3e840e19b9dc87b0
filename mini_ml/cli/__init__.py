"""`mini-ml`: the command line of the platform, a thin wrapper over the HTTP API."""

from mini_ml.cli.entry import main

__all__ = ["main"]
