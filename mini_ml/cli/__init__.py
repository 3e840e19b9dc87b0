"""`mini-ml`: the platform on the command line, thin and over HTTP."""

from mini_ml.cli.entry import main

__all__ = ["main"]
