"""A cloud in memory with a clock that tests set, as for the workflows."""

from tests.unit.workflows.conftest import clock, cloud, published

__all__ = ["clock", "cloud", "published"]
