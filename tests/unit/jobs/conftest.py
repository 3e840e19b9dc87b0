"""An in-memory cloud with a clock that tests set, as for the workflows."""

from tests.unit.workflows.conftest import clock, cloud, publish

__all__ = ["clock", "cloud", "publish"]
